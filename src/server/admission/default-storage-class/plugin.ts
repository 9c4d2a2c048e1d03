import { PersistentVolumeClaim } from "#api/core/v1.ts";
import { StorageClass } from "#api/storage/v1.ts";
import type { AdmissionEnvironment, AdmissionPlugin } from "../admission.ts";
import { isAbout, objectAs } from "../refusal.ts";

const annotations = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];
const betaClassAnnotation = "volume.beta.kubernetes.io/storage-class";

/** Claims that name no class get the cluster's default one, the newest if there are several. */
export function defaultStorageClass({ client }: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "DefaultStorageClass",
    async mutate(request) {
      if (request.operation !== "CREATE") return;
      if (!isAbout(request, "", "persistentvolumeclaims")) return;
      const { metadata, spec } = objectAs(request, PersistentVolumeClaim);
      // An empty name is a choice too: no dynamic volume.
      if (spec.storageClassName !== undefined) return;
      if (metadata.annotations?.[betaClassAnnotation] !== undefined) return;
      const { items } = await client.list(StorageClass);
      const [chosen] = items.filter(isDefault).sort(newestFirst);
      if (chosen) spec.storageClassName = chosen.metadata.name;
    },
  };
}

function isDefault({ metadata }: StorageClass): boolean {
  return annotations.some((key) => metadata.annotations?.[key] === "true");
}

function newestFirst(left: StorageClass, right: StorageClass): number {
  const age = (item: StorageClass) => Date.parse(item.metadata.creationTimestamp);
  return age(right) - age(left) || (left.metadata.name < right.metadata.name ? -1 : 1);
}
