import { ResourceQuota } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, requiredValue } from "#machinery/validation/field-error.ts";
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

const podScopes = [
  "BestEffort",
  "CrossNamespacePodAffinity",
  "NotBestEffort",
  "NotTerminating",
  "Terminating",
];
const scopes = [...podScopes, "PriorityClass", "VolumeAttributesClass"];
const opposites = [
  ["BestEffort", "NotBestEffort"],
  ["NotTerminating", "Terminating"],
] as const;

function validateScopes({ scopeSelector, scopes: given = [] }: ResourceQuota["spec"]) {
  const path = "spec.scopes";
  const errors: FieldError[] = given
    .filter((scope) => !scopes.includes(scope))
    .map(() => invalid(path, given, "unsupported scope"));
  const conflict = (names: readonly string[]) =>
    opposites.some((pair) => pair.every((scope) => names.includes(scope)));
  if (conflict(given)) errors.push(invalid(path, given, "conflicting scopes"));
  const at = "spec.scopeSelector.matchExpressions";
  const requirements = scopeSelector?.matchExpressions ?? [];
  for (const { operator, scopeName, values = [] } of requirements) {
    if (!scopes.includes(scopeName)) {
      errors.push(invalid(`${at}.scopeName`, scopeName, "unsupported scope"));
    } else if (podScopes.includes(scopeName) && operator !== "Exists") {
      const detail =
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, " +
        "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, " +
        "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
      errors.push(invalid(`${at}.operator`, operator, detail));
    }
    errors.push(...validateRequirement(operator, values, at));
  }
  if (conflict(requirements.map(({ scopeName }) => scopeName))) {
    errors.push(invalid(at, given, "conflicting scopes"));
  }
  return errors;
}

function validateRequirement(operator: string, values: readonly string[], at: string) {
  switch (operator) {
    case "In":
    case "NotIn": {
      const detail =
        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
      return values.length ? [] : [requiredValue(`${at}.values`, detail)];
    }
    case "Exists":
    case "DoesNotExist": {
      const detail =
        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
      return values.length ? [invalid(`${at}.values`, values, detail)] : [];
    }
    default:
      return [invalid(`${at}.operator`, operator, "not a valid selector operator")];
  }
}

function validate({ spec }: ResourceQuota): FieldError[] {
  const errors = Object.entries(spec.hard ?? {}).flatMap(([name, amount]) => {
    const path = `spec.hard[${name}]`;
    const errors = by(path, name, isQualifiedName);
    if (compareQuantities(amount, "0") < 0) {
      errors.push(invalid(path, amount, "must be greater than or equal to 0"));
    }
    return errors;
  });
  return [...errors, ...validateScopes(spec)];
}
