import { defineGenerator } from "../generator.ts";
import { serviceOf, tcpFlag } from "./service.ts";

export default defineGenerator({
  usage: "clusterip NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none]",
  description: "Create a service with an address inside of the cluster.",
  examples: [
    {
      about: "Make a service my-cs",
      command: "kubectl create service clusterip my-cs --tcp=5678:8080",
    },
    {
      about: "Make a service my-cs without an address (headless)",
      command: 'kubectl create service clusterip my-cs --clusterip="None"',
    },
  ],
  flags: {
    ...tcpFlag,
    clusterip: {
      type: "string",
      default: "",
      usage: "The address to have, or 'None' for a headless service.",
    },
  },
  resource: "services",
  failure: "failed to create ClusterIP service:",
  generate: (_kubectl, { name, values }) =>
    serviceOf(name, { type: "ClusterIP", tcp: values.tcp, clusterIP: values.clusterip }),
});
