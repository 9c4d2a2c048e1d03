import { ObjectMeta } from "#api/meta/v1.ts";
import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { validateObjectMeta } from "#machinery/validation/metadata.ts";
import { fieldErrorText, invalid, requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isDns1035Label, pathSegmentRule } from "#machinery/validation/names.ts";
import { DecodeError, decode } from "#schema/decode.ts";
import { itemsOf, propertyOf, valuesOf } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";

/**
 * Brings the metadata of a resource to its stored form, in place. Returns the paths of fields that
 * metadata does not have. Throws `DecodeError` for values of a wrong type.
 */
export function coerceMetadata(resource: Row, path = ""): string[] {
  if (!Object.hasOwn(resource, "metadata")) return [];
  const unknown: string[] = [];
  const prefix = path ? `${path}.metadata` : "metadata";
  const metadata = resource["metadata"] ?? {};
  try {
    decode(ObjectMeta, metadata, { onUnknown: (field) => unknown.push(`${prefix}.${field}`) });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    // To Go this is the metadata alone, not a field of the resource.
    throw new DecodeError(error.message, `${prefix}.${error.path}`);
  }
  resource["metadata"] = metadata;
  return unknown;
}

/**
 * The same for resources that are embedded in another one. Drops what is wrong instead where
 * `lenient`: of objects that are stored already.
 */
export function coerceEmbedded(
  value: unknown,
  schema: JsonSchema | undefined,
  options: { readonly lenient: boolean },
  path = "",
): string[] {
  if (!schema) return [];
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return (value as unknown[]).flatMap((item, index) =>
      coerceEmbedded(item, items, options, `${path}[${index}]`),
    );
  }
  if (!isRow(value)) return [];
  const unknown: string[] = [];
  if (schema["x-kubernetes-embedded-resource"]) {
    unknown.push(...coerceOne(value, options, path));
  }
  for (const key of Object.keys(value)) {
    const below = path ? `${path}.${key}` : key;
    const inner = propertyOf(schema, key) ?? valuesOf(schema);
    unknown.push(...coerceEmbedded(value[key], inner, options, below));
  }
  return unknown;
}

function coerceOne(value: Row, { lenient }: { readonly lenient: boolean }, path: string): string[] {
  for (const key of ["apiVersion", "kind"]) {
    const field = value[key];
    if (field === undefined || typeof field === "string") continue;
    if (lenient) delete value[key];
    else throw refusal(path ? `${path}.${key}` : key, field, "must be a string");
  }
  const given: unknown = structuredClone(value["metadata"]);
  try {
    return coerceMetadata(value, path);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (lenient) {
      delete value["metadata"];
      return [];
    }
    throw refusal(path ? `${path}.metadata` : "metadata", given, error.message);
  }
}

function refusal(path: string, value: unknown, detail: string): DecodeError {
  return new DecodeError(fieldErrorText(invalid(path, value, detail)), path);
}

/** Whether embedded resources say what they are, and have metadata that any resource could have. */
export function validateEmbedded(
  value: unknown,
  schema: JsonSchema | undefined,
  path = "",
): FieldError[] {
  if (!schema) return [];
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return (value as unknown[]).flatMap((item, index) =>
      validateEmbedded(item, items, `${path}[${index}]`),
    );
  }
  if (!isRow(value)) return [];
  const errors = schema["x-kubernetes-embedded-resource"] ? validateOne(value, path) : [];
  for (const key of Object.keys(value)) {
    const property = propertyOf(schema, key);
    const below = property ? (path ? `${path}.${key}` : key) : `${path}[${key}]`;
    errors.push(...validateEmbedded(value[key], property ?? valuesOf(schema), below));
  }
  return errors;
}

function validateOne(value: Row, path: string): FieldError[] {
  const at = (name: string) => (path ? `${path}.${name}` : name);
  const errors: FieldError[] = [];
  for (const name of ["apiVersion", "kind"]) {
    const field = value[name];
    if (field === undefined) errors.push(requiredValue(at(name)));
    else if (typeof field !== "string") errors.push(invalid(at(name), field, "must be a string"));
    else if (field === "") errors.push(invalid(at(name), field, "must not be empty"));
    else if (name === "kind") {
      const problems = isDns1035Label(field.toLowerCase());
      if (problems.length === 0) continue;
      const detail = `may have mixed case, but should otherwise match: ${problems.join(",")}`;
      errors.push(invalid(at(name), field, detail));
    } else if (field.split("/").length > 2) {
      errors.push(invalid(at(name), field, `unexpected GroupVersion string: ${field}`));
    }
  }
  const { metadata } = value;
  if (!isRow(metadata)) return errors;
  const name = typeof metadata["name"] === "string" && metadata["name"] ? metadata["name"] : "x";
  const named = { ...metadata, name };
  const rules = { namespaced: !!metadata["namespace"], nameRule: pathSegmentRule };
  return [...errors, ...validateObjectMeta(named, rules, at("metadata"))];
}
