import { ResourceQuota } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid } from "#machinery/validation/field-error.ts";
import { isQualifiedName } from "#machinery/validation/names.ts";
import { compareQuantities } from "#schema/quantity.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { by, immutable } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";

export const resourceQuotas: ResourceDefinition = defineResource<ResourceQuota>({
  type: ResourceQuota,
  hasGeneration: false,
  columns: [
    nameColumn(),
    column("Request", (quota) => usageText(quota, (name) => !name.startsWith("limits."))),
    column("Limit", (quota) => usageText(quota, (name) => name.startsWith("limits."))),
    ageColumn(),
  ],
  prepareForCreate(quota) {
    quota.status = {};
  },
  prepareForUpdate(quota, old) {
    quota.status = old.status;
  },
  validate,
  validateUpdate: ({ spec }, old) => immutable("spec.scopes", spec.scopes, old.spec.scopes),
  status: {},
});

/** "cpu: 1/4, pods: 2/10" */
function usageText({ status }: ResourceQuota, shown: (name: string) => boolean): string {
  return Object.entries(status.hard ?? {})
    .filter(([name]) => shown(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${status.used?.[name] ?? "0"}/${hard}`)
    .join(", ");
}

function validate({ spec }: ResourceQuota): FieldError[] {
  return Object.entries(spec.hard ?? {}).flatMap(([name, amount]) => {
    const path = `spec.hard[${name}]`;
    const errors = by(path, name, isQualifiedName);
    if (compareQuantities(amount, "0") < 0) {
      errors.push(invalid(path, amount, "must be greater than or equal to 0"));
    }
    return errors;
  });
}
