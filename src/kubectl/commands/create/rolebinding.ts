import { CommandError } from "../../errors.ts";
import { defineGenerator } from "./generator.ts";
import { roleRef, subjectFlags, subjectsOf } from "./subjects.ts";

export default defineGenerator({
  usage:
    "rolebinding NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] " +
    "[--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]",
  description: "Create a role binding for one role or cluster role.",
  examples: [
    {
      about: "Let user1, user2 and group1 do what the cluster role admin may, in this namespace",
      command:
        "kubectl create rolebinding admin --clusterrole=admin --user=user1 --user=user2 --group=group1",
    },
    {
      about: "Let a service account do what a role may",
      command:
        "kubectl create rolebinding admin-binding --role=admin --serviceaccount=monitoring:sa-dev",
    },
  ],
  flags: {
    ...subjectFlags,
    clusterrole: { type: "string", default: "", usage: "The cluster role to bind" },
    role: { type: "string", default: "", usage: "The role to bind" },
  },
  resource: "rolebindings",
  failure: "failed to create rolebinding:",
  generate(_kubectl, { name, values }) {
    if ((values.clusterrole === "") === (values.role === "")) {
      throw new CommandError("exactly one of clusterrole or role must be specified");
    }
    return {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name },
      ...subjectsOf(values),
      roleRef: values.role
        ? roleRef("Role", values.role)
        : roleRef("ClusterRole", values.clusterrole),
    };
  },
});
