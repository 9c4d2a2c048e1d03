import type { Pod } from "#api/core/v1.ts";
import type { Condition } from "#api/meta/v1.ts";
import type { PodDisruptionBudget } from "#api/policy/v1.ts";
import { withCondition } from "../common/conditions.ts";
import { countOrPercent, sum } from "../common/numbers.ts";
import { isReady } from "../common/pods.ts";
import { msOf, timestamp } from "../common/time.ts";
import type { Scaled } from "./scales.ts";

/** An eviction that has not shown after this long did not happen. */
const evictionTimeoutMs = 120_000;

/** How many pods there should be, and how many of them must not go. */
export interface Expected {
  readonly count: number;
  readonly desired: number;
}

/** A plain number of pods to keep needs nobody to say how many there should be. */
export function needsScales({ spec }: PodDisruptionBudget): boolean {
  return spec.maxUnavailable !== undefined || typeof spec.minAvailable === "string";
}

/** `scales` are those of all controllers of the pods, once each; what has none is not counted. */
export function expectedPods(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  scales: readonly Scaled[],
): Expected {
  const { maxUnavailable, minAvailable } = budget.spec;
  if (!needsScales(budget)) {
    return { count: pods.length, desired: typeof minAvailable === "number" ? minAvailable : 0 };
  }
  const count = sum(scales, ({ replicas }) => replicas);
  if (maxUnavailable !== undefined) {
    return { count, desired: Math.max(0, count - countOrPercent(maxUnavailable, count, "up")) };
  }
  return { count, desired: countOrPercent(minAvailable ?? 0, count, "up") };
}

/** The status, and when evictions that did not show must be looked at again. */
export function statusOf(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  expected: Expected,
  now: number,
): { status: PodDisruptionBudget["status"]; recheckMs: number | undefined } {
  const { disrupted, recheckMs } = stillDisrupted(budget, pods, now);
  const healthy = pods.filter(
    (pod) => !pod.metadata.deletionTimestamp && !(pod.metadata.name in disrupted) && isReady(pod),
  ).length;
  const allowed = expected.count <= 0 ? 0 : Math.max(0, healthy - expected.desired);
  const status = {
    observedGeneration: budget.metadata.generation ?? 0,
    ...(Object.keys(disrupted).length > 0 && { disruptedPods: disrupted }),
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: expected.desired,
    expectedPods: expected.count,
    conditions: allowedCondition(budget, allowed > 0, now),
  };
  return { status, recheckMs };
}

/** Nothing may be evicted while it is not known how many pods there should be. */
export function failedStatus(
  budget: PodDisruptionBudget,
  problem: string,
  now: number,
): PodDisruptionBudget["status"] {
  return {
    ...budget.status,
    disruptionsAllowed: 0,
    observedGeneration: budget.metadata.generation ?? 0,
    conditions: withCondition(budget.status.conditions, {
      ...condition(budget, "False", "SyncFailed", now),
      message: problem,
    }),
  };
}

function stillDisrupted(budget: PodDisruptionBudget, pods: readonly Pod[], now: number) {
  const disrupted: Record<string, string> = {};
  let recheckMs: number | undefined;
  for (const [name, time] of Object.entries(budget.status.disruptedPods ?? {})) {
    const pod = pods.find(({ metadata }) => metadata.name === name);
    const leftMs = (msOf(time) ?? 0) + evictionTimeoutMs - now;
    if (!pod || pod.metadata.deletionTimestamp || leftMs <= 0) continue;
    disrupted[name] = time;
    recheckMs = Math.min(recheckMs ?? leftMs, leftMs);
  }
  return { disrupted, recheckMs };
}

function allowedCondition(budget: PodDisruptionBudget, allowed: boolean, now: number): Condition[] {
  const next = allowed
    ? condition(budget, "True", "SufficientPods", now)
    : condition(budget, "False", "InsufficientPods", now);
  return withCondition(budget.status.conditions, next);
}

function condition(
  budget: PodDisruptionBudget,
  status: "True" | "False",
  reason: string,
  now: number,
): Condition {
  return {
    type: "DisruptionAllowed",
    status,
    observedGeneration: budget.metadata.generation ?? 0,
    lastTransitionTime: timestamp(now),
    reason,
    message: "",
  };
}
