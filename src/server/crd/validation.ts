import type { CustomResourceSubresourceScale } from "#api/apiextensions/v1.ts";
import { fieldErrorText, invalid } from "#machinery/validation/field-error.ts";
import type { FieldError, FieldErrorType } from "#machinery/validation/field-error.ts";
import type { StoredObject } from "../registry/stored-object.ts";
import { RuleChecker } from "./rules/check.ts";
import type { RuleEngine } from "./rules/engine.ts";
import { validateScaleSpec, validateScaleStatus } from "./scale.ts";
import { propertyOf } from "./schema/json-schema.ts";
import type { JsonSchema } from "./schema/json-schema.ts";
import { validateListTypes } from "./schema/list-types.ts";
import { validateEmbedded } from "./schema/metadata.ts";
import { validateValue } from "./schema/validate-value.ts";

/** Rules rely on what the schema says of types and sizes: without that they are not looked at. */
const blocking: ReadonlySet<FieldErrorType> = new Set<FieldErrorType>([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);
const notAllChecked = invalid(
  "<nil>",
  null,
  "some validation rules were not checked because the object was invalid; " +
    "correct the existing errors to complete validation",
);

/** The rules that a custom resource keeps, out of its definition. */
export interface CustomValidation {
  readonly create: (object: StoredObject) => FieldError[];
  /** What was wrong before, and has not changed, is let through. */
  readonly update: UpdateRule;
  readonly updateStatus: UpdateRule;
  /** What was let through when the object was last validated. */
  readonly tolerated: (object: StoredObject) => readonly string[];
}

type UpdateRule = (object: StoredObject, old: Readonly<StoredObject>) => FieldError[];

export function customValidation(options: {
  readonly schema: JsonSchema;
  readonly scale: CustomResourceSubresourceScale | undefined;
  readonly engine: RuleEngine;
}): CustomValidation {
  const { schema, scale, engine } = options;
  const checker = new RuleChecker(engine, schema, true);
  const tolerated = new WeakMap<StoredObject, readonly string[]>();
  const withRules = (errors: FieldError[], object: StoredObject, old?: Readonly<StoredObject>) => {
    if (checker.isEmpty) return errors;
    if (errors.some(({ type }) => blocking.has(type))) return [...errors, notAllChecked];
    const before = old && { value: old };
    const found = checker.check(object, { old: before, ratchet: true });
    if (found.tolerated.length > 0) tolerated.set(object, found.tolerated.map(fieldErrorText));
    return [...errors, ...found.errors];
  };
  const statusSchema = propertyOf(schema, "status");
  const listErrors = (object: StoredObject, old: Readonly<StoredObject>) =>
    validateListTypes(old, schema).length > 0 ? [] : validateListTypes(object, schema);
  return {
    tolerated: (object) => tolerated.get(object) ?? [],
    create(object) {
      const errors = [
        ...validateValue(object, schema),
        ...validateScaleSpec(object, scale),
        ...validateScaleStatus(object, scale),
        ...validateEmbedded(object, schema),
        ...validateListTypes(object, schema),
      ];
      return withRules(errors, object);
    },
    update(object, old) {
      const errors = [
        ...validateValue(object, schema, { old: { value: old } }),
        ...validateScaleSpec(object, scale),
        ...validateScaleStatus(object, scale),
        ...validateEmbedded(object, schema),
        ...listErrors(object, old),
      ];
      return withRules(errors, object, old);
    },
    updateStatus(object, old) {
      const { status } = object;
      const errors: FieldError[] = [];
      if (status !== undefined && statusSchema) {
        const before = Object.hasOwn(old, "status") ? { value: old["status"] } : undefined;
        errors.push(...validateValue(status, statusSchema, { prefix: "status", old: before }));
      }
      errors.push(...validateScaleStatus(object, scale), ...listErrors(object, old));
      return withRules(errors, object, old);
    },
  };
}
