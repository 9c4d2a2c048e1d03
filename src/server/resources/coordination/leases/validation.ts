import type { Lease } from "#api/coordination/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, invalid, notSupported } from "#machinery/validation/field-error.ts";
import { isQualifiedName } from "#machinery/validation/names.ts";
import { by, nonNegative } from "../../common/validation.ts";

export function validateLease({ spec }: Lease): FieldError[] {
  const errors: FieldError[] = [];
  const { leaseDurationSeconds: seconds, strategy } = spec;
  if (seconds !== undefined && seconds <= 0) {
    errors.push(invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0"));
  }
  errors.push(...nonNegative("spec.leaseTransitions", spec.leaseTransitions));
  if (strategy !== undefined && strategy !== "OldestEmulationVersion") {
    errors.push(
      ...(strategy.includes("/")
        ? by("spec.strategy", strategy, isQualifiedName)
        : [notSupported("spec.strategy", strategy, ["OldestEmulationVersion"])]),
    );
  }
  if (spec.preferredHolder && !strategy) {
    const detail = "may only be specified when `strategy` is defined";
    errors.push(forbidden("spec.preferredHolder", detail));
  }
  return errors;
}
