import { MutatingAdmissionPolicyBinding } from "#api/admissionregistration/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { paramRefText, validateBinding } from "../common/policies.ts";

export const mutatingAdmissionPolicyBindings: ResourceDefinition =
  defineResource<MutatingAdmissionPolicyBinding>({
    type: MutatingAdmissionPolicyBinding,
    requiredMayBeEmpty: true,
    allowUnconditionalUpdate: false,
    columns: [
      nameColumn(),
      column("PolicyName", ({ spec }) => spec.policyName ?? ""),
      column("ParamRef", ({ spec }) => paramRefText(spec.paramRef)),
      ageColumn(),
    ],
    validate: ({ spec }) => validateBinding(spec, "mutating"),
  });
