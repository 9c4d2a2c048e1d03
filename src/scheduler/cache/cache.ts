import type { Node, Pod } from "#api/core/v1.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import { NodeInfo } from "./node-info.ts";
import { podInfo, podKey } from "./pod-info.ts";
import type { PodInfo } from "./pod-info.ts";

/**
 * The scheduler's picture of the cluster: every node with the pods on it, including pods it has
 * just decided about and whose binding is still under way ("assumed").
 */
export class SchedulerCache {
  readonly #nodes = new Map<string, NodeInfo>();
  /** Pods on nodes that are not (or no longer) known: kept for when the node appears. */
  readonly #podNode = new Map<string, string>();
  readonly #strays = new Map<string, Map<string, PodInfo>>();
  readonly #assumed = new Set<string>();

  get nodes(): readonly NodeInfo[] {
    return [...this.#nodes.values()];
  }

  setNode(node: Node): void {
    const name = node.metadata.name;
    const pods = this.#nodes.get(name)?.pods ?? [...(this.#strays.get(name)?.values() ?? [])];
    this.#strays.delete(name);
    this.#nodes.set(name, new NodeInfo(node, pods));
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (!info) return;
    this.#nodes.delete(name);
    if (info.podCount > 0) this.#strays.set(name, new Map(info.pods.map((pod) => [pod.key, pod])));
  }

  /** Takes in a pod as the API server has it. Unassigned pods take no room. */
  setPod(pod: Pod): void {
    const key = podKey(pod);
    const node = pod.spec.nodeName;
    if (!node) {
      if (!this.#assumed.has(key)) this.removePod(key);
      return;
    }
    this.#assumed.delete(key);
    this.removePod(key);
    if (!isFinished(pod)) this.#place(podInfo(pod), node);
  }

  removePod(key: string): void {
    const node = this.#podNode.get(key);
    if (node === undefined) return;
    this.#podNode.delete(key);
    this.#assumed.delete(key);
    this.#nodes.get(node)?.remove(key);
    const strays = this.#strays.get(node);
    strays?.delete(key);
    if (strays?.size === 0) this.#strays.delete(node);
  }

  /** Counts a pod on the node it was just given, before the API server says so. */
  assume(pod: PodInfo, node: string): void {
    this.removePod(pod.key);
    this.#place(pod, node);
    this.#assumed.add(pod.key);
  }

  /** The binding failed: the pod takes no room after all. */
  forget(key: string): void {
    if (this.#assumed.has(key)) this.removePod(key);
  }

  isAssumed(key: string): boolean {
    return this.#assumed.has(key);
  }

  #place(pod: PodInfo, node: string): void {
    this.#podNode.set(pod.key, node);
    const info = this.#nodes.get(node);
    if (info) return info.add(pod);
    let strays = this.#strays.get(node);
    if (!strays) this.#strays.set(node, (strays = new Map()));
    strays.set(pod.key, pod);
  }
}
