import { defineGenerator } from "./generator.ts";

export default defineGenerator({
  usage: "serviceaccount NAME [--dry-run=server|client|none]",
  description: "Create a service account with the given name.",
  examples: [
    {
      about: "Make a service account my-service-account",
      command: "kubectl create serviceaccount my-service-account",
    },
  ],
  flags: {},
  resource: "serviceaccounts",
  failure: "failed to create serviceaccount:",
  generate: (_kubectl, { name }) => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name },
  }),
});
