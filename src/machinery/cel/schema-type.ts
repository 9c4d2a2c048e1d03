import { escapeField } from "./escape.ts";
import { boolType, doubleType, intType, stringType, type StructType, type Type } from "./types.ts";

/** What of a structural OpenAPI v3 schema says what type its values have. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
}

export interface SchemaTypeOptions {
  /** In messages; properties are called by their path from it. */
  readonly name?: string;
  /** The root of a resource always has apiVersion, kind and the metadata's names. */
  readonly isResourceRoot?: boolean;
}

/**
 * The type of a schema's values, with the sizes that estimates need. Undefined where expressions
 * cannot look: what preserves unknown fields and declares none.
 */
export function typeOfSchema(
  schema: Schema,
  { name = "selfType", isResourceRoot = false }: SchemaTypeOptions = {},
): Type | undefined {
  return sizedType(schema, name, isResourceRoot)?.type;
}

/** With the fewest bytes that a value has as JSON, by which the number of items is limited. */
interface Sized {
  readonly type: Type;
  readonly bytesMin: number;
}

const requestBytesMax = 3 * 1024 * 1024;

function sizedType(schema: Schema, name: string, isResourceRoot: boolean): Sized | undefined {
  if (schema["x-kubernetes-int-or-string"]) {
    const maxElements = lengthMax(schema) ?? requestBytesMax - 2;
    return { type: { kind: "dyn", maxElements }, bytesMin: 1 };
  }
  switch (schema.type) {
    case "array":
      return arrayType(schema, name);
    case "object":
      return objectType(isResourceRoot ? withObjectMeta(schema) : schema, name);
    case "string":
      return textType(schema);
    case "boolean":
      return { type: { ...boolType, maxElements: 0 }, bytesMin: 4 };
    case "number":
      return { type: { ...doubleType, maxElements: 0 }, bytesMin: 1 };
    case "integer":
      return { type: { ...intType, maxElements: 0 }, bytesMin: 1 };
    default:
      return undefined;
  }
}

const isEmbedded = (schema: Schema) => schema["x-kubernetes-embedded-resource"] ?? false;

function arrayType(schema: Schema, name: string): Sized | undefined {
  const { items } = schema;
  const item = items && sizedType(items, `${name}.@idx`, isEmbedded(items));
  if (!item) return undefined;
  const maxElements =
    schema.maxItems === undefined
      ? Math.floor((requestBytesMax - 2) / (item.bytesMin + 1))
      : Math.max(0, schema.maxItems);
  const listType = schema["x-kubernetes-list-type"];
  const keys = (schema["x-kubernetes-list-map-keys"] ?? []).flatMap(
    (key) => escapeField(key) ?? [],
  );
  const associative = listType === "set" ? "set" : listType === "map" ? keys : undefined;
  return {
    type: { kind: "list", item: item.type, maxElements, ...(associative && { associative }) },
    bytesMin: 2,
  };
}

function objectType(schema: Schema, name: string): Sized | undefined {
  const { additionalProperties } = schema;
  if (typeof additionalProperties === "object") {
    const embedded = isEmbedded(additionalProperties);
    const value = sizedType(additionalProperties, `${name}.@elem`, embedded);
    if (!value) return undefined;
    const maxElements =
      schema.maxProperties === undefined
        ? Math.floor((requestBytesMax - 2) / (value.bytesMin + 6))
        : Math.max(0, schema.maxProperties);
    return {
      type: { kind: "map", key: stringType, value: value.type, maxElements },
      bytesMin: 2,
    };
  }
  return declaredObject(schema, name);
}

function declaredObject(schema: Schema, name: string): Sized {
  const fields = new Map<string, { readonly type: Type; readonly jsonName: string }>();
  const escaped = new Map<string, string>();
  const required = new Set(schema.required);
  let bytesMin = 2;
  for (const [property, propertySchema] of Object.entries(schema.properties ?? {})) {
    const field = escapeField(property);
    const fieldName = `${name}.${field ?? property}`;
    const sized = sizedType(propertySchema, fieldName, isEmbedded(propertySchema));
    if (!sized) continue;
    if (field !== undefined) {
      fields.set(field, { type: sized.type, jsonName: property });
      escaped.set(property, field);
    }
    if (required.has(property) && propertySchema.default === undefined) {
      bytesMin += property.length + sized.bytesMin + 4;
    }
  }
  const type: StructType = {
    kind: "struct",
    name,
    field: (field) => (fields.get(field) ?? fields.get(`__${field}__`))?.type,
    jsonName: (field) => (fields.get(field) ?? fields.get(`__${field}__`))?.jsonName ?? field,
    fieldOfJson: (property) => escaped.get(property),
    maxElements: 0,
  };
  return { type, bytesMin };
}

function textType(schema: Schema): Sized {
  switch (schema.format) {
    case "byte":
      return {
        type: { kind: "bytes", maxElements: schema.maxLength ?? requestBytesMax - 2 },
        bytesMin: 2,
      };
    case "duration":
      return { type: { kind: "duration", maxElements: 32 }, bytesMin: 3 };
    case "date":
      return { type: { kind: "timestamp", maxElements: 12 }, bytesMin: 12 };
    case "date-time":
      return { type: { kind: "timestamp", maxElements: 32 }, bytesMin: 21 };
    default:
      return {
        type: {
          kind: "string",
          maxElements: lengthMax(schema) ?? longestOf(schema.enum) ?? requestBytesMax - 2,
        },
        bytesMin: 2,
      };
  }
}

/** Lengths are in characters, sizes in bytes. */
const lengthMax = ({ maxLength }: Schema) =>
  maxLength === undefined ? undefined : Math.max(0, maxLength) * 4;

function longestOf(values: readonly unknown[] | undefined): number | undefined {
  if (!values || values.length === 0) return undefined;
  const lengths = values.map((value) => (typeof value === "string" ? value.length : 0));
  return Math.max(...lengths);
}

const text: Schema = { type: "string" };

function withObjectMeta(schema: Schema): Schema {
  const { properties } = schema;
  const isString = (property: Schema | undefined) => property?.type === "string";
  const metadata = properties?.metadata?.properties;
  const isComplete =
    isString(properties?.kind) &&
    isString(properties?.apiVersion) &&
    isString(metadata?.name) &&
    isString(metadata?.generateName);
  if (isComplete) return schema;
  return {
    ...schema,
    properties: {
      ...properties,
      kind: text,
      apiVersion: text,
      metadata: { type: "object", properties: { name: text, generateName: text } },
    },
  };
}
