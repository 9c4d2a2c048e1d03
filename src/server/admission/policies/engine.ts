import { compile } from "#machinery/cel/cel.ts";
import { fromJson, toJson } from "#machinery/cel/json.ts";
import { kubernetesEnvironment } from "#machinery/cel/kubernetes.ts";
import { authorizationLibrary } from "./authorizer-library.ts";
import type { ExpressionEngine } from "./expressions.ts";

/** CEL, with what Kubernetes adds to it for admission. */
export const expressionEngine: ExpressionEngine = {
  compile,
  environment: kubernetesEnvironment.extend({ libraries: [authorizationLibrary.library] }),
  fromJson,
  toJson,
  authorization: authorizationLibrary,
};
