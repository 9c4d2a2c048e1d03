import { Node, Pod } from "#api/core/v1.ts";
import { keyOf } from "#client/object.ts";
import type { ObjectReference } from "#client/client.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import type { ReconcileContext } from "#component/context.ts";
import type { Controller } from "#component/controller.ts";
import { defineController, watch } from "#component/controller.ts";
import { podsByNode } from "../node-lifecycle/controller.ts";
import { withDisruption } from "../common/disruption.ts";
import { isEvicting, msToEviction } from "./plan.ts";

const why = {
  reason: "DeletionByTaintManager",
  message: "Taint manager: deleting due to NoExecute taint",
};

/** Deletes pods from nodes whose NoExecute taints they do not tolerate, or no longer. */
export function taintEvictionController(): Controller {
  /** Since when pods that are to go are known to be, by key. */
  const leaving = new Map<string, { readonly uid: string; readonly since: number }>();

  function cancel(reference: ObjectReference, ctx: ReconcileContext<Pod>): void {
    if (!leaving.delete(keyOf(reference))) return;
    const message = `Cancelling deletion of Pod ${keyOf(reference)}`;
    ctx.event("Normal", "TaintManagerEviction", message, podAt(reference));
  }

  return defineController({
    name: "taint-eviction-controller",
    for: Pod,
    watches: [
      watch(Node, (node, cache, old) => {
        if (old && deepEqual(evictingTaints(node), evictingTaints(old))) return [];
        return cache.byIndex(Pod, "nodeName", node.metadata.name).map(({ metadata }) => metadata);
      }),
    ],
    indexes: [podsByNode],
    // It is on no node, whose taints could send it away.
    ignores: (pod) => !pod.spec.nodeName,
    concerns: (pod, old) =>
      pod.spec.nodeName !== old.spec.nodeName ||
      !deepEqual(pod.spec.tolerations, old.spec.tolerations),

    async reconcileKey(reference, ctx) {
      const pod = ctx.object;
      const known = leaving.get(keyOf(reference));
      if (known && known.uid !== pod?.metadata.uid) cancel(reference, ctx);
      if (!pod) return undefined;
      const { nodeName } = pod.spec;
      const node = nodeName ? ctx.get(Node, { name: nodeName }) : undefined;
      if (!node || pod.metadata.deletionTimestamp) return undefined;
      const since = leaving.get(keyOf(reference))?.since ?? ctx.now;
      const waitMs = msToEviction(pod, evictingTaints(node), since, ctx.now);
      if (waitMs === undefined) {
        cancel(reference, ctx);
        return undefined;
      }
      if (waitMs > 0) {
        leaving.set(keyOf(reference), { uid: pod.metadata.uid, since });
        return { requeueAfterMs: waitMs };
      }
      leaving.delete(keyOf(reference));
      const message = `Marking for deletion Pod ${keyOf(reference)}`;
      ctx.event("Normal", "TaintManagerEviction", message, podAt(reference));
      const status = withDisruption(pod, why, ctx.now);
      if (status !== pod.status) {
        await ctx.update(Pod, { ...pod, status }, { subresource: "status" });
      }
      await ctx.delete(Pod, pod);
      return undefined;
    },
  });
}

const evictingTaints = ({ spec }: Node) => (spec.taints ?? []).filter(isEvicting);

/** The event is about whatever pod has the name: this one may be gone. */
function podAt({ namespace, name }: ObjectReference) {
  return { apiVersion: "v1", kind: "Pod", ...(namespace && { namespace }), name };
}
