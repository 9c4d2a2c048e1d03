import type { PolicyRule } from "#api/rbac/v1.ts";
import { formatList, sortedBy } from "./go-values.ts";

/** One kind of resource, or one path, and what may be done with it. */
export interface CompactRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/**
 * What the rules say, per resource: rules of several resources are taken apart, and what different
 * rules say of the same resource is put together. In the order of their verbs, then of the rest.
 */
export function compactRules(rules: readonly PolicyRule[]): CompactRule[] {
  const ofPaths: CompactRule[] = [];
  const ofResources = new Map<string, CompactRule>();
  for (const rule of rules.flatMap(singleRules)) {
    if (rule.nonResourceURLs.length > 0) {
      ofPaths.push(rule);
      continue;
    }
    const key = textOf({ ...rule, verbs: [] });
    const verbs = new Set([...(ofResources.get(key)?.verbs ?? []), ...rule.verbs]);
    ofResources.set(key, { ...rule, verbs: [...verbs] });
  }
  return sortedBy([...ofPaths, ...ofResources.values()], textOf);
}

/** `pods.apps/status` */
export function resourceText({ apiGroups, resources }: CompactRule): string {
  const [resource] = resources;
  if (resource === undefined) return "";
  const [name = "", ...subresource] = resource.split("/");
  const group = apiGroups[0] ? `.${apiGroups[0]}` : "";
  return [`${name}${group}`, ...(subresource.length > 0 ? [subresource.join("/")] : [])].join("/");
}

/** One verb of one resource, or of one path, each. */
export function singleRules(rule: PolicyRule): CompactRule[] {
  const { apiGroups = [], resources = [], nonResourceURLs = [] } = rule;
  const names = rule.resourceNames?.length ? rule.resourceNames.map((name) => [name]) : [[]];
  const result: CompactRule[] = [];
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of rule.verbs) {
        for (const resourceNames of names) {
          const [verbs, groups, kinds] = [[verb], [group], [resource]];
          const parts = { verbs, apiGroups: groups, resources: kinds, resourceNames };
          result.push({ ...parts, nonResourceURLs: [] });
        }
      }
    }
  }
  for (const path of nonResourceURLs) {
    for (const verb of rule.verbs) {
      const none = { apiGroups: [], resources: [], resourceNames: [] };
      result.push({ ...none, verbs: [verb], nonResourceURLs: [path] });
    }
  }
  return result;
}

/** All that the rule says: what it is known and sorted by. */
function textOf(rule: CompactRule): string {
  return [
    `Verbs:${formatList(rule.verbs)},APIGroups:${formatList(rule.apiGroups)},`,
    `Resources:${formatList(rule.resources)},ResourceNames:${formatList(rule.resourceNames)},`,
    `NonResourceURLs:${formatList(rule.nonResourceURLs)},`,
  ].join("");
}
