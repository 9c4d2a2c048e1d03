import type { StatefulSetStatus } from "#api/apps/v1.ts";
import { withoutMissing } from "../common/fields.ts";
import { orMissing } from "../common/numbers.ts";
import { isAvailable, isReady } from "../common/pods.ts";
import { ordinalOf, versionOf } from "./identity.ts";
import type { Plan, Situation } from "./plan.ts";

/**
 * What the pods amount to. A rollout is over when all pods are ready and new: then the version that
 * it led to is the current one.
 */
export function statusOf(
  situation: Omit<Situation, "claimOf">,
  collisionCount: number,
  replaced: number,
): StatefulSetStatus {
  const { set, current, update, now } = situation;
  const { replicas: wanted, minReadySeconds = 0, updateStrategy } = set.spec;
  const pods = situation.pods.filter((pod) => ordinalOf(pod) !== undefined);
  const ready = pods.filter((pod) => pod.status.phase === "Running" && isReady(pod));
  const staying = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const updated = staying.filter((pod) => versionOf(pod) === update.name).length;
  const old = staying.filter((pod) => versionOf(pod) === current.name).length;
  const isOver =
    updateStrategy.type === "RollingUpdate" &&
    [updated, ready.length, pods.length].every((count) => count === wanted);
  const conditions = set.status?.conditions;
  return withoutMissing({
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: orMissing(ready.length),
    currentReplicas: orMissing(isOver ? updated : Math.max(0, old - replaced)),
    updatedReplicas: orMissing(updated),
    currentRevision: isOver ? update.name : current.name,
    updateRevision: update.name,
    collisionCount,
    conditions,
    availableReplicas: ready.filter((pod) => isAvailable(pod, minReadySeconds, now)).length,
  });
}

/** How many pods the plan takes away for a newer version. */
export function replacements({ phases }: Plan): number {
  return phases.flat().filter(({ kind }) => kind === "replace").length;
}
