import type { Deployment, ReplicaSet } from "#api/apps/v1.ts";
import { sum } from "../common/numbers.ts";
import { byAge, compare } from "../common/time.ts";
import { desiredReplicasAnnotation, fenceposts, maxReplicasAnnotation } from "./replica-sets.ts";

/** A ReplicaSet and the size it shall have. Several of one ReplicaSet follow one another. */
export interface Scaling {
  readonly replicaSet: ReplicaSet;
  readonly replicas: number;
}

const size = ({ spec }: ReplicaSet) => spec.replicas;
const available = ({ status }: ReplicaSet) => status?.availableReplicas ?? 0;
const isLive = (replicaSet: ReplicaSet) => size(replicaSet) > 0;

/** Was the Deployment scaled since its ReplicaSets were? Then that comes before any rollout. */
export function isScalingEvent(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
): boolean {
  return replicaSets.filter(isLive).some(({ metadata }) => {
    const desired = metadata.annotations?.[desiredReplicasAnnotation];
    return desired !== undefined && Number(desired) !== deployment.spec.replicas;
  });
}

/** How large the current ReplicaSet may be right now. */
export function currentSize(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
): number {
  const { replicas, strategy } = deployment.spec;
  const now = current ? size(current) : 0;
  if (strategy.type === "Recreate") return replicas;
  const room = replicas + fenceposts(deployment).maxSurge - sum(all, size);
  return room <= 0 ? now : now + Math.min(room, replicas - now);
}

/** One step of a rolling update: the new one up, or old ones down as far as enough are available. */
export function rollingStep(
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
): readonly Scaling[] {
  const { replicas } = deployment.spec;
  if (size(current) !== replicas) {
    const wanted =
      size(current) > replicas ? replicas : currentSize(deployment, current, [...old, current]);
    if (wanted !== size(current)) return [{ replicaSet: current, replicas: wanted }];
  }
  return scaleDownOld(deployment, current, old);
}

function scaleDownOld(
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
): readonly Scaling[] {
  const all = [...old, current];
  if (sum(old, size) === 0) return [];
  const minAvailable = deployment.spec.replicas - fenceposts(deployment).maxUnavailable;
  const currentUnavailable = size(current) - available(current);
  let removable = sum(all, size) - minAvailable - currentUnavailable;
  if (removable <= 0) return [];

  const scalings: Scaling[] = [];
  const sizes = new Map(old.map((replicaSet) => [replicaSet, size(replicaSet)]));
  const shrink = (replicaSet: ReplicaSet, by: number) => {
    const replicas = (sizes.get(replicaSet) ?? 0) - by;
    sizes.set(replicaSet, replicas);
    scalings.push({ replicaSet, replicas });
  };
  // What never became healthy goes first: it must not stand in the way of the rollout.
  for (const replicaSet of [...old].sort(byAge)) {
    const unhealthy = Math.min(removable, size(replicaSet) - available(replicaSet));
    if (!isLive(replicaSet) || unhealthy <= 0) continue;
    shrink(replicaSet, unhealthy);
    removable -= unhealthy;
  }
  let spare = sum(all, available) - minAvailable;
  for (const replicaSet of [...old].sort(byAge)) {
    const down = Math.min(spare, sizes.get(replicaSet) ?? 0);
    if (down <= 0) continue;
    shrink(replicaSet, down);
    spare -= down;
  }
  return scalings;
}

/**
 * Follows a change of `spec.replicas` outside of a rollout's steps: one live ReplicaSet takes the
 * whole size; in the middle of a rollout each keeps its share, so that the risk stays spread.
 */
export function scaleToSize(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): readonly Scaling[] {
  const { replicas, strategy } = deployment.spec;
  const all = current ? [...old, current] : old;
  const live = all.filter(isLive);
  const only =
    live.length === 0 ? (current ?? old.at(-1)) : live.length === 1 ? live[0] : undefined;
  // Also of the right size already: it then learns which size that is right for.
  if (only) return [{ replicaSet: only, replicas }];
  if (current && isSaturated(deployment, current)) {
    return old.filter(isLive).map((replicaSet) => ({ replicaSet, replicas: 0 }));
  }
  if (strategy.type !== "RollingUpdate") return [];
  return proportional(deployment, live);
}

function isSaturated({ spec }: Deployment, current: ReplicaSet): boolean {
  const desired = Number(current.metadata.annotations?.[desiredReplicasAnnotation]);
  return (
    size(current) === spec.replicas &&
    desired === spec.replicas &&
    available(current) === spec.replicas
  );
}

function proportional(deployment: Deployment, live: readonly ReplicaSet[]): readonly Scaling[] {
  const { replicas } = deployment.spec;
  const allowed = replicas > 0 ? replicas + fenceposts(deployment).maxSurge : 0;
  const toAdd = allowed - sum(live, size);
  // The largest first, since rounding leaves the rest to the first; of equal ones the newest when
  // there is something to gain, the oldest when there is something to lose.
  const ordered = [...live].sort(
    (a, b) =>
      size(b) - size(a) ||
      (toAdd > 0 ? -1 : 1) * compare(a.metadata.creationTimestamp, b.metadata.creationTimestamp),
  );
  let added = 0;
  const scalings = ordered.map((replicaSet) => {
    const share = shareOf(replicaSet, deployment, toAdd, added);
    added += share;
    return { replicaSet, replicas: size(replicaSet) + share };
  });
  return scalings.map((scaling, index) =>
    index === 0 ? { ...scaling, replicas: Math.max(0, scaling.replicas + toAdd - added) } : scaling,
  );
}

function shareOf(replicaSet: ReplicaSet, deployment: Deployment, toAdd: number, added: number) {
  if (toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(replicaSet, deployment);
  const left = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}

function fractionOf(replicaSet: ReplicaSet, deployment: Deployment): number {
  const { replicas } = deployment.spec;
  if (replicas === 0) return -size(replicaSet);
  const before =
    Number(replicaSet.metadata.annotations?.[maxReplicasAnnotation]) ||
    (deployment.status.replicas ?? 0);
  if (before === 0) return 0;
  const max = replicas + fenceposts(deployment).maxSurge;
  return Math.round((size(replicaSet) * max) / before) - size(replicaSet);
}

/** Old ReplicaSets beyond what the history keeps, of those that have nothing left to do. */
export function beyondHistory(
  deployment: Deployment,
  old: readonly ReplicaSet[],
  revision: (replicaSet: ReplicaSet) => bigint,
): readonly ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit;
  const candidates = old.filter(({ metadata }) => !metadata.deletionTimestamp);
  const surplus = candidates.length - limit;
  if (surplus <= 0) return [];
  return candidates
    .sort((a, b) => Number(revision(a) - revision(b)) || byAge(a, b))
    .slice(0, surplus)
    .filter(
      ({ metadata, spec, status }) =>
        (status?.replicas ?? 0) === 0 &&
        spec.replicas === 0 &&
        (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0),
    );
}
