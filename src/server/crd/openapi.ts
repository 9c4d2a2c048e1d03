import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";
import type { KindInfo, MessageType } from "#schema/message.ts";
import { listKindOf } from "#schema/message.ts";
import { kindTexts } from "../openapi/descriptions.ts";
import { gvkOf } from "../openapi/schema.ts";
import type { DescribedType, Dialect, Schema } from "../openapi/schema.ts";
import { isSchemaList, propertyOf, valuesOf } from "./schema/json-schema.ts";
import type { JsonSchema } from "./schema/json-schema.ts";

export interface CustomSchemaOptions {
  readonly info: KindInfo;
  readonly schema: JsonSchema;
  readonly selectableFields: readonly string[];
}

type Reference = (type: MessageType) => Schema;

/** What OpenAPI documents say of a custom resource and of lists of it. */
export function customSchema(options: CustomSchemaOptions): DescribedType["describe"] {
  const { info, schema, selectableFields } = options;
  const common = (kind: string): Schema => ({
    type: "object",
    "x-kubernetes-group-version-kind": [gvkOf({ ...info, kind })],
    ...(selectableFields.length > 0 && {
      "x-kubernetes-selectable-fields": selectableFields.map((path) => ({
        fieldPath: path.replace(/^\./, ""),
      })),
    }),
  });
  return {
    item(dialect, reference) {
      // Version 2 cannot say of a resource that it keeps what it does not know.
      if (dialect === "v2" && schema["x-kubernetes-preserve-unknown-fields"]) {
        return common(info.kind);
      }
      const published = publish(schema, dialect, reference);
      const properties = { ...(published["properties"] as Schema), ...metaOf(dialect, reference) };
      return { ...published, properties, ...common(info.kind) };
    },
    listName: `${info.group.split(".").reverse().join(".")}.${info.version}.${listKindOf(info)}`,
    list: (dialect, item, reference) => ({
      description: kindTexts.list(info.kind),
      required: ["items"],
      properties: {
        ...typeMeta(),
        items: {
          description: kindTexts.items,
          type: "array",
          items: item,
        },
        metadata: described(dialect, reference(ListMeta), kindTexts.listMetadata),
      },
      ...common(listKindOf(info)),
    }),
  };
}

function typeMeta(): Schema {
  return {
    apiVersion: { type: "string", description: kindTexts.apiVersion },
    kind: { type: "string", description: kindTexts.kind },
  };
}

function metaOf(dialect: Dialect, reference: Reference): Schema {
  const metadata = described(dialect, reference(ObjectMeta), kindTexts.metadata);
  return { ...typeMeta(), metadata };
}

/** Beside a reference, version 3 allows nothing else. */
function described(dialect: Dialect, reference: Schema, description: string): Schema {
  return dialect === "v3" ? { allOf: [reference], description } : { ...reference, description };
}

/** The schema as documents show it. */
function publish(schema: JsonSchema, dialect: Dialect, reference: Reference): Schema {
  const published = dialect === "v2" ? publishV2(schema) : { ...schema };
  const below = (part: JsonSchema) => publish(part, dialect, reference);
  const result: Schema = { ...published };
  if (published.items && !isSchemaList(published.items)) result["items"] = below(published.items);
  if (published.properties) {
    result["properties"] = mapValues(published.properties, below);
  }
  if (typeof published.additionalProperties === "object") {
    result["additionalProperties"] = below(published.additionalProperties);
  }
  const keepsUnknown = schema["x-kubernetes-preserve-unknown-fields"] ?? false;
  if (schema["x-kubernetes-embedded-resource"] && !(dialect === "v2" && keepsUnknown)) {
    const properties = { ...(result["properties"] as Schema), ...metaOf(dialect, reference) };
    const required = [...new Set([...(schema.required ?? []), "kind", "apiVersion"])];
    return { ...result, properties, required };
  }
  if (schema["x-kubernetes-int-or-string"] && dialect === "v3") {
    result["anyOf"] = [{ type: "integer" }, { type: "string" }];
  }
  return result;
}

function mapValues(
  record: Readonly<Record<string, JsonSchema>>,
  change: (schema: JsonSchema) => Schema,
): Schema {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/**
 * Version 2 knows neither null nor alternatives, and its clients trip over defaults: what it
 * cannot say is left out, so that they rather know too little than something wrong.
 */
function publishV2(schema: JsonSchema): JsonSchema {
  const {
    default: _default,
    nullable,
    oneOf: _oneOf,
    anyOf: _anyOf,
    allOf: _allOf,
    not: _not,
    ...rest
  } = schema;
  const keepsUnknown = schema["x-kubernetes-preserve-unknown-fields"] ?? false;
  if (!nullable && !keepsUnknown) return withoutNullables(rest);
  const { type, items: _items, properties: _properties, ...open } = rest;
  const isStructure = type === "object" || type === "array";
  const kept = nullable || isStructure || type === undefined ? open : { ...open, type };
  return withoutNullables(kept);
}

/** What may be null cannot be asked for. */
function withoutNullables(schema: JsonSchema): JsonSchema {
  const { required, ...rest } = schema;
  if (!required || valuesOf(schema)?.nullable) return rest;
  const names = required.filter((name) => !propertyOf(schema, name)?.nullable);
  return names.length > 0 ? { ...rest, required: names } : rest;
}
