import { isRow } from "#machinery/json.ts";
import { duplicate, invalid } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { itemsOf, propertyOf, valuesOf } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Lists of the types "set" and "map" have every item only once. Each repeated one is told once. */
export function validateListTypes(value: unknown, schema: JsonSchema, path = ""): FieldError[] {
  if (Array.isArray(value)) return validateList(value, schema, path);
  if (!isRow(value)) return [];
  const values = valuesOf(schema);
  return Object.keys(value).flatMap((key) => {
    const property = propertyOf(schema, key);
    if (property) return validateListTypes(value[key], property, path ? `${path}.${key}` : key);
    return values ? validateListTypes(value[key], values, `${path}[${key}]`) : [];
  });
}

function validateList(list: readonly unknown[], schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  switch (schema["x-kubernetes-list-type"]) {
    case "set":
      errors.push(...repeated(list, path, (item) => item));
      break;
    case "map":
      errors.push(...validateMap(list, schema["x-kubernetes-list-map-keys"] ?? [], path));
      break;
    default:
  }
  const items = itemsOf(schema);
  if (!items) return errors;
  return [
    ...errors,
    ...list.flatMap((item, index) => validateListTypes(item, items, `${path}[${index}]`)),
  ];
}

function validateMap(
  list: readonly unknown[],
  keys: readonly string[],
  path: string,
): FieldError[] {
  const wrong = list.findIndex((item) => item !== null && !isRow(item));
  if (wrong >= 0) {
    const detail = "must be an object for an array of list-type map";
    return [invalid(`${path}[${wrong}]`, list[wrong], detail)];
  }
  return repeated(list, path, (item) => {
    const row = isRow(item) ? item : {};
    return Object.fromEntries(
      keys.filter((key) => Object.hasOwn(row, key)).map((key) => [key, row[key]]),
    );
  });
}

function repeated(
  list: readonly unknown[],
  path: string,
  identityOf: (item: unknown) => unknown,
): FieldError[] {
  const counts = new Map<string, number>();
  return list.flatMap((item, index) => {
    const identity = identityOf(item);
    const key = JSON.stringify(sorted(identity));
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count === 2 ? [duplicate(`${path}[${index}]`, identity)] : [];
  });
}

/** The order of keys does not matter. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRow(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
