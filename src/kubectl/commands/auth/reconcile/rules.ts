import type { ClusterRole, PolicyRule, RoleBinding } from "#api/rbac/v1.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { singleRules } from "../../../describe/policy-rules.ts";
import type { CompactRule } from "../../../describe/policy-rules.ts";
import type { KubeObject } from "../../../objects.ts";

export type Subject = NonNullable<RoleBinding["subjects"]>[number];

/** Of a file or a server, or a part of one. */
export type Rule = PolicyRule | CompactRule;

/** What has to be done for the server's object to say what the file says. */
export interface Reconciled {
  readonly object: KubeObject;
  readonly operation: "none" | "create" | "update" | "recreate";
  /** The object says that it is nobody's to change. */
  readonly isProtected: boolean;
  readonly missingRules: readonly Rule[];
  readonly extraRules: readonly Rule[];
  readonly missingSubjects: readonly Subject[];
  readonly extraSubjects: readonly Subject[];
}

const nothing = {
  operation: "none",
  isProtected: false,
  missingRules: [],
  extraRules: [],
  missingSubjects: [],
  extraSubjects: [],
} as const;

export interface RoleObject extends KubeObject {
  rules?: PolicyRule[];
  aggregationRule?: ClusterRole["aggregationRule"];
}

export interface BindingObject extends KubeObject {
  roleRef: RoleBinding["roleRef"];
  subjects?: Subject[];
}

export function reconcileRole(
  existing: RoleObject | undefined,
  expected: RoleObject,
  removeExtra: boolean,
): Reconciled {
  const wanted = expected.rules ?? [];
  if (!existing) {
    return { ...nothing, object: expected, operation: "create", missingRules: wanted };
  }
  const present = existing.rules ?? [];
  const object: RoleObject = withMetadata(existing, expected);
  let isChanged = !deepEqual(object.metadata, existing.metadata);
  const bothAggregate = expected.aggregationRule && existing.aggregationRule;
  const extraRules = bothAggregate ? [] : uncovered(wanted, present);
  const missingRules = uncovered(present, wanted);
  if (!removeExtra && missingRules.length > 0) {
    object.rules = [...present, ...missingRules.map(ruleOf)];
    isChanged = true;
  } else if (removeExtra && missingRules.length + extraRules.length > 0) {
    object.rules = wanted;
    isChanged = true;
  }
  if (reconcileAggregation(object, existing, expected, removeExtra)) isChanged = true;
  return {
    ...nothing,
    object,
    operation: isChanged ? "update" : "none",
    isProtected: isProtected(existing),
    missingRules,
    extraRules,
  };
}

/** Selectors of other roles whose rules are taken over. Returns whether they are others now. */
function reconcileAggregation(
  object: RoleObject,
  existing: RoleObject,
  expected: RoleObject,
  removeExtra: boolean,
): boolean {
  const present = existing.aggregationRule?.clusterRoleSelectors ?? [];
  const wanted = expected.aggregationRule?.clusterRoleSelectors ?? [];
  if (!expected.aggregationRule && existing.aggregationRule) {
    delete object.aggregationRule;
    return true;
  }
  const missing = wanted.filter((one) => !present.some((other) => deepEqual(one, other)));
  const extra = present.filter((one) => !wanted.some((other) => deepEqual(one, other)));
  if (!removeExtra && missing.length > 0) {
    object.aggregationRule = { clusterRoleSelectors: [...present, ...missing] };
    return true;
  }
  if (removeExtra && missing.length + extra.length > 0) {
    object.aggregationRule = expected.aggregationRule;
    return true;
  }
  return false;
}

export function reconcileBinding(
  existing: BindingObject | undefined,
  expected: BindingObject,
  removeExtra: boolean,
): Reconciled {
  const wanted = expected.subjects ?? [];
  if (!existing) {
    return { ...nothing, object: expected, operation: "create", missingSubjects: wanted };
  }
  const common = { ...nothing, isProtected: isProtected(existing) };
  // What a binding binds to cannot be changed.
  if (!deepEqual(expected.roleRef, existing.roleRef)) {
    return { ...common, object: expected, operation: "recreate" };
  }
  const present = existing.subjects ?? [];
  const object: BindingObject = withMetadata(existing, expected);
  let isChanged = !deepEqual(object.metadata, existing.metadata);
  const missingSubjects = onlyIn(wanted, present);
  const extraSubjects = onlyIn(present, wanted);
  if (!removeExtra && missingSubjects.length > 0) {
    object.subjects = [...present, ...missingSubjects];
    isChanged = true;
  } else if (removeExtra && missingSubjects.length + extraSubjects.length > 0) {
    object.subjects = wanted;
    isChanged = true;
  }
  const operation = isChanged ? "update" : "none";
  return { ...common, object, operation, missingSubjects, extraSubjects };
}

function isProtected({ metadata }: KubeObject): boolean {
  return metadata.annotations?.["rbac.authorization.kubernetes.io/autoupdate"] === "false";
}

/** A copy that has the file's labels and annotations, too; its own go before. */
function withMetadata<T extends KubeObject>(existing: T, expected: KubeObject): T {
  const metadata = { ...existing.metadata };
  for (const field of ["labels", "annotations"] as const) {
    const merged = { ...expected.metadata[field], ...existing.metadata[field] };
    if (Object.keys(merged).length > 0) metadata[field] = merged;
  }
  return { ...existing, metadata };
}

function onlyIn(list: readonly Subject[], other: readonly Subject[]): Subject[] {
  return list.filter(
    (subject, index) =>
      !other.some((one) => isSameSubject(one, subject)) &&
      list.findIndex((one) => isSameSubject(one, subject)) === index,
  );
}

const subjectFields = ["kind", "apiGroup", "name", "namespace"] as const;

function isSameSubject(left: Subject, right: Subject): boolean {
  return subjectFields.every((field) => (left[field] ?? "") === (right[field] ?? ""));
}

/** The parts of `rules` that no rule of the owner allows, each with one verb of one resource. */
export function uncovered(
  owner: readonly PolicyRule[],
  rules: readonly PolicyRule[],
): CompactRule[] {
  return rules.flatMap(singleRules).filter((part) => !owner.some((rule) => covers(rule, part)));
}

/** Lists that say nothing are left out of what is sent. */
function ruleOf(rule: Rule): PolicyRule {
  const given = Object.entries(rule).filter(([, list]) => list.length > 0);
  return Object.fromEntries(given) as unknown as PolicyRule;
}

function covers(rule: PolicyRule, part: CompactRule): boolean {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const has = (list: readonly string[], wanted: readonly string[]) =>
    list.includes("*") || wanted.every((one) => list.includes(one));
  const namesMatch =
    resourceNames.length === 0 ||
    (part.resourceNames.length > 0 &&
      part.resourceNames.every((name) => resourceNames.includes(name)));
  return (
    has(verbs, part.verbs) &&
    has(apiGroups, part.apiGroups) &&
    part.resources.every((resource) => coversResource(resources, resource)) &&
    namesMatch &&
    part.nonResourceURLs.every((path) => coversPath(nonResourceURLs, path))
  );
}

function coversResource(resources: readonly string[], wanted: string): boolean {
  if (resources.includes("*") || resources.includes(wanted)) return true;
  const slash = wanted.indexOf("/");
  return slash >= 0 && resources.includes(`*/${wanted.slice(slash + 1)}`);
}

function coversPath(paths: readonly string[], wanted: string): boolean {
  return paths.some(
    (path) =>
      path === "*" ||
      path === wanted ||
      (path.endsWith("*") && wanted.startsWith(path.replace(/\*+$/, ""))),
  );
}
