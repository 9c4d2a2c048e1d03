import { nodeScoreMax } from "../framework.ts";
import type { Plugin } from "../framework.ts";
import type { NodeInfo } from "../cache/node-info.ts";
import type { PodInfo } from "../cache/pod-info.ts";

/** Fits pods by what they request, and prefers the nodes with most room left. */
export const nodeResourcesFit: Plugin = {
  name: "NodeResourcesFit",
  weight: 1,

  filter(pod, node) {
    const reasons: string[] = [];
    let unresolvable = false;
    const podsMax = node.allocatable.get("pods") ?? 0;
    if (node.podCount + 1 > podsMax) reasons.push("Too many pods");
    for (const [resource, amount] of pod.requests) {
      const allocatable = node.allocatable.get(resource) ?? 0;
      if (amount > 0 && amount > allocatable - node.requested(resource)) {
        reasons.push(`Insufficient ${resource}`);
        // Even an empty node is too small.
        unresolvable ||= amount > allocatable;
      }
    }
    return reasons.length ? { plugin: "NodeResourcesFit", reasons, unresolvable } : undefined;
  },

  score(pod, node) {
    const { cpu, memory } = scoreRequestedWith(pod, node);
    return (
      (leftOver(cpu, node.allocatable.get("cpu")) +
        leftOver(memory, node.allocatable.get("memory"))) /
      2
    );
  },

  mayFitAfter: (event) => event.kind !== "PodAdded",
};

/** Prefers nodes on which CPU and memory would be used evenly. */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: "NodeResourcesBalancedAllocation",
  weight: 1,

  score(pod, node) {
    const { cpu, memory } = scoreRequestedWith(pod, node);
    const fractions = [
      fraction(cpu, node.allocatable.get("cpu")),
      fraction(memory, node.allocatable.get("memory")),
    ] as const;
    const deviation = Math.abs(fractions[0] - fractions[1]) / 2;
    return Math.trunc((1 - deviation) * nodeScoreMax);
  },

  mayFitAfter: () => false,
};

function scoreRequestedWith(pod: PodInfo, node: NodeInfo): { cpu: number; memory: number } {
  const { cpu, memory } = node.scoreRequested;
  return { cpu: cpu + pod.scoreRequests.cpu, memory: memory + pod.scoreRequests.memory };
}

function leftOver(requested: number, allocatable = 0): number {
  if (allocatable === 0 || requested > allocatable) return 0;
  return Math.trunc(((allocatable - requested) * nodeScoreMax) / allocatable);
}

function fraction(requested: number, allocatable = 0): number {
  return allocatable === 0 ? 1 : Math.min(1, requested / allocatable);
}
