import type {
  ObjectReference,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Volume,
} from "#api/core/v1.ts";
import type { StorageClass } from "#api/storage/v1.ts";
import { compareQuantities, quantityValue } from "#schema/quantity.ts";
import { matchesLabelSelector } from "./labels/label-selector.ts";

/** What binder, scheduler, provisioners and kubelet tell each other in annotations. */
export const volumeAnnotations = {
  /** On a volume or claim whose partner was not chosen by its author. */
  boundByController: "pv.kubernetes.io/bound-by-controller",
  /** On a claim: both sides know of each other. */
  bindCompleted: "pv.kubernetes.io/bind-completed",
  /** On a volume: who made it for its claim. */
  provisionedBy: "pv.kubernetes.io/provisioned-by",
  /** On a claim: where the scheduler wants its volume. */
  selectedNode: "volume.kubernetes.io/selected-node",
  /** On a claim: who is to make its volume; and the same by its old name. */
  provisioner: "volume.kubernetes.io/storage-provisioner",
  betaProvisioner: "volume.beta.kubernetes.io/storage-provisioner",
} as const;

/** On a node: the machine that it is on, whose folders all its nodes can reach. */
export const machineLabel = "kijabi.io/machine";

/** On a node: the folder in which its machine keeps volumes that are folders. */
export const volumeFolderAnnotation = "kijabi.io/volume-folder";

/** Holds a volume that was made for a claim until who made it has deleted what it stands for. */
export const provisionerFinalizer = "external-provisioner.volume.kubernetes.io/finalizer";

/** Before the class had a field of its own it was an annotation, which still goes first. */
const classAnnotation = "volume.beta.kubernetes.io/storage-class";
const defaultClassAnnotations = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

/** Empty for none. */
export function storageClassOf({
  metadata,
  spec,
}: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[classAnnotation] ?? spec.storageClassName ?? "";
}

/** Whether the author of a claim said anything about its class: "none" is a choice, too. */
export function choosesClass({ metadata, spec }: PersistentVolumeClaim): boolean {
  return (
    metadata.annotations?.[classAnnotation] !== undefined || spec.storageClassName !== undefined
  );
}

/** The newest of those that say so; of the same age, the first by name. */
export function defaultClassOf(classes: readonly StorageClass[]): StorageClass | undefined {
  const age = ({ metadata }: StorageClass) => Date.parse(metadata.creationTimestamp);
  const [first] = classes
    .filter(({ metadata }) =>
      defaultClassAnnotations.some((key) => metadata.annotations?.[key] === "true"),
    )
    .sort(
      (left, right) =>
        age(right) - age(left) || (left.metadata.name < right.metadata.name ? -1 : 1),
    );
  return first;
}

/** The claim that a pod's volume stands for; undefined for volumes of other kinds. */
export function claimNameOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : undefined;
}

/** Most pods have none: asked once per node, so it makes nothing. */
export function hasClaims({ spec: { volumes = [] } }: Pod): boolean {
  for (const volume of volumes) if (volume.persistentVolumeClaim ?? volume.ephemeral) return true;
  return false;
}

/** "namespace/name" of every claim that the pod's volumes stand for. */
export function claimKeysOf(pod: Pod): string[] {
  const names = (pod.spec.volumes ?? []).map((volume) => claimNameOf(pod, volume));
  return names.flatMap((name) =>
    name === undefined ? [] : [`${pod.metadata.namespace ?? ""}/${name}`],
  );
}

/** Whether the pod means this very claim: one for a volume of its own must be made for the pod. */
export function usesClaim(pod: Pod, { metadata }: PersistentVolumeClaim): boolean {
  if (pod.metadata.namespace !== metadata.namespace) return false;
  return (pod.spec.volumes ?? []).some((volume) => {
    if (claimNameOf(pod, volume) !== metadata.name) return false;
    return !volume.ephemeral || isMadeFor(pod, metadata);
  });
}

/** Whether a claim, or what else it may be, was made for the pod and goes with it. */
export function isMadeFor(pod: Pod, metadata: PersistentVolumeClaim["metadata"]): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ uid, controller }) => controller === true && uid === pod.metadata.uid,
  );
}

/** How upstream says that a pod may not have a claim that has the name of one for its own volume. */
export function notMadeFor(pod: Pod, claim: PersistentVolumeClaim): string {
  const [pvc, owner] = [claim.metadata, pod.metadata];
  return (
    `PVC ${pvc.namespace}/${pvc.name} was not created for pod ` +
    `${owner.namespace}/${owner.name} (pod is not owner)`
  );
}

/** Whether both sides of the bond are settled, as the claim knows it. */
export function isFullyBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return !!spec.volumeName && metadata.annotations?.[volumeAnnotations.bindCompleted] !== undefined;
}

