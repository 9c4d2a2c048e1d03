import { Deployment, ReplicaSet } from "#api/apps/v1.ts";
import { Pod, ReplicationController } from "#api/core/v1.ts";
import { PodDisruptionBudget } from "#api/policy/v1.ts";
import { controllerOf } from "#client/object.ts";
import { matchesLabelSelector } from "#machinery/labels/label-selector.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import type { ReadCache } from "#component/controller.ts";
import { defineController, watch } from "#component/controller.ts";
import { expectedPods, failedStatus, statusOf } from "./plan.ts";
import type { Scaled } from "./plan.ts";

/** Says of each budget how many of its pods may be evicted right now. */
export const disruptionController = defineController({
  name: "disruption-controller",
  eventSource: "controllermanager",
  for: PodDisruptionBudget,
  watches: [
    watch(Pod, (pod, cache, old) =>
      cache
        .list(PodDisruptionBudget, pod.metadata.namespace ?? "")
        .filter(
          ({ spec }) =>
            matchesLabelSelector(spec.selector, pod.metadata.labels) ||
            (old && matchesLabelSelector(spec.selector, old.metadata.labels)),
        )
        .map(({ metadata }) => ({ namespace: metadata.namespace, name: metadata.name })),
    ),
    watch(ReplicaSet, budgetsBeside),
    watch(ReplicationController, budgetsBeside),
    watch(Deployment, budgetsBeside),
  ],

  async reconcile(budget, ctx) {
    const { namespace } = budget.metadata;
    const pods = ctx
      .list(Pod, namespace ?? "")
      .filter(
        (pod) =>
          !isFinished(pod) && matchesLabelSelector(budget.spec.selector, pod.metadata.labels),
      );
    if (pods.length === 0) ctx.event("Normal", "NoPods", "No matching pods found");
    const expected = expectedPods(budget, pods, (pod) => scaledOf(pod, ctx));
    if ("problem" in expected) {
      const text = `Failed to calculate the number of expected pods: ${expected.problem}`;
      ctx.event("Warning", "CalculateExpectedPodCountFailed", text);
      await ctx.updateStatus(failedStatus(budget, expected.problem, ctx.now));
      return undefined;
    }
    const { status, recheckMs } = statusOf(budget, pods, expected, ctx.now);
    await ctx.updateStatus(status);
    return { requeueAfterMs: recheckMs };
  },
});

/** A change of scale changes what the budgets of its namespace allow. */
function budgetsBeside(
  object: ReplicaSet | ReplicationController | Deployment,
  cache: ReadCache,
  old: ReplicaSet | ReplicationController | Deployment | undefined,
) {
  if (old && old.spec.replicas === object.spec.replicas) return [];
  return cache
    .list(PodDisruptionBudget, object.metadata.namespace ?? "")
    .map(({ metadata }) => ({ namespace: metadata.namespace, name: metadata.name }));
}

function scaledOf(pod: Pod, cache: ReadCache): Scaled | undefined {
  const owner = controllerOf(pod);
  if (!owner) return undefined;
  const { namespace } = pod.metadata;
  const { kind, name, uid } = owner;
  if (kind === "ReplicationController") {
    const found = cache.get(ReplicationController, { namespace, name });
    return found?.metadata.uid === uid ? { uid, replicas: found.spec.replicas } : undefined;
  }
  if (kind !== "ReplicaSet") return undefined;
  const replicaSet = cache.get(ReplicaSet, { namespace, name });
  if (replicaSet?.metadata.uid !== uid) return undefined;
  const above = controllerOf(replicaSet);
  if (above?.kind !== "Deployment") return { uid, replicas: replicaSet.spec.replicas };
  const deployment = cache.get(Deployment, { namespace, name: above.name });
  if (deployment?.metadata.uid !== above.uid) return undefined;
  return { uid: above.uid, replicas: deployment.spec.replicas };
}
