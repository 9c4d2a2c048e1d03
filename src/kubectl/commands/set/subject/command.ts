import { deepEqual } from "#machinery/deep-equal.ts";
import { defineCommand } from "../../../command.ts";
import { CommandError } from "../../../errors.ts";
import type { KubeObject } from "../../../objects.ts";
import { fileQuery, selectorFlag } from "../../../resources/flags.ts";
import { selected } from "../../../resources/selection.ts";
import { dryRunOf } from "../../../writes/dry-run.ts";
import { refuseLocalNames } from "../../../resources/local.ts";
import { changeObjects, refuseLocalServer, setFlags, throwCollected } from "../change.ts";

export default defineCommand({
  usage:
    "subject (-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]",
  description: "Add users, groups or service accounts to a role binding or cluster role binding.",
  examples: [
    {
      about: "Bind serviceaccount1 of the namespace namespace to the cluster role of a binding",
      command:
        "kubectl set subject clusterrolebinding admin --serviceaccount=namespace:serviceaccount1",
    },
    {
      about: "Bind two users and a group",
      command: "kubectl set subject rolebinding admin --user=user1 --user=user2 --group=group1",
    },
    {
      about: "Only print a binding with one more user, without sending it",
      command:
        "kubectl create rolebinding admin --role=admin --user=admin -o yaml --dry-run=client | kubectl set subject --local -f - --user=foo -o yaml",
    },
  ],
  flags: {
    ...setFlags,
    ...selectorFlag,
    group: { type: "array", usage: "Groups to bind to the role" },
    serviceaccount: { type: "array", usage: "Service accounts to bind to the role" },
    user: { type: "array", usage: "Users to bind to the role" },
  },
  async run(kubectl, { values, args }) {
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    const { all, local, selector } = values;
    refuseLocalNames(local, args);
    const infos = await kubectl.findAll(
      selected({ args, files: fileQuery(values), all, local, selector }),
    );
    refuseLocalServer(local, dryRun);
    if (all && selector) {
      throw new CommandError("cannot set --all and --selector at the same time");
    }
    if (values.user.length + values.group.length + values.serviceaccount.length === 0) {
      throw new CommandError(
        "you must specify at least one value of user, group or serviceaccount",
      );
    }
    const toCluster = infos.some(({ resource }) => resource.kind === "ClusterRoleBinding");
    for (const account of values.serviceaccount) checkAccount(account, toCluster);
    const subjects = subjectsOf(values, (await kubectl.namespace()).name);
    const options = {
      values,
      dryRun,
      operation: "subjects updated",
      failure: "failed to patch subjects to rolebinding:",
    };
    throwCollected(
      await changeObjects(kubectl, infos, options, (object) => addSubjects(object, subjects)),
    );
  },
});

function checkAccount(account: string, toCluster: boolean): void {
  const [namespace, name, ...more] = account.split(":");
  if (!name || more.length > 0) {
    throw new CommandError("serviceaccount must be <namespace>:<name>");
  }
  if (toCluster && namespace === "") {
    throw new CommandError(
      "serviceaccount must be <namespace>:<name>, namespace must be specified",
    );
  }
}

interface Named {
  readonly user: readonly string[];
  readonly group: readonly string[];
  readonly serviceaccount: readonly string[];
}

function subjectsOf({ user, group, serviceaccount }: Named, namespace: string): object[] {
  const unique = (names: readonly string[]) => [...new Set(names)].toSorted();
  const apiGroup = "rbac.authorization.k8s.io";
  return [
    ...unique(user).map((name) => ({ kind: "User", apiGroup, name })),
    ...unique(group).map((name) => ({ kind: "Group", apiGroup, name })),
    ...unique(serviceaccount).map((account) => {
      const [own = "", name = ""] = account.split(":");
      return { kind: "ServiceAccount", name, namespace: own || namespace };
    }),
  ];
}

function addSubjects(object: KubeObject, subjects: readonly object[]): void {
  if (object.kind !== "RoleBinding" && object.kind !== "ClusterRoleBinding") {
    throw new CommandError("setting subjects is only supported for RoleBinding/ClusterRoleBinding");
  }
  const present: readonly unknown[] = Array.isArray(object.subjects) ? object.subjects : [];
  const added = subjects.filter((subject) => !present.some((one) => deepEqual(one, subject)));
  if (added.length > 0) object.subjects = [...present, ...added];
}
