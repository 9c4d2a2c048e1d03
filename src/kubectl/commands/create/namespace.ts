import { defineGenerator } from "./generator.ts";

export default defineGenerator({
  usage: "namespace NAME [--dry-run=server|client|none]",
  description: "Create a namespace with the given name.",
  examples: [
    { about: "Make a namespace my-namespace", command: "kubectl create namespace my-namespace" },
  ],
  flags: {},
  resource: "namespaces",
  clusterScoped: true,
  generate: (_kubectl, { name }) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }),
});
