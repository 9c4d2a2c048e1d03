import { ClusterTrustBundle } from "#api/certificates/v1beta1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { column, nameColumn } from "../../common/columns.ts";
import { immutable } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";
import { validateBundle, validateBundleName, validateSigner } from "./validation.ts";

/** Certificates of authorities that the whole cluster may trust. */
export const clusterTrustBundles: ResourceDefinition = defineResource<ClusterTrustBundle>({
  type: ClusterTrustBundle,
  requiredMayBeEmpty: true,
  hasGeneration: false,
  allowUnconditionalUpdate: false,
  // The signer says what the name must be: the rule stands with the object's own.
  nameRule: () => [],
  columns: [nameColumn(), column("SignerName", ({ spec }) => spec.signerName || "<none>")],
  selectableFields: { "spec.signerName": ({ spec }) => spec.signerName ?? "" },
  validate: (bundle) => [...validateBundleName(bundle), ...validateSigner(bundle)],
  validateCreate: ({ spec }) => validateBundle(spec.trustBundle),
  validateUpdate: ({ spec }, { spec: old }) => [
    ...(spec.trustBundle === old.trustBundle ? [] : validateBundle(spec.trustBundle)),
    ...immutable("spec.signerName", spec.signerName ?? "", old.signerName ?? ""),
  ],
});
