import { compareCodePoints } from "#machinery/codec/go-json.ts";
import { CommandError, ExitError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";

/** Flags of commands that make roles. */
export const ruleFlags = {
  resource: { type: "list", usage: "What the rule is for: resource[.group][/subresource]" },
  "resource-name": {
    type: "array",
    usage: "A name that the rule is for, among the resources; may be repeated",
  },
  verb: { type: "list", usage: "What the rule allows to do" },
} as const;

export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** One of the flag's resources. */
interface NamedResource {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
}

const standardVerbs = new Set([
  "*",
  "get",
  "delete",
  "list",
  "create",
  "update",
  "patch",
  "watch",
  "proxy",
  "deletecollection",
  "use",
  "bind",
  "escalate",
  "impersonate",
]);

const roles = ["roles.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io"];

/** Verbs that only some resources know; these need not be served. */
const specialVerbs: Readonly<Record<string, readonly string[]>> = {
  use: ["podsecuritypolicies.policy", "podsecuritypolicies.extensions"],
  bind: roles,
  escalate: roles,
  impersonate: ["users", "serviceaccounts", "groups", "userextras.authentication.k8s.io"],
};

/** Each once; "*" stands for all. */
export function verbsOf(verbs: readonly string[]): string[] {
  return verbs.includes("*") ? ["*"] : [...new Set(verbs)];
}

export function warnOfVerbs(kubectl: Kubectl, verbs: readonly string[]): void {
  for (const verb of verbs) {
    if (!standardVerbs.has(verb)) {
      kubectl.tell(`Warning: '${verb}' is not a standard resource verb`);
    }
  }
}

export function parseResources(texts: readonly string[]): NamedResource[] {
  const found: NamedResource[] = [];
  for (const text of texts) {
    if (text === "*") return [{ group: "", resource: "*", subresource: "" }];
    const slash = text.indexOf("/");
    const place = slash < 0 ? text : text.slice(0, slash);
    const dot = place.indexOf(".");
    found.push({
      resource: dot < 0 ? place : place.slice(0, dot),
      group: dot < 0 ? "" : place.slice(dot + 1),
      subresource: slash < 0 ? "" : text.slice(slash + 1),
    });
  }
  return found;
}

/** Resources have to be served, and verbs have to be theirs. */
export async function checkResources(
  kubectl: Kubectl,
  resources: readonly NamedResource[],
  verbs: readonly string[],
): Promise<void> {
  for (const named of resources) {
    if (named.resource === "") {
      throw new CommandError("resource must be specified if apiGroup/subresource specified");
    }
    if (named.resource === "*") return;
    const served = await find(kubectl, named);
    const { group, resource } = served ?? named;
    const qualified = group ? `${resource}.${group}` : resource;
    let isSpecial = false;
    for (const verb of verbs) {
      const allowed = specialVerbs[verb];
      if (!allowed) continue;
      if (!allowed.includes(qualified)) {
        throw new CommandError(`can not perform '${verb}' on '${resource}' in group '${group}'`);
      }
      isSpecial = true;
    }
    if (!served && !isSpecial) {
      // Told without "error:", unlike all others.
      kubectl.tell(`the server doesn't have a resource type "${named.resource}"`);
      throw new ExitError(1);
    }
  }
}

/** Rules for the resources of each group, groups in the alphabet's order. */
export async function rulesOf(
  kubectl: Kubectl,
  verbs: readonly string[],
  resources: readonly NamedResource[],
  names: readonly string[],
): Promise<Rule[]> {
  const byGroup = new Map<string, Set<string>>();
  for (const named of resources) {
    const { group, resource } = (await find(kubectl, named)) ?? named;
    const full = named.subresource ? `${resource}/${named.subresource}` : resource;
    byGroup.set(group, (byGroup.get(group) ?? new Set()).add(full));
  }
  const resourceNames = [...new Set(names)];
  return [...byGroup]
    .toSorted(([left], [right]) => compareCodePoints(left, right))
    .map(([group, inGroup]) => ({
      verbs,
      apiGroups: [group],
      resources: [...inGroup],
      ...(resourceNames.length > 0 && { resourceNames }),
    }));
}

async function find(kubectl: Kubectl, { group, resource }: NamedResource) {
  return await kubectl.mapper.find(group ? `${resource}.${group}` : resource);
}
