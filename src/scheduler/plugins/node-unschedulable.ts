import { isTolerated } from "#machinery/scheduling/taints.ts";
import type { Plugin } from "../framework.ts";
import { isToleratedNow } from "./taint-toleration.ts";

const cordoned = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" } as const;

/** Keeps pods off cordoned nodes. */
export const nodeUnschedulable: Plugin = {
  name: "NodeUnschedulable",

  filter(pod, node) {
    if (!node.node.spec.unschedulable) return undefined;
    if (isTolerated(cordoned, pod.pod.spec.tolerations ?? [])) return undefined;
    return {
      plugin: "NodeUnschedulable",
      reasons: ["node(s) were unschedulable"],
      unresolvable: true,
    };
  },

  mayFitAfter(event, pod) {
    switch (event.kind) {
      case "NodeAdded":
        return !event.node.spec.unschedulable;
      case "NodeUpdated":
        return !!event.before.spec.unschedulable && !event.node.spec.unschedulable;
      case "PodUpdated":
        return isToleratedNow(event, pod, cordoned);
      default:
        return false;
    }
  },
};
