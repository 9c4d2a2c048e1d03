import { sleep } from "#base/clock.ts";
import { Node, Pod } from "#api/core/v1.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import type { Client } from "#client/client.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import type { Controller, ControllerEnvironment } from "#component/controller.ts";
import { byAge, timestamp } from "../common/time.ts";

const periodMs = 20_000;
/** A node that is not there may only be late: its pods wait so long. */
const quarantineMs = 40_000;

/** Removes pods that nobody else will: of nodes that are gone, and the oldest finished ones. */
export function podGarbageCollector(options: { terminatedPodThreshold?: number } = {}): Controller {
  const threshold = options.terminatedPodThreshold ?? 12_500;
  return {
    name: "pod-garbage-collector-controller",
    async run(environment, signal) {
      const { clock, informers, logger } = environment;
      const pods = informers.informer(Pod);
      const nodes = informers.informer(Node);
      await Promise.race([Promise.all([pods.synced, nodes.synced]), ended(signal)]);
      const missing = new Map<string, number>();
      while (!signal.aborted) {
        const plan = planCollection({
          pods: pods.list(),
          nodes: new Map(nodes.list().map((node) => [node.metadata.name, node])),
          missing,
          threshold,
          now: clock.now(),
        });
        for (const { pod, why } of plan) {
          try {
            await collect(pod, why, environment);
          } catch (error) {
            const { namespace, name } = pod.metadata;
            logger.warn("cannot collect a pod", { namespace, name, error: String(error) });
          }
        }
        await sleep(clock, periodMs, signal).catch(() => {});
      }
    },
  };
}

export type Why = "terminated" | "orphaned" | "unscheduled" | "outOfService";

/** Which pods go, and why. `missing` remembers since when nodes are not there; it is updated. */
export function planCollection(state: {
  readonly pods: readonly Pod[];
  readonly nodes: ReadonlyMap<string, Node>;
  readonly missing: Map<string, number>;
  readonly threshold: number;
  readonly now: number;
}): readonly { pod: Pod; why: Why }[] {
  const { missing, nodes, now, pods, threshold } = state;
  const plan = new Map<Pod, Why>();
  const finished = pods.filter(isFinished);
  const surplus = threshold > 0 ? finished.length - threshold : 0;
  if (surplus > 0) {
    for (const pod of finished.sort(byAge).slice(0, surplus)) plan.set(pod, "terminated");
  }
  const used = new Set(pods.flatMap(({ spec }) => spec.nodeName ?? []));
  for (const name of missing.keys()) if (nodes.has(name) || !used.has(name)) missing.delete(name);
  for (const name of used) if (!nodes.has(name) && !missing.has(name)) missing.set(name, now);
  for (const pod of pods) {
    const { nodeName } = pod.spec;
    const since = nodeName ? missing.get(nodeName) : undefined;
    const terminating = pod.metadata.deletionTimestamp !== undefined;
    if (since !== undefined && now - since >= quarantineMs) plan.set(pod, "orphaned");
    else if (terminating && !nodeName) plan.set(pod, "unscheduled");
    else if (terminating && nodeName && isOutOfService(nodes.get(nodeName))) {
      plan.set(pod, "outOfService");
    }
  }
  return [...plan].map(([pod, why]) => ({ pod, why }));
}

function isOutOfService(node: Node | undefined): boolean {
  const ready = node?.status.conditions?.find(({ type }) => type === "Ready");
  const taints = node?.spec.taints ?? [];
  return (
    node !== undefined &&
    ready?.status !== "True" &&
    taints.some(({ key }) => key === "node.kubernetes.io/out-of-service")
  );
}

const messages: Record<Why, string> = {
  terminated: "PodGC: terminated pod over the threshold",
  orphaned: "PodGC: node no longer exists",
  unscheduled: "PodGC: unscheduled terminating pod",
  outOfService: "PodGC: node is out of service",
};

async function collect(
  pod: Pod,
  why: Why,
  { client, clock }: ControllerEnvironment,
): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  if (why === "orphaned" && (await client.find(Node, { name: pod.spec.nodeName ?? "" }))) return;
  try {
    if (!isFinished(pod) && why !== "terminated") await markFailed(pod, why, client, clock.now());
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    await client.delete(Pod, { namespace, name }, options);
  } catch (error) {
    // Changed or gone meanwhile: the next round looks again.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

/** A pod that vanishes must not look as if it might still run. */
async function markFailed(pod: Pod, why: Why, client: Client, now: number): Promise<void> {
  const condition = {
    type: "DisruptionTarget",
    status: "True" as const,
    reason: "DeletionByPodGC",
    message: messages[why],
    lastTransitionTime: timestamp(now),
  };
  const { namespace, name, uid } = pod.metadata;
  const status = { phase: "Failed", ...(why === "orphaned" && { conditions: [condition] }) };
  await client.patch(
    Pod,
    { namespace, name },
    { type: "strategic", patch: { metadata: { uid }, status } },
    { subresource: "status" },
  );
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