/** Whether the volume is for the claim, and for no earlier one of its name. */
export function isForClaim(
  { spec: { claimRef } }: PersistentVolume,
  { metadata }: PersistentVolumeClaim,
): boolean {
  if (claimRef?.name !== metadata.name || claimRef.namespace !== metadata.namespace) return false;
  return !claimRef.uid || claimRef.uid === metadata.uid;
}

/** The volume as it is once it is bound to the claim; the same object where it is already. */
export function boundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { metadata, spec } = volume;
  const isOurChoice =
    !isForClaim(volume, claim) &&
    metadata.annotations?.[volumeAnnotations.boundByController] === undefined;
  if (isForClaim(volume, claim) && spec.claimRef?.uid === claim.metadata.uid) return volume;
  return {
    ...volume,
    metadata: isOurChoice
      ? {
          ...metadata,
          annotations: { ...metadata.annotations, [volumeAnnotations.boundByController]: "yes" },
        }
      : metadata,
    spec: { ...spec, claimRef: claimReference(claim) },
  };
}

export function claimReference({ metadata }: PersistentVolumeClaim): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    kind: "PersistentVolumeClaim",
    ...(namespace !== undefined && { namespace }),
    name,
    uid,
    apiVersion: "v1",
    resourceVersion,
  };
}

export function requestedBytes({ spec }: PersistentVolumeClaim): number {
  const requested = spec.resources.requests?.["storage"];
  return requested === undefined ? 0 : quantityValue(requested);
}

function isLargeEnough(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const requested = claim.spec.resources.requests?.["storage"] ?? "0";
  return compareQuantities(volume.spec.capacity?.["storage"] ?? "0", requested) >= 0;
}

function hasAccessModes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const modes = volume.spec.accessModes ?? [];
  return (claim.spec.accessModes ?? []).every((mode) => modes.includes(mode));
}

export function hasVolumeMode(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return volume.spec.volumeMode === claim.spec.volumeMode;
}

function hasAttributesClass(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const wanted = claim.spec.volumeAttributesClassName ?? "";
  return (volume.spec.volumeAttributesClassName ?? "") === wanted;
}

/** Why a claim cannot have the volume that it names, in upstream's words. */
export function mismatchOf(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): string | undefined {
  if (volume.metadata.deletionTimestamp) {
    return `the volume is marked for deletion "${volume.metadata.name}"`;
  }
  if (!isLargeEnough(volume, claim)) return "requested PV is too small";
  if (storageClassOf(volume) !== storageClassOf(claim)) return "storageClassName does not match";
  if (!hasAttributesClass(volume, claim)) return "volumeAttributesClassName does not match";
  if (!hasVolumeMode(volume, claim)) return "incompatible volumeMode";
  return hasAccessModes(volume, claim) ? undefined : "incompatible accessMode";
}

export interface MatchOptions {
  /** Only volumes that are for this claim already: who else may have them is not for us to say. */
  readonly onlyReserved?: boolean;
  /** Where the volume must be usable. */
  readonly isNear?: (volume: PersistentVolume) => boolean;
  /** Names of volumes that somebody else has his hands on. */
  readonly taken?: ReadonlySet<string>;
}

/**
 * The volume for a claim: the one that waits for it, or else the one with the fewest access modes
 * that will do, and of those the smallest.
 */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  { onlyReserved = false, isNear = () => true, taken = new Set() }: MatchOptions = {},
): PersistentVolume | undefined {
  const candidates = volumes.filter(
    (volume) =>
      !taken.has(volume.metadata.name) &&
      (!volume.spec.claimRef || isForClaim(volume, claim)) &&
      !volume.metadata.deletionTimestamp &&
      isLargeEnough(volume, claim) &&
      hasVolumeMode(volume, claim) &&
      hasAttributesClass(volume, claim) &&
      hasAccessModes(volume, claim),
  );
  const reserved = candidates.find((volume) => isForClaim(volume, claim));
  if (reserved) return isNear(reserved) ? reserved : undefined;
  if (onlyReserved) return undefined;
  const { selector } = claim.spec;
  return candidates
    .filter(
      (volume) =>
        volume.status.phase === "Available" &&
        storageClassOf(volume) === storageClassOf(claim) &&
        (!selector || matchesLabelSelector(selector, volume.metadata.labels)) &&
        isNear(volume),
    )
    .sort(byEffort)[0];
}

function byEffort(left: PersistentVolume, right: PersistentVolume): number {
  const modes = ({ spec }: PersistentVolume) => spec.accessModes?.length ?? 0;
  const size = ({ spec }: PersistentVolume) => spec.capacity?.["storage"] ?? "0";
  return (
    modes(left) - modes(right) ||
    compareQuantities(size(left), size(right)) ||
    (left.metadata.name < right.metadata.name ? -1 : 1)
  );
}
