import type {
  CustomResourceColumnDefinition,
  CustomResourceSubresourceScale,
  SelectableField,
} from "#api/apiextensions/v1.ts";
import { duplicate, invalid, requiredValue, tooMany } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { findFieldPath } from "../../../crd/schema/field-path.ts";
import type { JsonSchema } from "../../../crd/schema/json-schema.ts";

const columnTypes = ["boolean", "date", "integer", "number", "string"];
const columnFormats = [
  "byte",
  "date",
  "date-time",
  "double",
  "float",
  "int32",
  "int64",
  "password",
];

export function validateColumns(
  columns: readonly CustomResourceColumnDefinition[],
  path: string,
): FieldError[] {
  return columns.flatMap(({ name, type, format, jsonPath }, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (!name) errors.push(requiredValue(`${at}.name`));
    const types = `must be one of ${columnTypes.join(",")}`;
    if (!type) errors.push(requiredValue(`${at}.type`, types));
    else if (!columnTypes.includes(type)) errors.push(invalid(`${at}.type`, type, types));
    if (format && !columnFormats.includes(format)) {
      errors.push(invalid(`${at}.format`, format, `must be one of ${columnFormats.join(",")}`));
    }
    if (!jsonPath) errors.push(requiredValue(`${at}.JSONPath`));
    else errors.push(...validateSimplePath(jsonPath, `${at}.JSONPath`));
    return errors;
  });
}

export function validateScale(
  scale: CustomResourceSubresourceScale | undefined,
  path: string,
): FieldError[] {
  if (!scale) return [];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  const check = (name: string, given: string, below: readonly string[], detail: string) => {
    const at = `${path}.scale.${name}`;
    if (!given) return [requiredValue(at)];
    const errors = validateSimplePath(given, at);
    if (errors.length) return errors;
    return below.some((prefix) => given.startsWith(prefix)) ? [] : [invalid(at, given, detail)];
  };
  return [
    ...check("specReplicasPath", specReplicasPath, [".spec."], underSpec),
    ...check("statusReplicasPath", statusReplicasPath, [".status."], underStatus),
    ...(labelSelectorPath
      ? check("labelSelectorPath", labelSelectorPath, [".spec.", ".status."], underEither)
      : []),
  ];
}

const underSpec = "should be a json path under .spec";
const underStatus = "should be a json path under .status";
const underEither = "should be a json path under either .spec or .status";

function validateSimplePath(given: string, path: string): FieldError[] {
  if (given.startsWith(".")) return [];
  return [invalid(path, given, "must be a simple json path starting with .")];
}

const selectableFieldsMax = 8;
const selectableTypes = ["string", "boolean", "integer"];

export function validateSelectableFields(
  fields: readonly SelectableField[],
  schema: JsonSchema | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { jsonPath }] of fields.entries()) {
    const at = `${path}[${index}].jsonPath`;
    if (!jsonPath) {
      errors.push(requiredValue(at));
      continue;
    }
    const found = findFieldPath(jsonPath, schema, { arrays: false });
    if ("problem" in found) {
      errors.push(invalid(at, jsonPath, `is an invalid path: ${found.problem}`));
      continue;
    }
    if (found.names[0] === "metadata") {
      errors.push(invalid(at, jsonPath, "must not point to fields in metadata"));
    }
    if (!selectableTypes.includes(found.schema?.type ?? "")) {
      const detail =
        "must point to a field of type string, boolean or integer. " +
        "Enum string fields and strings with formats are allowed.";
      errors.push(invalid(at, jsonPath, detail));
    }
    const key = JSON.stringify(found.names);
    if (seen.has(key)) errors.push(duplicate(at, jsonPath));
    seen.add(key);
  }
  if (seen.size > selectableFieldsMax) errors.push(tooMany(path, seen.size, selectableFieldsMax));
  return errors;
}
