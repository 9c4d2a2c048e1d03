import { Pod } from "#api/core/v1.ts";
import type { Binding, Node } from "#api/core/v1.ts";
import { pacer } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import { SchedulerCache } from "./cache/cache.ts";
import type { NodeInfo } from "./cache/node-info.ts";
import { podKey } from "./cache/pod-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import { decide, findFeasible, pickBest, refusalText, scoreNodes } from "./decide.ts";
import type { DecideOptions, Decision, NoFit } from "./decide.ts";
import { explainNodes } from "./explain.ts";
import type { SchedulingReport } from "./explain.ts";
import { extenderName } from "./extender.ts";
import type { Extender } from "./extender.ts";
import type { ClusterObjects } from "./framework.ts";
import { defaultPlugins } from "./plugins/default-plugins.ts";
import { setCondition } from "./pod-status.ts";
import { Evictor } from "./preemption/evictor.ts";
import { Nominations } from "./preemption/nominations.ts";
import { leastLoss } from "./preemption/candidate.ts";
import { preempt } from "./preemption/preempt.ts";
import type { Candidate } from "./preemption/candidate.ts";
import type { Preemption } from "./preemption/preempt.ts";
import { profileOf } from "./profile/profile.ts";
import type { Profile } from "./profile/profile.ts";
import { SchedulingQueue } from "./queue/queue.ts";
import type { Gate, QueuedPod } from "./queue/queue.ts";
import { Seats } from "./seats.ts";
import { KeptVerdicts } from "./verdicts.ts";

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
  /** Other objects that rules speak of; without them those rules find none. */
  readonly objects?: ClusterObjects;
  /** One for each `spec.schedulerName` that is ours. */
  readonly profiles?: readonly Profile[];
  /** Other programs that are asked besides the plugins. */
  readonly extenders?: readonly Extender[];
  readonly initialBackoffMs?: number;
  readonly backoffMsMax?: number;
}

