import type {
  MatchCondition,
  MatchResources,
  RuleWithOperations,
} from "#api/admissionregistration/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  duplicate,
  invalid,
  notSupported,
  requiredValue,
  tooMany,
} from "#machinery/validation/field-error.ts";
import { isPathSegment, isQualifiedName } from "#machinery/validation/names.ts";
import { by, validateLabelSelector } from "../../common/validation.ts";
import type { ExpressionCheck } from "./expressions.ts";

export const failurePolicies = ["Fail", "Ignore"];
export const matchPolicies = ["Equivalent", "Exact"];
export const reinvocationPolicies = ["IfNeeded", "Never"];
const operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
/** What is deleted cannot be changed on the way. */
const mutatingOperations = ["*", "CONNECT", "CREATE", "UPDATE"];
const scopes = ["*", "Cluster", "Namespaced"];

/** One Unsupported value for a word that is none of those allowed. */
export function oneOfWords(
  path: string,
  word: string | undefined,
  words: readonly string[],
): FieldError[] {
  return word === undefined || words.includes(word) ? [] : [notSupported(path, word, words)];
}

export function validateRule(rule: RuleWithOperations, at: string): FieldError[] {
  const { apiGroups = [], apiVersions = [], operations: given = [], resources = [] } = rule;
  return [
    ...(given.length ? [] : [requiredValue(`${at}.operations`)]),
    ...alone(given, `${at}.operations`, "operations"),
    ...given.flatMap((word, index) => oneOfWords(`${at}.operations[${index}]`, word, operations)),
    ...(apiGroups.length ? [] : [requiredValue(`${at}.apiGroups`)]),
    ...alone(apiGroups, `${at}.apiGroups`, "API groups"),
    ...(apiVersions.length ? [] : [requiredValue(`${at}.apiVersions`)]),
    ...alone(apiVersions, `${at}.apiVersions`, "API versions"),
    ...apiVersions.flatMap((version, index) =>
      version ? [] : [requiredValue(`${at}.apiVersions[${index}]`)],
    ),
    ...validateResources(resources, `${at}.resources`),
    ...oneOfWords(`${at}.scope`, rule.scope, scopes),
  ];
}

function alone(values: readonly string[], path: string, what: string): FieldError[] {
  return values.length > 1 && values.includes("*")
    ? [invalid(path, values, `if '*' is present, must not specify other ${what}`)]
    : [];
}

/** "pods", "pods/*", "*\/scale": a wildcard must not stand beside what it covers. */
function validateResources(resources: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = resources.length ? [] : [requiredValue(path)];
  const whole = new Set<string>();
  const everywhere = new Set<string>();
  let hasPlain = false;
  for (const [index, resource] of resources.entries()) {
    const at = `${path}[${index}]`;
    if (!resource) {
      errors.push(requiredValue(at));
      continue;
    }
    const slash = resource.indexOf("/");
    if (slash < 0) {
      hasPlain = resource !== "*";
      continue;
    }
    const [name, subresource] = [resource.slice(0, slash), resource.slice(slash + 1)];
    const refuse = (covering: string) => {
      const detail = `if '${covering}' is present, must not specify ${resource}`;
      errors.push(invalid(at, resource, detail));
    };
    if (whole.has(name)) refuse(`${name}/*`);
    if (everywhere.has(subresource)) refuse(`*/${subresource}`);
    if (subresource === "*") whole.add(name);
    if (name === "*") everywhere.add(subresource);
  }
  if (resources.length > 1 && resources.includes("*/*")) {
    const detail = "if '*/*' is present, must not specify other resources";
    errors.push(invalid(path, resources, detail));
  }
  if (resources.includes("*") && hasPlain) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalid(path, resources, detail));
  }
  return errors;
}

/** Which requests a policy is about. */
export function validateMatchResources(
  match: MatchResources,
  at: string,
  use: "validating" | "mutating",
): FieldError[] {
  const errors = [
    ...oneOfWords(`${at}.matchPolicy`, match.matchPolicy, matchPolicies),
    ...validateLabelSelector(match.namespaceSelector, `${at}.namespaceSelector`),
    ...validateLabelSelector(match.objectSelector, `${at}.objectSelector`),
  ];
  for (const field of ["resourceRules", "excludeResourceRules"] as const) {
    for (const [index, rule] of (match[field] ?? []).entries()) {
      const path = `${at}.${field}[${index}]`;
      const names = rule.resourceNames ?? [];
      for (const [item, name] of names.entries()) {
        const itemPath = `${path}.resourceNames[${item}]`;
        errors.push(...by(itemPath, name, isPathSegment));
        if (names.indexOf(name) < item) errors.push(duplicate(itemPath, name));
      }
      errors.push(...validateRule(rule, path));
    }
  }
  if (use === "validating") return errors;
  const words = (match.resourceRules ?? []).flatMap((rule) => rule.operations ?? []);
  const path = `${at}.resourceRules.operations`;
  return [...errors, ...words.flatMap((word) => oneOfWords(path, word, mutatingOperations))];
}

const conditionsMax = 64;

export function validateMatchConditions(
  conditions: readonly MatchCondition[],
  path: string,
  check: ExpressionCheck,
): FieldError[] {
  const errors: FieldError[] = [];
  if (conditions.length > conditionsMax) {
    errors.push(tooMany(path, conditions.length, conditionsMax));
  }
  const names = conditions.map(({ name }) => name);
  for (const [index, { expression, name }] of conditions.entries()) {
    const at = `${path}[${index}]`;
    errors.push(
      ...(expression?.trim()
        ? check(`${at}.expression`, expression.trim(), "matchCondition")
        : [requiredValue(`${at}.expression`)]),
      ...(name ? by(`${at}.name`, name, isQualifiedName) : [requiredValue(`${at}.name`)]),
    );
    if (name && names.indexOf(name) < index) errors.push(duplicate(`${at}.name`, name));
  }
  return errors;
}
