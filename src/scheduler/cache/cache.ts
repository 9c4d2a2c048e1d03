import type { Node, Pod } from "#api/core/v1.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import { noObjects } from "../framework.ts";
import type { ClusterObjects, ClusterView, CountsByNode, PlacedTerm } from "../framework.ts";
import { PodCounters, TermCounters } from "./counters.ts";
import { NodeInfo } from "./node-info.ts";
import { podInfo, podKey } from "./pod-info.ts";
import type { PodInfo } from "./pod-info.ts";

/**
 * The scheduler's picture of the cluster: every node with the pods on it, including pods it has
 * just decided about and whose binding is still under way ("assumed").
 */
export class SchedulerCache implements ClusterView {
  readonly objects: ClusterObjects;
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #podNode = new Map<string, string>();
  /** Pods on nodes that are not (or no longer) known: kept for when the node appears. */
  readonly #strays = new Map<string, Map<string, PodInfo>>();
  readonly #assumed = new Set<string>();
  readonly #counters = new PodCounters();
  readonly #terms = {
    required: new TermCounters(),
    requiredAnti: new TermCounters(),
    preferred: new TermCounters(),
  };
  readonly #imageHolders = new Map<string, number>();
  #ordered: readonly NodeInfo[] | undefined;

  constructor(objects: ClusterObjects = noObjects) {
    this.objects = objects;
  }

  get nodes(): readonly NodeInfo[] {
    return (this.#ordered ??= byTurnsOfZones([...this.#nodes.values()]));
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  countPods(key: string, matches: (pod: Pod) => boolean): CountsByNode {
    return this.#counters.counts(key, matches, () => this.#placed());
  }

  placedTerms(kind: "required" | "requiredAnti" | "preferred"): Iterable<PlacedTerm> {
    return this.#terms[kind].values();
  }

  imageHolders(name: string): number {
    return this.#imageHolders.get(name) ?? 0;
  }

  setNode(node: Node): void {
    const name = node.metadata.name;
    const before = this.#nodes.get(name);
    const strays = this.#strays.get(name)?.values() ?? [];
    this.#strays.delete(name);
    const info = new NodeInfo(node, before ? before.pods : strays);
    this.#nodes.set(name, info);
    this.#countImages(before, -1);
    this.#countImages(info, 1);
    if (!before) for (const pod of info.pods) this.#count(pod, name, 1);
    this.#ordered = undefined;
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (!info) return;
    this.#nodes.delete(name);
    this.#countImages(info, -1);
    for (const pod of info.pods) this.#count(pod, name, -1);
    if (info.podCount > 0) this.#strays.set(name, new Map(info.pods.map((pod) => [pod.key, pod])));
    this.#ordered = undefined;
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
    const pod = this.#nodes.get(node)?.remove(key);
    if (pod) this.#count(pod, node, -1);
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
    if (info) {
      info.add(pod);
      this.#count(pod, node, 1);
      return;
    }
    let strays = this.#strays.get(node);
    if (!strays) this.#strays.set(node, (strays = new Map()));
    strays.set(pod.key, pod);
  }

  *#placed(): Iterable<readonly [PodInfo, string]> {
    for (const info of this.#nodes.values()) for (const pod of info.pods) yield [pod, info.name];
  }

  #count(pod: PodInfo, node: string, sign: 1 | -1): void {
    this.#counters.placed(pod, node, sign);
    this.#terms.required.placed(pod.terms.required, node, sign);
    this.#terms.requiredAnti.placed(pod.terms.requiredAnti, node, sign);
    this.#terms.preferred.placed(pod.terms.preferred, node, sign);
  }

  #countImages(info: NodeInfo | undefined, sign: 1 | -1): void {
    for (const name of info?.imageBytes.keys() ?? []) {
      const holders = this.imageHolders(name) + sign;
      if (holders === 0) this.#imageHolders.delete(name);
      else this.#imageHolders.set(name, holders);
    }
  }
}

/** One node of each zone, then the next of each. */
function byTurnsOfZones(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  for (const node of nodes) {
    const zone = `${node.labels["topology.kubernetes.io/region"] ?? ""}/${
      node.labels["topology.kubernetes.io/zone"] ?? ""
    }`;
    const members = zones.get(zone);
    if (members) members.push(node);
    else zones.set(zone, [node]);
  }
  if (zones.size <= 1) return nodes;
  const longest = Math.max(...[...zones.values()].map(({ length }) => length));
  const ordered: NodeInfo[] = [];
  for (let turn = 0; turn < longest; turn++) {
    for (const members of zones.values()) {
      const member = members[turn];
      if (member) ordered.push(member);
    }
  }
  return ordered;
}
