import type { PolicyRule } from "#api/rbac/v1.ts";
import type { UserInfo } from "../../pipeline/request.ts";
import type { Rule } from "./rules.ts";
import { pathMatches } from "./rules.ts";

/**
 * Why the user may not grant these rules: some of them go beyond the user's own. Undefined when
 * all are covered.
 */
export function escalationProblem(
  user: UserInfo,
  own: { readonly rules: readonly Rule[]; readonly errors: readonly string[] },
  granted: readonly Rule[],
): string | undefined {
  const missing = uncovered(own.rules, granted);
  if (missing.length === 0) return undefined;
  const texts = [...new Set(compact(missing).map(describeRule))].sort();
  let problem =
    `user "${user.name}" (groups=${quoteAll(user.groups)}) is attempting to grant RBAC ` +
    `permissions not currently held:\n${texts.join("\n")}`;
  if (own.errors.length > 0) problem += `; resolution errors: [${own.errors.join(" ")}]`;
  return problem;
}

/** The single permissions of `granted` that no rule of `owned` covers. */
export function uncovered(owned: readonly Rule[], granted: readonly Rule[]): Rule[] {
  return granted.flatMap(breakDown).filter((single) => !owned.some((rule) => covers(rule, single)));
}

/** One verb on one resource (of one name) or path each. */
function breakDown(rule: Rule): Rule[] {
  const singles: Rule[] = [];
  for (const verb of rule.verbs) {
    for (const group of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        const single = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (!rule.resourceNames?.length) singles.push(single);
        for (const name of rule.resourceNames ?? []) {
          singles.push({ ...single, resourceNames: [name] });
        }
      }
    }
  }
  // Paths last, as upstream lists them.
  for (const url of rule.nonResourceURLs ?? []) {
    for (const verb of rule.verbs) singles.push({ verbs: [verb], nonResourceURLs: [url] });
  }
  return singles;
}

function covers(owned: Rule, single: Rule): boolean {
  if (!hasAll(owned.verbs, single.verbs)) return false;
  if (single.nonResourceURLs) {
    return single.nonResourceURLs.every((url) =>
      owned.nonResourceURLs?.some((pattern) => pathMatches(pattern, url)),
    );
  }
  const namesCovered = !owned.resourceNames?.length
    ? true
    : Boolean(single.resourceNames?.length) &&
      (single.resourceNames ?? []).every((name) => owned.resourceNames?.includes(name));
  return (
    hasAll(owned.apiGroups, single.apiGroups) &&
    (single.resources ?? []).every((resource) => coversResource(owned.resources, resource)) &&
    namesCovered
  );
}

function coversResource(owned: readonly string[] = [], resource: string): boolean {
  if (owned.includes("*") || owned.includes(resource)) return true;
  const [, subresource] = resource.split("/");
  return subresource !== undefined && owned.includes(`*/${subresource}`);
}

/** Single permissions on the same resource become one rule with several verbs. */
function compact(rules: readonly Rule[]): Rule[] {
  const merged = new Map<string, PolicyRule>();
  const others: Rule[] = [];
  for (const rule of rules) {
    if (rule.nonResourceURLs) {
      others.push(rule);
      continue;
    }
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames]);
    const same = merged.get(key);
    if (same) same.verbs.push(...rule.verbs);
    else merged.set(key, { ...rule, verbs: [...rule.verbs] });
  }
  return [...others, ...merged.values()];
}

function describeRule(rule: Rule): string {
  const parts: string[] = [];
  const add = (word: string, values: readonly string[] | undefined) => {
    if (values?.length) parts.push(`${word}:${quoteAll(values)}`);
  };
  add("APIGroups", rule.apiGroups);
  add("Resources", rule.resources);
  add("NonResourceURLs", rule.nonResourceURLs);
  add("ResourceNames", rule.resourceNames);
  add("Verbs", rule.verbs);
  return `{${parts.join(", ")}}`;
}

function hasAll(owned: readonly string[] = [], wanted: readonly string[] = []): boolean {
  return owned.includes("*") || wanted.every((word) => owned.includes(word));
}

function quoteAll(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(" ")}]`;
}
