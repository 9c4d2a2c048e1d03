import { PersistentVolumeClaim } from "#api/core/v1.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { isAbout, objectAs } from "../refusal.ts";

const finalizers = {
  persistentvolumes: "kubernetes.io/pv-protection",
  persistentvolumeclaims: "kubernetes.io/pvc-protection",
} as const;

/** Volumes and claims stay until nobody uses them; a controller takes the finalizer away. */
export function storageObjectInUseProtection(): AdmissionPlugin {
  return {
    name: "StorageObjectInUseProtection",
    mutate(request) {
      if (request.operation !== "CREATE") return;
      for (const [resource, finalizer] of Object.entries(finalizers)) {
        if (!isAbout(request, "", resource)) continue;
        const { metadata } = objectAs(request, PersistentVolumeClaim);
        if (metadata.finalizers?.includes(finalizer)) continue;
        metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
      }
    },
  };
}
