import { ValidatingAdmissionPolicyBinding } from "#api/admissionregistration/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  duplicate,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { paramRefText, validateBinding } from "../common/policies.ts";

export const validatingAdmissionPolicyBindings: ResourceDefinition =
  defineResource<ValidatingAdmissionPolicyBinding>({
    type: ValidatingAdmissionPolicyBinding,
    requiredMayBeEmpty: true,
    allowUnconditionalUpdate: false,
    columns: [
      nameColumn(),
      column("PolicyName", ({ spec }) => spec.policyName),
      column("ParamRef", ({ spec }) => paramRefText(spec.paramRef)),
      ageColumn(),
    ],
    validate: ({ spec }) => [
      ...validateBinding(spec, "validating"),
      ...validateActions(spec.validationActions ?? []),
    ],
  });

const known = ["Audit", "Deny", "Warn"];

function validateActions(actions: readonly string[]): FieldError[] {
  const path = "spec.validationActions";
  const errors: FieldError[] = [];
  for (const [index, action] of actions.entries()) {
    const at = `${path}[${index}]`;
    if (!known.includes(action)) errors.push(notSupported(at, action, known));
    if (actions.indexOf(action) < index) errors.push(duplicate(at, action));
  }
  if (actions.includes("Deny") && actions.includes("Warn")) {
    const detail =
      "must not contain both Deny and Warn (repeating the same validation failure information " +
      "in the API response and headers serves no purpose)";
    errors.push(invalid(path, actions, detail));
  }
  if (!actions.length) {
    errors.push(requiredValue(path, "at least one validation action is required"));
  }
  return errors;
}
