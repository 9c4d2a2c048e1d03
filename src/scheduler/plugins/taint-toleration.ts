import type { Taint, Toleration } from "#api/core/v1.ts";
import { normalizeToMax } from "../framework.ts";
import type { Plugin } from "../framework.ts";

/** Keeps pods off nodes with taints that they do not tolerate. */
export const taintToleration: Plugin = {
  name: "TaintToleration",
  weight: 3,

  filter(pod, node) {
    const tolerations = pod.pod.spec.tolerations ?? [];
    const repelling = (node.node.spec.taints ?? []).find(
      (taint) => taint.effect !== "PreferNoSchedule" && !tolerated(taint, tolerations),
    );
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
      (taint) => taint.effect === "PreferNoSchedule" && !tolerated(taint, tolerations),
    ).length;
  },

  normalize: (scores) => normalizeToMax(scores, true),

  mayFitAfter: (event) => event.kind !== "PodDeleted",
};

export function tolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      (!effect || effect === taint.effect) &&
      (!key || key === taint.key) &&
      (operator === "Exists" || ((key ?? "") !== "" && (value ?? "") === (taint.value ?? ""))),
  );
}
