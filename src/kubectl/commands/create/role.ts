import { CommandError } from "../../errors.ts";
import { defineGenerator } from "./generator.ts";
import {
  checkResources,
  parseResources,
  ruleFlags,
  rulesOf,
  verbsOf,
  warnOfVerbs,
} from "./rules.ts";

export default defineGenerator({
  usage:
    "role NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] " +
    "[--dry-run=server|client|none]",
  description: "Create a role with one rule.",
  examples: [
    {
      about: "Make a role pod-reader that may get, watch and list pods",
      command: "kubectl create role pod-reader --verb=get --verb=list --verb=watch --resource=pods",
    },
    {
      about: "Only pods of these names",
      command:
        "kubectl create role pod-reader --verb=get --resource=pods --resource-name=readablepod --resource-name=anotherpod",
    },
    {
      about: "Resources of a group",
      command: "kubectl create role foo --verb=get,list,watch --resource=rs.apps",
    },
    {
      about: "Subresources",
      command: "kubectl create role foo --verb=get,list,watch --resource=pods,pods/status",
    },
  ],
  flags: ruleFlags,
  resource: "roles",
  async generate(kubectl, { name, values }) {
    const verbs = verbsOf(values.verb);
    const resources = parseResources(values.resource);
    if (verbs.length === 0) throw new CommandError("at least one verb must be specified");
    warnOfVerbs(kubectl, verbs);
    if (resources.length === 0) throw new CommandError("at least one resource must be specified");
    await checkResources(kubectl, resources, verbs);
    return {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name },
      rules: await rulesOf(kubectl, verbs, resources, values["resource-name"]),
    };
  },
});
