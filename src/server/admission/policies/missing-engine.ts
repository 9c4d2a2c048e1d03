import type { Environment } from "#machinery/cel/cel.ts";
import { dynType } from "#machinery/cel/types.ts";
import type { ExpressionEngine } from "./expressions.ts";

const why = "this server has no expression language";
const environment: Environment = { extend: () => environment };

/** Compiles nothing, so that whatever has expressions fails as its failure policy says. */
export const missingEngine: ExpressionEngine = {
  compile: () => ({ ok: false, issues: [{ line: 1, column: 1, message: why }], text: why }),
  environment,
  fromJson: () => null,
  toJson: () => null,
  authorization: {
    authorizerType: dynType,
    resourceCheckType: dynType,
    authorizer: () => null,
    resourceCheck: () => null,
  },
};
