import type { Namespace, Node, Pod, ReplicationController, Service } from "#api/core/v1.ts";
import type { ReplicaSet, StatefulSet } from "#api/apps/v1.ts";
import type { PodDisruptionBudget } from "#api/policy/v1.ts";
import type { AffinityTerm } from "./cache/affinity-term.ts";
import type { PodCondition } from "./cache/counters.ts";
import type { NodeInfo } from "./cache/node-info.ts";
import type { TallyPlace } from "./cache/places.ts";
import type { PodInfo, PodLabels } from "./cache/pod-info.ts";
import type { Tally } from "./cache/topology.ts";

/** A "no" to one node. */
export interface Refusal {
  readonly plugin: string;
  /** As counted in `0/3 nodes are available: 2 Insufficient cpu, …`. */
  readonly reasons: readonly string[];
  /** True when evicting pods from the node cannot turn it into a yes. */
  readonly unresolvable: boolean;
}

/** What happened in the cluster, for plugins to say whether a waiting pod may fit now. */
export type ClusterEvent =
  | { readonly kind: "NodeAdded"; readonly node: Node }
  | { readonly kind: "NodeUpdated"; readonly node: Node; readonly before: Node }
  | { readonly kind: "NodeDeleted"; readonly node: Node }
  /** Of pods that have a node, or are about to: with `PodUpdated` also of the waiting pod itself. */
  | { readonly kind: "PodAdded" | "PodDeleted"; readonly pod: Pod }
  | { readonly kind: "PodUpdated"; readonly pod: Pod; readonly before: Pod }
  /** A claim came or is another now; without one, volumes or storage classes. */
  | { readonly kind: "VolumesChanged"; readonly claim?: string }
  /** Claims of devices, classes of them, or devices. */
  | { readonly kind: "DevicesChanged" };

/**
 * Objects besides nodes and pods that rules speak of, as the watches have them now: the same list
 * as long as nothing changes, so that what was made of it can be kept.
 */
export interface ClusterObjects {
  namespaces(): readonly Namespace[];
  services(): readonly Service[];
  replicationControllers(): readonly ReplicationController[];
  replicaSets(): readonly ReplicaSet[];
  statefulSets(): readonly StatefulSet[];
  podDisruptionBudgets(): readonly PodDisruptionBudget[];
}

export type TermKind = "required" | "requiredAnti" | "preferred";

/** An affinity that placed pods have, and where they are, by the topology of the term. */
export interface PlacedTerm {
  readonly term: AffinityTerm;
  readonly tally: Tally;
}

/** The scheduler's picture of the cluster, as rules over many nodes read it. */
export interface ClusterView {
  /** Zones take turns, so that looking at the first few is looking into all zones. */
  readonly nodes: readonly NodeInfo[];
  readonly objects: ClusterObjects;
  node(name: string): NodeInfo | undefined;
  /** Placed pods that meet the condition, counted once and kept up to date from then on. */
  tally(condition: PodCondition, place: TallyPlace): Tally;
  /** Terms of placed pods that speak of pods with these labels: each different one once. */
  placedTerms(kind: TermKind, labels: PodLabels): readonly PlacedTerm[];
  /** How many nodes have the image. */
  imageHolders(name: string): number;
}

/** What one plugin says of the nodes for one pod. */
export interface PodFilter {
  check(node: NodeInfo): Refusal | undefined;
  /** "What if?": counts a pod as placed on the node, or as gone from it. */
  add?(pod: PodInfo, node: NodeInfo): void;
  remove?(pod: PodInfo, node: NodeInfo): void;
}

/** One for each of the nodes that are ranked, in their order. */
export type Scores = Float64Array;

/** How one plugin ranks the nodes for one pod. */
export interface PodScorer {
  /** 0 to 100 after `normalize`; higher is better. */
  score(node: NodeInfo): number;
  /** Brings raw scores to 0..100. In place. */
  normalize?(scores: Scores): void;
}

/**
 * One rule of scheduling, at the extension points that upstream's framework has. A rule about one
 * node has `filter` and `score`, which ask of the pod nothing but its shape (`shapeKey`): what they
 * say is kept for all pods of that shape until the node changes. A rule that compares nodes, or
 * asks for anything else, prepares itself for a pod first.
 */
export interface Plugin {
  readonly name: string;
  /** Whether the pod may be tried at all; the text says what it waits for. */
  preEnqueue?(pod: Pod): string | undefined;
  /** Once per pod, before any node. A refusal holds for every node; names leave only those. */
  preFilter?(
    pod: PodInfo,
    nodes: readonly NodeInfo[],
  ): Refusal | { readonly nodeNames: ReadonlySet<string> } | undefined;
  filter?(pod: PodInfo, node: NodeInfo): Refusal | undefined;
  /** Undefined when the rule does not concern the pod. */
  prepareFilter?(pod: PodInfo, cluster: ClusterView): PodFilter | undefined;
  score?(pod: PodInfo, node: NodeInfo): number;
  normalize?(scores: Scores): void;
  /** Undefined when the rule has no preference for the pod. */
  prepareScore?(
    pod: PodInfo,
    cluster: ClusterView,
    feasible: readonly NodeInfo[],
  ): PodScorer | undefined;
  /** Takes what the pod needs on the node from the pods that are decided about after it. */
  reserve?(pod: PodInfo, node: NodeInfo): void;
  /** The pod is bound, or will not be: nothing is kept for it any more. */
  unreserve?(pod: PodInfo): void;
  /** Makes ready what the pod needs on the node, and waits for it. Throws where that fails. */
  preBind?(pod: PodInfo, node: NodeInfo, signal: AbortSignal): Promise<void>;
  /** The weight of the score in the sum, where a configuration does not say. */
  readonly weight?: number;
  /** Whether the event may turn this plugin's "no" to the pod into a "yes". */
  mayFitAfter(event: ClusterEvent, pod: Pod): boolean;
}

export const nodeScoreMax = 100;

/** Scales scores so that the highest becomes 100; `reverse` turns them around. */
export function normalizeToMax(scores: Scores, reverse: boolean): void {
  let highest = 0;
  for (const score of scores) if (score > highest) highest = score;
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] ?? 0;
    if (highest === 0) scores[index] = reverse ? nodeScoreMax : 0;
    else {
      const scaled = Math.trunc((nodeScoreMax * score) / highest);
      scores[index] = reverse ? nodeScoreMax - scaled : scaled;
    }
  }
}

const none: readonly never[] = [];

/** A cluster without any of the other objects, where nobody watches them. */
export const noObjects: ClusterObjects = {
  namespaces: () => none,
  services: () => none,
  replicationControllers: () => none,
  replicaSets: () => none,
  statefulSets: () => none,
  podDisruptionBudgets: () => none,
};
