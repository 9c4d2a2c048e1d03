import { PersistentVolumeClaim } from "#api/core/v1.ts";
import { StorageClass } from "#api/storage/v1.ts";
import { compareQuantities } from "#schema/quantity.ts";
import type { AdmissionEnvironment, AdmissionPlugin } from "../admission.ts";
import { isAbout, objectAs, refusal } from "../refusal.ts";

/** Claims grow only where their storage class says that volumes can. */
export function persistentVolumeClaimResize({ client }: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "PersistentVolumeClaimResize",
    async validate(request) {
      if (request.operation !== "UPDATE") return;
      if (!isAbout(request, "", "persistentvolumeclaims")) return;
      const claim = objectAs(request, PersistentVolumeClaim);
      const old = request.oldObject as unknown as PersistentVolumeClaim;
      const [size, oldSize] = [sizeOf(claim), sizeOf(old)];
      if (!oldSize || !size || compareQuantities(size, oldSize) <= 0) return;
      if (old.status.phase !== "Bound") {
        throw refusal(request, "Only bound persistent volume claims can be expanded");
      }
      const name = claim.spec.storageClassName;
      const found = name ? await client.find(StorageClass, { name }) : undefined;
      if (found?.allowVolumeExpansion && name === old.spec.storageClassName) return;
      throw refusal(
        request,
        "only dynamically provisioned pvc can be resized and the storageclass that provisions " +
          "the pvc must support resize",
      );
    },
  };
}

function sizeOf({ spec }: PersistentVolumeClaim): string | undefined {
  return spec.resources?.requests?.["storage"];
}
