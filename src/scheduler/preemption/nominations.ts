import type { PodInfo } from "../cache/pod-info.ts";

/**
 * Which waiting pods have been promised which node, because others are leaving it for them. Until
 * they are placed, less important pods must not take the room.
 */
export class Nominations {
  readonly #byPod = new Map<string, { readonly pod: PodInfo; readonly node: string }>();
  readonly #byNode = new Map<string, readonly PodInfo[]>();

  /** Undefined where the node has been promised to nobody; another list after every change. */
  on(node: string): readonly PodInfo[] | undefined {
    return this.#byNode.get(node);
  }

  nodeOf(key: string): string | undefined {
    return this.#byPod.get(key)?.node;
  }

  set(pod: PodInfo, node: string): void {
    this.delete(pod.key);
    this.#byPod.set(pod.key, { pod, node });
    this.#byNode.set(node, [...(this.#byNode.get(node) ?? []), pod]);
  }

  delete(key: string): void {
    const node = this.nodeOf(key);
    if (node === undefined) return;
    this.#byPod.delete(key);
    const left = (this.#byNode.get(node) ?? []).filter((pod) => pod.key !== key);
    if (left.length > 0) this.#byNode.set(node, left);
    else this.#byNode.delete(node);
  }
}
