import type { CustomResourceDefinitionSpec } from "#api/apiextensions/v1.ts";
import { forbidden, invalid, requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isSchemaList, itemsOf, propertyOf, valuesOf } from "../../../crd/schema/json-schema.ts";
import type { JsonSchema } from "../../../crd/schema/json-schema.ts";
import { unstructuredReason, validateStructural } from "../../../crd/schema/structural.ts";
import { validateDefaults } from "../../../crd/schema/validate-defaults.ts";
import { notSupportedInOrder } from "../../../crd/schema/validate-value.ts";
import { givenFields, shownSchema } from "./promoted.ts";
import { validateRuleTexts } from "./validation-rules.ts";

/** Fields at the root whose meaning does not change when the status is looked at by itself. */
const allowedAtRoot = [
  "Description",
  "Type",
  "Format",
  "Title",
  "Maximum",
  "ExclusiveMaximum",
  "Minimum",
  "ExclusiveMinimum",
  "MaxLength",
  "MinLength",
  "Pattern",
  "MaxItems",
  "MinItems",
  "UniqueItems",
  "MultipleOf",
  "Required",
  "Items",
  "Properties",
  "ExternalDocs",
  "Example",
  "XPreserveUnknownFields",
  "XValidations",
];

export interface SchemaContext {
  readonly hasStatus: boolean;
  /** What the definition was before. */
  readonly old: CustomResourceDefinitionSpec | undefined;
}

/** The rules for the schema of one version, or of all; `path` is that of the field around it. */
export function validateSchemaOf(
  schema: JsonSchema,
  path: string,
  { hasStatus }: SchemaContext,
): FieldError[] {
  const at = `${path}.openAPIV3Schema`;
  const errors: FieldError[] = hasStatus ? validateRoot(schema, at) : [];
  if (schema.nullable) {
    errors.push(forbidden(`${at}.nullable`, "nullable cannot be true at the root"));
  }
  const unstructured = unstructuredReason(schema);
  if (unstructured === undefined) {
    const structural = validateStructural(schema, at);
    errors.push(...(structural.length ? structural : validateDefaults(schema, at)));
  }
  errors.push(...validateNode(schema, at, rootContext));
  // What cannot be read as a structural schema has been told by the other rules, as a rule.
  if (errors.length === 0 && unstructured !== undefined) {
    errors.push(invalid(at, "", unstructured));
  }
  return errors;
}

function validateRoot(schema: JsonSchema, at: string): FieldError[] {
  for (const field of givenFields(schema)) {
    if (field === "Type") {
      if (schema.type === "object") continue;
      const detail =
        'only "object" is allowed as the type at the root of the schema ' +
        "if the status subresource is enabled";
      return [invalid(`${at}.type`, schema.type, detail)];
    }
    if (allowedAtRoot.includes(field)) continue;
    const detail =
      `only [${allowedAtRoot.join(" ")}] fields are allowed at the root of the schema ` +
      "if the status subresource is enabled";
    return [invalid(at, shownSchema(schema), detail)];
  }
  return [];
}

/** What the place of a schema says of it. */
interface Context {
  readonly isRoot: boolean;
  readonly insideMeta: boolean;
  /** Why there may be no default; undefined where there may. */
  readonly noDefaults: string | undefined;
}

const rootContext: Context = { isRoot: true, insideMeta: false, noDefaults: undefined };
const metaFields = ["metadata", "kind", "apiVersion"];

