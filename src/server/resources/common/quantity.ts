import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid } from "#machinery/validation/field-error.ts";
import { compareQuantities } from "#schema/quantity.ts";

export function positiveQuantity(path: string, amount: string): FieldError[] {
  return compareQuantities(amount, "0") <= 0
    ? [invalid(path, amount, "must be greater than zero")]
    : [];
}

export function nonNegativeQuantity(path: string, amount: string | undefined): FieldError[] {
  return amount !== undefined && compareQuantities(amount, "0") < 0
    ? [invalid(path, amount, "must be greater than or equal to 0")]
    : [];
}
