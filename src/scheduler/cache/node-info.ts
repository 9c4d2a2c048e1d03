import type { Node } from "#api/core/v1.ts";
import { quantityMilli, quantityValue } from "#schema/quantity.ts";
import type { Amounts, HostPort, PodInfo } from "./pod-info.ts";

/** One node and the sums over its pods, kept up to date as pods come and go. */
export class NodeInfo {
  readonly node: Node;
  readonly allocatable: Amounts;
  /** Bytes of each image present, by every name it has. */
  readonly imageBytes: ReadonlyMap<string, number>;
  readonly #pods = new Map<string, PodInfo>();
  readonly #requested = new Map<string, number>();
  #scoreCpu = 0;
  #scoreMemory = 0;

  constructor(node: Node, pods: Iterable<PodInfo> = []) {
    this.node = node;
    this.allocatable = new Map(
      Object.entries(node.status.allocatable ?? {}).map(([name, amount]) => [
        name,
        name === "cpu" ? quantityMilli(amount) : quantityValue(amount),
      ]),
    );
    this.imageBytes = new Map(
      (node.status.images ?? []).flatMap((image) =>
        (image.names ?? []).map((name) => [name, image.sizeBytes ?? 0] as const),
      ),
    );
    for (const pod of pods) this.add(pod);
  }

  get name(): string {
    return this.node.metadata.name;
  }

  get pods(): readonly PodInfo[] {
    return [...this.#pods.values()];
  }

  get podCount(): number {
    return this.#pods.size;
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

  add(pod: PodInfo): void {
    this.remove(pod.key);
    this.#pods.set(pod.key, pod);
    this.#count(pod, 1);
  }

  remove(key: string): PodInfo | undefined {
    const pod = this.#pods.get(key);
    if (!pod) return undefined;
    this.#pods.delete(key);
    this.#count(pod, -1);
    return pod;
  }

  /** The same node without some of its pods, to ask "what if they were gone?". */
  without(keys: ReadonlySet<string>): NodeInfo {
    return new NodeInfo(
      this.node,
      this.pods.filter((pod) => !keys.has(pod.key)),
    );
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    for (const [name, amount] of pod.requests) {
      this.#requested.set(name, this.requested(name) + sign * amount);
    }
    this.#scoreCpu += sign * pod.scoreRequests.cpu;
    this.#scoreMemory += sign * pod.scoreRequests.memory;
  }
}

function portsConflict(left: HostPort, right: HostPort): boolean {
  return (
    left.port === right.port &&
    left.protocol === right.protocol &&
    (left.address === right.address || left.address === "0.0.0.0" || right.address === "0.0.0.0")
  );
}
