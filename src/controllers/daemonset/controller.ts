import { ControllerRevision, DaemonSet } from "#api/apps/v1.ts";
import { Node, Pod } from "#api/core/v1.ts";
import type { ReconcileContext } from "#component/context.ts";
import type { Controller } from "#component/controller.ts";
import { attempt, defineController, watch } from "#component/controller.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { createPod, deletePod } from "../common/pod-control.ts";
import { msToNextAvailable } from "../common/pods.ts";
import { slowStart } from "../common/slow-start.ts";
import { FailedPods } from "./failed-pods.ts";
import { plan } from "./plan.ts";
import type { Plan, Situation } from "./plan.ts";
import { podFor } from "./pod.ts";
import { beyondLimit, hashOf, syncHistory } from "./revisions.ts";
import { statusOf } from "./status.ts";

/** Runs one pod on every node that suits it. Each cluster has its own: it remembers failures. */
export function daemonSetController(): Controller {
  const failedPods = new FailedPods();
  return defineController({
    name: "daemonset-controller",
    for: DaemonSet,
    owns: [Pod],
    keeps: [ControllerRevision],
    adopts: (daemonSet) => daemonSet.spec.selector,
    watches: [
      watch(Node, (node, cache, old) => {
        if (old && isSameToPods(node, old)) return [];
        return cache
          .list(DaemonSet)
          .map(({ metadata }) => ({ namespace: metadata.namespace, name: metadata.name }));
      }),
    ],

    async reconcile(daemonSet, ctx) {
      const { selector, minReadySeconds = 0, revisionHistoryLimit } = daemonSet.spec;
      if (!selector.matchLabels && !selector.matchExpressions?.length) {
        const message = "This daemon set is selecting all pods. A non-empty selector is required.";
        ctx.event("Warning", "SelectingAll", message);
        return undefined;
      }
      // On its way out its history may be gone already, and must not come back.
      if (daemonSet.metadata.deletionTimestamp) return undefined;
      const revisions = await ctx.claim(ControllerRevision, selector);
      const pods = await ctx.claim(Pod, selector);
      const { current, old } = await syncHistory(daemonSet, revisions, pods, ctx);
      const { uid } = daemonSet.metadata;
      const keyOf = (node: string) => `${uid}/${daemonSet.status?.observedGeneration}/${node}`;
      const situation: Situation = {
        daemonSet,
        nodes: ctx.list(Node),
        pods,
        hash: hashOf(current),
        msToRetry: (node) => failedPods.msToRetry(keyOf(node), ctx.now),
        now: ctx.now,
      };
      const intent = plan(situation);
      for (const { node, ended } of intent.remove) {
        if (ended === "failed") failedPods.deleted(keyOf(node), ctx.now);
      }
      const failure = await attempt(async () => {
        await act(intent, situation, ctx);
        for (const revision of beyondLimit(old, pods, revisionHistoryLimit)) {
          await ctx.delete(ControllerRevision, revision);
        }
      });
      await ctx.updateStatus(statusOf(situation, ctx.object?.status));
      if (failure) throw failure;
      return {
        requeueAfterMs: earliest(msToNextAvailable(pods, minReadySeconds, ctx.now), intent),
      };
    },
  });
}

async function act(
  { create, remove }: Plan,
  { daemonSet, hash }: Situation,
  ctx: ReconcileContext<DaemonSet>,
): Promise<void> {
  for (const { pod, node, ended } of remove) {
    const { namespace, name } = pod.metadata;
    const found = `daemon pod ${namespace}/${name} on node ${node}, will try to`;
    if (ended === "failed") {
      ctx.event("Warning", "FailedDaemonPod", `Found failed ${found} kill it`);
    } else if (ended === "succeeded") {
      ctx.event("Normal", "SucceededDaemonPod", `Found succeeded ${found} delete it`);
    }
  }
  const waiting = [...create];
  const created = await attempt(() =>
    slowStart(create.length, async () => {
      const node = waiting.shift();
      if (node !== undefined) await createPod(podFor(daemonSet, node, hash), ctx);
    }),
  );
  const deleted = await Promise.allSettled(remove.map(({ pod }) => deletePod(pod, ctx)));
  if (created) throw created;
  const failed = deleted.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

function earliest(ms: number | undefined, { retryAfterMs }: Plan): number | undefined {
  if (ms === undefined || retryAfterMs === undefined) return ms ?? retryAfterMs;
  return Math.min(ms, retryAfterMs);
}

/** Heartbeats do not matter here; there are many of them. */
function isSameToPods(node: Node, old: Node): boolean {
  return (
    deepEqual(node.metadata.labels, old.metadata.labels) &&
    deepEqual(node.spec.taints, old.spec.taints)
  );
}
