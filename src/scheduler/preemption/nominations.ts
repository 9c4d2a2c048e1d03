import type { PodInfo } from "../cache/pod-info.ts";

/**
 * Which waiting pods have been promised which node, because others are leaving it for them. Until
 * they are placed, less important pods must not take the room.
 */
export class Nominations {
  readonly #byPod = new Map<string, { readonly pod: PodInfo; readonly node: string }>();
  readonly #byNode = new Map<string, Map<string, PodInfo>>();

  /** Undefined where the node has been promised to nobody. */
  on(node: string): readonly PodInfo[] | undefined {
    if (this.#byNode.size === 0) return undefined;
    const pods = this.#byNode.get(node);
    return pods && [...pods.values()];
  }

  nodeOf(key: string): string | undefined {
    return this.#byPod.get(key)?.node;
  }

  set(pod: PodInfo, node: string): void {
    this.delete(pod.key);
    this.#byPod.set(pod.key, { pod, node });
    let pods = this.#byNode.get(node);
    if (!pods) this.#byNode.set(node, (pods = new Map()));
    pods.set(pod.key, pod);
  }

  delete(key: string): void {
    const node = this.nodeOf(key);
    if (node === undefined) return;
    this.#byPod.delete(key);
    const pods = this.#byNode.get(node);
    pods?.delete(key);
    if (pods?.size === 0) this.#byNode.delete(node);
  }
}
