import type { NodeInfo } from "./cache/node-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import type { ClusterView, Plugin, PodFilter, Refusal } from "./framework.ts";

/** All filters, prepared for one pod: says no to nodes, and answers "what if?". */
export class PodFilters {
  readonly #pod: PodInfo;
  readonly #filters: readonly PodFilter[];

  constructor(pod: PodInfo, plugins: readonly Plugin[], cluster: ClusterView) {
    this.#pod = pod;
    const filters: PodFilter[] = [];
    for (const plugin of plugins) {
      const prepared = plugin.prepareFilter?.(pod, cluster);
      if (prepared) filters.push(prepared);
      if (plugin.filter) filters.push({ check: checkOf(plugin, pod, cluster) });
    }
    this.#filters = filters;
  }

  /** The first "no" to one node, or undefined when the pod fits. */
  check(node: NodeInfo): Refusal | undefined {
    for (const filter of this.#filters) {
      const refusal = filter.check(node);
      if (refusal) return refusal;
    }
    return undefined;
  }

  /** Every "no" to one node. */
  checkAll(node: NodeInfo): readonly Refusal[] {
    return this.#filters.flatMap((filter) => filter.check(node) ?? []);
  }

  /**
   * As `check`, where other pods have been promised the node. The pod must fit beside those that
   * are as important, and also without them: they are not there yet, and may never be.
   */
  checkWith(node: NodeInfo, nominated: readonly PodInfo[]): Refusal | undefined {
    const pod = this.#pod;
    const expected = nominated.filter(
      (other) => other.priority >= pod.priority && other.key !== pod.key && !node.has(other.key),
    );
    if (expected.length > 0) {
      const crowded = node.copy();
      for (const other of expected) this.add(other, crowded);
      const refusal = this.check(crowded);
      for (const other of expected) this.remove(other, crowded);
      if (refusal) return refusal;
    }
    return this.check(node);
  }

  /** Puts a pod on a copied node; undo it with `remove`. */
  add(pod: PodInfo, node: NodeInfo): void {
    node.add(pod);
    for (const filter of this.#filters) filter.add?.(pod, node);
  }

  remove(pod: PodInfo, node: NodeInfo): void {
    node.remove(pod.key);
    for (const filter of this.#filters) filter.remove?.(pod, node);
  }
}

/** Most rules look at one node; the others get all, which takes time to put together. */
function checkOf(plugin: Plugin, pod: PodInfo, cluster: ClusterView): PodFilter["check"] {
  const looksAround = (plugin.filter?.length ?? 0) > 2;
  return looksAround
    ? (node) => plugin.filter?.(pod, node, nodesWith(node, cluster))
    : (node) => plugin.filter?.(pod, node, cluster.nodes);
}

/** All nodes, as they would be if one of them were this one. */
function nodesWith(node: NodeInfo, cluster: ClusterView): readonly NodeInfo[] {
  if (cluster.node(node.name) === node) return cluster.nodes;
  return cluster.nodes.map((other) => (other.name === node.name ? node : other));
}
