import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import type { StorageClass } from "#api/storage/v1.ts";
import { matchesTerm } from "#machinery/scheduling/node-affinity.ts";
import {
  claimNameOf,
  findVolume,
  isFullyBound,
  isMadeFor,
  notMadeFor,
  requestedBytes,
  storageClassOf,
  volumeAnnotations,
} from "#machinery/volumes.ts";

/** What pods' volumes are about, as the watches have it and with what was just decided. */
export interface VolumeObjects {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumes(): readonly PersistentVolume[];
  storageClass(name: string): StorageClass | undefined;
}

/** The claims of a pod, by what is still to be done for them. */
export interface PodClaims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Theirs is for the binder to find, whoever uses them. */
  readonly immediate: readonly PersistentVolumeClaim[];
  /** They wait for a node to be chosen. */
  readonly delayed: readonly PersistentVolumeClaim[];
}

/** What a pod's place on a node would mean for its claims. */
export interface VolumePlan {
  readonly bindings: readonly { claim: PersistentVolumeClaim; volume: PersistentVolume }[];
  /** Volumes are to be made for these, on the node. */
  readonly provisions: readonly PersistentVolumeClaim[];
}

export type NodeVolumes =
  | { readonly ok: true; readonly plan: VolumePlan }
  | { readonly ok: false; readonly reasons: readonly string[] };

const noPlan: VolumePlan = { bindings: [], provisions: [] };
const nodeConflict = "node(s) didn't match PersistentVolume's node affinity";
const bindConflict = "node(s) didn't find available persistent volumes to bind";
const volumeMissing = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";

/** The claims of a pod, or why it can go nowhere for now. */
export function claimsOf(pod: Pod, objects: VolumeObjects): PodClaims | string {
  const { namespace = "" } = pod.metadata;
  const claims: PersistentVolumeClaim[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (name === undefined) continue;
    const claim = objects.claim(namespace, name);
    if (!claim) {
      return volume.ephemeral
        ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
        : `persistentvolumeclaim "${name}" not found`;
    }
    if (claim.status.phase === "Lost") {
      const lost = claim.spec.volumeName ?? "";
      return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${lost}"`;
    }
    if (claim.metadata.deletionTimestamp) {
      return `persistentvolumeclaim "${name}" is being deleted`;
    }
    if (volume.ephemeral && !isMadeFor(pod, claim.metadata)) return notMadeFor(pod, claim);
    claims.push(claim);
  }
  const open = claims.filter((claim) => !isFullyBound(claim));
  const isDelayed = (claim: PersistentVolumeClaim) =>
    !claim.spec.volumeName &&
    objects.storageClass(storageClassOf(claim))?.volumeBindingMode === "WaitForFirstConsumer";
  return {
    bound: claims.filter(isFullyBound),
    immediate: open.filter((claim) => !isDelayed(claim)),
    delayed: open.filter(isDelayed),
  };
}

/** Whether a pod's volumes can be had on a node, and how. */
export function volumesOn(
  node: Node,
  { bound, delayed }: PodClaims,
  objects: VolumeObjects,
): NodeVolumes {
  const reasons = new Set<string>();
  for (const { spec } of bound) {
    const volume = objects.volume(spec.volumeName ?? "");
    if (!volume) reasons.add(volumeMissing);
    else if (!isNear(volume, node)) reasons.add(nodeConflict);
  }
  const plan = planDelayed(node, delayed, objects);
  if (!plan) reasons.add(bindConflict);
  if (plan && reasons.size === 0) return { ok: true, plan };
  return { ok: false, reasons: [...reasons] };
}

function planDelayed(
  node: Node,
  claims: readonly PersistentVolumeClaim[],
  objects: VolumeObjects,
): VolumePlan | undefined {
  if (claims.length === 0) return noPlan;
  const bindings: VolumePlan["bindings"][number][] = [];
  const provisions: PersistentVolumeClaim[] = [];
  const taken = new Set<string>();
  // The smallest first, so that it does not take what a larger one needs.
  for (const claim of [...claims].sort(bySize)) {
    const selected = claim.metadata.annotations?.[volumeAnnotations.selectedNode];
    if (selected && selected !== node.metadata.name) return undefined;
    const near = (volume: PersistentVolume) => isNear(volume, node);
    const volume = selected
      ? undefined
      : findVolume(claim, objects.volumes(), { isNear: near, taken });
    if (volume) {
      taken.add(volume.metadata.name);
      bindings.push({ claim, volume });
    } else if (canProvision(claim, node, objects)) provisions.push(claim);
    else return undefined;
  }
  return { bindings, provisions };
}

function bySize(left: PersistentVolumeClaim, right: PersistentVolumeClaim): number {
  return requestedBytes(left) - requestedBytes(right);
}

/** For local volumes there is a class, but nobody who makes them. */
function canProvision(claim: PersistentVolumeClaim, node: Node, objects: VolumeObjects): boolean {
  const storageClass = objects.storageClass(storageClassOf(claim));
  if (!storageClass?.provisioner) return false;
  if (storageClass.provisioner === "kubernetes.io/no-provisioner") return false;
  const { allowedTopologies = [] } = storageClass;
  const labels = node.metadata.labels ?? {};
  return (
    allowedTopologies.length === 0 ||
    allowedTopologies.some(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? "")),
    )
  );
}

export function isNear({ spec }: PersistentVolume, node: Node): boolean {
  const required = spec.nodeAffinity?.required;
  return !required || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}
