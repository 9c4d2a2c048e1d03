import { Environment } from "./environment.ts";
import { listsLibrary } from "./library/lists.ts";
import { networkLibrary } from "./library/network.ts";
import { quantityLibrary } from "./library/quantity.ts";
import { stringsLibrary } from "./library/strings.ts";
import { authorizerLibrary } from "./library/authorizer.ts";
import { formatsLibrary } from "./library/formats.ts";
import { semverLibrary } from "./library/semver.ts";
import { urlLibrary } from "./library/url.ts";
import { standardLibrary } from "./stdlib.ts";

/** What Kubernetes v1.36 lets every expression use; extend it by the variables of the place. */
export const kubernetesEnvironment = new Environment({
  libraries: [
    standardLibrary,
    listsLibrary,
    stringsLibrary,
    quantityLibrary,
    networkLibrary,
    urlLibrary,
    formatsLibrary,
    semverLibrary,
    authorizerLibrary,
  ],
});
