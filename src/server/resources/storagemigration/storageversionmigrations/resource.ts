import { StorageVersionMigration } from "#api/storagemigration/v1beta1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, requiredValue } from "#machinery/validation/field-error.ts";
import { isDns1035Label, isDnsSubdomain } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { column } from "../../common/columns.ts";
import { isTrue, shownCondition, validateConditions } from "../../common/conditions.ts";
import { immutable } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";

type Migration = StorageVersionMigration;

/** Asks that all objects of a resource be written again. */
export const storageVersionMigrations: ResourceDefinition = defineResource<Migration>({
  type: StorageVersionMigration,
  requiredMayBeEmpty: true,
  hasGeneration: false,
  allowUnconditionalUpdate: false,
  columns: [
    column("Name", ({ metadata }) => metadata.name),
    column("Resource", ({ spec }) =>
      [spec?.resource.resource, spec?.resource.group].filter(Boolean).join("."),
    ),
    column("Status", ({ status }) => statusText(status.conditions)),
  ],
  prepareForCreate(migration) {
    migration.status = {};
  },
  prepareForUpdate(migration, old) {
    migration.status = old.status;
  },
  validate: validateResource,
  validateUpdate: ({ spec }, old) => immutable("spec", spec, old.spec),
  status: { validateUpdate: validateProgress },
});

function statusText(conditions: Migration["status"]["conditions"]): string {
  const states = ["Running", "Succeeded", "Failed"];
  return (
    (conditions ?? []).findLast(({ status, type }) => status === "True" && states.includes(type))
      ?.type ?? "Unknown"
  );
}

function validateResource({ spec }: Migration): FieldError[] {
  const { group = "", resource = "" } = spec?.resource ?? {};
  const told = (path: string, value: string, rule: (value: string) => string[]) => {
    const problems = rule(value);
    return problems.length ? [invalid(path, value, problems.join(","))] : [];
  };
  const at = "spec.resource";
  return [
    ...(resource
      ? told(`${at}.resource`, resource, isDns1035Label)
      : [requiredValue(`${at}.resource`, "resource is required to be set")]),
    ...(group ? told(`${at}.group`, group, isDnsSubdomain) : []),
  ];
}

/** What has ended stays ended, and the version that it began with stays. */
function validateProgress({ status }: Migration, { status: old }: Readonly<Migration>) {
  const { conditions, resourceVersion = "" } = status;
  const path = "status.conditions";
  const shown = conditions?.map(shownCondition) ?? null;
  const errors: FieldError[] = [];
  const version = "status.resourceVersion";
  if (resourceVersion && !/^[1-9]\d*$/.test(resourceVersion)) {
    const detail = `resource version is not well formed: ${resourceVersion}`;
    errors.push(invalid(version, resourceVersion, detail));
  }
  errors.push(...validateConditions(conditions, path));
  if (old.resourceVersion && old.resourceVersion !== resourceVersion) {
    errors.push(invalid(version, resourceVersion, "field is immutable"));
  }
  if (isTrue(conditions, "Succeeded") && isTrue(conditions, "Failed")) {
    const detail = "Both success and failed conditions cannot be true at the same time";
    errors.push(invalid(path, shown, detail));
  }
  for (const [type, name] of [
    ["Succeeded", "Success"],
    ["Failed", "Failed"],
  ] as const) {
    if (!isTrue(old.conditions, type) || isTrue(conditions, type)) continue;
    const detail = `${name} condition cannot be set to false once it is true`;
    errors.push(invalid(path, shown, detail));
  }
  return errors;
}
