import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { hasDefault, itemsOf, propertyOf, valuesOf } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";

const metaFields: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/**
 * Removes from a resource, in place, what its schema does not know. Returns the paths of what it
 * removed, sorted.
 */
export function pruneResource(resource: Row, schema: JsonSchema): string[] {
  const root = { ...schema, "x-kubernetes-embedded-resource": true };
  return pruneValue(resource, root);
}

/** The same for a value that is no resource by itself, such as a default. */
export function pruneValue(value: unknown, schema: JsonSchema): string[] {
  const removed: string[] = [];
  prune(value, schema, "", removed);
  return removed.sort();
}

function prune(
  value: unknown,
  schema: JsonSchema | undefined,
  path: string,
  removed: string[],
): void {
  const keepsUnknown = schema?.["x-kubernetes-preserve-unknown-fields"] ?? false;
  if (Array.isArray(value)) {
    const items = schema && itemsOf(schema);
    // Below a list that keeps what is unknown, items without a schema of their own are kept, too.
    for (const [index, item] of (value as unknown[]).entries()) {
      const inner = keepsUnknown ? { ...items, ...keepsAll } : items;
      prune(item, inner, `${path}[${index}]`, removed);
    }
    return;
  }
  if (!isRow(value)) return;
  for (const key of Object.keys(value)) {
    const below = path ? `${path}.${key}` : key;
    if (schema?.["x-kubernetes-embedded-resource"] && metaFields.has(key)) continue;
    const property = schema && propertyOf(schema, key);
    if (property) prune(value[key], property, below, removed);
    else if (schema?.additionalProperties !== undefined) {
      const values = valuesOf(schema);
      prune(value[key], values, below, removed);
    } else if (!keepsUnknown) {
      removed.push(below);
      delete value[key];
    }
  }
}

const keepsAll: JsonSchema = { "x-kubernetes-preserve-unknown-fields": true };

/** Removes nulls where the schema allows none and has no default to put in their place. */
export function pruneNulls(value: unknown, schema: JsonSchema | undefined): void {
  if (Array.isArray(value)) {
    const items = schema && itemsOf(schema);
    for (const item of value) pruneNulls(item, items);
    return;
  }
  if (!isRow(value)) return;
  for (const key of Object.keys(value)) {
    const below = schema && (propertyOf(schema, key) ?? valuesOf(schema));
    const field = value[key];
    if (field === null && below && !below.nullable && !hasDefault(below)) delete value[key];
    else pruneNulls(field, below);
  }
}
