import type { Pod, PodTemplateSpec } from "#api/core/v1.ts";
import type { LabelSelector } from "#api/meta/v1.ts";
import { matchesLabelSelector } from "#machinery/labels/label-selector.ts";
import { conditionOf, withCondition, withoutCondition } from "../common/conditions.ts";
import type { ConditionLike } from "../common/conditions.ts";
import { withoutMissing } from "../common/fields.ts";
import { orMissing } from "../common/numbers.ts";
import { isAvailable, isReady, isTerminating } from "../common/pods.ts";
import { timestamp } from "../common/time.ts";
import { podsToDelete } from "./rank.ts";

/** What ReplicaSets and ReplicationControllers share. */
export interface ReplicaKeeper {
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly template: PodTemplateSpec | undefined;
  readonly generation: number | undefined;
}

/** What to do about the number of pods. */
export type Plan =
  | { readonly kind: "none" }
  | { readonly kind: "create"; readonly count: number }
  | { readonly kind: "delete"; readonly pods: readonly Pod[] };

/** So many pods are created or deleted in one pass at most. */
const burst = 500;

export function plan(
  keeper: Pick<ReplicaKeeper, "replicas">,
  pods: readonly Pod[],
  related: readonly Pod[],
  now: number,
): Plan {
  const surplus = pods.length - keeper.replicas;
  if (surplus < 0) return { kind: "create", count: Math.min(-surplus, burst) };
  if (surplus > 0) {
    return { kind: "delete", pods: podsToDelete(pods, related, Math.min(surplus, burst), now) };
  }
  return { kind: "none" };
}

interface ReplicaCounts<C extends ConditionLike> {
  replicas: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  observedGeneration?: number;
  conditions?: C[];
}

/** The status that the pods amount to. `all` includes pods on their way out. */
export function statusOf<C extends ConditionLike>(options: {
  keeper: ReplicaKeeper;
  active: readonly Pod[];
  old: { readonly conditions?: C[] } | undefined;
  plan: Plan;
  failure: Error | undefined;
  now: number;
}): ReplicaCounts<C> {
  const { active, failure, keeper, now, old } = options;
  const labels = Object.entries(keeper.template?.metadata.labels ?? {});
  const count = (matches: (pod: Pod) => boolean) => orMissing(active.filter(matches).length);
  const conditions = failureCondition(old?.conditions, options.plan, failure, now);
  return withoutMissing({
    replicas: active.length,
    fullyLabeledReplicas: count(({ metadata }) =>
      labels.every(([key, value]) => metadata.labels?.[key] === value),
    ),
    readyReplicas: count(isReady),
    availableReplicas: count((pod) => isAvailable(pod, keeper.minReadySeconds, now)),
    observedGeneration: keeper.generation,
    conditions: conditions.length > 0 ? conditions : undefined,
  });
}

/** Pods that were told to go and still run. */
export function terminatingReplicas(pods: readonly Pod[], selector: LabelSelector): number {
  return pods.filter(
    (pod) => isTerminating(pod) && matchesLabelSelector(selector, pod.metadata.labels),
  ).length;
}

function failureCondition<C extends ConditionLike>(
  conditions: C[] | undefined,
  plan: Plan,
  failure: Error | undefined,
  now: number,
): C[] {
  if (!failure) return withoutCondition(conditions, "ReplicaFailure");
  if (conditionOf(conditions, "ReplicaFailure")) return conditions ?? [];
  const condition: ConditionLike = {
    type: "ReplicaFailure",
    status: "True",
    reason: plan.kind === "delete" ? "FailedDelete" : "FailedCreate",
    message: failure.message,
    lastTransitionTime: timestamp(now),
  };
  return withCondition(conditions, condition as C);
}
