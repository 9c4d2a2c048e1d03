import type { VirtualClock } from "#base/clock.ts";
import { Deployment, ReplicaSet, StatefulSet } from "#api/apps/v1.ts";
import { Job } from "#api/batch/v1.ts";
import { Node, Pod } from "#api/core/v1.ts";
import type { Client, Resource } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import { controllerOf } from "#client/object.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import { tolerates } from "#machinery/scheduling/taints.ts";
import { isReady, podsMax } from "./machines.ts";

/** Who decided a moment ago may not have heard of a change: it counts this much later. */
const hearsayMs = 30_000;
/** The same where nothing was lost on the way. */
const promptMs = 3_000;

interface Past<T> {
  readonly at: number;
  readonly value: T;
}

/** What was said lately, besides what is said now. */
class Recent<T> {
  #values: Past<T>[] = [];

  say(value: T, now: number): void {
    this.#values.push({ at: now, value });
  }

  /** All values that held at some time since then. */
  since(from: number): T[] {
    const last = this.#values.findLastIndex(({ at }) => at <= from);
    if (last > 0) this.#values = this.#values.slice(last);
    return this.#values.map(({ value }) => value);
  }
}

export interface WitnessOptions {
  readonly client: Client;
  readonly clock: VirtualClock;
  readonly tell: (line: string) => void;
  readonly accuse: (what: string) => void;
  /** Pods whose creation was told to have failed, lately. */
  readonly lostSince: (from: number) => number;
  /** Pods that something else than their controller took away, by uid. */
  readonly takenAway: ReadonlySet<string>;
  /** Whether the machine of a node has started that pod and not stopped it. */
  readonly isRunningOn: (node: string, uid: string) => boolean;
}

