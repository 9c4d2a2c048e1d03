import type { Namespace } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid } from "#machinery/validation/field-error.ts";
import { isQualifiedName } from "#machinery/validation/names.ts";
import { by } from "../../common/validation.ts";

export function validateFinalizers({ spec }: Namespace): FieldError[] {
  return (spec.finalizers ?? []).flatMap((finalizer) => {
    const errors = by("spec.finalizers", finalizer, isQualifiedName);
    if (!errors.length && finalizer !== "kubernetes" && !finalizer.includes("/")) {
      const detail = "name is neither a standard finalizer name nor is it fully qualified";
      errors.push(invalid("spec.finalizers", finalizer, detail));
    }
    return errors;
  });
}

export function validateNamespaceStatusUpdate({ metadata, status }: Namespace): FieldError[] {
  if (metadata.deletionTimestamp === undefined) {
    return status.phase === "Active" || status.phase === undefined
      ? []
      : [
          invalid(
            "status.phase",
            status.phase,
            "may only be 'Active' if `deletionTimestamp` is empty",
          ),
        ];
  }
  return status.phase === "Terminating"
    ? []
    : [
        invalid(
          "status.phase",
          status.phase ?? "",
          "may only be 'Terminating' if `deletionTimestamp` is not empty",
        ),
      ];
}
