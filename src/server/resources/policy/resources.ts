import { PodDisruptionBudget } from "#api/policy/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, notSupported } from "#machinery/validation/field-error.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../common/columns.ts";
import { validateLabelSelector } from "../common/validation.ts";
import { validateShare } from "../apps/deployments/validation.ts";
import { defineResource } from "../define.ts";

export const podDisruptionBudgets: ResourceDefinition = defineResource<PodDisruptionBudget>({
  type: PodDisruptionBudget,
  nameRule: "pathSegment",
  columns: [
    nameColumn(),
    column("Min Available", ({ spec }) => String(spec.minAvailable ?? "N/A")),
    column("Max Unavailable", ({ spec }) => String(spec.maxUnavailable ?? "N/A")),
    column("Allowed Disruptions", ({ status }) => status.disruptionsAllowed ?? 0, "integer"),
    ageColumn(),
  ],
  allowUnconditionalUpdate: false,
  prepareForCreate(budget) {
    const none = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
    budget.status = none;
  },
  prepareForUpdate(budget, old) {
    budget.status = old.status;
  },
  validate,
  status: {},
});

function validate({ spec }: PodDisruptionBudget): FieldError[] {
  const errors = [
    ...validateShare("spec.minAvailable", spec.minAvailable),
    ...validateShare("spec.maxUnavailable", spec.maxUnavailable),
    ...validateLabelSelector(spec.selector, "spec.selector"),
  ];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.push(invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set"));
  }
  const { unhealthyPodEvictionPolicy: policy } = spec;
  const supported = ["AlwaysAllow", "IfHealthyBudget"];
  if (policy !== undefined && !supported.includes(policy)) {
    errors.push(notSupported("spec.unhealthyPodEvictionPolicy", policy, supported));
  }
  return errors;
}
