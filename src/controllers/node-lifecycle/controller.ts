import { Lease } from "#api/coordination/v1.ts";
import { Node, Pod } from "#api/core/v1.ts";
import { isNotFound } from "#client/client.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import type { ReconcileContext } from "#component/context.ts";
import type { Controller } from "#component/controller.ts";
import { defineController, indexBy } from "#component/controller.ts";
import { isReady } from "../common/pods.ts";
import { timestamp } from "../common/time.ts";
import {
  monitorPeriodMs,
  noExecuteTaint,
  observe,
  ready,
  silentConditions,
  taintsOf,
} from "./health.ts";
import type { Heartbeat } from "./health.ts";
import { EvictionLimits } from "./zones.ts";

export const podsByNode = indexBy(Pod, "nodeName", ({ spec }) =>
  spec.nodeName ? [spec.nodeName] : [],
);

/** Notices nodes that went silent, says so in their conditions, and taints them. */
export function nodeLifecycleController(): Controller {
  const heartbeats = new Map<string, Heartbeat>();
  const limits = new EvictionLimits();
  return defineController({
    name: "node-lifecycle-controller",
    eventSource: "node-controller",
    for: Node,
    reads: [Lease, Pod],
    indexes: [podsByNode],
    concurrency: 1,
    resyncMs: monitorPeriodMs,

    async reconcileKey(reference, ctx) {
      const node = ctx.object;
      const { name } = reference;
      if (!node) {
        if (heartbeats.delete(name)) removed(name, ctx);
        return;
      }
      const before = heartbeats.get(name);
      const lease = ctx.get(Lease, { namespace: "kube-node-lease", name });
      const heartbeat = observe(before, node, lease, ctx);
      heartbeats.set(name, heartbeat);
      if (!before) {
        const message = `Node ${name} event: Registered Node ${name} in Controller`;
        ctx.event("Normal", "RegisteredNode", message);
      }
      const conditions = silentConditions(node, heartbeat, ctx);
      const wasReady = ready(node)?.status === "True";
      const current = conditions ? await ctx.updateStatus({ ...node.status, conditions }) : node;
      if (wasReady && conditions) {
        ctx.event("Normal", "NodeNotReady", `Node ${name} status is now: NodeNotReady`);
      }
      // One that has said nothing yet has no pods to speak for.
      const status = ready(current)?.status;
      if (status !== undefined && status !== "True") await markPodsNotReady(name, ctx);
      limits.observe(ctx.list(Node));
      await taint(current, limits, ctx);
    },
  });
}

function removed(name: string, ctx: ReconcileContext<Node>): void {
  const message = `Node ${name} event: Removing Node ${name} from Controller`;
  const metadata = { name, uid: name, resourceVersion: "", creationTimestamp: "" };
  ctx.event("Normal", "RemovingNode", message, { apiVersion: "v1", kind: "Node", metadata });
}

async function taint(
  node: Node,
  limits: EvictionLimits,
  ctx: ReconcileContext<Node>,
): Promise<void> {
  const key = noExecuteTaint(node);
  const there = (node.spec.taints ?? []).some(
    (taint) => taint.key === key && taint.effect === "NoExecute",
  );
  let noExecute: { key: string | undefined } | "keep" = { key };
  if (limits.everythingIsSilent) noExecute = { key: undefined };
  else if (key && !there && !limits.tryTake(node, ctx.monotonic)) noExecute = "keep";
  const taints = taintsOf(node, noExecute, ctx.now);
  if (deepEqual(taints, node.spec.taints ?? [])) return;
  const { name, resourceVersion, uid } = node.metadata;
  const patch = { metadata: { uid, resourceVersion }, spec: { taints } };
  await ctx.patch(Node, { name }, { type: "merge", patch });
}

/** Nobody on the node says so any more, so that Services would go on sending there. */
async function markPodsNotReady(node: string, ctx: ReconcileContext<Node>): Promise<void> {
  for (const pod of ctx.byIndex(Pod, "nodeName", node)) {
    if (!isReady(pod) || isFinished(pod)) continue;
    const conditions = (pod.status.conditions ?? []).map((condition) =>
      condition.type === "Ready"
        ? { ...condition, status: "False" as const, lastTransitionTime: timestamp(ctx.now) }
        : condition,
    );
    try {
      const status = { ...pod.status, conditions };
      await ctx.update(Pod, { ...pod, status }, { subresource: "status" });
    } catch (error) {
      if (isNotFound(error)) continue;
      throw error;
    }
    ctx.event("Warning", "NodeNotReady", "Node is not ready", pod);
  }
}
