import type { ConfigMap } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, invalid, tooLong } from "#machinery/validation/field-error.ts";
import { isConfigMapKey } from "#machinery/validation/names.ts";
import { bytesOfBase64, bytesOfText, contentBytesMax } from "../../common/content.ts";
import { by, sameValue } from "../../common/validation.ts";

export function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let total = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...by(`data[${key}]`, key, isConfigMapKey));
    if (key in binaryData) {
      errors.push(invalid(`data[${key}]`, key, "duplicate of key present in binaryData"));
    }
    total += bytesOfText(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    errors.push(...by(`binaryData[${key}]`, key, isConfigMapKey));
    total += bytesOfBase64(value);
  }
  if (total > contentBytesMax) errors.push(tooLong("[]", contentBytesMax));
  return errors;
}

export function validateConfigMapUpdate(
  configMap: ConfigMap,
  old: Readonly<ConfigMap>,
): FieldError[] {
  if (!old.immutable) return [];
  const detail = "field is immutable when `immutable` is set";
  const errors: FieldError[] = [];
  if (!configMap.immutable) errors.push(forbidden("immutable", detail));
  for (const field of ["data", "binaryData"] as const) {
    if (!sameValue(configMap[field] ?? {}, old[field] ?? {})) errors.push(forbidden(field, detail));
  }
  return errors;
}
