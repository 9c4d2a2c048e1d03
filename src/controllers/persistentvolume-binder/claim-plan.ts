import type { PersistentVolume, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import type { StorageClass } from "#api/storage/v1.ts";
import {
  choosesClass,
  findVolume,
  isForClaim,
  isFullyBound,
  mismatchOf,
  storageClassOf,
  volumeAnnotations,
} from "#machinery/volumes.ts";

/** What is said about an object, once more each time it is found so. */
export interface Message {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly text: string;
}

export type ClaimPlan =
  | { readonly kind: "bind"; readonly volume: PersistentVolume }
  /** Nobody has a volume for it: one is to be made. */
  | { readonly kind: "provision"; readonly storageClass: string }
  /** The claim named no class, and now there is one for such claims. */
  | { readonly kind: "takeClass"; readonly storageClass: string }
  | { readonly kind: "wait"; readonly message?: Message }
  /** Its data is gone, and no other volume can stand for it. */
  | { readonly kind: "lose"; readonly message: Message };

/** All that a decision about a claim depends on. */
export interface ClaimSurroundings {
  readonly volumes: readonly PersistentVolume[];
  /** The one that the claim names, where it exists. */
  readonly storageClass: StorageClass | undefined;
  readonly defaultClass: StorageClass | undefined;
  /** That use the claim and have no node yet. */
  readonly waitingPods: readonly Pod[];
}

/** What to do about a claim: find its volume, have one made, or wait. */
export function planClaim(claim: PersistentVolumeClaim, around: ClaimSurroundings): ClaimPlan {
  const isBound = claim.metadata.annotations?.[volumeAnnotations.bindCompleted] !== undefined;
  if (isBound) return planBound(claim, around);
  return claim.spec.volumeName ? planNamed(claim, around) : planUnbound(claim, around);
}

function planUnbound(claim: PersistentVolumeClaim, around: ClaimSurroundings): ClaimPlan {
  const { volumes, storageClass, defaultClass, waitingPods } = around;
  const waitsForPod = storageClass?.volumeBindingMode === "WaitForFirstConsumer";
  const volume = findVolume(claim, volumes, { onlyReserved: waitsForPod });
  if (volume) return { kind: "bind", volume };
  if (!choosesClass(claim) && defaultClass) {
    return { kind: "takeClass", storageClass: defaultClass.metadata.name };
  }
  if (waitsForPod && !claim.metadata.annotations?.[volumeAnnotations.selectedNode]) {
    return { kind: "wait", message: waitingMessage(waitingPods) };
  }
  const name = storageClassOf(claim);
  if (name) return { kind: "provision", storageClass: name };
  return {
    kind: "wait",
    message: {
      type: "Normal",
      reason: "FailedBinding",
      text: "no persistent volumes available for this claim and no storage class is set",
    },
  };
}

function waitingMessage(pods: readonly Pod[]): Message {
  const names = pods.map(({ metadata }) => metadata.name).sort();
  if (names.length === 0) {
    return {
      type: "Normal",
      reason: "WaitForFirstConsumer",
      text: "waiting for first consumer to be created before binding",
    };
  }
  const noun = names.length > 1 ? "pods" : "pod";
  return {
    type: "Normal",
    reason: "WaitForPodScheduled",
    text: `waiting for ${noun} ${names.join(",")} to be scheduled`,
  };
}

/** The author wants this volume and no other. */
function planNamed(
  claim: PersistentVolumeClaim,
  { volumes }: Pick<ClaimSurroundings, "volumes">,
): ClaimPlan {
  const name = claim.spec.volumeName ?? "";
  const volume = volumes.find(({ metadata }) => metadata.name === name);
  if (!volume) return { kind: "wait" };
  if (!volume.spec.claimRef) {
    const mismatch = mismatchOf(volume, claim);
    if (mismatch === undefined) return { kind: "bind", volume };
    const text = `Cannot bind to requested volume "${name}": ${mismatch}`;
    return { kind: "wait", message: { type: "Warning", reason: "VolumeMismatch", text } };
  }
  if (isForClaim(volume, claim)) return { kind: "bind", volume };
  const text = `volume "${name}" already bound to a different claim.`;
  return { kind: "wait", message: { type: "Warning", reason: "FailedBinding", text } };
}

function planBound(
  claim: PersistentVolumeClaim,
  { volumes }: Pick<ClaimSurroundings, "volumes">,
): ClaimPlan {
  const lost = (reason: string, text: string): ClaimPlan => ({
    kind: "lose",
    message: { type: "Warning", reason, text },
  });
  if (!isFullyBound(claim)) {
    const text = "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!";
    return lost("ClaimLost", text);
  }
  const volume = volumes.find(({ metadata }) => metadata.name === claim.spec.volumeName);
  if (!volume) {
    const text = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
    return lost("ClaimLost", text);
  }
  const owner = volume.spec.claimRef?.uid;
  if (!volume.spec.claimRef || owner === claim.metadata.uid) return { kind: "bind", volume };
  const text = "Two claims are bound to the same volume, this one is bound incorrectly";
  return lost("ClaimMisbound", text);
}
