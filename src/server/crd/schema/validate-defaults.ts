import { deepEqual } from "#machinery/deep-equal.ts";
import { cloneJson } from "#machinery/json.ts";
import { invalid } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { DecodeError } from "#schema/decode.ts";
import { hasDefault, itemsOf } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import { coerceEmbedded, validateEmbedded } from "./metadata.ts";
import { pruneValue } from "./prune.ts";
import { validateValue } from "./validate-value.ts";

/** More rules that a default keeps, besides those of its schema. */
export type DefaultRules = (value: unknown, schema: JsonSchema, path: string) => FieldError[];

/** Whether every default is a value that its own schema allows. */
export function validateDefaults(
  schema: JsonSchema,
  path: string,
  rules: DefaultRules = () => [],
): FieldError[] {
  const errors = hasDefault(schema) ? validateDefault(schema, `${path}.default`, rules) : [];
  const items = itemsOf(schema);
  if (items) errors.push(...validateDefaults(items, `${path}.items`, rules));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...validateDefaults(property, `${path}.properties[${name}]`, rules));
  }
  return errors;
}

function validateDefault(schema: JsonSchema, path: string, rules: DefaultRules): FieldError[] {
  const value: unknown = cloneJson(schema.default);
  const errors: FieldError[] = [];
  pruneValue(value, schema);
  if (!deepEqual(value, schema.default)) {
    errors.push(invalid(path, schema.default, "must not have unknown fields"));
  }
  try {
    coerceEmbedded(value, schema, { lenient: false });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return [...errors, invalid(path, schema.default, error.message)];
  }
  for (const problems of [
    () => validateEmbedded(value, schema, path),
    () => validateValue(schema.default, schema, { prefix: path }),
    () => rules(schema.default, schema, path),
  ]) {
    const found = problems();
    if (found.length) return [...errors, ...found];
  }
  return errors;
}
