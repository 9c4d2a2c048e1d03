import { Pod } from "#api/core/v1.ts";
import type { Binding, Node } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { isNotFound } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import { SchedulerCache } from "./cache/cache.ts";
import type { NodeInfo } from "./cache/node-info.ts";
import { podInfo, podKey } from "./cache/pod-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import { decide, refusalText } from "./decide.ts";
import type { Decision } from "./decide.ts";
import type { ClusterEvent, Plugin, Refusal } from "./framework.ts";
import { defaultPlugins } from "./plugins/default-plugins.ts";
import { preempt } from "./preempt.ts";
import { SchedulingQueue } from "./queue/queue.ts";
import type { QueuedPod } from "./queue/queue.ts";

/** Where the scheduler says what it did: `kubectl describe pod` shows it. */
export interface SchedulerEvents {
  event(
    pod: Pod,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    action: string,
  ): void;
}

export interface SchedulerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: SchedulerEvents;
  readonly plugins?: readonly Plugin[];
  /** Pods with another `spec.schedulerName` are somebody else's. */
  readonly name?: string;
}

/** Why a pod waits, kept from its last attempt: what "why is it Pending" is answered from. */
export interface Explanation {
  readonly message: string;
  readonly refusals: ReadonlyMap<string, Refusal>;
  readonly attempts: number;
}

