import type {
  Affinity,
  NodeSelector,
  NodeSelectorTerm,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { duplicate, forbidden, invalid, requiredValue } from "#machinery/validation/field-error.ts";
import { isLabelValue, isQualifiedName } from "#machinery/validation/names.ts";
import { by, validateLabelSelector } from "../../common/validation.ts";

export function validateTolerations(
  tolerations: readonly Toleration[],
  path: string,
): FieldError[] {
  return tolerations.flatMap((toleration, index) => {
    const at = `${path}[${index}]`;
    const { key, operator, value = "", effect, tolerationSeconds } = toleration;
    const errors = key ? by(`${at}.key`, key, isQualifiedName) : [];
    if (!key && operator !== "Exists") {
      const detail =
        'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalid(`${at}.operator`, operator ?? "", detail));
    }
    if (tolerationSeconds !== undefined && effect !== "NoExecute") {
      const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
      errors.push(invalid(`${at}.effect`, effect ?? "", detail));
    }
    if (operator === "Exists" && value) {
      const detail = "value must be empty when `operator` is 'Exists'";
      errors.push(invalid(`${at}.operator`, toleration, detail));
    } else if (operator === undefined || operator === "Equal") {
      errors.push(...by(`${at}.operator`, value, isLabelValue));
    }
    return errors;
  });
}

export function validateAffinity(affinity: Affinity | undefined, path: string): FieldError[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity ?? {};
  const errors: FieldError[] = [];
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  const preferred = "preferredDuringSchedulingIgnoredDuringExecution";
  if (nodeAffinity?.[required]) {
    const at = `${path}.nodeAffinity.${required}`;
    errors.push(...validateNodeSelector(nodeAffinity[required], at));
  }
  for (const [index, term] of (nodeAffinity?.[preferred] ?? []).entries()) {
    const at = `${path}.nodeAffinity.${preferred}[${index}]`;
    errors.push(...validateWeight(term.weight, `${at}.weight`));
    errors.push(...validateNodeTerm(term.preference, `${at}.preference`));
  }
  for (const [name, terms] of [
    ["podAffinity", podAffinity],
    ["podAntiAffinity", podAntiAffinity],
  ] as const) {
    for (const [index, term] of (terms?.[required] ?? []).entries()) {
      errors.push(...validatePodTerm(term, `${path}.${name}.${required}[${index}]`));
    }
    for (const [index, term] of (terms?.[preferred] ?? []).entries()) {
      const at = `${path}.${name}.${preferred}[${index}]`;
      errors.push(...validateWeight(term.weight, `${at}.weight`));
      errors.push(...validatePodTerm(term.podAffinityTerm, `${at}.podAffinityTerm`));
    }
  }
  return errors;
}

export function validateNodeSelector(selector: NodeSelector, path: string): FieldError[] {
  if (!selector.nodeSelectorTerms?.length) {
    const detail = "must have at least one node selector term";
    return [requiredValue(`${path}.nodeSelectorTerms`, detail)];
  }
  return selector.nodeSelectorTerms.flatMap((term, index) =>
    validateNodeTerm(term, `${path}.nodeSelectorTerms[${index}]`),
  );
}

function validateNodeTerm(term: NodeSelectorTerm, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { key, operator, values = [] }] of (term.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    if ((operator === "In" || operator === "NotIn") && !values.length) {
      const detail = "must be specified when `operator` is 'In' or 'NotIn'";
      errors.push(requiredValue(`${at}.values`, detail));
    } else if ((operator === "Exists" || operator === "DoesNotExist") && values.length) {
      const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      errors.push(forbidden(`${at}.values`, detail));
    } else if ((operator === "Gt" || operator === "Lt") && values.length !== 1) {
      const detail = "must be specified single value when `operator` is 'Lt' or 'Gt'";
      errors.push(requiredValue(`${at}.values`, detail));
    }
    errors.push(...by(`${at}.key`, key, isQualifiedName));
    for (const [item, value] of values.entries()) {
      errors.push(...by(`${at}.values[${item}]`, value, isLabelValue));
    }
  }
  for (const [index, { key, operator, values = [] }] of (term.matchFields ?? []).entries()) {
    const at = `${path}.matchFields[${index}]`;
    if ((operator === "In" || operator === "NotIn") && values.length !== 1) {
      const detail =
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
      errors.push(requiredValue(`${at}.values`, detail));
    }
    if (key !== "metadata.name") {
      errors.push(invalid(`${at}.key`, key, "not a valid field selector key"));
    }
  }
  return errors;
}

function validateWeight(weight: number, path: string): FieldError[] {
  return weight >= 1 && weight <= 100 ? [] : [invalid(path, weight, "must be in the range 1-100")];
}

function validatePodTerm(term: PodAffinityTerm, path: string): FieldError[] {
  return [
    ...validateLabelSelector(term.labelSelector, `${path}.labelSelector`),
    ...validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`),
    ...validateTopologyKey(term.topologyKey, `${path}.topologyKey`),
  ];
}

function validateTopologyKey(key: string, path: string): FieldError[] {
  return key ? by(path, key, isQualifiedName) : [requiredValue(path, "can not be empty")];
}

export function validateSpread(
  constraints: readonly TopologySpreadConstraint[],
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const pairs = new Set<string>();
  for (const [index, constraint] of constraints.entries()) {
    const at = `${path}[${index}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint;
    if (maxSkew <= 0) errors.push(invalid(`${at}.maxSkew`, maxSkew, "must be greater than zero"));
    if (!topologyKey) errors.push(requiredValue(`${at}.topologyKey`, "can not be empty"));
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (pairs.has(pair)) errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair));
    pairs.add(pair);
    if (minDomains !== undefined) {
      if (minDomains <= 0) {
        errors.push(invalid(`${at}.minDomains`, minDomains, "must be greater than zero"));
      }
      if (whenUnsatisfiable !== "DoNotSchedule") {
        const detail =
          'can only use minDomains if whenUnsatisfiable=DoNotSchedule, not "ScheduleAnyway"';
        errors.push(invalid(`${at}.minDomains`, minDomains, detail));
      }
    }
    errors.push(...validateLabelSelector(constraint.labelSelector, `${at}.labelSelector`));
  }
  return errors;
}