/** Watches, on the server itself, that controllers and scheduler do at no time what they must not. */
export class Witness {
  changes = 0;
  readonly #options: WitnessOptions;
  readonly #pods = new Map<string, Pod>();
  readonly #wanted = new Map<string, Recent<number>>();
  readonly #surge = new Map<string, Recent<number>>();
  readonly #sets = new Map<string, StatefulSet>();
  readonly #replicaSets = new Map<string, ReplicaSet>();
  readonly #nodes = new Map<string, Recent<Node | undefined>>();
  readonly #unreadySince = new Map<string, number>();
  /** Who had the name of a pod before. */
  readonly #lastUid = new Map<string, string>();

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#follow(Node, (type, node) => this.#node(type, node), signal),
      this.#follow(Deployment, (_, one) => this.#deployment(one), signal),
      this.#follow(ReplicaSet, (type, one) => this.#replicaSet(type, one), signal),
      this.#follow(StatefulSet, (_, one) => void this.#sets.set(one.metadata.uid, one), signal),
      this.#follow(
        Job,
        (_, one) => this.#want(one.metadata.uid, one.spec.parallelism ?? 1),
        signal,
      ),
      this.#follow(Pod, (type, pod) => this.#pod(type, pod), signal),
    ]);
  }

  get pods(): readonly Pod[] {
    return [...this.#pods.values()];
  }

  /** Pods that are healthy, or were a while ago. */
  healthy(label: string): readonly Pod[] {
    const from = this.#options.clock.now() - hearsayMs;
    return this.pods.filter(
      (pod) =>
        pod.metadata.labels?.["app"] === label &&
        (isHealthy(pod) || (this.#unreadySince.get(pod.metadata.uid) ?? -Infinity) > from),
    );
  }

  async #follow<T extends ApiObject>(
    resource: Resource<T>,
    see: (type: string, object: T) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, tell } = this.#options;
    const query = { sendInitialEvents: true };
    for await (const { type, object } of client.watch(resource, query, signal)) {
      if (type === "BOOKMARK" || type === "ERROR") continue;
      tell(`${type} ${resource.info.kind} ${object.metadata.name} ${summary(object)}`);
      this.changes++;
      see(type, object);
    }
  }

  #want(uid: string, count: number): void {
    let recent = this.#wanted.get(uid);
    if (!recent) this.#wanted.set(uid, (recent = new Recent()));
    recent.say(count, this.#options.clock.now());
  }

  #node(type: string, node: Node): void {
    const { name } = node.metadata;
    let recent = this.#nodes.get(name);
    if (!recent) this.#nodes.set(name, (recent = new Recent()));
    recent.say(type === "DELETED" ? undefined : node, this.#options.clock.now());
  }

  #deployment({ metadata, spec }: Deployment): void {
    // One that is being deleted scales nothing any more, whatever it is told.
    if (metadata.deletionTimestamp) return;
    let recent = this.#surge.get(metadata.uid);
    if (!recent) this.#surge.set(metadata.uid, (recent = new Recent()));
    const surge = spec.strategy?.rollingUpdate?.maxSurge ?? 1;
    recent.say(spec.replicas + Number(surge), this.#options.clock.now());
  }

  /** A Deployment never asks for more pods at once than its surge allows. */
  #replicaSet(type: string, one: ReplicaSet): void {
    const { accuse, clock } = this.#options;
    const { uid } = one.metadata;
    if (type === "DELETED") this.#replicaSets.delete(uid);
    else this.#replicaSets.set(uid, one);
    this.#want(uid, one.spec.replicas);
    const owner = controllerOf(one);
    const allowed = owner && this.#surge.get(owner.uid);
    if (!allowed || type === "DELETED") return;
    const total = [...this.#replicaSets.values()]
      .filter((other) => controllerOf(other)?.uid === owner.uid)
      .reduce((sum, other) => sum + other.spec.replicas, 0);
    const most = Math.max(...allowed.since(clock.now() - hearsayMs));
    if (total > most) accuse(`${owner.name} asks for ${total} pods, ${most} are allowed`);
  }

  #pod(type: string, pod: Pod): void {
    const { clock } = this.#options;
    const { name, uid } = pod.metadata;
    const before = this.#pods.get(name);
    if (type === "DELETED") this.#pods.delete(name);
    else this.#pods.set(name, pod);
    const wasHealthy = before !== undefined && isHealthy(before);
    if (wasHealthy && !(isHealthy(pod) && type !== "DELETED")) {
      this.#unreadySince.set(uid, clock.now());
    }
    if (type === "DELETED") {
      this.#lastUid.set(name, uid);
      this.#gone(pod);
    }
    if (type === "ADDED") this.#created(pod);
    if (type !== "DELETED" && pod.spec.nodeName && !before?.spec.nodeName) this.#bound(pod);
    const isNewlyGoing = pod.metadata.deletionTimestamp && !before?.metadata.deletionTimestamp;
    if (type === "MODIFIED" && isNewlyGoing) this.#goes(pod);
  }

  #created(pod: Pod): void {
    const owner = controllerOf(pod);
    if (!owner) return;
    if (owner.kind === "StatefulSet") return this.#createdInOrder(pod, owner.uid);
    const { accuse, clock, lostSince } = this.#options;
    const from = clock.now() - hearsayMs;
    const active = this.pods.filter((one) => controllerOf(one)?.uid === owner.uid && isActive(one));
    if (owner.kind === "DaemonSet") return;
    const wanted = this.#wanted.get(owner.uid)?.since(from) ?? [];
    // What was told to have failed, and had not, is made again.
    const most = Math.max(0, ...wanted) + lostSince(from);
    if (wanted.length > 0 && active.length > most) {
      accuse(`${owner.kind} ${owner.name} has ${active.length} pods, ${most} are wanted at most`);
    }
  }

  /** Pods of a set in order come after those before them are ready. */
  #createdInOrder(pod: Pod, uid: string): void {
    const { accuse, clock } = this.#options;
    const set = this.#sets.get(uid);
    const ordinal = ordinalOf(pod);
    if (!set) return;
    if (pod.metadata.name !== `${set.metadata.name}-${ordinal}`) {
      accuse(`${pod.metadata.name} is no name for a pod of ${set.metadata.name}`);
    }
    if (set.spec.podManagementPolicy === "Parallel") return;
    for (let lower = 0; lower < ordinal; lower++) {
      const before = this.#pods.get(`${set.metadata.name}-${lower}`);
      if (before && isHealthy(before)) continue;
      const wasUid = before?.metadata.uid ?? this.#lastUid.get(`${set.metadata.name}-${lower}`);
      const lately = this.#unreadySince.get(wasUid ?? "") ?? -Infinity;
      if (clock.now() - lately > hearsayMs) {
        accuse(`${pod.metadata.name} comes before ${set.metadata.name}-${lower} is ready`);
      }
    }
  }

  /**
   * The name of a set's pod is free when nothing runs under it any more. Whoever gives it up before
   * has to know that the machine is gone, or takes the blame: a forced deletion.
   */
  #gone(pod: Pod): void {
    const { accuse, isRunningOn, takenAway } = this.#options;
    const { metadata, spec } = pod;
    if (controllerOf(pod)?.kind !== "StatefulSet" || takenAway.has(metadata.uid)) return;
    if (!isRunningOn(spec.nodeName ?? "", metadata.uid)) return;
    accuse(`${metadata.name} is given up, and still runs on ${spec.nodeName}`);
  }

  /** And go before those before them, unless something else takes them away. */
  #goes(pod: Pod): void {
    const owner = controllerOf(pod);
    const set = owner?.kind === "StatefulSet" ? this.#sets.get(owner.uid) : undefined;
    const { accuse, takenAway } = this.#options;
    if (!set || set.spec.podManagementPolicy === "Parallel") return;
    if (set.metadata.deletionTimestamp || takenAway.has(pod.metadata.uid)) return;
    const ordinal = ordinalOf(pod);
    const { conditions, phase } = pod.status;
    // Those that are lost or have failed are replaced wherever they are.
    if (phase !== "Running" || conditions?.some(({ type }) => type === "DisruptionTarget")) return;
    for (const other of this.pods) {
      if (controllerOf(other)?.uid !== set.metadata.uid || ordinalOf(other) <= ordinal) continue;
      const isSurplus = ordinal >= set.spec.replicas;
      if (isSurplus && isActive(other)) {
        accuse(`${pod.metadata.name} goes before ${other.metadata.name}`);
      }
    }
  }

  /** No node is given a pod that it refuses. */
  #bound(pod: Pod): void {
    const { accuse, clock } = this.#options;
    const { nodeName = "", tolerations = [] } = pod.spec;
    const { name } = pod.metadata;
    const past = this.#nodes.get(nodeName)?.since(clock.now() - promptMs) ?? [];
    const accepts = past.some(
      (node) =>
        node !== undefined &&
        !(node.spec.taints ?? []).some(
          (taint) =>
            taint.effect !== "PreferNoSchedule" &&
            !tolerations.some((toleration) => tolerates(toleration, taint)),
        ),
    );
    if (!accepts) accuse(`${name} is put on ${nodeName}, which refuses it`);
    const there = this.pods.filter((one) => one.spec.nodeName === nodeName && !isFinished(one));
    if (there.length > podsMax)
      accuse(`${nodeName} has ${there.length} pods, and room for ${podsMax}`);
  }
}

export const ordinalOf = ({ metadata }: Pod) => Number(metadata.name.split("-").at(-1));

export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !pod.metadata.deletionTimestamp;
}

function isHealthy(pod: Pod): boolean {
  return isActive(pod) && isReady(pod);
}

/** What of an object a reader of a run wants to see. */
function summary(object: ApiObject): string {
  const { metadata, spec, status } = object as ApiObject & {
    spec?: { replicas?: number; nodeName?: string; unschedulable?: boolean };
    status?: { phase?: string; readyReplicas?: number };
  };
  const parts = [
    spec?.replicas === undefined ? "" : `replicas=${spec.replicas}`,
    status?.readyReplicas === undefined ? "" : `ready=${status.readyReplicas}`,
    spec?.nodeName ? `on ${spec.nodeName}` : "",
    spec?.unschedulable ? "cordoned" : "",
    status?.phase ?? "",
    metadata.deletionTimestamp ? "going" : "",
  ];
  return parts.filter(Boolean).join(" ");
}
