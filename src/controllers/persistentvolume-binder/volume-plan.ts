import type { PersistentVolume, PersistentVolumeClaim } from "#api/core/v1.ts";
import { hasVolumeMode, provisionerFinalizer, volumeAnnotations } from "#machinery/volumes.ts";

export type VolumePlan =
  | { readonly kind: "phase"; readonly phase: "Available" | "Bound" }
  /** Nobody has it any more: what becomes of it is for its reclaim policy to say. */
  | { readonly kind: "release" }
  /** Its claim found another volume: it is free again, or still waits for its claim. */
  | { readonly kind: "unbind" }
  /** The claim that it is for can never have it. */
  | { readonly kind: "mismatch"; readonly claim: PersistentVolumeClaim }
  /** The claim's pass binds both. */
  | { readonly kind: "leave" };

/** What to do about a volume, by the claim that it is for; undefined where that is gone. */
export function planVolume(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim | undefined,
): VolumePlan {
  const { claimRef } = volume.spec;
  if (!claimRef?.uid) {
    // Deleted by hand, it still waits for who made it.
    const { deletionTimestamp, finalizers } = volume.metadata;
    const isHeld = deletionTimestamp && finalizers?.includes(provisionerFinalizer);
    return isHeld ? { kind: "release" } : { kind: "phase", phase: "Available" };
  }
  if (!claim || claim.metadata.uid !== claimRef.uid) return { kind: "release" };
  if (!claim.spec.volumeName) {
    return hasVolumeMode(volume, claim) ? { kind: "leave" } : { kind: "mismatch", claim };
  }
  if (claim.spec.volumeName === volume.metadata.name) return { kind: "phase", phase: "Bound" };
  // One that was made for the claim is of no use to anybody else.
  const isMade = volume.metadata.annotations?.[volumeAnnotations.provisionedBy] !== undefined;
  const isDeleted = volume.spec.persistentVolumeReclaimPolicy === "Delete";
  return isMade && isDeleted ? { kind: "release" } : { kind: "unbind" };
}

/** The volume without its claim; one that its author reserved stays reserved. */
export function unbound(volume: PersistentVolume): PersistentVolume {
  const { metadata, spec } = volume;
  const { [volumeAnnotations.boundByController]: ours, ...annotations } =
    metadata.annotations ?? {};
  const { claimRef, ...free } = spec;
  if (ours === undefined) {
    const { uid: _, ...reserved } = claimRef ?? {};
    return { ...volume, spec: { ...spec, claimRef: reserved } };
  }
  return { ...volume, metadata: { ...metadata, annotations }, spec: free };
}
