import { defineGenerator } from "../generator.ts";
import { serviceOf, tcpFlag } from "./service.ts";

export default defineGenerator({
  usage: "loadbalancer NAME [--tcp=port:targetPort] [--dry-run=server|client|none]",
  description: "Create a service with a load balancer's address.",
  examples: [
    {
      about: "Make a service my-lbs",
      command: "kubectl create service loadbalancer my-lbs --tcp=5678:8080",
    },
  ],
  flags: tcpFlag,
  resource: "services",
  failure: "failed to create LoadBalancer service:",
  generate: (_kubectl, { name, values }) =>
    serviceOf(name, { type: "LoadBalancer", tcp: values.tcp }),
});
