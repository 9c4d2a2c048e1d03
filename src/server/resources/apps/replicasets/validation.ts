import type { ReplicaSet } from "#api/apps/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { requiredValue } from "#machinery/validation/field-error.ts";
import { immutable, nonNegative } from "../../common/validation.ts";
import { validateWorkloadSelector, validateWorkloadTemplate } from "../common.ts";

export function validateReplicaSet({ spec }: ReplicaSet): FieldError[] {
  const deadline = "activeDeadlineSeconds in ReplicaSet is not Supported";
  return [
    ...nonNegative("spec.replicas", spec.replicas),
    ...nonNegative("spec.minReadySeconds", spec.minReadySeconds),
    ...validateWorkloadSelector(spec.selector, "empty selector is invalid for deployment"),
    ...(spec.template
      ? validateWorkloadTemplate(spec.template, spec.selector, deadline)
      : [requiredValue("spec.template")]),
  ];
}

export function validateReplicaSetUpdate(
  { spec }: ReplicaSet,
  old: Readonly<ReplicaSet>,
): FieldError[] {
  return immutable("spec.selector", spec.selector, old.spec.selector);
}
