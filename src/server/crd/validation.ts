import type { CustomResourceSubresourceScale } from "#api/apiextensions/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import type { StoredObject } from "../registry/stored-object.ts";
import { validateScaleSpec, validateScaleStatus } from "./scale.ts";
import { propertyOf } from "./schema/json-schema.ts";
import type { JsonSchema } from "./schema/json-schema.ts";
import { validateListTypes } from "./schema/list-types.ts";
import { validateEmbedded } from "./schema/metadata.ts";
import { validateValue } from "./schema/validate-value.ts";

/** The rules that a custom resource keeps, out of its definition. */
export interface CustomValidation {
  readonly create: (object: StoredObject) => FieldError[];
  /** What was wrong before, and has not changed, is let through. */
  readonly update: UpdateRule;
  readonly updateStatus: UpdateRule;
}

type UpdateRule = (object: StoredObject, old: Readonly<StoredObject>) => FieldError[];

export function customValidation(options: {
  readonly schema: JsonSchema;
  readonly scale: CustomResourceSubresourceScale | undefined;
}): CustomValidation {
  const { schema, scale } = options;
  const statusSchema = propertyOf(schema, "status");
  const listErrors = (object: StoredObject, old: Readonly<StoredObject>) =>
    validateListTypes(old, schema).length > 0 ? [] : validateListTypes(object, schema);
  return {
    create: (object) => [
      ...validateValue(object, schema),
      ...validateScaleSpec(object, scale),
      ...validateScaleStatus(object, scale),
      ...validateEmbedded(object, schema),
      ...validateListTypes(object, schema),
    ],
    update: (object, old) => [
      ...validateValue(object, schema, { old: { value: old } }),
      ...validateScaleSpec(object, scale),
      ...validateScaleStatus(object, scale),
      ...validateEmbedded(object, schema),
      ...listErrors(object, old),
    ],
    updateStatus(object, old) {
      const { status } = object;
      const errors: FieldError[] = [];
      if (status !== undefined && statusSchema) {
        const before = Object.hasOwn(old, "status") ? { value: old["status"] } : undefined;
        errors.push(...validateValue(status, statusSchema, { prefix: "status", old: before }));
      }
      return [...errors, ...validateScaleStatus(object, scale), ...listErrors(object, old)];
    },
  };
}
