import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  duplicate,
  invalid,
  requiredValue,
  tooLong,
  tooMany,
} from "#machinery/validation/field-error.ts";
import {
  isCIdentifier,
  isDnsLabel,
  isDnsSubdomain,
  maxSubdomainBytes,
} from "#machinery/validation/names.ts";
import { validateDriverName } from "../../common/driver-name.ts";
import { by } from "../../common/validation.ts";

interface ListRules<T> {
  readonly max?: number;
  /** Items with the same key are told as repeated. */
  key?(item: T): string;
  item(item: T, path: string): FieldError[];
}

/** A list that is too long is not looked into. */
export function validateList<T>(
  items: readonly T[] | undefined,
  path: string,
  rules: ListRules<T>,
): FieldError[] {
  const { max } = rules;
  if (!items) return [];
  if (max !== undefined && items.length > max) return [tooMany(path, items.length, max)];
  const errors = items.flatMap((item, index) => rules.item(item, `${path}[${index}]`));
  if (!rules.key) return errors;
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const key = rules.key(item);
    if (seen.has(key)) errors.push(duplicate(`${path}[${index}]`, key));
    seen.add(key);
  }
  return errors;
}

/** The same for a map: its keys are told by the path of the map. */
export function validateEntries<T>(
  entries: Readonly<Record<string, T>> | undefined,
  path: string,
  rules: {
    readonly max?: number;
    key(key: string, path: string): FieldError[];
    item?(item: T, path: string): FieldError[];
  },
): FieldError[] {
  const all = Object.entries(entries ?? {});
  if (rules.max !== undefined && all.length > rules.max) {
    return [tooMany(path, all.length, rules.max)];
  }
  return all.flatMap(([key, item]) => [
    ...rules.key(key, path),
    ...(rules.item?.(item, `${path}[${key}]`) ?? []),
  ]);
}

export function validatePoolName(path: string, name: string | undefined): FieldError[] {
  if (!name) return [requiredValue(path)];
  return [
    ...(name.length > maxSubdomainBytes ? [tooLong(path, maxSubdomainBytes)] : []),
    ...name.split("/").flatMap((part) => by(path, part, isDnsSubdomain)),
  ];
}

export const validateLabel = (path: string, name: string | undefined): FieldError[] =>
  by(path, name ?? "", isDnsLabel);

const identifierBytesMax = 32;

function validateIdentifier(path: string, id: string): FieldError[] {
  return [
    ...(id.length > identifierBytesMax ? [tooLong(path, identifierBytesMax)] : []),
    ...by(path, id, isCIdentifier),
  ];
}

/** "model" or "gpu.example.com/model": what attributes and capacities are called. */
export function validateAttributeName(name: string, path: string): FieldError[] {
  const [domain = "", id = "", ...rest] = name.split("/");
  if (rest.length) return [];
  if (!name.includes("/")) return validateIdentifier(path, name);
  return [
    ...(domain
      ? validateDriverName(path, domain)
      : [invalid(path, "", "the domain must not be empty")]),
    ...(id ? validateIdentifier(path, id) : [invalid(path, "", "the name must not be empty")]),
  ];
}

export function validateFullName(name: string, path: string): FieldError[] {
  const errors = validateAttributeName(name, path);
  if (name.includes("/")) return errors;
  const detail = "a fully qualified name must be a domain and a name separated by a slash";
  return [...errors, invalid(path, name, detail)];
}

/** Parameters that only a driver understands: an object, and not a large one. */
export function validateRaw(value: unknown, path: string, bytesMax: number): FieldError[] {
  if (value === undefined || value === null) return [requiredValue(path)];
  if (new TextEncoder().encode(JSON.stringify(value)).length > bytesMax) {
    return [tooLong(path, bytesMax)];
  }
  if (typeof value === "object" && !Array.isArray(value)) return [];
  return [invalid(path, "<value omitted>", "must be a valid JSON object")];
}

export function validateShareId(path: string, id: string | undefined): FieldError[] {
  if (id === undefined) return [];
  const shape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  if (shape.test(id)) return [];
  if (!shape.test(id.toLowerCase())) {
    const problem = id.length === 36 ? "invalid UUID format" : `invalid UUID length: ${id.length}`;
    return [invalid(path, id, `error validating uid: ${problem}`)];
  }
  const detail =
    "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with " +
    "lowercase hexadecimal characters";
  return [invalid(path, id, detail)];
}

const conditionsMax = 4;

/** Conditions that a device's driver must report before its pod may be bound. */
export function validateBindingConditions(
  conditions: readonly string[] = [],
  failures: readonly string[] = [],
  at: string,
  label: (path: string, value: string) => FieldError[],
): FieldError[] {
  const ready = `${at}.bindingConditions`;
  const failed = `${at}.bindingFailureConditions`;
  const rules = { max: conditionsMax, item: (value: string, path: string) => label(path, value) };
  const repeated = (values: readonly string[], path: string) =>
    values.flatMap((value, index) =>
      values.indexOf(value) < index ? [duplicate(`${path}[${index}]`, value)] : [],
    );
  const errors = [
    ...validateList(conditions, ready, rules),
    ...validateList(failures, failed, rules),
    ...repeated(conditions, ready),
    ...repeated(failures, failed),
  ];
  for (const [index, value] of failures.entries()) {
    if (!conditions.includes(value)) continue;
    const detail = "bindingFailureConditions must not overlap with bindingConditions";
    errors.push(invalid(`${failed}[${index}]`, value, detail));
  }
  if (!conditions.length && failures.length) {
    const detail = "bindingConditions are required to use bindingFailureConditions";
    errors.push(invalid(ready, conditions, detail));
  }
  if (!failures.length && conditions.length) {
    const detail = "bindingFailureConditions are required to use bindingConditions";
    errors.push(invalid(failed, failures, detail));
  }
  return errors;
}
