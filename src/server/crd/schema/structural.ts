import { deepEqual } from "#machinery/deep-equal.ts";
import { fieldErrorText, forbidden, invalid } from "#machinery/validation/field-error.ts";
import { requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { hasDefault, isSchemaList, itemsOf, propertyOf, valuesOf } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import { patternError } from "./pattern.ts";

/** Where a schema stands: at the root of a resource, below a list, or below a field. */
type Level = "root" | "item" | "field";

/**
 * Why a schema cannot be read as a structural one at all; undefined where it can. Only the first
 * reason is told.
 */
export function unstructuredReason(schema: JsonSchema): string | undefined {
  const unsupported: [name: string, given: boolean][] = [
    ["id", !!schema.id],
    ["schema", !!schema.$schema],
    ["$ref", !!schema.$ref],
    ["patternProperties", !isEmpty(schema.patternProperties)],
    ["dependencies", !isEmpty(schema.dependencies)],
    ["additionalItems", schema.additionalItems !== undefined],
    ["definitions", !isEmpty(schema.definitions)],
  ];
  for (const [name, given] of unsupported) {
    if (given) return `OpenAPIV3Schema '${name}' is not supported`;
  }
  if (schema["x-kubernetes-preserve-unknown-fields"] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  }
  if (isSchemaList(schema.items)) {
    return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  }
  const parts = [
    schema.not,
    ...(schema.allOf ?? []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    itemsOf(schema),
    ...Object.values(schema.properties ?? {}),
    valuesOf(schema),
  ];
  for (const part of parts) {
    const reason = part && unstructuredReason(part);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/**
 * Whether every field has a type of its own, so that values can be pruned and defaulted: what
 * stands under allOf, anyOf, oneOf and not may only restrict what is declared outside of them.
 */
export function validateStructural(schema: JsonSchema, path: string): FieldError[] {
  const errors = [
    ...checkInvariants(schema, "root", path),
    ...checkCompleteness(schema, schema, path, path),
  ];
  return errors.sort((a, b) => (fieldErrorText(a) < fieldErrorText(b) ? -1 : 1));
}

function checkInvariants(schema: JsonSchema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const items = itemsOf(schema);
  if (schema.type === "array" && !items) {
    errors.push(requiredValue(`${path}.items`, "must be specified"));
  }
  if (items) errors.push(...checkInvariants(items, "item", `${path}.items`));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkInvariants(property, "field", `${path}.properties[${name}]`));
  }
  if (schema.additionalProperties !== undefined) {
    const below = `${path}.additionalProperties`;
    if (level === "root") errors.push(forbidden(below, "must not be used at the root"));
    const values = valuesOf(schema);
    if (values) errors.push(...checkInvariants(values, "field", below));
  }
  errors.push(
    ...checkExtensions(schema, path),
    ...checkValidation(schema, path, {
      skipAnyOf: isIntOrString(schema.anyOf),
      skipFirstAllOf: isIntOrString(schema.allOf?.[0]?.anyOf),
    }),
    ...checkType(schema, level, path),
    ...checkMeta(schema, level, path),
  );
  return errors;
}

function checkExtensions(schema: JsonSchema, path: string): FieldError[] {
  if (!schema["x-kubernetes-int-or-string"]) return [];
  const detail = "must be false if x-kubernetes-int-or-string is true";
  return [
    "x-kubernetes-preserve-unknown-fields" as const,
    "x-kubernetes-embedded-resource" as const,
  ]
    .filter((name) => schema[name])
    .map((name) => invalid(`${path}.${name}`, true, detail));
}

const mustNotBeEmpty: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};

function checkType(schema: JsonSchema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const embedded = schema["x-kubernetes-embedded-resource"] ?? false;
  const preserves = schema["x-kubernetes-preserve-unknown-fields"] ?? false;
  const type = schema.type ?? "";
  if (embedded && type !== "object") {
    const detail = "must be object if x-kubernetes-embedded-resource is true";
    const at = `${path}.type`;
    errors.push(type === "" ? requiredValue(at, detail) : invalid(at, type, detail));
  } else if (type === "" && !schema["x-kubernetes-int-or-string"] && !preserves) {
    errors.push(requiredValue(`${path}.type`, mustNotBeEmpty[level]));
  }
  if (embedded && schema.additionalProperties !== undefined) {
    const detail = "must not be used if x-kubernetes-embedded-resource is set";
    errors.push(forbidden(`${path}.additionalProperties`, detail));
  }
  if (level === "root" && type !== "" && type !== "object") {
    errors.push(invalid(`${path}.type`, type, "must be object at the root"));
  }
  if (embedded && !preserves && isEmpty(schema.properties)) {
    const detail =
      "must not be empty if x-kubernetes-embedded-resource is true " +
      "without x-kubernetes-preserve-unknown-fields";
    errors.push(requiredValue(`${path}.properties`, detail));
  }
  return errors;
}

/** The fields that every object has may be restricted, but not described anew. */
function checkMeta(schema: JsonSchema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const isObject = level === "root" || (schema["x-kubernetes-embedded-resource"] ?? false);
  for (const name of ["kind", "apiVersion"]) {
    const property = propertyOf(schema, name);
    if (!isObject || !property || property.type === "string") continue;
    const at = `${path}.properties[${name}].type`;
    errors.push(invalid(at, property.type ?? "", "must be string"));
  }
  const metadata = propertyOf(schema, "metadata");
  if (!metadata) return errors;
  const at = `${path}.properties[metadata]`;
  if (isObject && metadata.type !== "object") {
    errors.push(invalid(`${at}.type`, metadata.type ?? "", "must be object"));
  }
  if (level === "root" && !restrictsOnlyNames(metadata)) {
    const detail =
      "must not specify anything other than name and generateName, " +
      "but metadata is implicitly specified";
    errors.push(forbidden(at, detail));
  }
  return errors;
}

function restrictsOnlyNames({ type: _type, default: _default, ...rest }: JsonSchema): boolean {
  const { properties = {}, ...others } = rest;
  const names = Object.keys(properties);
  return (
    Object.keys(others).length === 0 &&
    names.every((name) => name === "name" || name === "generateName")
  );
}

const intOrString: readonly JsonSchema[] = [{ type: "integer" }, { type: "string" }];

function isIntOrString(anyOf: readonly JsonSchema[] | undefined): boolean {
  return deepEqual(anyOf, intOrString);
}

interface Skips {
  readonly skipAnyOf: boolean;
  readonly skipFirstAllOf: boolean;
}

function checkValidation(schema: JsonSchema, path: string, skips: Skips): FieldError[] {
  const errors: FieldError[] = [];
  const none = { skipAnyOf: false, skipFirstAllOf: false };
  if (!skips.skipAnyOf) {
    for (const [index, part] of (schema.anyOf ?? []).entries()) {
      errors.push(...checkNested(part, `${path}.anyOf[${index}]`, none));
    }
  }
  for (const [index, part] of (schema.allOf ?? []).entries()) {
    const skipAnyOf = skips.skipFirstAllOf && index === 0;
    errors.push(...checkNested(part, `${path}.allOf[${index}]`, { ...none, skipAnyOf }));
  }
  for (const [index, part] of (schema.oneOf ?? []).entries()) {
    errors.push(...checkNested(part, `${path}.oneOf[${index}]`, none));
  }
  if (schema.not) errors.push(...checkNested(schema.not, `${path}.not`, none));
  if (schema.pattern) {
    const why = patternError(schema.pattern);
    if (why !== undefined) {
      const detail = `must be a valid regular expression, but isn't: ${why}`;
      errors.push(invalid(`${path}.pattern`, schema.pattern, detail));
    }
  }
  return errors;
}

/** What would say something about structure, where only restrictions may stand. */
const nestedBans: readonly [keyof JsonSchema, detail: string][] = [
  ["type", "must be empty to be structural"],
  ["default", "must be undefined to be structural"],
  ["title", "must be empty to be structural"],
  ["description", "must be empty to be structural"],
  ["nullable", "must be false to be structural"],
  ["x-kubernetes-preserve-unknown-fields", "must be false to be structural"],
  ["x-kubernetes-embedded-resource", "must be false to be structural"],
  ["x-kubernetes-int-or-string", "must be false to be structural"],
  ["x-kubernetes-list-map-keys", "must be empty to be structural"],
  ["x-kubernetes-list-type", "must be undefined to be structural"],
  ["x-kubernetes-map-type", "must be undefined to be structural"],
  ["x-kubernetes-validations", "must be empty to be structural"],
];

function checkNested(schema: JsonSchema, path: string, skips: Skips): FieldError[] {
  const errors = checkValidation(schema, path, skips);
  const none = { skipAnyOf: false, skipFirstAllOf: false };
  const items = itemsOf(schema);
  if (items) errors.push(...checkNested(items, `${path}.items`, none));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkNested(property, `${path}.properties[${name}]`, none));
  }
  for (const [name, detail] of nestedBans) {
    if (isGiven(schema[name])) errors.push(forbidden(`${path}.${name}`, detail));
  }
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== false) {
    errors.push(forbidden(`${path}.additionalProperties`, "must be undefined to be structural"));
  }
  if (propertyOf(schema, "metadata")) {
    const detail = "must not be specified in a nested context";
    errors.push(forbidden(`${path}.properties[metadata]`, detail));
  }
  return errors;
}