function validateNode(schema: JsonSchema, path: string, context: Context): FieldError[] {
  const inner = { ...context, isRoot: false };
  const errors = [...validateSupported(schema, path, context)];
  if (schema.uniqueItems) {
    const detail =
      "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    errors.push(forbidden(`${path}.uniqueItems`, detail));
  }
  const hasProperties = Object.keys(schema.properties ?? {}).length > 0;
  const { additionalProperties: values } = schema;
  if (values !== undefined && values !== true && hasProperties) {
    const detail = "additionalProperties and properties are mutual exclusive";
    errors.push(forbidden(`${path}.additionalProperties`, detail));
  }
  const valueSchema = valuesOf(schema);
  if (valueSchema) {
    const noDefaults = context.insideMeta
      ? "inside additionalProperties applying to object metadata"
      : context.noDefaults;
    const below = { ...inner, noDefaults };
    errors.push(...validateNode(valueSchema, `${path}.additionalProperties`, below));
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isObject = context.isRoot || schema["x-kubernetes-embedded-resource"];
    const isMeta = isObject && metaFields.includes(name);
    const noDefaults = isMeta && context.isRoot ? `in top-level ${name}` : context.noDefaults;
    const below = { ...inner, insideMeta: isMeta || context.insideMeta, noDefaults };
    errors.push(...validateNode(property, `${path}.properties[${name}]`, below));
  }
  for (const [part, at] of otherParts(schema, path)) errors.push(...validateNode(part, at, inner));
  return [
    ...errors,
    ...validateExtensions(schema, path),
    ...validateListMap(schema, path),
    ...validateRuleTexts(schema, path),
  ];
}

function otherParts(schema: JsonSchema, path: string): [JsonSchema, string][] {
  const { items, not } = schema;
  const list = (name: "allOf" | "oneOf" | "anyOf"): [JsonSchema, string][] =>
    (schema[name] ?? []).map((part, index) => [part, `${path}.${name}[${index}]`]);
  const parts: [JsonSchema, string][] = [
    ...(not ? [[not, `${path}.not`] as [JsonSchema, string]] : []),
    ...list("allOf"),
    ...list("oneOf"),
    ...list("anyOf"),
    ...Object.entries(schema.definitions ?? {}).map(([name, part]): [JsonSchema, string] => [
      part,
      `${path}.definitions[${name}]`,
    ]),
  ];
  if (isSchemaList(items)) {
    parts.push(
      ...items.map((part, index): [JsonSchema, string] => [part, `${path}.items[${index}]`]),
    );
  } else if (items) parts.push([items, `${path}.items`]);
  return parts;
}

const types = ["array", "boolean", "integer", "number", "object", "string"];

function validateSupported(schema: JsonSchema, path: string, context: Context): FieldError[] {
  const errors: FieldError[] = [];
  const { type } = schema;
  if (type && !types.includes(type)) {
    errors.push(notSupportedInOrder(`${path}.type`, type, types));
  }
  if (schema.default !== undefined && schema.default !== null && context.noDefaults) {
    errors.push(forbidden(`${path}.default`, `must not be set ${context.noDefaults}`));
  }
  const isGiven = (record: object | undefined) => !!record && Object.keys(record).length > 0;
  const unsupported: [name: string, given: boolean][] = [
    ["id", !!schema.id],
    ["additionalItems", schema.additionalItems !== undefined],
    ["patternProperties", isGiven(schema.patternProperties)],
    ["definitions", isGiven(schema.definitions)],
    ["dependencies", schema.dependencies !== undefined],
    ["$ref", schema.$ref !== undefined],
  ];
  for (const [name, given] of unsupported) {
    if (given) errors.push(forbidden(`${path}.${name}`, `${name} is not supported`));
  }
  if (type === "null") {
    const detail = "type cannot be set to null, use nullable as an alternative";
    errors.push(forbidden(`${path}.type`, detail));
  }
  if (isSchemaList(schema.items) && schema.items.length) {
    errors.push(forbidden(`${path}.items`, "items must be a schema object and not an array"));
  }
  if (context.insideMeta && schema["x-kubernetes-embedded-resource"]) {
    const at = `${path}.x-kubernetes-embedded-resource`;
    errors.push(forbidden(at, "must not be used inside of resource meta"));
  }
  return errors;
}

