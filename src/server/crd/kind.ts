import { ObjectMeta } from "#api/meta/v1.ts";
import type { FieldsShape, Shape, ShapedType } from "#machinery/apply/typed.ts";
import { shapeOfType, unknownShape } from "#machinery/apply/typed.ts";
import type { Row } from "#machinery/json.ts";
import { json, object, string } from "#schema/field.ts";
import type { AnyField } from "#schema/field.ts";
import type { DynamicType, KindInfo, KindType } from "#schema/message.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { DescribedType } from "../openapi/schema.ts";
import type { StoredObject } from "../registry/stored-object.ts";
import { customSchema } from "./openapi.ts";
import { applySchemaDefaults } from "./schema/defaults.ts";
import { hasDefault, itemsOf, valuesOf } from "./schema/json-schema.ts";
import type { JsonSchema } from "./schema/json-schema.ts";
import { coerceEmbedded, coerceMetadata } from "./schema/metadata.ts";
import { pruneNulls, pruneResource } from "./schema/prune.ts";

/** The type of a custom resource, made from the schema of one version of its definition. */
export type CustomKind = KindType<StoredObject> & ShapedType & DescribedType;

export interface CustomKindOptions {
  readonly info: KindInfo;
  readonly schema: JsonSchema;
  /** As in ".spec.color": what documents say can be selected. */
  readonly selectableFields: readonly string[];
}

export function customKind({ info, schema, selectableFields }: CustomKindOptions): CustomKind {
  const names = Object.keys(schema.properties ?? {});
  const fields: Record<string, AnyField> = {
    apiVersion: string(0).default(apiVersionOf(info)),
    kind: string(0).default(info.kind),
    ...Object.fromEntries(names.map((name) => [name, json(0).optional()])),
    metadata: object(0, () => ObjectMeta).default({}),
  };
  return {
    schemaName: `${info.group.split(".").reverse().join(".")}.${info.version}.${info.kind}`,
    fields,
    info,
    dynamic: dynamicType(schema),
    applyShape: rootShape(schema),
    describe: customSchema({ info, schema, selectableFields }),
    // Never read: it carries the type of the values.
    prototype: undefined as unknown as StoredObject,
  };
}

function dynamicType(schema: JsonSchema): DynamicType {
  return {
    decode(value, onUnknown) {
      for (const path of coerceResource(value, schema)) onUnknown?.(path);
    },
    applyDefaults(value) {
      applySchemaDefaults(value, schema);
      value["metadata"] ??= {};
    },
  };
}

/** Brings a resource to the form in which the schema wants it. Returns the paths of what it lost. */
function coerceResource(value: Row, schema: JsonSchema, lenient = false): string[] {
  const unknown = coerceMetadata(value);
  const { apiVersion, kind, metadata } = value;
  unknown.push(...pruneResource(value, schema));
  pruneNulls(value, schema);
  unknown.push(...coerceEmbedded(value, schema, { lenient }));
  // What every object has is not the schema's to take away.
  if (apiVersion !== undefined) value["apiVersion"] = apiVersion;
  if (kind !== undefined) value["kind"] = kind;
  if (metadata !== undefined) value["metadata"] = metadata;
  return unknown;
}

/** The same for what is stored or was converted: what is wrong is dropped, and nobody is told. */
export function coerceStored(value: Row, schema: JsonSchema): void {
  coerceResource(value, schema, true);
}

const leaf: Shape = { kind: "leaf" };
const number: Shape = { kind: "leaf", numeric: true };
const metadataShape = shapeOfType(ObjectMeta);

function rootShape(schema: JsonSchema): FieldsShape {
  const { fields, ...shape } = resourceShape(schema);
  return { ...shape, fields };
}

function resourceShape(schema: JsonSchema): FieldsShape {
  const shape = fieldsShape(schema);
  const fields = new Map(shape.fields);
  fields.set("apiVersion", leaf).set("kind", leaf).set("metadata", metadataShape);
  return { ...shape, fields };
}

function fieldsShape(schema: JsonSchema): FieldsShape {
  const entries = Object.entries(schema.properties ?? {});
  const defaults = entries.filter(([, property]) => hasDefault(property));
  return {
    kind: "fields",
    fields: new Map(entries.map(([name, property]) => [name, shapeOf(property)])),
    ...(schema["x-kubernetes-preserve-unknown-fields"] && { rest: unknownShape }),
    ...(defaults.length > 0 && {
      defaults: new Map(defaults.map(([name, property]) => [name, property.default])),
    }),
  };
}

/** How server-side apply sees a value of the schema. */
function shapeOf(schema: JsonSchema): Shape {
  if (schema["x-kubernetes-int-or-string"]) return leaf;
  switch (schema.type) {
    case "integer":
    case "number":
      return number;
    case "array":
      return listShape(schema);
    case "object":
      if (schema["x-kubernetes-map-type"] === "atomic") return leaf;
      if (schema["x-kubernetes-embedded-resource"]) return resourceShape(schema);
      return schema.additionalProperties === undefined ? fieldsShape(schema) : mapShape(schema);
    default:
      return schema["x-kubernetes-preserve-unknown-fields"] ? unknownShape : leaf;
  }
}

function mapShape(schema: JsonSchema): Shape {
  const values = valuesOf(schema);
  return { kind: "map", value: values ? shapeOf(values) : unknownShape };
}

function listShape(schema: JsonSchema): Shape {
  const items = itemsOf(schema);
  switch (schema["x-kubernetes-list-type"]) {
    case "set":
      return { kind: "set" };
    case "map": {
      const keys = schema["x-kubernetes-list-map-keys"] ?? [];
      return items ? { kind: "items", item: shapeOf(items), keys } : leaf;
    }
    default:
      return leaf;
  }
}
