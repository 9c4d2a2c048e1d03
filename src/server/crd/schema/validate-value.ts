import { deepEqual } from "#machinery/deep-equal.ts";
import { isRow } from "#machinery/json.ts";
import { invalid, requiredValue, tooLong, tooMany } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isKnownFormat, isOfFormat } from "./formats.ts";
import { itemsOf, propertyOf, valuesOf } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import { compilePattern } from "./pattern.ts";

/** The value that stood in the same place before an update. */
export interface Old {
  readonly value: unknown;
}

export interface ValidateOptions {
  /** In front of every path, though not in the texts: "status". */
  readonly prefix?: string;
  /** With it, what was wrong before and has not changed is let through. */
  readonly old?: Old | undefined;
}

/** What of a value is not as its schema wants it, in upstream's words. */
export function validateValue(
  value: unknown,
  schema: JsonSchema,
  { prefix = "", old }: ValidateOptions = {},
): FieldError[] {
  return validate(value, schema, { path: "", prefix, old }).errors;
}

interface Place {
  /** Without the prefix. */
  readonly path: string;
  readonly prefix: string;
  readonly old: Old | undefined;
}

interface Result {
  readonly errors: readonly FieldError[];
  /** How many checks were made: of several alternatives, the one that got furthest is told of. */
  readonly matches: number;
}

type MutableResult = { errors: FieldError[]; matches: number };

/** With ratcheting: an invalid value that is what it was before counts as valid. */
function validate(value: unknown, schema: JsonSchema, place: Place): MutableResult {
  const result = validateOnce(value, schema, place);
  const { old } = place;
  if (result.errors.length > 0 && old && deepEqual(old.value, value)) {
    return { errors: [], matches: result.matches };
  }
  return result;
}

function validateOnce(value: unknown, schema: JsonSchema, place: Place): MutableResult {
  const result: MutableResult = { errors: [], matches: 0 };
  const merge = ({ errors, matches }: Result) => {
    result.errors.push(...errors);
    result.matches += matches + 1;
  };
  if (value === null) {
    merge(checkType(value, schema, place));
    merge(checkEnum(value, schema, place));
    return result;
  }
  if (typeOf(schema).length > 0 || schema.format) merge(checkType(value, schema, place));
  merge(checkCombinations(value, schema, place));
  if (typeof value === "string") merge(checkString(value, schema, place));
  if (typeof value === "number") merge(checkNumber(value, schema, place));
  if (Array.isArray(value)) merge(checkList(value, schema, place));
  merge(checkEnum(value, schema, place));
  if (isRow(value)) merge(checkObject(value, schema, place));
  result.matches++;
  return result;
}

function typeOf(schema: JsonSchema): readonly string[] {
  if (schema["x-kubernetes-int-or-string"]) return ["integer", "string"];
  return schema.type ? [schema.type] : [];
}

function jsonTypeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function formatOf({ format, type }: JsonSchema): string {
  return format && isKnownFormat(format, type) ? format : "";
}

function checkType(value: unknown, schema: JsonSchema, place: Place): Result {
  const types = typeOf(schema);
  const given = jsonTypeOf(value);
  const fail = (wanted: string, found: string): Result => ({
    errors: [typeError(place, wanted, found)],
    matches: 0,
  });
  if (value === null) {
    return types.length > 0 && !schema.nullable ? fail(types.join(","), "null") : passed;
  }
  const isNumeric = types.includes("number") || types.includes("integer");
  const format = formatOf(schema);
  const fits = types.includes(given) || (given === "integer" && types.includes("number"));
  if (format && !isNumeric && (typeof value === "string" || Array.isArray(value))) return passed;
  if (format && !fits && typeof value !== "string" && !Array.isArray(value)) {
    return fail(format, given === "integer" ? "int64" : given === "number" ? "float64" : "");
  }
  return fits ? passed : fail(types.join(","), given);
}

const passed: Result = { errors: [], matches: 1 };

function typeError(place: Place, wanted: string, found: string): FieldError {
  const detail = `${place.path} in body must be of type ${wanted}: ${JSON.stringify(found)}`;
  return { ...invalidAt(place, found, detail), type: "FieldValueTypeInvalid" };
}

/** Where an error is told to be: upstream has no path for what is wrong with a whole value. */
function pathOf({ prefix, path }: Place): string {
  const relative = path.startsWith(".") ? path.slice(1) : path;
  if (!relative) return prefix || "<nil>";
  return prefix ? `${prefix}.${relative}` : relative;
}

function invalidAt(place: Place, value: unknown, detail: string): FieldError {
  return invalid(pathOf(place), value, detail);
}

/** About several schemas, or a number's format. */
function loose({ prefix }: Place, detail: string): FieldError {
  return invalid(prefix || "<nil>", "", detail);
}