function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return false;
  return !(Array.isArray(value) && value.length === 0);
}

/** What a restriction speaks of must be declared: `structure` is the declaration in its place. */
function checkCompleteness(
  restriction: JsonSchema,
  structure: JsonSchema | undefined,
  path: string,
  from: string,
): FieldError[] {
  const nested: [JsonSchema, string][] = [
    ...(restriction.not ? [[restriction.not, `${from}.not`] as [JsonSchema, string]] : []),
    ...(["allOf", "anyOf", "oneOf"] as const).flatMap((name) =>
      (restriction[name] ?? []).map((part, index): [JsonSchema, string] => [
        part,
        `${from}.${name}[${index}]`,
      ]),
    ),
  ];
  return nested.flatMap(([part, at]) => checkNestedCompleteness(part, structure, path, at));
}

function checkNestedCompleteness(
  restriction: JsonSchema,
  structure: JsonSchema | undefined,
  path: string,
  from: string,
): FieldError[] {
  if (!structure) return [requiredValue(path, `because it is defined in ${from}`)];
  const errors = checkCompleteness(restriction, structure, path, from);
  const items = itemsOf(restriction);
  if (items) {
    const declared = itemsOf(structure);
    errors.push(...checkNestedCompleteness(items, declared, `${path}.items`, `${from}.items`));
  }
  for (const [name, property] of Object.entries(restriction.properties ?? {})) {
    const below = `.properties[${name}]`;
    const declared = propertyOf(structure, name);
    errors.push(
      ...checkNestedCompleteness(property, declared, `${path}${below}`, `${from}${below}`),
    );
  }
  return errors;
}

function isEmpty(record: Readonly<Record<string, unknown>> | undefined): boolean {
  return !record || Object.keys(record).length === 0;
}

/** Whether defaults stand anywhere in what is structural of a schema. */
export function isDefaulting(schema: JsonSchema): boolean {
  return (
    hasDefault(schema) ||
    Object.values(schema.properties ?? {}).some(isDefaulting) ||
    [itemsOf(schema), valuesOf(schema)].some((part) => part !== undefined && isDefaulting(part))
  );
}