/**
 * Gives every pod a node. Whoever owns the watches tells it of nodes and pods; it decides one pod
 * at a time on its own picture of the cluster, and binds in the background.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #profiles: ReadonlyMap<string, Profile>;
  readonly #cache: SchedulerCache;
  readonly #queue: SchedulingQueue;
  readonly #verdicts = new KeptVerdicts();
  readonly #nominations = new Nominations();
  readonly #evictor: Evictor;
  /** What was said at the last attempt of each pod that waits. */
  readonly #messages = new Map<string, string>();
  readonly #seats = new Seats(bindingsMax);
  #nextStart = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    const profiles = options.profiles ?? [profileOf(defaultPlugins)];
    const profilesByName = new Map(profiles.map((profile) => [profile.schedulerName, profile]));
    this.#profiles = profilesByName;
    this.#cache = new SchedulerCache(options.objects);
    this.#evictor = new Evictor(options);
    const { clock, initialBackoffMs, backoffMsMax } = options;
    this.#queue = new SchedulingQueue({
      clock,
      ...(initialBackoffMs !== undefined && { initialBackoffMs }),
      ...(backoffMsMax !== undefined && { backoffMsMax }),
      gate: (pod) => this.#gateOf(pod),
      mayFit(event, { pod, refusedBy }) {
        const plugins = profilesByName.get(pod.spec.schedulerName ?? "")?.plugins ?? [];
        return (
          refusedBy.has(extenderName) ||
          plugins.some((plugin) => refusedBy.has(plugin.name) && plugin.mayFitAfter(event, pod))
        );
      },
    });
  }

  setNode(node: Node): void {
    const before = this.#cache.node(node.metadata.name)?.node;
    this.#cache.setNode(node);
    this.#queue.notice(
      before ? { kind: "NodeUpdated", node, before } : { kind: "NodeAdded", node },
    );
  }

  removeNode(name: string): void {
    const node = this.#cache.node(name)?.node;
    this.#cache.removeNode(name);
    if (node) this.#queue.notice({ kind: "NodeDeleted", node });
  }

  setPod(pod: Pod, before?: Pod): void {
    const key = podKey(pod);
    this.#cache.setPod(pod);
    if (pod.spec.nodeName || isFinished(pod)) {
      this.#forget(key);
      if (isFinished(pod)) {
        if (!before || !isFinished(before)) this.#queue.notice({ kind: "PodDeleted", pod });
      } else if (before?.spec.nodeName) {
        this.#queue.notice({ kind: "PodUpdated", pod, before });
      } else this.#queue.notice({ kind: "PodAdded", pod });
    } else if (this.#isOurs(pod) && !this.#cache.isAssumed(key)) {
      const nominated = pod.status.nominatedNodeName;
      if (nominated) this.#nominations.set(this.#cache.infoOf(pod), nominated);
      // A promise that was just given is not in older news of the pod.
      else if (before?.status.nominatedNodeName) this.#nominations.delete(key);
      this.#queue.set(pod);
    } else if (!this.#isOurs(pod)) this.#forget(key);
  }

  removePod(pod: Pod): void {
    const key = podKey(pod);
    const wasNominated = this.#nominations.nodeOf(key) !== undefined;
    this.#forget(key);
    this.#cache.removePod(key);
    if (pod.spec.nodeName || wasNominated) this.#queue.notice({ kind: "PodDeleted", pod });
  }

  /** The claim of that key, or else volumes or storage classes, came or are others now. */
  volumesChanged(claim?: string): void {
    this.#queue.notice({ kind: "VolumesChanged", ...(claim !== undefined && { claim }) });
  }

  /** Claims of devices, classes of them, or devices came or are others now. */
  devicesChanged(): void {
    this.#queue.openGates("DynamicResources");
    this.#queue.notice({ kind: "DevicesChanged" });
  }

  /** Why the pod has no node yet; undefined when it does not wait for one. */
  explain(key: string): SchedulingReport | undefined {
    const queued = this.#queue.find(key);
    const schedulerName = queued?.pod.spec.schedulerName ?? "";
    const profile = this.#profiles.get(schedulerName);
    if (!queued || !profile) return undefined;
    const message = this.#messages.get(key);
    const nominatedNode = this.#nominations.nodeOf(key);
    return {
      pod: key,
      schedulerName,
      ...(queued.gate && { heldBackBy: queued.gate }),
      attempts: queued.attempts,
      ...(message !== undefined && { message }),
      ...(nominatedNode !== undefined && { nominatedNode }),
      ...explainNodes(this.#cache.infoOf(queued.pod), this.#cache, profile),
    };
  }

  /** Schedules until the signal aborts; then waits for bindings under way. */
  async run(signal: AbortSignal): Promise<void> {
    await using scope = new Scope({
      onFailure: (task, error) => this.#options.logger.error("scheduling failed", { task, error }),
    });
    scope.onClose(() => this.#queue.close());
    const giveWay = pacer(this.#options.clock);
    for (;;) {
      const queued = await this.#queue.next(signal);
      if (!queued) return;
      await this.#scheduleOne(queued, scope, signal);
      await giveWay();
    }
  }

  async #scheduleOne(queued: QueuedPod, scope: Scope, signal: AbortSignal): Promise<void> {
    const profile = this.#profiles.get(queued.pod.spec.schedulerName ?? "");
    if (!profile || queued.pod.metadata.deletionTimestamp) return this.#queue.done(queued.key);
    const pod = this.#cache.infoOf(queued.pod);
    const options: DecideOptions = {
      profile,
      nominations: this.#nominations,
      random: () => this.#options.random.float(),
      start: this.#nextStart,
      kept: this.#verdicts,
    };
    const extenders = (this.#options.extenders ?? []).filter((each) => each.isInterested(pod.pod));
    try {
      const decision =
        extenders.length > 0
          ? await this.#decideWith(extenders, pod, options)
          : decide(pod, this.#cache, options);
      this.#moveStart(decision);
      if (decision.ok) {
        this.#cache.assume(pod, decision.node);
        this.#nominations.delete(pod.key);
        const binder = extenders.find(({ binds }) => binds);
        const node = this.#cache.node(decision.node);
        if (node) for (const plugin of profile.reserve) plugin.reserve?.(pod, node);
        scope.run(pod.key, async () => {
          try {
            const isReady =
              node && (await this.#prepare(queued, pod, node, profile, scope, signal));
            if (!isReady) return;
            await this.#seats.with(() => this.#bind(queued, node.name, binder));
          } finally {
            for (const plugin of profile.reserve) plugin.unreserve?.(pod);
          }
        });
      } else {
        const candidate = await this.#candidateFor(pod, decision, profile, extenders);
        this.#refuse(queued, pod, decision, candidate, scope);
      }
    } catch (error) {
      this.#fail(queued, error, scope);
    }
  }

  async #decideWith(
    extenders: readonly Extender[],
    pod: PodInfo,
    options: DecideOptions,
  ): Promise<Decision> {
    const feasible = findFeasible(pod, this.#cache, options);
    if (!feasible.ok) return feasible;
    const { filters, looked, verdicts } = feasible;
    const refusals = feasible.refusals();
    let nodes = feasible.nodes;
    for (const extender of extenders) {
      if (nodes.length === 0) break;
      try {
        nodes = await extender.filter(pod, nodes, refusals);
      } catch (error) {
        if (!extender.isIgnorable) throw error;
      }
    }
    if (nodes.length === 0)
      return { ok: false, refusals, nodes: this.#cache.nodes.length, filters };
    const scores = scoreNodes(pod, this.#cache, { nodes, verdicts }, options.profile);
    const added = await Promise.allSettled(extenders.map((each) => each.scores(pod, nodes)));
    for (const result of added) {
      // One that cannot be asked has no preference.
      if (result.status === "rejected") continue;
      result.value.forEach((score, index) => (scores[index] = (scores[index] ?? 0) + score));
    }
    return { ok: true, ...pickBest(nodes, scores, options.random), looked };
  }

  /** Whether all that the pod needs on the node is there; if not, it waits for another try. */
  async #prepare(
    queued: QueuedPod,
    pod: PodInfo,
    node: NodeInfo,
    profile: Profile,
    scope: Scope,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (const plugin of profile.preBind) {
      try {
        await plugin.preBind?.(pod, node, signal);
      } catch (error) {
        this.#cache.forget(pod.key);
        if (signal.aborted) return false;
        const reason = error instanceof Error ? error.message : String(error);
        const message = `running PreBind plugin "${plugin.name}": ${reason}`;
        this.#queue.notice({ kind: "PodDeleted", pod: placedOn(queued.pod, node.name) });
        this.#fail(queued, new Error(message, { cause: error }), scope);
        return false;
      }
    }
    return true;
  }

  async #bind(queued: QueuedPod, node: string, binder: Extender | undefined): Promise<void> {
    const { client, events, logger } = this.#options;
    const { namespace, name, uid } = queued.pod.metadata;
    try {
      if (binder) await binder.bind(queued.pod, node);
      else
        await client.post<Partial<Binding>, unknown>(Pod, { namespace, name }, "binding", {
          apiVersion: "v1",
          kind: "Binding",
          metadata: { namespace, name, uid } as Binding["metadata"],
          target: { kind: "Node", name: node },
        });
    } catch (error) {
      this.#cache.forget(queued.key);
      // Others were refused because this pod was counted on the node.
      this.#queue.notice({ kind: "PodDeleted", pod: placedOn(queued.pod, node) });
      if (isNotFound(error)) return this.#queue.done(queued.key);
      logger.warn("binding failed", { pod: queued.key, node, error });
      this.#queue.retry(queued);
      return;
    }
    this.#queue.done(queued.key);
    this.#messages.delete(queued.key);
    const message = `Successfully assigned ${namespace}/${name} to ${node}`;
    events.event(queued.pod, "Normal", "Scheduled", message, "Binding");
  }

  /** The node to free for the pod, or why there is none; undefined where nobody may be evicted. */
  async #candidateFor(
    pod: PodInfo,
    noFit: NoFit,
    profile: Profile,
    extenders: readonly Extender[],
  ): Promise<Exclude<Preemption, { ok: true }> | Candidate | undefined> {
    if (noFit.nodes === 0 || !profile.preemption) return undefined;
    const now = this.#options.clock.now();
    const preemption = preempt(pod, this.#cache, noFit, {
      ...profile.preemption,
      nominations: this.#nominations,
      now,
      random: () => this.#options.random.float(),
    });
    if (!preemption.ok) return preemption;
    let { candidates } = preemption;
    for (const extender of extenders) {
      if (!extender.preempts || candidates.length === 0) continue;
      try {
        candidates = await extender.preempt(pod, candidates);
      } catch (error) {
        if (!extender.isIgnorable) throw error;
      }
    }
    const text = "no candidate node for preemption";
    return leastLoss(candidates, now) ?? { ok: false, text, clearsNomination: false };
  }

  #refuse(
    queued: QueuedPod,
    pod: PodInfo,
    noFit: NoFit,
    candidate: Exclude<Preemption, { ok: true }> | Candidate | undefined,
    scope: Scope,
  ): void {
    let message = refusalText(noFit);
    let nominated: string | undefined;
    if (candidate && "node" in candidate) {
      nominated = candidate.node;
      this.#preempt(pod, candidate, scope);
    } else if (candidate) {
      message += ` preemption: ${candidate.text}`;
      if (candidate.clearsNomination) nominated = "";
    }
    if (nominated === "") this.#nominations.delete(pod.key);
    this.#messages.set(queued.key, message);
    this.#queue.unschedulable(queued, noFit.refusals.plugins());
    this.#report(queued.pod, "Unschedulable", message, nominated, scope);
  }

  /** Something went wrong that says nothing of the nodes. */
  #fail(queued: QueuedPod, error: unknown, scope: Scope): void {
    this.#options.logger.error("scheduling failed", { pod: queued.key, error });
    this.#queue.retry(queued);
    const message = error instanceof Error ? error.message : String(error);
    this.#report(queued.pod, "SchedulerError", message, undefined, scope);
  }

  /** Promises the node to the pod, and asks those in its way to leave, in the background. */
  #preempt(pod: PodInfo, candidate: Candidate, scope: Scope): void {
    const { node } = candidate;
    const { client, clock } = this.#options;
    // Less important pods may no longer fit there: they had better look for another place.
    const promised = this.#nominations.on(node) ?? [];
    const outranked = promised.filter(({ priority }) => priority < pod.priority);
    for (const { key } of outranked) this.#nominations.delete(key);
    this.#nominations.set(pod, node);
    const clearing = outranked.map(async (other) => {
      const current = other.pod.status.conditions?.find(({ type }) => type === "PodScheduled");
      const { reason = "Unschedulable", message = "" } = current ?? {};
      const condition = { type: "PodScheduled", status: "False", reason, message } as const;
      await setCondition(client, clock, other.pod, condition, "");
      this.#queue.activate(other.key);
    });
    scope.run(`preemption for ${pod.key}`, async () => {
      try {
        await Promise.all([this.#evictor.evict(pod.pod, candidate), ...clearing]);
      } catch (error) {
        this.#queue.activate(pod.key);
        throw error;
      } finally {
        this.#queue.openGate(pod.key);
      }
    });
  }

  #report(
    pod: Pod,
    reason: "Unschedulable" | "SchedulerError",
    message: string,
    nominated: string | undefined,
    scope: Scope,
  ): void {
    const { client, clock, events } = this.#options;
    const shown =
      message.length > eventMessageMax ? `${message.slice(0, eventMessageMax - 4)} ...` : message;
    events.event(pod, "Warning", "FailedScheduling", shown, "Scheduling");
    const condition = {
      type: "PodScheduled",
      status: "False",
      reason,
      message,
    } as const;
    scope.run(`status of ${podKey(pod)}`, async () => {
      try {
        await setCondition(client, clock, pod, condition, nominated);
      } catch (error) {
        // A pod that is gone, or another one of its name, has nothing to be told.
        if (!isNotFound(error) && !isConflict(error)) throw error;
      }
    });
  }

  #gateOf(pod: Pod): Gate | undefined {
    if (this.#evictor.isPreempting(podKey(pod))) {
      const message = "waiting for the preemption for this pod to be finished";
      return { plugin: "DefaultPreemption", message };
    }
    for (const plugin of this.#profiles.get(pod.spec.schedulerName ?? "")?.preEnqueue ?? []) {
      const message = plugin.preEnqueue?.(pod);
      if (message) return { plugin: plugin.name, message };
    }
    return undefined;
  }

  #moveStart(decision: Decision): void {
    const { length } = this.#cache.nodes;
    if (decision.ok && length > 0) this.#nextStart = (this.#nextStart + decision.looked) % length;
  }

  #forget(key: string): void {
    this.#queue.remove(key);
    this.#nominations.delete(key);
    this.#messages.delete(key);
  }

  #isOurs(pod: Pod): boolean {
    return this.#profiles.has(pod.spec.schedulerName ?? "") && !pod.metadata.deletionTimestamp;
  }
}

/** How many bindings are under way at a time: a decision takes much less than a request. */
const bindingsMax = 100;

/** Longer messages do not go into an event. */
const eventMessageMax = 1024;

function placedOn(pod: Pod, nodeName: string): Pod {
  return { ...pod, spec: { ...pod.spec, nodeName } };
}