/**
 * Gives every pod a node. Whoever owns the watches tells it of nodes and pods; it decides one pod
 * at a time on its own picture of the cluster, and binds in the background.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #plugins: readonly Plugin[];
  readonly #name: string;
  readonly #cache = new SchedulerCache();
  readonly #queue: SchedulingQueue;
  readonly #explanations = new Map<string, Explanation>();

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#plugins = options.plugins ?? defaultPlugins;
    this.#name = options.name ?? "default-scheduler";
    this.#queue = new SchedulingQueue({ clock: options.clock });
  }

  setNode(node: Node): void {
    const known = this.#cache.nodes.some(({ name }) => name === node.metadata.name);
    this.#cache.setNode(node);
    this.#notice({ kind: known ? "NodeUpdated" : "NodeAdded", node: node.metadata.name });
  }

  removeNode(name: string): void {
    this.#cache.removeNode(name);
  }

  setPod(pod: Pod): void {
    const key = podKey(pod);
    this.#cache.setPod(pod);
    if (pod.spec.nodeName || isFinished(pod)) {
      this.#queue.remove(key);
      this.#explanations.delete(key);
      this.#notice({ kind: isFinished(pod) ? "PodDeleted" : "PodAdded", pod });
    } else if (this.#isOurs(pod) && !this.#cache.isAssumed(key)) {
      this.#queue.set(pod);
    } else {
      this.#queue.remove(key);
    }
  }

  removePod(pod: Pod): void {
    const key = podKey(pod);
    this.#queue.remove(key);
    this.#explanations.delete(key);
    this.#cache.removePod(key);
    if (pod.spec.nodeName) this.#notice({ kind: "PodDeleted", pod });
  }

  /** The claim of that key, or else volumes or storage classes, came or are others now. */
  volumesChanged(claim?: string): void {
    this.#notice({ kind: "VolumesChanged", ...(claim !== undefined && { claim }) });
  }

  /** Why the pod has no node yet; undefined when it was not tried, or has one. */
  explain(key: string): Explanation | undefined {
    return this.#explanations.get(key);
  }

  /** Schedules until the signal aborts; then waits for bindings under way. */
  async run(signal: AbortSignal): Promise<void> {
    await using scope = new Scope({
      onFailure: (task, error) => this.#options.logger.error("scheduling failed", { task, error }),
    });
    scope.onClose(() => this.#queue.close());
    for (;;) {
      const queued = await this.#queue.next(signal);
      if (!queued) return;
      this.#scheduleOne(queued, scope, signal);
    }
  }

  #scheduleOne(queued: QueuedPod, scope: Scope, signal: AbortSignal): void {
    const pod = podInfo(queued.pod);
    const gates = queued.pod.spec.schedulingGates ?? [];
    if (gates.length > 0) {
      this.#queue.unschedulable(queued, new Set(["SchedulingGates"]));
      scope.run(pod.key, () => this.#reportGated(queued.pod));
      return;
    }
    const { nodes } = this.#cache;
    const decision = decide(pod, nodes, {
      plugins: this.#plugins,
      random: () => this.#options.random.float(),
    });
    if (decision.ok) {
      this.#cache.assume(pod, decision.node);
      const node = nodes.find(({ name }) => name === decision.node);
      if (node) for (const plugin of this.#plugins) plugin.reserve?.(pod, node);
      scope.run(pod.key, async () => {
        try {
          if (!node || !(await this.#prepare(queued, pod, node, signal))) return;
          await this.#bind(queued, decision.node);
        } finally {
          for (const plugin of this.#plugins) plugin.unreserve?.(pod);
        }
      });
    } else {
      scope.run(pod.key, () => this.#refuse(queued, pod, decision));
    }
  }

  /** Whether all that the pod needs on the node is there; if not, it waits for another try. */
  async #prepare(
    queued: QueuedPod,
    pod: PodInfo,
    node: NodeInfo,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (const plugin of this.#plugins) {
      try {
        await plugin.preBind?.(pod, node, signal);
      } catch (error) {
        this.#cache.forget(pod.key);
        if (signal.aborted) return false;
        const reason = error instanceof Error ? error.message : String(error);
        const message = `running PreBind plugin "${plugin.name}": ${reason}`;
        this.#queue.retry(queued);
        const { events } = this.#options;
        events.event(queued.pod, "Warning", "FailedScheduling", message, "Scheduling");
        await this.#setCondition(queued.pod, "SchedulerError", message, undefined);
        return false;
      }
    }
    return true;
  }

  async #bind(queued: QueuedPod, node: string): Promise<void> {
    const { client, events, logger } = this.#options;
    const { namespace, name, uid } = queued.pod.metadata;
    try {
      await client.post<Partial<Binding>, unknown>(Pod, { namespace, name }, "binding", {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { namespace, name, uid } as Binding["metadata"],
        target: { kind: "Node", name: node },
      });
    } catch (error) {
      this.#cache.forget(queued.key);
      if (isNotFound(error)) return;
      logger.warn("binding failed", { pod: queued.key, node, error });
      this.#queue.retry(queued);
      return;
    }
    this.#explanations.delete(queued.key);
    const message = `Successfully assigned ${namespace}/${name} to ${node}`;
    events.event(queued.pod, "Normal", "Scheduled", message, "Binding");
  }

  async #refuse(
    queued: QueuedPod,
    pod: PodInfo,
    decision: Extract<Decision, { ok: false }>,
  ): Promise<void> {
    const { refusals } = decision;
    let message = refusalText(refusals, decision.nodes);
    let nominated: string | undefined;
    if (decision.nodes > 0) {
      const preemption = preempt(pod, this.#cache.nodes, refusals, this.#plugins);
      if (preemption.ok) {
        nominated = preemption.node;
        for (const victim of preemption.victims) await this.#evict(victim, queued.pod, nominated);
      } else {
        message += ` preemption: ${preemption.text}`;
      }
    }
    const refusedBy = new Set([...refusals.values()].map(({ plugin }) => plugin));
    this.#explanations.set(queued.key, { message, refusals, attempts: queued.attempts });
    this.#queue.unschedulable(queued, refusedBy);
    this.#options.events.event(queued.pod, "Warning", "FailedScheduling", message, "Scheduling");
    await this.#setCondition(queued.pod, "Unschedulable", message, nominated);
  }

  async #evict(victim: PodInfo, preemptor: Pod, node: string): Promise<void> {
    const { namespace, name, uid } = victim.pod.metadata;
    try {
      await this.#options.client.delete(Pod, { namespace, name }, { preconditions: { uid } });
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
    const message = `Preempted by pod ${preemptor.metadata.uid} on node ${node}`;
    this.#options.events.event(victim.pod, "Normal", "Preempted", message, "Preempting");
  }

  async #reportGated(pod: Pod): Promise<void> {
    const message = "Scheduling is blocked due to non-empty scheduling gates";
    await this.#setCondition(pod, "SchedulingGated", message, undefined);
  }

  async #setCondition(
    pod: Pod,
    reason: string,
    message: string,
    nominatedNodeName: string | undefined,
  ): Promise<void> {
    const current = pod.status.conditions?.find(({ type }) => type === "PodScheduled");
    const same = current?.reason === reason && current.message === message;
    if (same && pod.status.nominatedNodeName === nominatedNodeName) return;
    const { namespace, name } = pod.metadata;
    const lastTransitionTime =
      current?.status === "False" && current.lastTransitionTime
        ? current.lastTransitionTime
        : new Date(this.#options.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
    const condition = {
      type: "PodScheduled",
      status: "False",
      reason,
      message,
      lastTransitionTime,
    };
    const status = { conditions: [condition], ...(nominatedNodeName && { nominatedNodeName }) };
    try {
      await this.#options.client.patch(
        Pod,
        { namespace, name },
        { type: "strategic", patch: { status } },
        { subresource: "status" },
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  #notice(event: ClusterEvent): void {
    this.#queue.wakeUp((queued) =>
      this.#plugins.some(
        (plugin) => queued.refusedBy.has(plugin.name) && plugin.mayFitAfter(event, queued.pod),
      ),
    );
  }

  #isOurs(pod: Pod): boolean {
    return pod.spec.schedulerName === this.#name && !pod.metadata.deletionTimestamp;
  }
}
