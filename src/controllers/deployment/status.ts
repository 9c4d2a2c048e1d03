import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from "#api/apps/v1.ts";
import { conditionOf, withoutCondition } from "../common/conditions.ts";
import { orMissing, sum } from "../common/numbers.ts";
import { msOf, timestamp } from "../common/time.ts";
import { fenceposts } from "./replica-sets.ts";

type Conditions = readonly DeploymentCondition[] | undefined;

/** Go's largest int32 stands for "no deadline". */
export function hasProgressDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== 2_147_483_647;
}

export function condition(
  type: string,
  status: DeploymentCondition["status"],
  reason: string,
  message: string,
  now: number,
): DeploymentCondition {
  const time = timestamp(now);
  return { type, status, reason, message, lastUpdateTime: time, lastTransitionTime: time };
}

/** Sets a condition unless it says the same already; see the common `withCondition`. */
export function setCondition(conditions: Conditions, next: DeploymentCondition) {
  const current = conditionOf(conditions, next.type);
  if (current?.status === next.status && current.reason === next.reason) {
    return [...(conditions ?? [])];
  }
  const kept =
    current?.status === next.status && current.lastTransitionTime
      ? { lastTransitionTime: current.lastTransitionTime }
      : {};
  return [...withoutCondition(conditions, next.type), { ...next, ...kept }];
}

/** The numbers, and whether enough pods are available. `conditions` are those of before. */
export function countsOf(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
  conditions: Conditions,
  now: number,
): DeploymentStatus {
  const total = sum(all, ({ status }) => status?.replicas ?? 0);
  const available = sum(all, ({ status }) => status?.availableReplicas ?? 0);
  const { maxUnavailable } = fenceposts(deployment);
  const enough = available >= deployment.spec.replicas - maxUnavailable;
  const next = enough
    ? condition(
        "Available",
        "True",
        "MinimumReplicasAvailable",
        "Deployment has minimum availability.",
        now,
      )
    : condition(
        "Available",
        "False",
        "MinimumReplicasUnavailable",
        "Deployment does not have minimum availability.",
        now,
      );
  return clean({
    observedGeneration: deployment.metadata.generation,
    replicas: orMissing(total),
    updatedReplicas: orMissing(current?.status?.replicas ?? 0),
    readyReplicas: orMissing(sum(all, ({ status }) => status?.readyReplicas ?? 0)),
    availableReplicas: orMissing(available),
    unavailableReplicas: orMissing(Math.max(0, total - available)),
    terminatingReplicas: sum(all, ({ status }) => status?.terminatingReplicas ?? 0),
    collisionCount: deployment.status.collisionCount,
    conditions: setCondition(conditions, next),
  });
}

/** The status of a rollout: also how it progresses, and what keeps pods from being made. */
export function rolloutStatus(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
  conditions: Conditions,
  now: number,
): DeploymentStatus {
  const status = countsOf(deployment, current, all, conditions, now);
  let next: readonly DeploymentCondition[] = status.conditions ?? [];
  const progressing = conditionOf(conditions, "Progressing");
  if (!hasProgressDeadline(deployment)) next = withoutCondition(next, "Progressing");
  const settled =
    status.replicas === status.updatedReplicas && progressing?.reason === "NewReplicaSetAvailable";
  if (hasProgressDeadline(deployment) && !settled) {
    next = progress(deployment, current, status, progressing, next, now);
  }
  const failure =
    conditionOf(current?.status?.conditions, "ReplicaFailure") ??
    all.flatMap((one) => conditionOf(one.status?.conditions, "ReplicaFailure") ?? [])[0];
  next = failure
    ? setCondition(
        next,
        condition(
          "ReplicaFailure",
          failure.status,
          failure.reason ?? "",
          failure.message ?? "",
          now,
        ),
      )
    : withoutCondition(next, "ReplicaFailure");
  return { ...status, conditions: [...next] };
}

