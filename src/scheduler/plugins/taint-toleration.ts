import { isTolerated, untolerated } from "#machinery/scheduling/taints.ts";
import { normalizeToMax } from "../framework.ts";
import type { Plugin } from "../framework.ts";

/** Keeps pods off nodes with taints that they do not tolerate. */
export const taintToleration: Plugin = {
  name: "TaintToleration",
  weight: 3,

  filter(pod, node) {
    const { taints } = node.node.spec;
    const repelling = untolerated(taints, pod.pod.spec.tolerations, ["NoSchedule", "NoExecute"]);
    if (!repelling) return undefined;
    return {
      plugin: "TaintToleration",
      reasons: [`node(s) had untolerated taint {${repelling.key}: ${repelling.value ?? ""}}`],
      unresolvable: true,
    };
  },

  score(pod, node) {
    const tolerations = (pod.pod.spec.tolerations ?? []).filter(
      ({ effect }) => !effect || effect === "PreferNoSchedule",
    );
    return (node.node.spec.taints ?? []).filter(
      (taint) => taint.effect === "PreferNoSchedule" && !isTolerated(taint, tolerations),
    ).length;
  },

  normalize: (scores) => normalizeToMax(scores, true),

  mayFitAfter: (event) => event.kind !== "PodDeleted",
};
