import type { StatefulSet } from "#api/apps/v1.ts";
import type { PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { countOrPercent } from "../common/numbers.ts";
import { isAvailable, isReady } from "../common/pods.ts";
import { claimsOf, isDoomed, ownershipOf } from "./claims.ts";
import { firstOrdinal, hasIdentity, isInRange, newPod, ordinalOf, versionOf } from "./identity.ts";
import type { NewPod, Version } from "./identity.ts";

/** All that decides what a StatefulSet does next. */
export interface Situation {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  /** The version before the rollout that is going on, and the one that it leads to. */
  readonly current: Version;
  readonly update: Version;
  readonly claimOf: (name: string) => PersistentVolumeClaim | undefined;
  readonly now: number;
}

export type Step =
  | { readonly kind: "create"; readonly pod: NewPod; readonly ordinal: number }
  | { readonly kind: "delete"; readonly pod: Pod }
  /** Claims that the pod waits for, and whom its claims belong to. */
  | { readonly kind: "provide"; readonly pod: Pod; readonly ordinal: number }
  /** Labels, volumes and claims as its identity has them. */
  | { readonly kind: "repair"; readonly pod: Pod; readonly ordinal: number }
  | { readonly kind: "replace"; readonly pod: Pod };

/** Steps of one phase may be done at once if the plan is parallel; a phase waits for the previous. */
export interface Plan {
  readonly parallel: boolean;
  readonly phases: readonly (readonly Step[])[];
}

/**
 * Ordered, a set does one thing at a time and does nothing while a pod is not as it should be: pods
 * come in the order of their numbers and go in the reverse one. Parallel, it does all at once.
 * Pods are only replaced by a new version where no pod is missing or too many.
 */
export function plan(situation: Situation): Plan {
  const { set } = situation;
  const parallel = set.spec.podManagementPolicy === "Parallel";
  if (set.metadata.deletionTimestamp) return { parallel, phases: [] };
  const { replicas, surplus } = partition(situation);
  const phases: (readonly Step[])[] = [];

  const kept = tendReplicas(replicas, situation);
  phases.push(kept.steps);
  if (kept.blocked && !parallel) return { parallel, phases };

  phases.push(surplus.flatMap(({ pod, ordinal }) => provideFor(pod, ordinal, situation)));
  phases.push(parallel ? surplusAtOnce(surplus) : surplusInOrder(surplus, situation));
  if (surplus.length > 0 && !parallel) return { parallel, phases };

  if (set.spec.updateStrategy.type === "RollingUpdate") phases.push(replace(replicas, situation));
  return { parallel, phases };
}

interface Member {
  readonly pod: Pod;
  readonly ordinal: number;
}

/** A place in the set, by its number, whether there is a pod for it or not. */
interface Place {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

function partition({ set, pods }: Situation): {
  replicas: readonly Place[];
  /** Highest number first. */
  surplus: readonly Member[];
} {
  const byOrdinal = new Map<number, Pod>();
  for (const pod of pods) {
    const ordinal = ordinalOf(pod);
    if (ordinal !== undefined) byOrdinal.set(ordinal, pod);
  }
  const first = firstOrdinal(set);
  const replicas = Array.from({ length: set.spec.replicas }, (_, index) => ({
    ordinal: first + index,
    pod: byOrdinal.get(first + index),
  }));
  const surplus = [...byOrdinal]
    .map(([ordinal, pod]) => ({ ordinal, pod }))
    .filter(({ ordinal }) => !isInRange(set, ordinal))
    .sort((left, right) => right.ordinal - left.ordinal);
  return { replicas, surplus };
}

/** `blocked` tells that a pod is not as it should be: ordered, nothing else happens then. */
function tendReplicas(
  replicas: readonly Place[],
  situation: Situation,
): { steps: readonly Step[]; blocked: boolean } {
  const steps: Step[] = [];
  let blocked = false;
  for (const place of replicas) {
    const tended = tend(place, situation);
    steps.push(...tended.steps);
    blocked ||= tended.blocked;
    if (blocked && situation.set.spec.podManagementPolicy !== "Parallel") break;
  }
  return { steps, blocked };
}

function tend(place: Place, situation: Situation): { steps: readonly Step[]; blocked: boolean } {
  const { set } = situation;
  const { pod, ordinal } = place;
  if (!pod) return { steps: create(ordinal, situation), blocked: true };
  const { phase } = pod.status;
  if (phase === "Failed" || phase === "Succeeded") {
    const isGoing = pod.metadata.deletionTimestamp !== undefined;
    return { steps: isGoing ? [] : [{ kind: "delete", pod }], blocked: true };
  }
  const isPending = phase !== "Running" && phase !== "Unknown";
  const blocked = isUnavailable(pod, situation);
  if (blocked && set.spec.podManagementPolicy !== "Parallel") {
    return { steps: isPending ? provideFor(pod, ordinal, situation) : [], blocked };
  }
  const isWrong = !hasIdentity(set, pod) || hasWrongOwners(pod, ordinal, situation);
  if (isWrong) return { steps: [{ kind: "repair", pod, ordinal }], blocked };
  return { steps: isPending ? provideFor(pod, ordinal, situation) : [], blocked };
}

function create(ordinal: number, situation: Situation): readonly Step[] {
  const { set, claimOf } = situation;
  const pod = newPod(set, versionFor(ordinal, situation), ordinal);
  const mustWait = claimsOf(set, ordinal).some(({ metadata }) => {
    const claim = claimOf(metadata.name);
    return claim !== undefined && isDoomed(claim, set, pod.metadata.name);
  });
  return mustWait ? [] : [{ kind: "create", pod, ordinal }];
}

/** Below the partition the version of before stays, also for pods that are made anew. */
function versionFor(ordinal: number, { set, current, update }: Situation): Version {
  const { type, rollingUpdate } = set.spec.updateStrategy;
  if (type !== "RollingUpdate") return update;
  const staying = rollingUpdate
    ? (rollingUpdate.partition ?? 0)
    : (set.status?.currentReplicas ?? 0);
  return ordinal < firstOrdinal(set) + staying ? current : update;
}

function provideFor(pod: Pod, ordinal: number, situation: Situation): readonly Step[] {
  const { set, claimOf } = situation;
  const isMissing =
    isInRange(set, ordinal) &&
    claimsOf(set, ordinal).some(({ metadata }) => claimOf(metadata.name) === undefined);
  const isWrong = isMissing || hasWrongOwners(pod, ordinal, situation);
  return isWrong ? [{ kind: "provide", pod, ordinal }] : [];
}

function hasWrongOwners(pod: Pod, ordinal: number, { set, claimOf }: Situation): boolean {
  return claimsOf(set, ordinal).some(({ metadata }) => {
    const claim = claimOf(metadata.name);
    return claim !== undefined && ownershipOf(claim, set, pod, !isInRange(set, ordinal));
  });
}

function surplusAtOnce(surplus: readonly Member[]): readonly Step[] {
  return surplus
    .filter(({ pod }) => !pod.metadata.deletionTimestamp)
    .map(({ pod }) => ({ kind: "delete", pod }));
}

/** The last one goes, unless another one is ill: an ill one below it is waited for. */
function surplusInOrder(surplus: readonly Member[], situation: Situation): readonly Step[] {
  const last = surplus[0]?.pod;
  if (!last || last.metadata.deletionTimestamp) return [];
  const lowestIll = surplus.findLast(({ pod }) => isUnavailable(pod, situation))?.pod;
  const isIll = isUnavailable(last, situation);
  return isIll && last !== lowestIll ? [] : [{ kind: "delete", pod: last }];
}

/** Pods of another version go, from the highest number down to the partition. */
function replace(replicas: readonly Place[], situation: Situation): readonly Step[] {
  const { set, update } = situation;
  const { partition = 0, maxUnavailable } = set.spec.updateStrategy.rollingUpdate ?? {};
  const isIll = ({ pod }: Place) => !pod || isUnavailable(pod, situation);
  const isOld = ({ pod }: Place) =>
    pod && versionOf(pod) !== update.name && !pod.metadata.deletionTimestamp;
  const targets = replicas.slice(partition).reverse();
  if (maxUnavailable === undefined) {
    // One that is ill and old is replaced; one that is ill and new is waited for.
    const next = targets.find((place) => isOld(place) || isIll(place));
    return next?.pod && isOld(next) ? [{ kind: "replace", pod: next.pod }] : [];
  }
  const allowed = Math.max(1, countOrPercent(maxUnavailable, set.spec.replicas, "down"));
  const budget = Math.max(0, allowed - replicas.filter(isIll).length);
  return targets
    .filter(isOld)
    .slice(0, budget)
    .flatMap(({ pod }) => (pod ? [{ kind: "replace", pod }] : []));
}

/** Not of use, or not for long: not running, not ready for long enough, or on its way out. */
function isUnavailable(pod: Pod, { set, now }: Situation): boolean {
  return (
    pod.metadata.deletionTimestamp !== undefined ||
    pod.status.phase !== "Running" ||
    !isReady(pod) ||
    !isAvailable(pod, set.spec.minReadySeconds ?? 0, now)
  );
}
