import { hostPortsOf, portsConflict } from "#machinery/scheduling/host-ports.ts";
import type { Plugin } from "../framework.ts";

/** Two pods cannot have the same port of a node. */
export const nodePorts: Plugin = {
  name: "NodePorts",

  filter(pod, node) {
    if (!pod.hostPorts.some((port) => node.hasPortConflict(port))) return undefined;
    return {
      plugin: "NodePorts",
      reasons: ["node(s) didn't have free ports for the requested pod ports"],
      unresolvable: false,
    };
  },

  mayFitAfter(event, pod) {
    if (event.kind === "NodeAdded") return true;
    if (event.kind !== "PodDeleted") return false;
    const wanted = hostPortsOf(pod);
    return hostPortsOf(event.pod).some((freed) =>
      wanted.some((port) => portsConflict(port, freed)),
    );
  },
};