function validateExtensions(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (schema["x-kubernetes-preserve-unknown-fields"] === false) {
    const at = `${path}.x-kubernetes-preserve-unknown-fields`;
    errors.push(invalid(at, false, "must be true or undefined"));
  }
  const mapType = schema["x-kubernetes-map-type"];
  const listType = schema["x-kubernetes-list-type"];
  const check = (wanted: "object" | "array", extension: string) => {
    if (schema.type === wanted) return;
    const detail = `must be ${wanted} if ${extension} is specified`;
    const at = `${path}.type`;
    errors.push(schema.type ? invalid(at, schema.type, detail) : requiredValue(at, detail));
  };
  if (mapType !== undefined) {
    check("object", "x-kubernetes-map-type");
    if (!["atomic", "granular"].includes(mapType)) {
      const at = `${path}.x-kubernetes-map-type`;
      errors.push(notSupportedInOrder(at, mapType, ["atomic", "granular"]));
    }
  }
  if (listType === undefined) return errors;
  check("array", "x-kubernetes-list-type");
  if (schema.type === "array" && listType === "set") errors.push(...validateSet(schema, path));
  if (!["atomic", "set", "map"].includes(listType)) {
    const at = `${path}.x-kubernetes-list-type`;
    errors.push(notSupportedInOrder(at, listType, ["atomic", "set", "map"]));
  }
  return errors;
}

function validateSet(schema: JsonSchema, path: string): FieldError[] {
  const items = itemsOf(schema);
  const detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const listType = items?.["x-kubernetes-list-type"] ?? null;
  if (items?.type === "array" && listType !== null && listType !== "atomic") {
    return [invalid(`${path}.items.x-kubernetes-list-type`, listType, detail)];
  }
  if (items?.type === "object" && items["x-kubernetes-map-type"] !== "atomic") {
    return [invalid(`${path}.items.x-kubernetes-map-type`, listType, detail)];
  }
  return [];
}

function validateListMap(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const listType = schema["x-kubernetes-list-type"];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const items = itemsOf(schema);
  if (keys.length && listType !== "map") {
    const at = `${path}.x-kubernetes-list-type`;
    const detail = "must be map if x-kubernetes-list-map-keys is non-empty";
    errors.push(listType === undefined ? requiredValue(at, detail) : invalid(at, listType, detail));
  }
  if (listType === "map") {
    if (keys.length === 0) {
      const detail = "must not be empty if x-kubernetes-list-type is map";
      errors.push(requiredValue(`${path}.x-kubernetes-list-map-keys`, detail));
    }
    const at = `${path}.items`;
    if (schema.items === undefined) {
      errors.push(requiredValue(at, "must have a schema if x-kubernetes-list-type is map"));
    } else if (!items) {
      const detail = "must only have a single schema if x-kubernetes-list-type is map";
      errors.push(invalid(at, schema.items, detail));
    } else if (items.type !== "object") {
      const detail = "must be object if parent array's x-kubernetes-list-type is map";
      errors.push(invalid(`${at}.type`, items.type ?? "", detail));
    } else errors.push(...validateMapKeys(items, keys, path));
  }
  return items && (listType === "map" || listType === "set")
    ? [...errors, ...validateItems(items, keys, path, listType)]
    : errors;
}

function validateMapKeys(items: JsonSchema, keys: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const at = `${path}.x-kubernetes-list-map-keys`;
  for (const [index, key] of keys.entries()) {
    const property = propertyOf(items, key);
    if (!property) {
      errors.push(invalid(at, keys, "entries must all be names of item properties"));
    } else if (property.type === "array" || property.type === "object") {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalid(`${path}.items.properties[${key}].type`, items.type, detail));
    }
    if (keys.indexOf(key) < index) {
      errors.push(invalid(at, keys, "must not contain duplicate entries"));
    }
  }
  return errors;
}

/** Items that are told apart must be there, and have what tells them apart. */
function validateItems(
  items: JsonSchema,
  keys: readonly string[],
  path: string,
  listType: "map" | "set",
): FieldError[] {
  const errors: FieldError[] = [];
  if (items.nullable) {
    const detail = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
    errors.push(forbidden(`${path}.items.nullable`, detail));
  }
  if (listType === "set") return errors;
  const why = "this property is in x-kubernetes-list-map-keys, so it";
  for (const key of keys) {
    const property = propertyOf(items, key);
    if (!property) continue;
    const at = `${path}.items.properties[${key}]`;
    const hasDefault = property.default !== undefined && property.default !== null;
    if (!items.required?.includes(key) && !hasDefault) {
      const detail = `${why} must have a default or be a required property`;
      errors.push(requiredValue(`${at}.default`, detail));
    }
    if (property.nullable) errors.push(forbidden(`${at}.nullable`, `${why} cannot be nullable`));
  }
  return errors;
}
