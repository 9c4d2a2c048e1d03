import type { PodTemplateSpec } from "#api/core/v1.ts";
import type { LabelSelector } from "#api/meta/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import { selectorMatches } from "../common/selector.ts";
import { isEmptySelector, validateLabelSelector } from "../common/validation.ts";
import { validatePodTemplateSpec } from "../core/pods/validation.ts";

/** A workload's selector: it must select the pods of its own template. */
export function validateWorkloadSelector(
  selector: LabelSelector | undefined,
  emptyText: string,
): FieldError[] {
  if (!selector) return [requiredValue("spec.selector")];
  const errors = validateLabelSelector(selector, "spec.selector");
  if (isEmptySelector(selector)) errors.push(invalid("spec.selector", selector, emptyText));
  return errors;
}

/** The template of pods that are always started again. */
export function validateWorkloadTemplate(
  template: PodTemplateSpec,
  selector: LabelSelector | undefined,
  deadlineText: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const labels = template.metadata?.labels;
  // One that is missing selects nothing, other than an empty one.
  if (!selector || (!isEmptySelector(selector) && !selectorMatches(selector, labels ?? {}))) {
    const detail = "`selector` does not match template `labels`";
    errors.push(invalid("spec.template.metadata.labels", labels ?? null, detail));
  }
  errors.push(...validatePodTemplateSpec(template, "spec.template"));
  const policy = template.spec?.restartPolicy;
  if (policy !== undefined && policy !== "Always") {
    errors.push(notSupported("spec.template.spec.restartPolicy", policy, ["Always"]));
  }
  if (template.spec?.activeDeadlineSeconds !== undefined) {
    errors.push(forbidden("spec.template.spec.activeDeadlineSeconds", deadlineText));
  }
  return errors;
}
