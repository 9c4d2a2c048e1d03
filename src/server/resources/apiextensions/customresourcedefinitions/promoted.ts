import type {
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from "#api/apiextensions/v1.ts";
import { semanticEqual } from "#machinery/deep-equal.ts";
import type { JsonSchema } from "../../../crd/schema/json-schema.ts";

type Version = CustomResourceDefinitionVersion;

/**
 * Upstream looks at what all versions have alike as one thing of the whole definition, and its
 * errors name it by that: "spec.validation" instead of "spec.versions[0].schema".
 */
export interface Promoted {
  /** Undefined where versions differ: then each one's own counts. */
  readonly schema: Part<Version["schema"]>;
  readonly subresources: Part<Version["subresources"]>;
  readonly columns: Part<Version["additionalPrinterColumns"]>;
  readonly selectableFields: Part<Version["selectableFields"]>;
}

type Part<T> = { readonly value: T } | undefined;

export function promotedParts({ versions }: CustomResourceDefinitionSpec): Promoted {
  const part = <T>(of: (version: Version) => T): Part<T | undefined> => {
    const [first] = versions;
    if (!first) return { value: undefined };
    const value = of(first);
    return versions.every((version) => semanticEqual(of(version), value)) ? { value } : undefined;
  };
  return {
    schema: part((version) => version.schema),
    subresources: part((version) => version.subresources),
    columns: part((version) => version.additionalPrinterColumns),
    selectableFields: part((version) => version.selectableFields),
  };
}

/** A list of versions as upstream's messages show it. */
export function shownVersions(
  versions: readonly Version[],
  promoted: Promoted,
): Record<string, unknown>[] {
  return versions.map((version) => ({
    Name: version.name,
    Served: version.served,
    Storage: version.storage,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema:
      promoted.schema || !version.schema
        ? null
        : { OpenAPIV3Schema: shownRoot(version.schema.openAPIV3Schema) },
    Subresources: promoted.subresources ? null : (version.subresources ?? null),
    AdditionalPrinterColumns: promoted.columns ? null : (version.additionalPrinterColumns ?? null),
    SelectableFields: promoted.selectableFields ? null : (version.selectableFields ?? null),
  }));
}

const shownRoot = (schema: object | undefined) => (schema ? shownSchema(schema) : null);

const schemaFields: readonly [shown: string, field: keyof JsonSchema, none: unknown][] = [
  ["ID", "id", ""],
  ["Schema", "$schema", ""],
  ["Ref", "$ref", null],
  ["Description", "description", ""],
  ["Type", "type", ""],
  ["Nullable", "nullable", false],
  ["Format", "format", ""],
  ["Title", "title", ""],
  ["Default", "default", null],
  ["Maximum", "maximum", null],
  ["ExclusiveMaximum", "exclusiveMaximum", false],
  ["Minimum", "minimum", null],
  ["ExclusiveMinimum", "exclusiveMinimum", false],
  ["MaxLength", "maxLength", null],
  ["MinLength", "minLength", null],
  ["Pattern", "pattern", ""],
  ["MaxItems", "maxItems", null],
  ["MinItems", "minItems", null],
  ["UniqueItems", "uniqueItems", false],
  ["MultipleOf", "multipleOf", null],
  ["Enum", "enum", null],
  ["MaxProperties", "maxProperties", null],
  ["MinProperties", "minProperties", null],
  ["Required", "required", null],
  ["Items", "items", null],
  ["AllOf", "allOf", null],
  ["OneOf", "oneOf", null],
  ["AnyOf", "anyOf", null],
  ["Not", "not", null],
  ["Properties", "properties", null],
  ["AdditionalProperties", "additionalProperties", null],
  ["PatternProperties", "patternProperties", null],
  ["Dependencies", "dependencies", null],
  ["AdditionalItems", "additionalItems", null],
  ["Definitions", "definitions", null],
  ["ExternalDocs", "externalDocs", null],
  ["Example", "example", null],
  ["XPreserveUnknownFields", "x-kubernetes-preserve-unknown-fields", null],
  ["XEmbeddedResource", "x-kubernetes-embedded-resource", false],
  ["XIntOrString", "x-kubernetes-int-or-string", false],
  ["XListMapKeys", "x-kubernetes-list-map-keys", null],
  ["XListType", "x-kubernetes-list-type", null],
  ["XMapType", "x-kubernetes-map-type", null],
  ["XValidations", "x-kubernetes-validations", null],
];

/** The fields of a schema that stand in it, by the names under which upstream's messages know them. */
export function givenFields(schema: JsonSchema): string[] {
  return schemaFields
    .filter(([, field, none]) => schema[field] !== undefined && schema[field] !== none)
    .map(([shown]) => shown);
}

const mapFields = new Set<keyof JsonSchema>([
  "properties",
  "patternProperties",
  "definitions",
  "dependencies",
]);
const listFields = new Set<keyof JsonSchema>(["allOf", "oneOf", "anyOf"]);

/** A schema as upstream's messages show it. */
export function shownSchema(schema: JsonSchema): Record<string, unknown> {
  return Object.fromEntries(
    schemaFields.map(([shown, field, none]) => {
      const value = schema[field];
      return [shown, value === undefined ? none : shownField(field, value)];
    }),
  );
}

function shownField(field: keyof JsonSchema, value: unknown): unknown {
  if (mapFields.has(field)) {
    const parts = value as Readonly<Record<string, JsonSchema>>;
    const names = Object.keys(parts).sort();
    return Object.fromEntries(names.map((name) => [name, shownSchema(parts[name] ?? {})]));
  }
  if (listFields.has(field)) return (value as readonly JsonSchema[]).map(shownSchema);
  if (field === "not") return shownSchema(value as JsonSchema);
  if (field === "items" || field === "additionalProperties") {
    const isSchema = typeof value === "object" && !Array.isArray(value);
    const Schema = isSchema ? shownSchema(value as JsonSchema) : null;
    if (field === "items") return { Schema, JSONSchemas: isSchema ? null : value };
    return { Allows: isSchema || value === true, Schema };
  }
  return value;
}
