import { Environment } from "./cel.ts";
import { standardLibrary } from "./stdlib.ts";

/** What Kubernetes v1.36 lets every expression use; extend it by the variables of the place. */
export const kubernetesEnvironment = new Environment({
  libraries: [standardLibrary],
});
