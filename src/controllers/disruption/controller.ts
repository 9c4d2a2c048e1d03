import { Deployment, ReplicaSet, StatefulSet } from "#api/apps/v1.ts";
import { Pod, ReplicationController } from "#api/core/v1.ts";
import { PodDisruptionBudget } from "#api/policy/v1.ts";
import { matchesLabelSelector } from "#machinery/labels/label-selector.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import type { ReconcileContext } from "#component/context.ts";
import type { ReadCache } from "#component/controller.ts";
import { defineController, watch } from "#component/controller.ts";
import { goText } from "../common/selectors.ts";
import { expectedPods, failedStatus, needsScales, statusOf } from "./plan.ts";
import type { Expected } from "./plan.ts";
import { findScales } from "./scales.ts";

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
    watch(StatefulSet, budgetsBeside),
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
    let expected: Expected;
    try {
      expected = await expect(budget, pods, ctx);
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      const problem = error instanceof Error ? error.message : String(error);
      const text = `Failed to calculate the number of expected pods: ${problem}`;
      ctx.event("Warning", "CalculateExpectedPodCountFailed", text);
      await ctx.updateStatus(failedStatus(budget, problem, ctx.now));
      // What owns the pods may be of a kind that is served in a moment.
      throw error;
    }
    const { status, recheckMs } = statusOf(budget, pods, expected, ctx.now);
    await ctx.updateStatus(status);
    return { requeueAfterMs: recheckMs };
  },
});

async function expect(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  ctx: ReconcileContext<PodDisruptionBudget>,
): Promise<Expected> {
  if (!needsScales(budget)) return expectedPods(budget, pods, []);
  const { client, signal } = ctx;
  const { scales, unmanaged } = await findScales(pods, { cache: ctx, client, signal });
  if (unmanaged.length > 0) {
    ctx.event(
      "Warning",
      "UnmanagedPods",
      `Pods selected by this PodDisruptionBudget (selector: ${goText(budget.spec.selector)}) were ` +
        "found to be unmanaged. As a result, the status of the PDB cannot be calculated " +
        "correctly, which may result in undefined behavior. To account for these pods please set " +
        '".spec.minAvailable" field of the PDB to an integer value.',
    );
  }
  return expectedPods(budget, pods, scales);
}

type Scaling = ReplicaSet | ReplicationController | Deployment | StatefulSet;

/** A change of scale changes what the budgets of its namespace allow. */
function budgetsBeside(object: Scaling, cache: ReadCache, old: Scaling | undefined) {
  if (old && old.spec.replicas === object.spec.replicas) return [];
  return cache
    .list(PodDisruptionBudget, object.metadata.namespace ?? "")
    .map(({ metadata }) => ({ namespace: metadata.namespace, name: metadata.name }));
}
