import type { Node, Pod } from "#api/core/v1.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import { noObjects } from "../framework.ts";
import type { ClusterObjects, ClusterView, PlacedTerm, TermKind } from "../framework.ts";
import type { Labels } from "./affinity-term.ts";
import { PodTallies, TermTallies } from "./counters.ts";
import type { PodCondition } from "./counters.ts";
import { NodeInfo } from "./node-info.ts";
import { isSameToAll, PodInfos, podKey } from "./pod-info.ts";
import type { PodInfo, PodLabels } from "./pod-info.ts";
import { Places } from "./places.ts";
import type { TallyPlace } from "./places.ts";
import { Tally } from "./topology.ts";
import type { Topology } from "./topology.ts";

/**
 * The scheduler's picture of the cluster: every node with the pods on it, including pods it has
 * just decided about and whose binding is still under way ("assumed").
 */
export class SchedulerCache implements ClusterView {
  readonly objects: ClusterObjects;
  readonly #infos = new PodInfos();
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #podNode = new Map<string, string>();
  /** Pods on nodes that are not (or no longer) known: kept for when the node appears. */
  readonly #strays = new Map<string, Map<string, PodInfo>>();
  readonly #assumed = new Set<string>();
  readonly #places = new Places();
  readonly #tallies = new PodTallies();
  readonly #terms: Readonly<Record<TermKind, TermTallies>>;
  readonly #imageHolders = new Map<string, number>();
  readonly #freeSlots: number[] = [];
  #slots = 0;
  #generation = 0;
  #ordered: readonly NodeInfo[] | undefined;

  constructor(objects: ClusterObjects = noObjects) {
    this.objects = objects;
    const open = (label: string) => this.#fill(new Tally(this.#topology(label)));
    this.#terms = {
      required: new TermTallies(open),
      requiredAnti: new TermTallies(open),
      preferred: new TermTallies(open),
    };
  }

  get nodes(): readonly NodeInfo[] {
    return (this.#ordered ??= byTurnsOfZones([...this.#nodes.values()]));
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  /** The pod with what the plugins need of it; equal pods share that. */
  infoOf(pod: Pod): PodInfo {
    return this.#infos.of(pod);
  }

  tally(condition: PodCondition, place: TallyPlace): Tally {
    const mask = place.mask && this.#places.mask(place.mask, this.#nodes.values());
    const topology = this.#topology(place.label);
    const key = `${place.label ?? ""} ${place.mask?.key ?? ""}`;
    const { tally, isNew } = this.#tallies.get(condition, { key, topology, mask });
    if (isNew) {
      this.#fill(tally);
      for (const { slot, pods } of this.#nodes.values()) {
        for (const { labels } of pods) if (condition.matches(labels)) tally.add(slot, 1);
      }
    }
    return tally;
  }

  placedTerms(kind: TermKind, labels: PodLabels): readonly PlacedTerm[] {
    return this.#terms[kind].speakingOf(labels, () => this.#namespaceLabels(labels.namespace));
  }

  imageHolders(name: string): number {
    return this.#imageHolders.get(name) ?? 0;
  }

  setNode(node: Node): void {
    const name = node.metadata.name;
    const before = this.#nodes.get(name);
    const strays = this.#strays.get(name)?.values() ?? [];
    this.#strays.delete(name);
    const info = new NodeInfo(node, before ? before.pods : strays, {
      slot: before ? before.slot : (this.#freeSlots.pop() ?? this.#slots++),
      generation: ++this.#generation,
    });
    const isMoved = !before || !isSamePlace(before.node, node);
    if (before && isMoved) this.#leave(before);
    this.#nodes.set(name, info);
    this.#countImages(before, -1);
    this.#countImages(info, 1);
    if (isMoved) this.#join(info);
    this.#ordered = undefined;
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (!info) return;
    this.#nodes.delete(name);
    this.#countImages(info, -1);
    this.#leave(info);
    this.#freeSlots.push(info.slot);
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
    if (isFinished(pod)) this.removePod(key);
    else this.#set(this.infoOf(pod), node);
  }

  removePod(key: string): void {
    const node = this.#podNode.get(key);
    if (node === undefined) return;
    this.#podNode.delete(key);
    this.#assumed.delete(key);
    const info = this.#nodes.get(node);
    const pod = info?.remove(key);
    if (info && pod) {
      info.generation = ++this.#generation;
      this.#count(pod, info.slot, -1);
    }
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

  /** Most news of placed pods are of no concern: they run, or what was assumed has come true. */
  #set(pod: PodInfo, node: string): void {
    const info = this.#nodes.get(node);
    const before = info?.pod(pod.key);
    if (info && before && isSameToAll(before, pod)) return info.replace(pod);
    this.removePod(pod.key);
    this.#place(pod, node);
  }

  #place(pod: PodInfo, node: string): void {
    this.#podNode.set(pod.key, node);
    const info = this.#nodes.get(node);
    if (info) {
      info.add(pod);
      info.generation = ++this.#generation;
      this.#count(pod, info.slot, 1);
      return;
    }
    let strays = this.#strays.get(node);
    if (!strays) this.#strays.set(node, (strays = new Map()));
    strays.set(pod.key, pod);
  }

  #count(pod: PodInfo, slot: number, sign: 1 | -1): void {
    this.#tallies.placed(pod, slot, sign);
    this.#terms.required.placed(pod.terms.required, slot, sign);
    this.#terms.requiredAnti.placed(pod.terms.requiredAnti, slot, sign);
    this.#terms.preferred.placed(pod.terms.preferred, slot, sign);
  }

  /** The node has its labels and taints from now on. */
  #join(info: NodeInfo): void {
    const masks = [...this.#tallies.all()].flatMap(({ mask }) => mask ?? []);
    this.#places.join(info, masks);
    for (const tally of this.#allTallies()) tally.join(info.slot);
    for (const pod of info.pods) this.#count(pod, info.slot, 1);
  }

  #leave(info: NodeInfo): void {
    for (const pod of info.pods) this.#count(pod, info.slot, -1);
    for (const tally of this.#allTallies()) tally.leave(info.slot);
    this.#places.leave(info);
  }

  *#allTallies(): Iterable<Tally> {
    yield* this.#tallies.all();
    for (const terms of Object.values(this.#terms)) yield* terms.all();
  }

  #topology(label: string | undefined): Topology {
    return this.#places.topology(label, this.#nodes.values());
  }

  /** Makes the nodes that there are known to a new tally. */
  #fill(tally: Tally): Tally {
    for (const { slot } of this.#nodes.values()) tally.join(slot);
    return tally;
  }

  #namespaceLabels(name: string): Labels {
    const namespaces = this.objects.namespaces();
    return namespaces.find(({ metadata }) => metadata.name === name)?.metadata.labels ?? noLabels;
  }

  #countImages(info: NodeInfo | undefined, sign: 1 | -1): void {
    for (const name of info?.imageBytes.keys() ?? []) {
      const holders = this.imageHolders(name) + sign;
      if (holders === 0) this.#imageHolders.delete(name);
      else this.#imageHolders.set(name, holders);
    }
  }
}

const noLabels: Labels = {};

/** Whether everything is the same that topologies and masks ask of a node. */
function isSamePlace(left: Node, right: Node): boolean {
  return deepEqual(left.metadata.labels, right.metadata.labels) && deepEqual(left.spec, right.spec);
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
