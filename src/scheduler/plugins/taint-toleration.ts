import type { Node, Pod, Taint } from "#api/core/v1.ts";
import { isTolerated, untolerated } from "#machinery/scheduling/taints.ts";
import { normalizeToMax } from "../framework.ts";
import type { ClusterEvent, Plugin } from "../framework.ts";

/** Keeps pods off nodes with taints that they do not tolerate. */
export const taintToleration: Plugin = {
  name: "TaintToleration",
  weight: 3,

  filter(pod, node) {
    if (!repellingTaint(pod.pod, node.node)) return undefined;
    return {
      plugin: "TaintToleration",
      reasons: ["node(s) had untolerated taint(s)"],
      unresolvable: true,
    };
  },

  score(pod, node) {
    const { taints } = node.node.spec;
    if (!taints?.length) return 0;
    const tolerations = (pod.pod.spec.tolerations ?? []).filter(
      ({ effect }) => !effect || effect === "PreferNoSchedule",
    );
    return taints.filter(
      (taint) => taint.effect === "PreferNoSchedule" && !isTolerated(taint, tolerations),
    ).length;
  },

  normalize: (scores) => normalizeToMax(scores, true),

  mayFitAfter(event, pod) {
    switch (event.kind) {
      case "NodeAdded":
        return !repellingTaint(pod, event.node);
      case "NodeUpdated":
        return !!repellingTaint(pod, event.before) && !repellingTaint(pod, event.node);
      case "PodUpdated":
        return hasNewTolerations(event, pod);
      default:
        return false;
    }
  },
};

/** The first taint that keeps the pod off the node. */
export function repellingTaint({ spec }: Pod, node: Node): Taint | undefined {
  return untolerated(node.spec.taints, spec.tolerations, ["NoSchedule", "NoExecute"]);
}

/** Whether the waiting pod itself has got the toleration. */
export function isToleratedNow(event: ClusterEvent, pod: Pod, taint: Taint): boolean {
  return hasNewTolerations(event, pod) && isTolerated(taint, pod.spec.tolerations ?? []);
}

export function hasNewTolerations(event: ClusterEvent, pod: Pod): boolean {
  return (
    event.kind === "PodUpdated" &&
    event.pod.metadata.uid === pod.metadata.uid &&
    JSON.stringify(event.pod.spec.tolerations) !== JSON.stringify(event.before.spec.tolerations)
  );
}
