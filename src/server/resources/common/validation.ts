import type { LabelSelector, ObjectMeta } from "#api/meta/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, forbidden, requiredValue } from "#machinery/validation/field-error.ts";
import {
  isLabelValue,
  isPortName,
  isPortNumber,
  isQualifiedName,
} from "#machinery/validation/names.ts";

/** One Invalid for each thing that a rule finds wrong with a value. */
export function by<T>(path: string, value: T, rule: (value: T) => readonly string[]): FieldError[] {
  return rule(value).map((detail) => invalid(path, value, detail));
}

export function nonNegative(path: string, value: number | undefined): FieldError[] {
  return value !== undefined && value < 0
    ? [invalid(path, value, "must be greater than or equal to 0")]
    : [];
}

export function positive(path: string, value: number | undefined): FieldError[] {
  return value !== undefined && value <= 0
    ? [invalid(path, value, "must be greater than or equal to 1")]
    : [];
}

/** Required as upstream has it: missing and empty are the same. */
export function present(path: string, value: string | undefined, detail = ""): FieldError[] {
  return value ? [] : [requiredValue(path, detail)];
}

export function immutable(path: string, value: unknown, old: unknown): FieldError[] {
  return sameValue(value, old) ? [] : [invalid(path, value, "field is immutable")];
}

export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  path: string,
): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...by(path, key, isQualifiedName),
    ...by(path, value, isLabelValue),
  ]);
}

/** One Unsupported value for a word that is none of those allowed, told in this order. */
export function oneOf(
  path: string,
  word: string | undefined,
  words: readonly string[],
): FieldError[] {
  if (word === undefined || words.includes(word)) return [];
  const detail = `supported values: ${words.map((each) => JSON.stringify(each)).join(", ")}`;
  return [{ path, type: "FieldValueNotSupported", value: word, detail }];
}

/** Labels and annotations of a template; it has no name of its own. */
export function validateTemplateMeta(metadata: ObjectMeta, path: string): FieldError[] {
  return [
    ...validateLabels(metadata.labels, `${path}.labels`),
    ...Object.keys(metadata.annotations ?? {}).flatMap((key) =>
      by(`${path}.annotations`, key, (name) => isQualifiedName(name.toLowerCase())),
    ),
  ];
}

export function validateLabelSelector(
  selector: LabelSelector | undefined,
  path: string,
): FieldError[] {
  const errors = validateLabels(selector?.matchLabels, `${path}.matchLabels`);
  for (const [index, requirement] of (selector?.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    const { key, operator, values = [] } = requirement;
    if (operator === "In" || operator === "NotIn") {
      if (!values.length) {
        const detail = "must be specified when `operator` is 'In' or 'NotIn'";
        errors.push(requiredValue(`${at}.values`, detail));
      }
    } else if (values.length) {
      const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      errors.push(forbidden(`${at}.values`, detail));
    }
    errors.push(...by(`${at}.key`, key, isQualifiedName));
    for (const [item, value] of values.entries()) {
      errors.push(...by(`${at}.values[${item}]`, value, isLabelValue));
    }
  }
  return errors;
}

export const isEmptySelector = (selector: LabelSelector): boolean =>
  !Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length;

export function validatePort(path: string, port: number | undefined): FieldError[] {
  return port === undefined ? [requiredValue(path)] : by(path, port, isPortNumber);
}

export function validatePortOrName(path: string, port: number | string | undefined): FieldError[] {
  if (typeof port === "number") return by(path, port, isPortNumber);
  return by(path, port ?? "", isPortName);
}

/** Equal in content, whatever the order of keys; a missing field and an undefined one are equal. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || !left || !right) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => sameValue(item, right[index]));
  }
  const a = left as Record<string, unknown>;
  const b = right as Record<string, unknown>;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) =>
    sameValue(a[key], b[key]),
  );
}
