import { compile, fromJson, kubernetesEnvironment, toJson } from "#machinery/cel/cel.ts";
import { authorizationLibrary } from "./authorizer.ts";
import type { ExpressionEngine } from "./expressions.ts";

/** CEL, with what Kubernetes adds to it. */
export const expressionEngine: ExpressionEngine = {
  compile,
  environment: kubernetesEnvironment,
  fromJson,
  toJson,
  authorization: authorizationLibrary,
};
