import { ValidatingAdmissionPolicy } from "#api/admissionregistration/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { validatePolicy, validatePolicyStatus } from "./validation.ts";

export function validatingAdmissionPolicies(
  dependencies: Pick<ResourceDependencies, "expressions">,
): ResourceDefinition {
  return defineResource<ValidatingAdmissionPolicy>({
    type: ValidatingAdmissionPolicy,
    requiredMayBeEmpty: true,
    allowUnconditionalUpdate: false,
    columns: [
      nameColumn(),
      column("Validations", ({ spec }) => spec.validations?.length ?? 0, "integer"),
      column("ParamKind", ({ spec: { paramKind } }) =>
        paramKind ? `${paramKind.apiVersion ?? ""}/${paramKind.kind ?? ""}` : "<unset>",
      ),
      ageColumn(),
    ],
    prepareForCreate(policy) {
      policy.status = {};
    },
    prepareForUpdate(policy, old) {
      policy.status = old.status;
    },
    validateCreate: (policy) => validatePolicy(policy, undefined, dependencies),
    validateUpdate: (policy, old) => validatePolicy(policy, old, dependencies),
    status: { validateUpdate: validatePolicyStatus },
  });
}
