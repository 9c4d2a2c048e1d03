import type { ClusterRole, PolicyRule } from "#api/rbac/v1.ts";
import { matchesLabelSelector } from "#machinery/labels/label-selector.ts";

/**
 * The rules of an aggregated role: those of every role that its selectors match, in order of
 * name, each once. Undefined for a role that is not aggregated.
 */
export function aggregatedRules(
  role: ClusterRole,
  all: readonly ClusterRole[],
): PolicyRule[] | undefined {
  const selectors = role.aggregationRule?.clusterRoleSelectors;
  if (!selectors) return undefined;
  const sorted = all.toSorted((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  const rules: PolicyRule[] = [];
  const seen = new Set<string>();
  for (const selector of selectors) {
    for (const candidate of sorted) {
      if (candidate.metadata.name === role.metadata.name) continue;
      if (!matchesLabelSelector(selector, candidate.metadata.labels)) continue;
      for (const rule of candidate.rules ?? []) {
        const key = ruleKey(rule);
        if (seen.has(key)) continue;
        seen.add(key);
        rules.push(rule);
      }
    }
  }
  return rules;
}

/** Equal for rules that say the same, with the words in the same order. */
export function ruleKey(rule: Readonly<PolicyRule>): string {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  return JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs]);
}
