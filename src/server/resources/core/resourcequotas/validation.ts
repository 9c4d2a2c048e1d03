import type { ResourceQuota } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, requiredValue } from "#machinery/validation/field-error.ts";
import { isQualifiedName } from "#machinery/validation/names.ts";
import { compareQuantities, quantityMilli } from "#schema/quantity.ts";
import { by } from "../../common/validation.ts";

type Amounts = Readonly<Record<string, string>>;

const requested = ["cpu", "memory", "ephemeral-storage"];
/** Whole objects: there is no half of one. */
const counted = [
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
];
const quotaNames = new Set([
  ...counted,
  ...requested,
  ...requested.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  "requests.storage",
]);

const ofPods = ["pods"];
const ofResources = ["cpu", "memory"].flatMap((name) => [
  name,
  `requests.${name}`,
  `limits.${name}`,
]);
const ofClaims = ["persistentvolumeclaims", "requests.storage"];
/** Of the names that quotas know, those that a scope can be about. */
const scopes: Readonly<Record<string, readonly string[]>> = {
  BestEffort: ofPods,
  CrossNamespacePodAffinity: [...ofPods, ...ofResources],
  NotBestEffort: [...ofPods, ...ofResources],
  NotTerminating: [...ofPods, ...ofResources],
  PriorityClass: [...ofPods, ...ofResources],
  Terminating: [...ofPods, ...ofResources],
  VolumeAttributesClass: ofClaims,
};
const selectingScopes = ["PriorityClass", "VolumeAttributesClass"];
const opposites = [
  ["BestEffort", "NotBestEffort"],
  ["NotTerminating", "Terminating"],
] as const;

export function validateQuota({ spec }: ResourceQuota): FieldError[] {
  return [
    ...validateAmounts(spec.hard, "spec.hard"),
    ...validateScopes(spec),
    ...validateSelector(spec),
  ];
}

/** In any order they are the same. */
export function validateQuotaUpdate(
  { spec }: ResourceQuota,
  old: Readonly<ResourceQuota>,
): FieldError[] {
  const [now, before] = [new Set(spec.scopes), new Set(old.spec.scopes)];
  const isSame = now.size === before.size && [...now].every((scope) => before.has(scope));
  return isSame ? [] : [invalid("spec.scopes", spec.scopes ?? null, "field is immutable")];
}

export function validateQuotaStatus({ status }: ResourceQuota): FieldError[] {
  return [
    ...validateAmounts(status.hard, "status.hard"),
    ...validateAmounts(status.used, "status.used"),
  ];
}

function validateAmounts(amounts: Amounts = {}, at: string): FieldError[] {
  return Object.entries(amounts).flatMap(([name, amount]) => {
    const path = `${at}[${name}]`;
    const errors = validateName(name, path);
    if (compareQuantities(amount, "0") < 0) {
      errors.push(invalid(path, amount, "must be greater than or equal to 0"));
    }
    const isWhole = quantityMilli(amount) % 1000 === 0;
    if (!isWhole && (counted.includes(name) || isExtended(name))) {
      errors.push(invalid(path, amount, "must be an integer"));
    }
    return errors;
  });
}

function validateName(name: string, path: string): FieldError[] {
  const errors = by(path, name, isQualifiedName);
  if (name.includes("/") || isOfQuotas(name)) return errors;
  if (errors.length === 0 && name !== "storage") {
    errors.push(invalid(path, name, "must be a standard resource type or fully qualified"));
  }
  return [...errors, invalid(path, name, "must be a standard resource for quota")];
}

const isOfQuotas = (name: string) => quotaNames.has(name) || /^(requests\.)?hugepages-/.test(name);

/** What is not Kubernetes' own comes whole: devices, and the objects that quotas count. */
function isExtended(name: string): boolean {
  if (!name.includes("/") || name.includes("kubernetes.io/")) return false;
  return !name.startsWith("requests.") && isQualifiedName(`requests.${name}`).length === 0;
}

function validateScopes({ hard = {}, scopes: given = [] }: ResourceQuota["spec"]): FieldError[] {
  const path = "spec.scopes";
  const errors = given.flatMap((scope) => [
    ...(scopes[scope] ? [] : [invalid(path, given, "unsupported scope")]),
    ...beyond(scope, hard).map(() => invalid(path, given, "unsupported scope applied to resource")),
  ]);
  for (const _ of conflicts(given)) errors.push(invalid(path, given, "conflicting scopes"));
  return errors;
}

function validateSelector(spec: ResourceQuota["spec"]): FieldError[] {
  const at = "spec.scopeSelector.matchExpressions";
  const requirements = spec.scopeSelector?.matchExpressions ?? [];
  const errors = requirements.flatMap(({ operator, scopeName, values = [] }) => [
    ...(scopes[scopeName] ? [] : [invalid(`${at}.scopeName`, scopeName, "unsupported scope")]),
    ...beyond(scopeName, spec.hard ?? {}).map(() =>
      invalid(at, shown(requirements), "unsupported scope applied to resource"),
    ),
    ...validateOperator(scopeName, operator, `${at}.operator`),
    ...validateRequirement(operator, values, at),
  ]);
  const names = requirements.map(({ scopeName }) => scopeName);
  for (const _ of conflicts(names)) {
    errors.push(invalid(at, spec.scopes ?? null, "conflicting scopes"));
  }
  return errors;
}

/** Bounds that this scope says nothing about. */
function beyond(scope: string, hard: Amounts): string[] {
  const about = scopes[scope];
  if (!about) return [];
  return Object.keys(hard).filter((name) => isOfQuotas(name) && !about.includes(name));
}

function conflicts(names: readonly string[]) {
  return opposites.filter((pair) => pair.every((scope) => names.includes(scope)));
}

type Requirements = NonNullable<
  NonNullable<ResourceQuota["spec"]["scopeSelector"]>["matchExpressions"]
>;

/** As upstream writes down what has no names in the API. */
function shown(requirements: Requirements): object {
  return {
    MatchExpressions: requirements.map(({ scopeName, operator, values }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values ?? null,
    })),
  };
}

function validateOperator(scope: string, operator: string, path: string): FieldError[] {
  if (!scopes[scope] || selectingScopes.includes(scope) || operator === "Exists") return [];
  const detail =
    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, " +
    "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, " +
    "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
  return [invalid(path, operator, detail)];
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
