import type { ReplicationController } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { requiredValue } from "#machinery/validation/field-error.ts";
import { nonNegative, validateLabels } from "../../common/validation.ts";
import { validateWorkloadTemplate } from "../../apps/common.ts";

export function validateReplicationController({ spec }: ReplicationController): FieldError[] {
  const { selector = {}, template } = spec;
  const errors = [
    ...nonNegative("spec.minReadySeconds", spec.minReadySeconds),
    ...validateLabels(selector, "spec.selector"),
    ...nonNegative("spec.replicas", spec.replicas),
  ];
  if (!Object.keys(selector).length) errors.push(requiredValue("spec.selector"));
  if (!template) return [...errors, requiredValue("spec.template")];
  const deadline = "activeDeadlineSeconds in ReplicationController is not Supported";
  return [...errors, ...validateWorkloadTemplate(template, { matchLabels: selector }, deadline)];
}
