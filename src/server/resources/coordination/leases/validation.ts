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
  if (strategy !== undefined) errors.push(...validateStrategy(strategy));
  if (spec.preferredHolder && !strategy) {
    const detail = "may only be specified if `strategy` is defined";
    errors.push(forbidden("spec.preferredHolder", detail));
  }
  return errors;
}

/** A word of Kubernetes' own, or a name with somebody's domain. The path is upstream's. */
export function validateStrategy(strategy: string): FieldError[] {
  const path = "spec.strategy.strategy";
  if (strategy.includes("/")) return by(path, strategy, isQualifiedName);
  const known = "OldestEmulationVersion";
  return strategy === known ? [] : [notSupported(path, strategy, [known])];
}
