import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from "#api/rbac/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, notSupported, requiredValue } from "#machinery/validation/field-error.ts";
import { isDnsSubdomain, isPathSegment } from "#machinery/validation/names.ts";
import { by, oneOf, sameValue, validateLabelSelector } from "../common/validation.ts";

const group = "rbac.authorization.k8s.io";

export function validateRole({ rules = [] }: Role): FieldError[] {
  return validateRules(rules, true);
}

export function validateClusterRole({ rules = [], aggregationRule }: ClusterRole): FieldError[] {
  const errors = validateRules(rules, false);
  if (!aggregationRule) return errors;
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  const path = "aggregationRule.clusterRoleSelectors";
  if (!selectors.length) {
    const detail = "at least one clusterRoleSelector required if aggregationRule is non-nil";
    errors.push(requiredValue(path, detail));
  }
  for (const [index, selector] of selectors.entries()) {
    errors.push(...validateLabelSelector(selector, `${path}[${index}]`));
  }
  return errors;
}

function validateRules(rules: readonly PolicyRule[], namespaced: boolean): FieldError[] {
  return rules.flatMap((rule, index) => {
    const at = `rules[${index}]`;
    const { verbs, apiGroups = [], resources = [], nonResourceURLs = [] } = rule;
    const errors: FieldError[] = [];
    if (!verbs.length) {
      errors.push(requiredValue(`${at}.verbs`, "verbs must contain at least one value"));
    }
    if (nonResourceURLs.length) {
      if (namespaced) {
        const detail = "namespaced rules cannot apply to non-resource URLs";
        errors.push(invalid(`${at}.nonResourceURLs`, nonResourceURLs, detail));
      }
      if (apiGroups.length || resources.length || rule.resourceNames?.length) {
        const detail = "rules cannot apply to both regular resources and non-resource URLs";
        errors.push(invalid(`${at}.nonResourceURLs`, nonResourceURLs, detail));
      }
      return errors;
    }
    if (!apiGroups.length) {
      const detail = "resource rules must supply at least one api group";
      errors.push(requiredValue(`${at}.apiGroups`, detail));
    }
    if (!resources.length) {
      const detail = "resource rules must supply at least one resource";
      errors.push(requiredValue(`${at}.resources`, detail));
    }
    return errors;
  });
}

type AnyBinding = RoleBinding | ClusterRoleBinding;

export function validateBinding(
  { roleRef, subjects = [] }: AnyBinding,
  kind: "RoleBinding" | "ClusterRoleBinding",
): FieldError[] {
  const errors: FieldError[] = [];
  if (roleRef.apiGroup !== group) {
    errors.push(notSupported("roleRef.apiGroup", roleRef.apiGroup, [group]));
  }
  const roles = kind === "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"];
  errors.push(...oneOf("roleRef.kind", roleRef.kind, roles));
  if (!roleRef.name) errors.push(requiredValue("roleRef.name"));
  else errors.push(...by("roleRef.name", roleRef.name, isPathSegment));
  return [
    ...errors,
    ...subjects.flatMap((one, index) =>
      validateSubject(one, `subjects[${index}]`, kind === "RoleBinding"),
    ),
  ];
}

function validateSubject(
  { kind, name, namespace = "", apiGroup = "" }: Subject,
  at: string,
  namespaced: boolean,
): FieldError[] {
  const errors: FieldError[] = name ? [] : [requiredValue(`${at}.name`)];
  switch (kind) {
    case "ServiceAccount":
      if (name) errors.push(...by(`${at}.name`, name, isDnsSubdomain));
      if (apiGroup) errors.push(notSupported(`${at}.apiGroup`, apiGroup, [""]));
      if (!namespace && !namespaced) errors.push(requiredValue(`${at}.namespace`));
      break;
    case "User":
    case "Group":
      if (apiGroup !== group) errors.push(notSupported(`${at}.apiGroup`, apiGroup, [group]));
      break;
    default:
      errors.push(...oneOf(`${at}.kind`, kind, ["ServiceAccount", "User", "Group"]));
  }
  return errors;
}

export function validateBindingUpdate(
  binding: AnyBinding,
  old: Readonly<AnyBinding>,
): FieldError[] {
  const { roleRef } = binding;
  if (sameValue(roleRef, old.roleRef)) return [];
  // Upstream shows it as its own structure.
  const shown = { APIGroup: roleRef.apiGroup, Kind: roleRef.kind, Name: roleRef.name };
  return [invalid("roleRef", shown, "cannot change roleRef")];
}
