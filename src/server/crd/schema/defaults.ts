import { cloneJson, isRow, setKey } from "#machinery/json.ts";
import { hasDefault, itemsOf, propertyOf, valuesOf } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import { isDefaulting } from "./structural.ts";

/** Fills in what the schema gives where a value lacks it, in place; also for nulls it forbids. */
export function applySchemaDefaults(value: unknown, schema: JsonSchema): void {
  if (!needsDefaults(schema)) return;
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (!items) return;
    for (const [index, item] of (value as unknown[]).entries()) {
      if (item === null && !items.nullable) value[index] = cloneJson(items.default ?? null);
      applySchemaDefaults(value[index], items);
    }
    return;
  }
  if (!isRow(value)) return;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (!hasDefault(property)) continue;
    const isMissing = !Object.hasOwn(value, name) || (value[name] === null && !property.nullable);
    if (isMissing) setKey(value, name, cloneJson(property.default));
  }
  const values = valuesOf(schema);
  for (const key of Object.keys(value)) {
    const property = propertyOf(schema, key);
    if (property) applySchemaDefaults(value[key], property);
    else if (values) {
      if (value[key] === null && !values.nullable) {
        setKey(value, key, cloneJson(values.default ?? null));
      }
      applySchemaDefaults(value[key], values);
    }
  }
}

/** Most branches of a schema have no defaults: they are not walked. */
function needsDefaults(schema: JsonSchema): boolean {
  let needs = needing.get(schema);
  if (needs === undefined) {
    needs = isDefaulting(schema);
    needing.set(schema, needs);
  }
  return needs;
}

const needing = new WeakMap<JsonSchema, boolean>();
