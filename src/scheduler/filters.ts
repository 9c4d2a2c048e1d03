import type { NodeInfo } from "./cache/node-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import type { ClusterView, Plugin, PodFilter, Refusal } from "./framework.ts";
import type { Profile } from "./profile/profile.ts";
import { firstRefusal, leadingNodeFilters } from "./verdicts.ts";
import type { Verdicts } from "./verdicts.ts";

/** All filters, prepared for one pod: says no to nodes, and answers "what if?". */
export class PodFilters {
  readonly #pod: PodInfo;
  readonly #verdicts: Verdicts | undefined;
  /** Rules about one node, and then the others in their order. */
  readonly #leading: readonly Plugin[];
  readonly #others: readonly PodFilter[];

  /** With verdicts, rules about one node are asked only about nodes that have changed. */
  constructor(pod: PodInfo, profile: Profile, cluster: ClusterView, verdicts?: Verdicts) {
    this.#pod = pod;
    this.#verdicts = verdicts;
    this.#leading = leadingNodeFilters(profile);
    const others: PodFilter[] = [];
    for (const plugin of profile.filter.slice(this.#leading.length)) {
      const prepared = plugin.prepareFilter?.(pod, cluster);
      if (prepared) others.push(prepared);
      if (plugin.filter) others.push({ check: (node) => plugin.filter?.(pod, node) });
    }
    this.#others = others;
  }

  /** Where they are all there is to say, because only rules about one node concern the pod. */
  get verdicts(): Verdicts | undefined {
    return this.#others.length === 0 ? this.#verdicts : undefined;
  }

  /** The first "no" to one node, or undefined when the pod fits. */
  check(node: NodeInfo): Refusal | undefined {
    const refusal =
      this.#verdicts && !node.isHypothetical
        ? this.#verdicts.refusal(this.#pod, node)
        : firstRefusal(this.#leading, this.#pod, node);
    if (refusal) return refusal;
    for (const filter of this.#others) {
      const other = filter.check(node);
      if (other) return other;
    }
    return undefined;
  }

  /** Every "no" to one node. */
  checkAll(node: NodeInfo): readonly Refusal[] {
    return [
      ...this.#leading.flatMap((plugin) => plugin.filter?.(this.#pod, node) ?? []),
      ...this.#others.flatMap((filter) => filter.check(node) ?? []),
    ];
  }

  /**
   * As `check`, where other pods have been promised the node. The pod must fit beside those that
   * are as important, and also without them: they are not there yet, and may never be.
   */
  checkWith(node: NodeInfo, nominated: readonly PodInfo[]): Refusal | undefined {
    const pod = this.#pod;
    const counts = (other: PodInfo) =>
      other.priority >= pod.priority && other.key !== pod.key && !node.has(other.key);
    const refusal = nominated.every(counts)
      ? this.#checkBesideAll(node, nominated)
      : this.#checkBeside(node, nominated.filter(counts));
    return refusal ?? this.check(node);
  }

  /** As long as neither the node nor those it is promised to change, it is asked about once. */
  #checkBesideAll(node: NodeInfo, nominated: readonly PodInfo[]): Refusal | undefined {
    const check = () => this.#checkBeside(node, nominated);
    const { verdicts } = this;
    return verdicts && !node.isHypothetical ? verdicts.beside(nominated, node, check) : check();
  }

  #checkBeside(node: NodeInfo, others: readonly PodInfo[]): Refusal | undefined {
    if (others.length === 0) return undefined;
    const crowded = node.copy();
    for (const other of others) this.add(other, crowded);
    const refusal = this.check(crowded);
    for (const other of others) this.remove(other, crowded);
    return refusal;
  }

  /** Puts a pod on a copied node; undo it with `remove`. */
  add(pod: PodInfo, node: NodeInfo): void {
    node.add(pod);
    for (const filter of this.#others) filter.add?.(pod, node);
  }

  remove(pod: PodInfo, node: NodeInfo): void {
    node.remove(pod.key);
    for (const filter of this.#others) filter.remove?.(pod, node);
  }
}
