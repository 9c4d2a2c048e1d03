import { defineGenerator } from "./generator.ts";
import { roleRef, subjectFlags, subjectsOf } from "./subjects.ts";

export default defineGenerator({
  usage:
    "clusterrolebinding NAME --clusterrole=NAME [--user=username] [--group=groupname] " +
    "[--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]",
  description: "Create a cluster role binding for one cluster role.",
  examples: [
    {
      about: "Let user1, user2 and group1 do what cluster-admin may",
      command:
        "kubectl create clusterrolebinding cluster-admin --clusterrole=cluster-admin --user=user1 --user=user2 --group=group1",
    },
  ],
  flags: {
    ...subjectFlags,
    clusterrole: { type: "string", default: "", usage: "The cluster role to bind" },
  },
  required: ["clusterrole"],
  resource: "clusterrolebindings",
  failure: "failed to create clusterrolebinding:",
  clusterScoped: true,
  generate: (_kubectl, { name, values }) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name },
    ...subjectsOf(values),
    roleRef: roleRef("ClusterRole", values.clusterrole),
  }),
});
