import type { PolicyRule } from "#api/rbac/v1.ts";
import type { Attributes } from "../authorizer.ts";

export type Rule = Readonly<PolicyRule>;

/** Whether one rule allows the request. */
export function ruleAllows(rule: Rule, attributes: Attributes): boolean {
  if (!includesOrAll(rule.verbs, attributes.verb)) return false;
  if (!attributes.isResource) {
    return rule.nonResourceURLs?.some((pattern) => pathMatches(pattern, attributes.path)) ?? false;
  }
  return (
    includesOrAll(rule.apiGroups, attributes.group) &&
    resourceMatches(rule.resources, attributes.resource, attributes.subresource) &&
    nameMatches(rule.resourceNames, attributes.name)
  );
}

/** `/healthz/*` matches what is below; `*` matches everything. */
export function pathMatches(pattern: string, path: string): boolean {
  if (pattern === "*" || pattern === path) return true;
  return pattern.endsWith("*") && path.startsWith(pattern.replace(/\*+$/, ""));
}

/** `pods/log`, `*`, or `* /scale` (without the space) for that subresource of everything. */
function resourceMatches(
  resources: readonly string[] | undefined,
  resource: string,
  subresource: string,
): boolean {
  if (!resources) return false;
  const whole = subresource ? `${resource}/${subresource}` : resource;
  for (const candidate of resources) {
    if (candidate === "*" || candidate === whole) return true;
    if (subresource && candidate.startsWith("*/") && candidate.slice(2) === subresource)
      return true;
  }
  return false;
}

/** No names in the rule: all names. Requests without a name match no rule that has names. */
function nameMatches(names: readonly string[] | undefined, name: string): boolean {
  return !names || names.length === 0 || names.includes(name);
}

function includesOrAll(values: readonly string[] | undefined, wanted: string): boolean {
  return values !== undefined && (values.includes("*") || values.includes(wanted));
}
