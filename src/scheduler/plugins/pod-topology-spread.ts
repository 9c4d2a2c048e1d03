import type { Pod, TopologySpreadConstraint } from "#api/core/v1.ts";
import type { NodeInfo } from "../cache/node-info.ts";
import type { PodInfo } from "../cache/pod-info.ts";
import { nodeScoreMax } from "../framework.ts";
import type { Plugin } from "../framework.ts";
import { matchesSelector } from "./inter-pod-affinity.ts";
import { matchesNodeAffinity } from "#machinery/scheduling/node-affinity.ts";

/** Spreads the pods that a constraint selects over zones, hosts or whatever its key names. */
export const podTopologySpread: Plugin = {
  name: "PodTopologySpread",
  weight: 2,

  filter(pod, node, nodes) {
    for (const constraint of pod.pod.spec.topologySpreadConstraints ?? []) {
      if (constraint.whenUnsatisfiable !== "DoNotSchedule") continue;
      const domain = node.node.metadata.labels?.[constraint.topologyKey];
      if (domain === undefined) {
        return {
          plugin: "PodTopologySpread",
          reasons: [
            "node(s) didn't match pod topology spread constraints (missing required label)",
          ],
          unresolvable: true,
        };
      }
      const counts = countByDomain(constraint, pod.pod, nodes);
      const own = matchesSelector(constraint.labelSelector, pod.pod) ? 1 : 0;
      const fewest = counts.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...counts.values());
      if ((counts.get(domain) ?? 0) + own - fewest > constraint.maxSkew) {
        return {
          plugin: "PodTopologySpread",
          reasons: ["node(s) didn't match pod topology spread constraints"],
          unresolvable: false,
        };
      }
    }
    return undefined;
  },

  score(pod, node, nodes) {
    let sum = 0;
    for (const constraint of softConstraints(pod)) {
      const domain = node.node.metadata.labels?.[constraint.topologyKey];
      if (domain !== undefined) sum += countByDomain(constraint, pod.pod, nodes).get(domain) ?? 0;
    }
    return sum;
  },

  normalize(scores) {
    const highest = Math.max(...scores);
    const lowest = Math.min(...scores);
    for (let index = 0; index < scores.length; index++) {
      const turned = highest + lowest - (scores[index] ?? 0);
      scores[index] = highest === 0 ? nodeScoreMax : Math.trunc((nodeScoreMax * turned) / highest);
    }
  },

  mayFitAfter: () => true,
};

function softConstraints(pod: PodInfo): readonly TopologySpreadConstraint[] {
  return (pod.pod.spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === "ScheduleAnyway",
  );
}

/** Matching pods of each domain that the pod could go to at all. */
function countByDomain(
  constraint: TopologySpreadConstraint,
  pod: Pod,
  nodes: readonly NodeInfo[],
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const domain = node.node.metadata.labels?.[constraint.topologyKey];
    if (domain === undefined) continue;
    if (constraint.nodeAffinityPolicy !== "Ignore" && !matchesNodeAffinity(pod, node.node))
      continue;
    const matching = node.pods.filter(
      ({ pod: placed }) =>
        placed.metadata.namespace === pod.metadata.namespace &&
        !placed.metadata.deletionTimestamp &&
        matchesSelector(constraint.labelSelector, placed),
    ).length;
    counts.set(domain, (counts.get(domain) ?? 0) + matching);
  }
  return counts;
}
