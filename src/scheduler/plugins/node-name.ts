import type { Plugin } from "../framework.ts";

/** A pod that names its node fits on no other. */
export const nodeName: Plugin = {
  name: "NodeName",

  filter(pod, node) {
    const wanted = pod.pod.spec.nodeName;
    if (!wanted || wanted === node.name) return undefined;
    return {
      plugin: "NodeName",
      reasons: ["node(s) didn't match the requested node name"],
      unresolvable: true,
    };
  },

  mayFitAfter: (event) => event.kind === "NodeAdded",
};
