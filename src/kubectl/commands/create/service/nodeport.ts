import { defineGenerator } from "../generator.ts";
import { serviceOf, tcpFlag } from "./service.ts";

export default defineGenerator({
  usage: "nodeport NAME [--tcp=port:targetPort] [--dry-run=server|client|none]",
  description: "Create a service with a port on every node.",
  examples: [
    {
      about: "Make a service my-ns",
      command: "kubectl create service nodeport my-ns --tcp=5678:8080",
    },
  ],
  flags: {
    ...tcpFlag,
    "node-port": { type: "int", default: 0, usage: "The port on each node." },
  },
  resource: "services",
  failure: "failed to create NodePort service:",
  generate: (_kubectl, { name, values }) =>
    serviceOf(name, { type: "NodePort", tcp: values.tcp, nodePort: values["node-port"] }),
});
