import type { Deployment, DeploymentStrategy } from "#api/apps/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, invalid } from "#machinery/validation/field-error.ts";
import { isPercent } from "#machinery/validation/names.ts";
import { by, immutable, nonNegative } from "../../common/validation.ts";
import { validateWorkloadSelector, validateWorkloadTemplate } from "../common.ts";

export function validateDeployment({ spec }: Deployment): FieldError[] {
  const errors = [
    ...nonNegative("spec.replicas", spec.replicas),
    ...validateWorkloadSelector(spec.selector, "empty selector is invalid for deployment"),
    ...validateWorkloadTemplate(
      spec.template,
      spec.selector,
      "activeDeadlineSeconds in ReplicaSet is not Supported",
    ),
    ...validateStrategy(spec.strategy),
    ...nonNegative("spec.minReadySeconds", spec.minReadySeconds),
    ...nonNegative("spec.revisionHistoryLimit", spec.revisionHistoryLimit),
    ...nonNegative("spec.progressDeadlineSeconds", spec.progressDeadlineSeconds),
  ];
  if (spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0)) {
    const detail = "must be greater than minReadySeconds";
    errors.push(invalid("spec.progressDeadlineSeconds", spec.progressDeadlineSeconds, detail));
  }
  return errors;
}

function validateStrategy({ type, rollingUpdate }: DeploymentStrategy): FieldError[] {
  const path = "spec.strategy.rollingUpdate";
  if (type === "Recreate") {
    const detail = "may not be specified when strategy `type` is 'Recreate'";
    return rollingUpdate ? [forbidden(path, detail)] : [];
  }
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
  const errors = [
    ...validateShare(`${path}.maxUnavailable`, maxUnavailable),
    ...validateShare(`${path}.maxSurge`, maxSurge),
  ];
  if (typeof maxUnavailable === "string" && /^\d+%$/.test(maxUnavailable)) {
    if (parseInt(maxUnavailable, 10) > 100) {
      errors.push(
        invalid(`${path}.maxUnavailable`, maxUnavailable, "must not be greater than 100%"),
      );
    }
  }
  if (isNone(maxUnavailable) && isNone(maxSurge)) {
    const detail = "may not be 0 when `maxSurge` is 0";
    errors.push(invalid(`${path}.maxUnavailable`, maxUnavailable, detail));
  }
  return errors;
}

/** A number of pods, or a percentage of them. */
export function validateShare(path: string, share: number | string | undefined): FieldError[] {
  return typeof share === "string" ? by(path, share, isPercent) : nonNegative(path, share);
}

const isNone = (share: number | string | undefined): boolean => share === 0 || share === "0%";

export function validateDeploymentUpdate(
  { spec }: Deployment,
  old: Readonly<Deployment>,
): FieldError[] {
  return immutable("spec.selector", spec.selector, old.spec.selector);
}
