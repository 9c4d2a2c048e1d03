import { compile } from "#machinery/cel/cel.ts";
import { fromJson, toJson } from "#machinery/cel/json.ts";
import { kubernetesEnvironment } from "#machinery/cel/kubernetes.ts";
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
