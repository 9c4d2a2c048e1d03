import type { PersistentVolume } from "#api/core/v1.ts";

const oldAnnotations: readonly (readonly [key: string, advice: string])[] = [
  [
    "volume.beta.kubernetes.io/storage-class",
    'deprecated since v1.8; use "storageClassName" attribute instead',
  ],
  [
    "volume.beta.kubernetes.io/mount-options",
    'deprecated since v1.31; use "mountOptions" attribute instead',
  ],
];

/** In-tree volume types that nothing mounts any more, or only through a CSI driver. */
const oldTypes: readonly (readonly [field: string, advice: string])[] = [
  ["cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["storageos", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["rbd", "deprecated in v1.28, non-functional in v1.31+"],
];

export function persistentVolumeWarnings({ metadata, spec }: PersistentVolume): string[] {
  const warnings = oldAnnotations
    .filter(([key]) => metadata.annotations?.[key] !== undefined)
    .map(([key, advice]) => `metadata.annotations[${key}]: ${advice}`);
  if (spec.persistentVolumeReclaimPolicy === "Recycle") {
    warnings.push(
      "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, " +
        "the recommended approach is to use dynamic provisioning.",
    );
  }
  const given = new Set(Object.keys(spec));
  for (const [field, advice] of oldTypes) {
    // Upstream words this one field in its own way.
    const shown = field === "storageos" ? "storageOS" : field;
    if (given.has(field)) warnings.push(`spec.${shown}: ${advice}`);
  }
  return warnings;
}
