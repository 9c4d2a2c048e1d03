import { Node } from "#api/core/v1.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { isAbout, objectAs } from "../refusal.ts";

const key = "node.kubernetes.io/not-ready";

/** A new node takes no pods until its kubelet has said that it is ready. */
export function taintNodesByCondition(): AdmissionPlugin {
  return {
    name: "TaintNodesByCondition",
    mutate(request) {
      if (request.operation !== "CREATE" || !isAbout(request, "", "nodes")) return;
      const node = objectAs(request, Node);
      const taints = node.spec?.taints ?? [];
      if (taints.some((taint) => taint.key === key && taint.effect === "NoSchedule")) return;
      node.spec = { ...node.spec, taints: [...taints, { key, effect: "NoSchedule" }] };
    },
  };
}
