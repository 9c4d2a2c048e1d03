import { Pod } from "#api/core/v1.ts";
import type { Condition } from "#api/meta/v1.ts";
import { defineController } from "#component/controller.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import { conditionOf, withCondition } from "../common/conditions.ts";
import { msOf, timestamp } from "../common/time.ts";

/** A disruption that has not begun after this long does not come. */
const staleMs = 120_000;

/** Takes back what was announced to pods, when nobody disrupted them. */
export const staleDisruptionController = defineController({
  name: "disruption-controller-stale-pods",
  eventSource: "controllermanager",
  for: Pod,
  ignores: (pod) => disruptionOf(pod) === undefined,

  async reconcile(pod, ctx) {
    const announced = disruptionOf(pod);
    if (!announced) return undefined;
    const leftMs = (msOf(announced.lastTransitionTime) ?? 0) + staleMs - ctx.now;
    if (leftMs > 0) return { requeueAfterMs: leftMs };
    await ctx.updateStatus({
      ...pod.status,
      conditions: withCondition(pod.status.conditions, {
        type: "DisruptionTarget",
        status: "False",
        lastTransitionTime: timestamp(ctx.now),
      }),
    });
    return undefined;
  },
});

/** The node's own announcements may take as long as they like. */
function disruptionOf(pod: Pod): Condition | undefined {
  if (pod.metadata.deletionTimestamp || isFinished(pod)) return undefined;
  const found = conditionOf(pod.status.conditions, "DisruptionTarget");
  if (found?.status !== "True" || found.reason === "TerminationByKubelet") return undefined;
  return found as Condition;
}
