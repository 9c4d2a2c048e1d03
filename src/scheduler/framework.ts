import type { Pod } from "#api/core/v1.ts";
import type { NodeInfo } from "./cache/node-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";

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
  | { readonly kind: "NodeAdded" | "NodeUpdated"; readonly node: string }
  | { readonly kind: "PodDeleted" | "PodUpdated" | "PodAdded"; readonly pod: Pod }
  /** A claim came or is another now; without one, volumes or storage classes. */
  | { readonly kind: "VolumesChanged"; readonly claim?: string };

/**
 * One rule of scheduling, at the extension points that upstream's framework has. Filters and
 * scores are pure: they see the pod and a node's state and decide.
 */
export interface Plugin {
  readonly name: string;
  /** Once per pod, before any node. A refusal holds for every node. */
  preFilter?(pod: PodInfo, nodes: readonly NodeInfo[]): Refusal | undefined;
  filter?(pod: PodInfo, node: NodeInfo, nodes: readonly NodeInfo[]): Refusal | undefined;
  /** 0 to 100 after `normalize`; higher is better. */
  score?(pod: PodInfo, node: NodeInfo, nodes: readonly NodeInfo[]): number;
  /** Brings raw scores, in the order of the nodes, to 0..100. In place. */
  normalize?(scores: number[]): void;
  /** The weight of the score in the sum. */
  readonly weight?: number;
  /** Takes what the pod needs on the node from the pods that are decided about after it. */
  reserve?(pod: PodInfo, node: NodeInfo): void;
  /** The pod is bound, or will not be: nothing is kept for it any more. */
  unreserve?(pod: PodInfo): void;
  /** Makes ready what the pod needs on the node, and waits for it. Throws where that fails. */
  preBind?(pod: PodInfo, node: NodeInfo, signal: AbortSignal): Promise<void>;
  /** Whether the event may turn this plugin's "no" into a "yes". */
  mayFitAfter(event: ClusterEvent, pod: Pod): boolean;
}

export const nodeScoreMax = 100;

/** Scales scores so that the highest becomes 100; `reverse` turns them around. */
export function normalizeToMax(scores: number[], reverse: boolean): void {
  const highest = Math.max(0, ...scores);
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] ?? 0;
    if (highest === 0) scores[index] = reverse ? nodeScoreMax : 0;
    else {
      const scaled = Math.trunc((nodeScoreMax * score) / highest);
      scores[index] = reverse ? nodeScoreMax - scaled : scaled;
    }
  }
}
