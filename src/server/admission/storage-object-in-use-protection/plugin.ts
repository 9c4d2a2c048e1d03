import { PersistentVolumeClaim } from "#api/core/v1.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { isAbout, objectAs } from "../refusal.ts";

const finalizers = [
  ["", "persistentvolumes", "kubernetes.io/pv-protection"],
  ["", "persistentvolumeclaims", "kubernetes.io/pvc-protection"],
  ["storage.k8s.io", "volumeattributesclasses", "kubernetes.io/vac-protection"],
] as const;

/** What holds data stays until nobody uses it; a controller takes the finalizer away. */
export function storageObjectInUseProtection(): AdmissionPlugin {
  return {
    name: "StorageObjectInUseProtection",
    mutate(request) {
      if (request.operation !== "CREATE") return;
      for (const [group, resource, finalizer] of finalizers) {
        if (!isAbout(request, group, resource)) continue;
        const { metadata } = objectAs(request, PersistentVolumeClaim);
        if (metadata.finalizers?.includes(finalizer)) continue;
        metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
      }
    },
  };
}
