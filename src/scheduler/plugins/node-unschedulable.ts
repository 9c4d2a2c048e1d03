import { isTolerated } from "#machinery/scheduling/taints.ts";
import type { Plugin } from "../framework.ts";

/** Keeps pods off cordoned nodes. */
export const nodeUnschedulable: Plugin = {
  name: "NodeUnschedulable",

  filter(pod, node) {
    if (!node.node.spec.unschedulable) return undefined;
    const taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" } as const;
    if (isTolerated(taint, pod.pod.spec.tolerations ?? [])) return undefined;
    return {
      plugin: "NodeUnschedulable",
      reasons: ["node(s) were unschedulable"],
      unresolvable: true,
    };
  },

  mayFitAfter: (event) => event.kind === "NodeAdded" || event.kind === "NodeUpdated",
};
