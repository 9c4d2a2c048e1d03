import { defineGenerator } from "../generator.ts";
import { serviceOf, tcpFlag } from "./service.ts";

export default defineGenerator({
  usage: "externalname NAME --external-name external.name [--dry-run=server|client|none]",
  description:
    "Create a service that stands for a name outside of the cluster.\n\n" +
    "What is asked for it is sent on to that name, which may be anywhere: off the platform, or in " +
    "another cluster.",
  examples: [
    {
      about: "Make a service my-ns for bar.com",
      command: "kubectl create service externalname my-ns --external-name bar.com",
    },
  ],
  flags: {
    ...tcpFlag,
    "external-name": { type: "string", default: "", usage: "The name outside" },
  },
  required: ["external-name"],
  resource: "services",
  failure: "failed to create ExternalName service:",
  generate: (_kubectl, { name, values }) =>
    serviceOf(name, {
      type: "ExternalName",
      tcp: values.tcp,
      externalName: values["external-name"],
    }),
});
