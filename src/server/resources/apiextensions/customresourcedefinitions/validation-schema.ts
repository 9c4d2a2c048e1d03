import { forbidden, invalid, requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isSchemaList, itemsOf, propertyOf, valuesOf } from "../../../crd/schema/json-schema.ts";
import type { JsonSchema } from "../../../crd/schema/json-schema.ts";
import { unstructuredReason, validateStructural } from "../../../crd/schema/structural.ts";
import { validateDefaults } from "../../../crd/schema/validate-defaults.ts";
import type { DefaultRules } from "../../../crd/schema/validate-defaults.ts";
import { notSupportedInOrder } from "../../../crd/schema/validate-value.ts";
import { givenFields, shownSchema } from "./promoted.ts";
import { RuleChecker } from "../../../crd/rules/check.ts";
import { CostTotal, cardinalityBelow } from "../../../crd/rules/costs.ts";
import type { RuleEngine } from "../../../crd/rules/engine.ts";
import { validateRules, validateRuleTexts } from "./validation-rules.ts";
import type { RuleContext } from "./validation-rules.ts";

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
  /** The definition has had this very schema before. */
  readonly isUnchanged: boolean;
  readonly engine: RuleEngine;
}

/** The rules for the schema of one version, or of all; `path` is that of the field around it. */
export function validateSchemaOf(
  schema: JsonSchema,
  path: string,
  { hasStatus, isUnchanged, engine }: SchemaContext,
): FieldError[] {
  const at = `${path}.openAPIV3Schema`;
  const errors: FieldError[] = hasStatus ? validateRoot(schema, at) : [];
  if (schema.nullable) {
    errors.push(forbidden(`${at}.nullable`, "nullable cannot be true at the root"));
  }
  const unstructured = unstructuredReason(schema);
  const total = new CostTotal();
  let isStructural = false;
  if (unstructured === undefined) {
    let found = validateStructural(schema, at);
    if (found.length === 0) found = validateDefaults(schema, at, defaultRules(schema, engine));
    errors.push(...found);
    isStructural = found.length === 0;
  }
  const rules = { engine, isResource: true, cardinality: 1, total, isAccepted: isUnchanged };
  const node = validateNode(schema, at, {
    ...rootContext,
    ...(isStructural && { rules: { ...rules, uncorrelatable: undefined } }),
  });
  errors.push(...node.schema, ...node.rules);
  // What cannot be read as a structural schema has been told by the other rules, as a rule.
  if (errors.length === 0 && unstructured !== undefined) {
    errors.push(invalid(at, "", unstructured));
  }
  return [...errors, ...total.errors(at)];
}

/** A default keeps the rules, be it that it was there before or that it comes anew. */
function defaultRules(root: JsonSchema, engine: RuleEngine): DefaultRules {
  return (value, schema, path) => {
    const isResource = schema === root || (schema["x-kubernetes-embedded-resource"] ?? false);
    const checker = new RuleChecker(engine, schema, isResource);
    const again = checker.check(value, { old: { value }, path, ratchet: false });
    const { errors } = again.errors.length ? again : checker.check(value, { path, ratchet: false });
    return [...errors];
  };
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
  /** Missing where rules are not looked at: below alternatives, and in schemas that are wrong. */
  readonly rules?: RuleContext;
}

/** What is wrong with a schema: rules are only read where the schema around them is good. */
interface Found {
  readonly schema: FieldError[];
  readonly rules: FieldError[];
}

const rootContext: Context = { isRoot: true, insideMeta: false, noDefaults: undefined };
const metaFields = ["metadata", "kind", "apiVersion"];

function validateNode(schema: JsonSchema, path: string, context: Context): Found {
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
  const rules: FieldError[] = [];
  for (const [part, at, below] of partsOf(schema, path, context)) {
    const found = validateNode(part, at, below);
    errors.push(...found.schema);
    rules.push(...found.rules);
  }
  errors.push(
    ...validateExtensions(schema, path),
    ...validateListMap(schema, path),
    ...validateRuleTexts(schema, path),
  );
  if (errors.length === 0 && context.rules && schema["x-kubernetes-validations"]?.length) {
    rules.push(...validateRules(schema, path, context.rules));
  }
  return { schema: errors, rules };
}

type Part = readonly [schema: JsonSchema, path: string, context: Context];

function partsOf(schema: JsonSchema, path: string, context: Context): Part[] {
  const { rules, ...others } = context;
  const inner: Context = { ...others, isRoot: false };
  const ruled = (part: JsonSchema, isCorrelated: boolean): Context => ({
    ...inner,
    ...(rules && {
      rules: {
        ...rules,
        isResource: part["x-kubernetes-embedded-resource"] ?? false,
        cardinality: cardinalityBelow(schema, rules.cardinality),
        uncorrelatable: rules.uncorrelatable ?? (isCorrelated ? undefined : path),
      },
    }),
  });
  const parts: Part[] = [];
  const values = valuesOf(schema);
  if (values) {
    const noDefaults = context.insideMeta
      ? "inside additionalProperties applying to object metadata"
      : context.noDefaults;
    parts.push([values, `${path}.additionalProperties`, { ...ruled(values, true), noDefaults }]);
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isObject = context.isRoot || schema["x-kubernetes-embedded-resource"];
    const isMeta = isObject && metaFields.includes(name);
    const noDefaults = isMeta && context.isRoot ? `in top-level ${name}` : context.noDefaults;
    const insideMeta = isMeta || context.insideMeta;
    const below = { ...ruled(property, true), insideMeta, noDefaults };
    parts.push([property, `${path}.properties[${name}]`, below]);
  }
  parts.push(...otherParts(schema, path).map(([part, at]): Part => [part, at, inner]));
  const items = itemsOf(schema);
  if (items) {
    const isMap = schema["x-kubernetes-list-type"] === "map";
    parts.push([items, `${path}.items`, ruled(items, isMap)]);
  }
  return parts;
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
  }
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
