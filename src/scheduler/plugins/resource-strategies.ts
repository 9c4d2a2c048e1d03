import type { NodeInfo } from "../cache/node-info.ts";
import type { PodInfo } from "../cache/pod-info.ts";
import { nodeScoreMax } from "../framework.ts";
import type { Plugin } from "../framework.ts";
import type {
  NodeResourcesBalancedAllocationArgs,
  ScoringStrategy,
  UtilizationShapePoint,
} from "../profile/arguments.ts";

/** Shapes rate from 0 to 10. */
const shapeScoreMax = 10;

/** Ranks a node by the weighted mean over the strategy's resources, with the pod counted in. */
export function strategyScorer(
  strategy: ScoringStrategy,
): (pod: PodInfo, node: NodeInfo) => number {
  const { resources, type } = strategy;
  const shape = strategy.requestedToCapacityRatio?.shape ?? [];
  return (pod, node) => {
    let sum = 0;
    let weights = 0;
    for (const { name, weight } of resources) {
      const wanted = scoreRequest(pod, name);
      // A resource that the pod does not ask for, and most nodes do not have, says nothing.
      if (wanted === 0 && isScalar(name)) continue;
      const allocatable = node.allocatable.get(name) ?? 0;
      if (allocatable === 0) continue;
      const requested = nodeScoreRequest(node, name) + wanted;
      const score = rate(type, requested, allocatable, shape);
      if (type === "RequestedToCapacityRatio" && score <= 0) continue;
      sum += score * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return type === "RequestedToCapacityRatio"
      ? Math.round(sum / weights)
      : Math.trunc(sum / weights);
  };
}

/** Prefers nodes on which the pod evens out how much of each resource is used. */
export function nodeResourcesBalancedAllocation({
  resources,
}: NodeResourcesBalancedAllocationArgs): Plugin {
  return {
    name: "NodeResourcesBalancedAllocation",
    weight: 1,

    score(pod, node) {
      const before: number[] = [];
      const after: number[] = [];
      let wanted = 0;
      for (const { name } of resources) {
        const amount = pod.requests.get(name) ?? 0;
        wanted += amount;
        const allocatable = node.allocatable.get(name) ?? 0;
        if (allocatable === 0 || (amount === 0 && isScalar(name))) continue;
        const requested = node.requested(name);
        before.push(Math.min(1, requested / allocatable));
        after.push(Math.min(1, (requested + amount) / allocatable));
      }
      // Pods that ask for nothing would all go to the one node that is balanced best.
      if (wanted === 0) return 0;
      const half = nodeScoreMax / 2;
      return half + Math.trunc((half + evenness(after) - evenness(before)) / 2);
    },

    mayFitAfter: () => false,
  };
}

function rate(
  type: ScoringStrategy["type"],
  requested: number,
  allocatable: number,
  shape: readonly UtilizationShapePoint[],
): number {
  switch (type) {
    case "LeastAllocated":
      if (requested > allocatable) return 0;
      return Math.trunc(((allocatable - requested) * nodeScoreMax) / allocatable);
    case "MostAllocated":
      return Math.trunc((Math.min(requested, allocatable) * nodeScoreMax) / allocatable);
    case "RequestedToCapacityRatio":
      return onShape(
        shape,
        requested > allocatable ? 100 : Math.trunc((requested * 100) / allocatable),
      );
    default:
      return type satisfies never;
  }
}

/** The height of the broken line through the points, level beyond its ends. */
function onShape(shape: readonly UtilizationShapePoint[], utilization: number): number {
  const scale = nodeScoreMax / shapeScoreMax;
  let previous: UtilizationShapePoint | undefined;
  for (const point of shape) {
    if (utilization <= point.utilization) {
      if (!previous) return point.score * scale;
      const rise = (point.score - previous.score) * scale * (utilization - previous.utilization);
      const width = point.utilization - previous.utilization;
      return previous.score * scale + Math.trunc(rise / width);
    }
    previous = point;
  }
  return (previous?.score ?? 0) * scale;
}

/** 100 when all fractions are equal, less with their standard deviation. */
function evenness(fractions: readonly number[]): number {
  const [first, second] = fractions;
  if (first === undefined || second === undefined) return nodeScoreMax;
  if (fractions.length === 2) return Math.trunc((1 - Math.abs(first - second) / 2) * nodeScoreMax);
  const mean = fractions.reduce((sum, value) => sum + value, 0) / fractions.length;
  const squares = fractions.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.trunc((1 - Math.sqrt(squares / fractions.length)) * nodeScoreMax);
}

function scoreRequest(pod: PodInfo, resource: string): number {
  if (resource === "cpu") return pod.scoreRequests.cpu;
  if (resource === "memory") return pod.scoreRequests.memory;
  return pod.requests.get(resource) ?? 0;
}

function nodeScoreRequest(node: NodeInfo, resource: string): number {
  if (resource === "cpu") return node.scoreRequested.cpu;
  if (resource === "memory") return node.scoreRequested.memory;
  return node.requested(resource);
}

/** Resources that only some nodes have. */
function isScalar(resource: string): boolean {
  return resource !== "cpu" && resource !== "memory" && resource !== "ephemeral-storage";
}