function checkCombinations(value: unknown, schema: JsonSchema, place: Place): Result {
  const name = JSON.stringify(place.path);
  const result: MutableResult = { errors: [], matches: 1 };
  const merge = ({ errors, matches }: Result) => {
    result.errors.push(...errors);
    result.matches += matches;
  };
  const { anyOf = [], oneOf = [], allOf = [], not } = schema;
  if (anyOf.length > 0) {
    const results = anyOf.map((part) => validateOnce(value, part, place));
    if (results.every(({ errors }) => errors.length > 0)) {
      const detail = `${name} must validate at least one schema (anyOf)`;
      result.errors.push(loose(place, detail));
      merge(bestOf(results));
    }
  }
  if (oneOf.length > 0) {
    const results = oneOf.map((part) => validateOnce(value, part, place));
    const valid = results.filter(({ errors }) => errors.length === 0).length;
    if (valid !== 1) {
      const found = valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`;
      const detail = `${name} must validate one and only one schema (oneOf). ${found}`;
      result.errors.push(loose(place, detail));
      if (valid === 0) merge(bestOf(results));
    }
  }
  if (allOf.length > 0) {
    const results = allOf.map((part) => validateOnce(value, part, place));
    for (const one of results) merge(one);
    const valid = results.filter(({ errors }) => errors.length === 0).length;
    if (valid < allOf.length) {
      const none = valid === 0 ? ". None validated" : "";
      result.errors.push(loose(place, `${name} must validate all the schemas (allOf)${none}`));
    }
  }
  if (not && validateOnce(value, not, place).errors.length === 0) {
    result.errors.push(loose(place, `${name} must not validate the schema (not)`));
  }
  return result;
}

function bestOf(results: readonly Result[]): Result {
  let best: Result = { errors: [], matches: -1 };
  for (const result of results) if (result.matches > best.matches) best = result;
  return best;
}

/** Only the first thing that is wrong with a text is told. */
function checkString(value: string, schema: JsonSchema, place: Place): Result {
  const { maxLength, minLength, pattern } = schema;
  const errors: FieldError[] = [];
  // A character outside of the basic plane has two units, and counts once.
  const length = () => [...value].length;
  if (maxLength !== undefined && value.length > maxLength && length() > maxLength) {
    errors.push(tooLong(pathOf(place), maxLength));
  } else if (minLength !== undefined && length() < minLength) {
    const detail = `${place.path} in body should be at least ${minLength} chars long`;
    errors.push(invalidAt(place, value, detail));
  } else if (pattern && !compilePattern(pattern).test(value)) {
    errors.push(invalidAt(place, value, `${place.path} in body should match '${pattern}'`));
  }
  const format = formatOf(schema);
  const isNumeric = schema.type === "integer" || schema.type === "number";
  if (format && !isNumeric && !isOfFormat(value, format)) {
    errors.push(typeError(place, format, value));
  }
  return { errors, matches: 0 };
}

const int32Max = 2147483647;

function checkNumber(value: number, schema: JsonSchema, place: Place): Result {
  const { path } = place;
  const errors: FieldError[] = [];
  const fail = (detail: string) => errors.push(invalidAt(place, value, detail));
  const isInteger = Number.isInteger(value);
  const format = formatOf(schema);
  if (schema.type === "integer") {
    const isSmall = value <= int32Max && value >= -int32Max - 1;
    if (!isInteger || (format === "int32" && !isSmall)) {
      const kind = format ? `integer with format ${format}` : "integer (default format)";
      errors.push(loose(place, `Checked value must be of type ${kind} in ${path}`));
    }
  }
  // Of an integer, upstream compares the whole part of what the schema says.
  const limit = (bound: number) => (isInteger ? Math.trunc(bound) : bound);
  const { multipleOf, maximum, minimum } = schema;
  if (multipleOf !== undefined) {
    const factor = limit(multipleOf);
    if (factor <= 0) fail(`factor MultipleOf declared for ${path} must be positive: ${factor}`);
    else if (!isWhole(value / factor)) fail(`${path} in body should be a multiple of ${factor}`);
  }
  if (maximum !== undefined) {
    const bound = limit(maximum);
    if (schema.exclusiveMaximum ? value >= bound : value > bound) {
      const words = schema.exclusiveMaximum ? "less than" : "less than or equal to";
      fail(`${path} in body should be ${words} ${bound}`);
    }
  }
  if (minimum !== undefined) {
    const bound = limit(minimum);
    if (schema.exclusiveMinimum ? value <= bound : value < bound) {
      const words = schema.exclusiveMinimum ? "greater than" : "greater than or equal to";
      fail(`${path} in body should be ${words} ${bound}`);
    }
  }
  return { errors, matches: 1 };
}

/** Up to what floating point loses. */
function isWhole(quotient: number): boolean {
  const distance = Math.abs(quotient - Math.round(quotient));
  return distance < 1e-9 * Math.max(1, Math.abs(quotient));
}

function checkList(value: readonly unknown[], schema: JsonSchema, place: Place): Result {
  const result: MutableResult = { errors: [], matches: 1 };
  const items = itemsOf(schema);
  if (items) {
    const oldItem = oldItemsOf(schema, place.old);
    for (const [index, item] of value.entries()) {
      const path = `${place.path}[${index}]`;
      const { errors, matches } = validate(item, items, { ...place, path, old: oldItem(item) });
      result.errors.push(...errors);
      result.matches += matches;
    }
  }
  const { minItems, maxItems } = schema;
  if (minItems !== undefined && value.length < minItems) {
    const detail = `${place.path} in body should have at least ${minItems} items`;
    result.errors.push(invalidAt(place, value.length, detail));
  }
  if (maxItems !== undefined && value.length > maxItems) {
    result.errors.push(tooMany(pathOf(place), value.length, maxItems));
  }
  return result;
}

/** What an item of a list was before: known only where items have keys. */
export function oldItemsOf(
  schema: JsonSchema,
  old: Old | undefined,
): (item: unknown) => Old | undefined {
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const isMap = schema["x-kubernetes-list-type"] === "map";
  if (!isMap || !old || !Array.isArray(old.value)) return () => undefined;
  const keyOf = (item: unknown) =>
    isRow(item) ? JSON.stringify(keys.map((key) => item[key] ?? null)) : undefined;
  const byKey = new Map<string | undefined, unknown>();
  for (const item of old.value as unknown[]) byKey.set(keyOf(item), item);
  return (item) => {
    const key = keyOf(item);
    return key !== undefined && byKey.has(key) ? { value: byKey.get(key) } : undefined;
  };
}

function checkEnum(value: unknown, schema: JsonSchema, place: Place): Result {
  const allowed = schema.enum;
  if (!allowed?.length || allowed.some((one) => deepEqual(one, value))) {
    return { errors: [], matches: 0 };
  }
  const words = allowed.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  return { errors: [notSupportedInOrder(pathOf(place), value, words)], matches: 0 };
}

/** As `notSupported`, with the values in the order in which the schema has them. */
export function notSupportedInOrder(
  path: string,
  value: unknown,
  supported: readonly string[],
): FieldError {
  const list = supported.map((word) => JSON.stringify(word)).join(", ");
  return { path, type: "FieldValueNotSupported", value, detail: `supported values: ${list}` };
}

/** What stood under the key before, unless the object is one value that changes as a whole. */
export function oldFieldOf(schema: JsonSchema, old: Old | undefined, key: string): Old | undefined {
  if (!old || !isRow(old.value) || !Object.hasOwn(old.value, key)) return undefined;
  return schema["x-kubernetes-map-type"] === "atomic" ? undefined : { value: old.value[key] };
}

function checkObject(
  value: Readonly<Record<string, unknown>>,
  schema: JsonSchema,
  place: Place,
): Result {
  const result: MutableResult = { errors: [], matches: 0 };
  const { path, old } = place;
  const { minProperties, maxProperties, required = [] } = schema;
  const keys = Object.keys(value);
  if (minProperties !== undefined && keys.length < minProperties) {
    const detail = `${path} in body should have at least ${minProperties} properties`;
    result.errors.push(invalidAt(place, keys.length, detail));
  }
  if (maxProperties !== undefined && keys.length > maxProperties) {
    result.errors.push(tooMany(pathOf(place), keys.length, maxProperties));
  }
  const values = valuesOf(schema);
  for (const key of keys) {
    const property = propertyOf(schema, key);
    if (!property && schema.additionalProperties === false) {
      const detail = `${path}.${key} in body is a forbidden property`;
      result.errors.push(invalidAt(place, "", detail));
    }
    const inner = property ?? values;
    if (!inner) continue;
    const below = property && !path ? key : `${path}.${key}`;
    // The version of an object is never what it was: both are brought to the same one.
    const isTypeMeta = !path && (key === "kind" || key === "apiVersion");
    const oldField = isTypeMeta ? undefined : oldFieldOf(schema, old, key);
    const { errors, matches } = validate(value[key], inner, {
      ...place,
      path: below,
      old: oldField,
    });
    result.errors.push(...errors);
    result.matches += matches;
  }
  for (const key of required) {
    if (Object.hasOwn(value, key)) continue;
    result.errors.push(requiredValue(pathOf({ ...place, path: `${path}.${key}` })));
  }
  return result;
}
