/** A rule in CEL that a value must keep. */
export interface ValidationRule {
  readonly rule?: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** A schema as definitions of custom resources write it: JSON Schema in the form of OpenAPI v3. */
export interface JsonSchema {
  readonly id?: string;
  readonly $schema?: string;
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly title?: string;
  readonly default?: unknown;
  readonly maximum?: number;
  readonly exclusiveMaximum?: boolean;
  readonly minimum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly maxItems?: number;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly multipleOf?: number;
  readonly enum?: readonly unknown[];
  readonly maxProperties?: number;
  readonly minProperties?: number;
  readonly required?: readonly string[];
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly dependencies?: Readonly<Record<string, JsonSchema | readonly string[]>>;
  readonly additionalItems?: JsonSchema | boolean;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly externalDocs?: { readonly description?: string; readonly url?: string };
  readonly example?: unknown;
  readonly nullable?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-map-type"?: string;
  readonly "x-kubernetes-validations"?: readonly ValidationRule[];
}

/** The schema of a list's items; undefined where there is none, or one for each index. */
export function itemsOf({ items }: JsonSchema): JsonSchema | undefined {
  return isSchemaList(items) ? undefined : items;
}

export function isSchemaList(
  items: JsonSchema | readonly JsonSchema[] | undefined,
): items is readonly JsonSchema[] {
  return Array.isArray(items);
}

/** The schema of values under keys that no property names. */
export function valuesOf({ additionalProperties }: JsonSchema): JsonSchema | undefined {
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

/** The schema of one property; names such as "constructor" are no properties by themselves. */
export function propertyOf(schema: JsonSchema, name: string): JsonSchema | undefined {
  const { properties } = schema;
  return properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** A default of null says nothing. */
export function hasDefault(schema: JsonSchema): boolean {
  return schema.default !== undefined && schema.default !== null;
}

/** Whether the predicate holds for the schema or for any one inside of it. */
export function someSchema(
  schema: JsonSchema | undefined,
  holds: (schema: JsonSchema) => boolean,
): boolean {
  if (!schema) return false;
  return holds(schema) || partsOf(schema).some((part) => someSchema(part, holds));
}

function partsOf(schema: JsonSchema): JsonSchema[] {
  const { items, additionalItems, not, dependencies = {} } = schema;
  const one = (part: JsonSchema | boolean | undefined) => (typeof part === "object" ? [part] : []);
  return [
    ...(isSchemaList(items) ? items : one(items)),
    ...(schema.allOf ?? []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...one(not),
    ...Object.values(schema.properties ?? {}),
    ...one(schema.additionalProperties),
    ...Object.values(schema.patternProperties ?? {}),
    ...one(additionalItems),
    ...Object.values(schema.definitions ?? {}),
    ...Object.values(dependencies).flatMap((part) => (isStrings(part) ? [] : [part])),
  ];
}

function isStrings(part: JsonSchema | readonly string[]): part is readonly string[] {
  return Array.isArray(part);
}