function progress(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  status: DeploymentStatus,
  before: DeploymentCondition | undefined,
  conditions: readonly DeploymentCondition[],
  now: number,
): readonly DeploymentCondition[] {
  const what = current
    ? `ReplicaSet "${current.metadata.name}"`
    : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${what} has successfully progressed.`;
    const done = condition("Progressing", "True", "NewReplicaSetAvailable", message, now);
    return setCondition(conditions, done);
  }
  if (hasProgressed(deployment.status, status)) {
    const message = `${what} is progressing.`;
    const next = condition("Progressing", "True", "ReplicaSetUpdated", message, now);
    const kept =
      before?.status === "True" && before.lastTransitionTime
        ? { lastTransitionTime: before.lastTransitionTime }
        : {};
    // Set anew even if it says the same: the deadline counts from its last update.
    return [...withoutCondition(conditions, "Progressing"), { ...next, ...kept }];
  }
  if (isTimedOut(deployment, before, now)) {
    const message = `${what} has timed out progressing.`;
    const late = condition("Progressing", "False", "ProgressDeadlineExceeded", message, now);
    return setCondition(conditions, late);
  }
  return conditions;
}

export function isComplete({ metadata, spec }: Deployment, status: DeploymentStatus): boolean {
  return (
    (status.updatedReplicas ?? 0) === spec.replicas &&
    (status.replicas ?? 0) === spec.replicas &&
    (status.availableReplicas ?? 0) === spec.replicas &&
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const outdated = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus) =>
    replicas - updatedReplicas;
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    outdated(after) < outdated(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function isTimedOut(
  deployment: Deployment,
  progressing: DeploymentCondition | undefined,
  now: number,
): boolean {
  if (!progressing || progressing.reason === "NewReplicaSetAvailable") return false;
  if (progressing.reason === "ProgressDeadlineExceeded") return true;
  return msToDeadline(deployment, progressing, now) < 0;
}

function msToDeadline({ spec }: Deployment, { lastUpdateTime }: DeploymentCondition, now: number) {
  return (msOf(lastUpdateTime) ?? now) + spec.progressDeadlineSeconds * 1000 - now;
}

/** When to look whether a rollout that stands still has missed its deadline. */
export function msToProgressCheck(
  deployment: Deployment,
  status: DeploymentStatus,
  now: number,
): number | undefined {
  const progressing = conditionOf(status.conditions, "Progressing");
  if (!progressing || !hasProgressDeadline(deployment)) return undefined;
  if (isComplete(deployment, status)) return undefined;
  if (progressing.reason === "ProgressDeadlineExceeded") return undefined;
  if (progressing.reason === "NewReplicaSetAvailable") return undefined;
  return Math.max(0, msToDeadline(deployment, progressing, now)) + 1000;
}

/** A paused rollout must not run into its deadline: says so in the condition. */
export function pausedConditions(deployment: Deployment, now: number): Conditions {
  const { conditions } = deployment.status;
  const progressing = conditionOf(conditions, "Progressing");
  if (!hasProgressDeadline(deployment)) return conditions;
  if (progressing?.reason === "ProgressDeadlineExceeded") return conditions;
  const marked = progressing?.reason === "DeploymentPaused";
  if (deployment.spec.paused && !marked) {
    const message = "Deployment is paused";
    return setCondition(
      conditions,
      condition("Progressing", "Unknown", "DeploymentPaused", message, now),
    );
  }
  if (!deployment.spec.paused && marked) {
    const message = "Deployment is resumed";
    return setCondition(
      conditions,
      condition("Progressing", "Unknown", "DeploymentResumed", message, now),
    );
  }
  return conditions;
}

function clean(status: { [K in keyof DeploymentStatus]: DeploymentStatus[K] | undefined }) {
  return Object.fromEntries(
    Object.entries(status).filter(([, field]) => field !== undefined),
  ) as DeploymentStatus;
}
