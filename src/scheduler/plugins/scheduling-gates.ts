import type { Plugin } from "../framework.ts";

/** Holds pods back until somebody has taken away all of their gates. */
export const schedulingGates: Plugin = {
  name: "SchedulingGates",

  preEnqueue(pod) {
    const gates = pod.spec.schedulingGates ?? [];
    if (gates.length === 0) return undefined;
    return `waiting for scheduling gates: [${gates.map(({ name }) => name).join(" ")}]`;
  },

  mayFitAfter: (event, pod) =>
    event.kind === "PodUpdated" &&
    event.pod.metadata.uid === pod.metadata.uid &&
    !event.pod.spec.schedulingGates?.length,
};
