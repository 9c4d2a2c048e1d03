import { Environment } from "#machinery/cel/cel.ts";
import { dynType } from "#machinery/cel/types.ts";
import type { ExpressionEngine } from "./expressions.ts";

const why = "this server has no expression language";

/** Compiles nothing, so that whatever has expressions fails as its failure policy says. */
export const missingEngine: ExpressionEngine = {
  compile: () => ({ ok: false, issues: [{ line: 1, column: 1, message: why }], text: why }),
  environment: new Environment({}),
  fromJson: () => null,
  toJson: () => null,
  authorization: {
    authorizerType: dynType,
    resourceCheckType: dynType,
    authorizer: () => null,
    resourceCheck: () => null,
  },
};
