import { matchesNodeAffinity, matchesTerm } from "#machinery/scheduling/node-affinity.ts";
import { normalizeToMax } from "../framework.ts";
import type { Plugin } from "../framework.ts";

/** Places pods by the labels of nodes: nodeSelector, required and preferred node affinity. */
export const nodeAffinity: Plugin = {
  name: "NodeAffinity",
  weight: 2,

  filter(pod, node) {
    if (matchesNodeAffinity(pod.pod, node.node)) return undefined;
    return {
      plugin: "NodeAffinity",
      reasons: ["node(s) didn't match Pod's node affinity/selector"],
      unresolvable: true,
    };
  },

  score(pod, node) {
    let sum = 0;
    const preferred =
      pod.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const { weight, preference } of preferred) {
      if (matchesTerm(preference, node.node)) sum += weight;
    }
    return sum;
  },

  normalize: (scores) => normalizeToMax(scores, false),

  mayFitAfter: (event) => event.kind !== "PodDeleted",
};
