import type { Node } from "#api/core/v1.ts";
import { amountsOf } from "#machinery/pod-resources.ts";
import type { Amounts } from "#machinery/pod-resources.ts";
import type { PodInfo } from "./pod-info.ts";
import { portsConflict } from "#machinery/scheduling/host-ports.ts";
import type { HostPort } from "#machinery/scheduling/host-ports.ts";

/** A node that is asked "what if?" of: nothing that is said of it is kept. */
const hypothetical = -1;

interface NodeInfoOptions {
  readonly slot?: number;
  readonly generation?: number;
  /** What the node says, where it has been read before. */
  readonly read?: Pick<NodeInfo, "allocatable" | "imageBytes">;
}

function readNode({ status }: Node): Pick<NodeInfo, "allocatable" | "imageBytes"> {
  const images = (status.images ?? []).flatMap((image) =>
    (image.names ?? []).map((name) => [name, image.sizeBytes ?? 0] as const),
  );
  return { allocatable: amountsOf(status.allocatable ?? {}), imageBytes: new Map(images) };
}

/** One node and the sums over its pods, kept up to date as pods come and go. */
export class NodeInfo {
  readonly node: Node;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly allocatable: Amounts;
  /** Bytes of each image present, by every name it has. */
  readonly imageBytes: ReadonlyMap<string, number>;
  /** A small number that no other node of the cache has: the node's place in tables. */
  readonly slot: number;
  /** Another one after every change that rules about one node may see. */
  generation: number;
  readonly #pods = new Map<string, PodInfo>();
  readonly #requested = new Map<string, number>();
  #scoreCpu = 0;
  #scoreMemory = 0;

  constructor(
    node: Node,
    pods: Iterable<PodInfo> = [],
    { slot = 0, generation = hypothetical, read = readNode(node) }: NodeInfoOptions = {},
  ) {
    this.node = node;
    this.slot = slot;
    this.generation = generation;
    this.name = node.metadata.name;
    this.labels = node.metadata.labels ?? {};
    this.allocatable = read.allocatable;
    this.imageBytes = read.imageBytes;
    for (const pod of pods) this.add(pod);
  }

  get pods(): readonly PodInfo[] {
    return [...this.#pods.values()];
  }

  get podCount(): number {
    return this.#pods.size;
  }

  get isHypothetical(): boolean {
    return this.generation === hypothetical;
  }

  requested(resource: string): number {
    return this.#requested.get(resource) ?? 0;
  }

  /** Requests as scores see them, where a pod that asks for nothing still counts. */
  get scoreRequested(): { cpu: number; memory: number } {
    return { cpu: this.#scoreCpu, memory: this.#scoreMemory };
  }

  hasPortConflict(port: HostPort): boolean {
    for (const pod of this.#pods.values()) {
      if (pod.hostPorts.some((other) => portsConflict(port, other))) return true;
    }
    return false;
  }

  pod(key: string): PodInfo | undefined {
    return this.#pods.get(key);
  }

  has(key: string): boolean {
    return this.#pods.has(key);
  }

  add(pod: PodInfo): void {
    this.remove(pod.key);
    this.#pods.set(pod.key, pod);
    this.#count(pod, 1);
  }

  /** Puts another version of a pod in its place, of which nothing is different that is counted. */
  replace(pod: PodInfo): void {
    this.#pods.set(pod.key, pod);
  }

  remove(key: string): PodInfo | undefined {
    const pod = this.#pods.get(key);
    if (!pod) return undefined;
    this.#pods.delete(key);
    this.#count(pod, -1);
    return pod;
  }

  /** A node of its own to ask "what if?" of. */
  copy(): NodeInfo {
    const copy = new NodeInfo(this.node, [], { slot: this.slot, read: this });
    for (const [key, pod] of this.#pods) copy.#pods.set(key, pod);
    for (const [resource, amount] of this.#requested) copy.#requested.set(resource, amount);
    copy.#scoreCpu = this.#scoreCpu;
    copy.#scoreMemory = this.#scoreMemory;
    return copy;
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    for (const [name, amount] of pod.requests) {
      this.#requested.set(name, this.requested(name) + sign * amount);
    }
    this.#scoreCpu += sign * pod.scoreRequests.cpu;
    this.#scoreMemory += sign * pod.scoreRequests.memory;
  }
}
