import type { Container, EphemeralContainer, Pod, Volume } from "#api/core/v1.ts";

export interface PodReference {
  readonly kind:
    | "secrets"
    | "configmaps"
    | "persistentvolumeclaims"
    | "serviceaccounts"
    | "resourceclaims";
  /** In the pod's namespace. */
  readonly name: string;
}

/** The objects that a pod needs, each once. */
export function podReferences(pod: Pod): PodReference[] {
  const found = new Map<string, PodReference>();
  const add = (kind: PodReference["kind"], name: string | undefined) => {
    if (name) found.set(`${kind} ${name}`, { kind, name });
  };
  const { spec } = pod;
  add("serviceaccounts", spec.serviceAccountName);
  for (const secret of spec.imagePullSecrets ?? []) add("secrets", secret.name);
  for (const container of [
    ...spec.containers,
    ...(spec.initContainers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ]) {
    addEnvironment(container, add);
  }
  for (const volume of spec.volumes ?? []) addVolume(volume, pod.metadata.name, add);
  for (const claim of spec.resourceClaims ?? []) add("resourceclaims", claim.resourceClaimName);
  for (const status of pod.status.resourceClaimStatuses ?? []) {
    add("resourceclaims", status.resourceClaimName);
  }
  add("resourceclaims", pod.status.extendedResourceClaimStatus?.resourceClaimName);
  return [...found.values()];
}

type Add = (kind: PodReference["kind"], name: string | undefined) => void;

function addEnvironment(container: Container | EphemeralContainer, add: Add): void {
  for (const source of container.envFrom ?? []) {
    add("configmaps", source.configMapRef?.name);
    add("secrets", source.secretRef?.name);
  }
  for (const variable of container.env ?? []) {
    add("configmaps", variable.valueFrom?.configMapKeyRef?.name);
    add("secrets", variable.valueFrom?.secretKeyRef?.name);
  }
}

function addVolume(volume: Volume, podName: string, add: Add): void {
  add("configmaps", volume.configMap?.name);
  add("secrets", volume.secret?.secretName);
  for (const source of volume.projected?.sources ?? []) {
    add("configmaps", source.configMap?.name);
    add("secrets", source.secret?.name);
  }
  add("persistentvolumeclaims", volume.persistentVolumeClaim?.claimName);
  // A generic ephemeral volume's claim is named after the pod and the volume.
  if (volume.ephemeral) add("persistentvolumeclaims", `${podName}-${volume.name}`);
  add("secrets", volume.azureFile?.secretName);
  add("secrets", volume.cephfs?.secretRef?.name);
  add("secrets", volume.cinder?.secretRef?.name);
  add("secrets", volume.flexVolume?.secretRef?.name);
  add("secrets", volume.rbd?.secretRef?.name);
  add("secrets", volume.scaleIO?.secretRef?.name);
  add("secrets", volume.iscsi?.secretRef?.name);
  add("secrets", volume.storageos?.secretRef?.name);
  add("secrets", volume.csi?.nodePublishSecretRef?.name);
}
