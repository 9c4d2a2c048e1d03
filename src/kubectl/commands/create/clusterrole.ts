import { FlagError } from "#base/flags.ts";
import type { FlagValues } from "#base/flags.ts";
import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import { defineGenerator } from "./generator.ts";
import {
  checkResources,
  parseResources,
  ruleFlags,
  rulesOf,
  verbsOf,
  warnOfVerbs,
} from "./rules.ts";
import type { Rule } from "./rules.ts";

const flags = {
  ...ruleFlags,
  "aggregation-rule": {
    type: "list",
    unquoted: true,
    usage: "Labels of the cluster roles that this one is put together of: key=value,…",
  },
  "non-resource-url": { type: "list", usage: "A path that the rule is for." },
} as const;

export default defineGenerator({
  usage:
    "clusterrole NAME --verb=verb --resource=resource.group [--resource-name=resourcename] " +
    "[--dry-run=server|client|none]",
  description: "Create a cluster role.",
  examples: [
    {
      about: "Make a cluster role pod-reader that may get, watch and list pods",
      command: "kubectl create clusterrole pod-reader --verb=get,list,watch --resource=pods",
    },
    {
      about: "Only pods of these names",
      command:
        "kubectl create clusterrole pod-reader --verb=get --resource=pods --resource-name=readablepod --resource-name=anotherpod",
    },
    {
      about: "Resources of a group",
      command: "kubectl create clusterrole foo --verb=get,list,watch --resource=rs.apps",
    },
    {
      about: "Subresources",
      command: "kubectl create clusterrole foo --verb=get,list,watch --resource=pods,pods/status",
    },
    {
      about: "Paths that are no resources",
      command: 'kubectl create clusterrole "foo" --verb=get --non-resource-url=/logs/*',
    },
    {
      about: "Put together of all cluster roles with a label",
      command:
        'kubectl create clusterrole monitoring --aggregation-rule="rbac.example.com/aggregate-to-monitoring=true"',
    },
  ],
  flags,
  resource: "clusterroles",
  clusterScoped: true,
  async generate(kubectl, { name, values }) {
    const head = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" };
    const labels = labelsOf(values["aggregation-rule"]);
    if (Object.keys(labels).length === 0) {
      return { ...head, metadata: { name }, rules: await allRules(kubectl, values) };
    }
    const lists = ["verb", "resource", "resource-name", "non-resource-url"] as const;
    if (lists.some((flag) => values[flag].length > 0)) {
      throw new CommandError(
        "aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames",
      );
    }
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: labels }] };
    return { ...head, metadata: { name }, aggregationRule, rules: null };
  },
});

async function allRules(kubectl: Kubectl, values: FlagValues<typeof flags>): Promise<Rule[]> {
  const verbs = verbsOf(values.verb);
  const resources = parseResources(values.resource);
  const nonResourceURLs = [...new Set(values["non-resource-url"])];
  if (verbs.length === 0) throw new CommandError("at least one verb must be specified");
  if (resources.length === 0 && nonResourceURLs.length === 0) {
    throw new CommandError("one of resource or nonResourceURL must be specified");
  }
  if (resources.length > 0) {
    warnOfVerbs(kubectl, verbs);
    await checkResources(kubectl, resources, verbs);
  }
  if (nonResourceURLs.length > 0) checkPaths(nonResourceURLs, verbs);
  const rules = await rulesOf(kubectl, verbs, resources, values["resource-name"]);
  return nonResourceURLs.length > 0 ? [...rules, { verbs, nonResourceURLs }] : rules;
}

const pathVerbs = new Set(["*", "get", "post", "put", "delete", "patch", "head", "options"]);

function checkPaths(paths: readonly string[], verbs: readonly string[]): void {
  const wrong = verbs.find((verb) => !pathVerbs.has(verb));
  if (wrong !== undefined) throw new CommandError(`invalid verb: '${wrong}' for nonResourceURL`);
  for (const path of paths) {
    if (path === "*") continue;
    if (!path.startsWith("/")) throw new CommandError("nonResourceURL should start with /");
    if (path.slice(0, -1).includes("*")) {
      throw new CommandError(
        "nonResourceURL only supports wildcard matches when '*' is at the end",
      );
    }
  }
}

function labelsOf(pairs: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals < 0) {
      throw new FlagError(
        `invalid argument "${pair}" for "--aggregation-rule" flag: malformed pair, expect string=string`,
      );
    }
    labels[pair.slice(0, equals).trim()] = pair.slice(equals + 1).trim();
  }
  return labels;
}
