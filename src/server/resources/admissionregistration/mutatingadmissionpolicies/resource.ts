import { MutatingAdmissionPolicy } from "#api/admissionregistration/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { validateMutatingPolicy } from "./validation.ts";

export function mutatingAdmissionPolicies(
  dependencies: Pick<ResourceDependencies, "expressions">,
): ResourceDefinition {
  return defineResource<MutatingAdmissionPolicy>({
    type: MutatingAdmissionPolicy,
    requiredMayBeEmpty: true,
    allowUnconditionalUpdate: false,
    columns: [
      nameColumn(),
      column("Mutations", ({ spec }) => spec.mutations?.length ?? 0, "integer"),
      column("ParamKind", ({ spec: { paramKind } }) =>
        paramKind ? `${paramKind.apiVersion ?? ""}/${paramKind.kind ?? ""}` : "<unset>",
      ),
      ageColumn(),
    ],
    validateCreate: (policy) => validateMutatingPolicy(policy, undefined, dependencies),
    validateUpdate: (policy, old) => validateMutatingPolicy(policy, old, dependencies),
  });
}
