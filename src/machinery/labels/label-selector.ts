import type { LabelSelector, LabelSelectorRequirement } from "#api/meta/v1.ts";
import { forbidden, invalid, requiredValue } from "../validation/field-error.ts";
import type { FieldError } from "../validation/field-error.ts";
import { isQualifiedName } from "../validation/names.ts";
import { validateLabels } from "../validation/metadata.ts";
import { requirementOf, Selector, SelectorError } from "./selector.ts";
import type { Labels, Operator, Requirement } from "./selector.ts";

/** Whether labels match a selector as it stands in objects. A missing one matches nothing. */
export function matchesLabelSelector(
  selector: LabelSelector | undefined | null,
  labels: Labels | undefined,
): boolean {
  if (!selector) return false;
  const given = labels ?? {};
  for (const key in selector.matchLabels) {
    if (!Object.hasOwn(given, key) || given[key] !== selector.matchLabels[key]) return false;
  }
  for (const expression of selector.matchExpressions ?? []) {
    if (!meetsExpression(expression, given)) return false;
  }
  return true;
}

/**
 * Compiles a selector as it stands in objects: a missing one selects nothing, an empty one
 * everything. Throws `SelectorError`.
 */
export function selectorOf(selector: LabelSelector | undefined | null): Selector {
  if (!selector) return Selector.nothing;
  const requirements: Requirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    requirements.push(requirementOf(key, "=", [value]));
  }
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    requirements.push(requirementOf(key, operatorOf(operator), values ?? []));
  }
  if (requirements.length === 0) return Selector.everything;
  return new Selector(requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)));
}

/** A selector that matches exactly these labels, such as a Service's. */
export function selectorOfLabels(labels: Labels | undefined): Selector {
  return labels ? selectorOf({ matchLabels: { ...labels } }) : Selector.nothing;
}

/** As `kubectl describe` and a Scale show it; "<none>" is up to the caller. */
export function formatLabelSelector(selector: LabelSelector | undefined | null): string {
  return selectorOf(selector).toString();
}

export function validateLabelSelector(
  selector: LabelSelector | undefined | null,
  path: string,
): FieldError[] {
  if (!selector) return [];
  return [
    ...validateLabels(selector.matchLabels, `${path}.matchLabels`),
    ...(selector.matchExpressions ?? []).flatMap((expression, index) =>
      validateExpression(expression, `${path}.matchExpressions[${index}]`),
    ),
  ];
}

function validateExpression(
  { key, operator, values = [] }: LabelSelectorRequirement,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) {
        errors.push(
          requiredValue(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"),
        );
      }
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) {
        errors.push(
          forbidden(
            `${path}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          ),
        );
      }
      break;
    default:
      errors.push(invalid(`${path}.operator`, operator, "not a valid selector operator"));
  }
  for (const problem of isQualifiedName(key ?? "")) {
    errors.push(invalid(`${path}.key`, key, problem));
  }
  return errors;
}

function meetsExpression(expression: LabelSelectorRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, expression.key) ? labels[expression.key] : undefined;
  switch (expression.operator) {
    case "In":
      return value !== undefined && (expression.values ?? []).includes(value);
    case "NotIn":
      return value === undefined || !(expression.values ?? []).includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      // A selector that validation would have refused selects nothing.
      return expression.operator satisfies never;
  }
}

function operatorOf(operator: LabelSelectorRequirement["operator"]): Operator {
  switch (operator) {
    case "In":
      return "in";
    case "NotIn":
      return "notin";
    case "Exists":
      return "exists";
    case "DoesNotExist":
      return "!";
    default:
      throw new SelectorError(
        `${JSON.stringify(operator satisfies never)} is not a valid label selector operator`,
      );
  }
}
