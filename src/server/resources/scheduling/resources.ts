import { PriorityClass } from "#api/scheduling/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden } from "#machinery/validation/field-error.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../common/columns.ts";
import { immutable, oneOf } from "../common/validation.ts";
import { defineResource } from "../define.ts";

/** Above this, priorities are the system's own. */
const userPriorityMax = 1_000_000_000;
const systemClasses: Readonly<Record<string, number>> = {
  "system-cluster-critical": 2_000_000_000,
  "system-node-critical": 2_000_001_000,
};

export const priorityClasses: ResourceDefinition = defineResource<PriorityClass>({
  type: PriorityClass,
  columns: [
    nameColumn(),
    column("Value", (object) => object.value ?? 0, "integer"),
    column("Global-Default", (object) => object.globalDefault ?? false, "boolean"),
    ageColumn(),
    column("PreemptionPolicy", (object) => object.preemptionPolicy),
  ],
  hasGeneration: true,
  applyDefaults(object) {
    object.value ??= 0;
  },
  validate,
  validateUpdate: (object, old) => [
    ...immutable("value", object.value, old.value).map(forbid),
    ...immutable("preemptionPolicy", object.preemptionPolicy, old.preemptionPolicy),
  ],
});

function forbid({ path }: FieldError): FieldError {
  return forbidden(path, "may not be changed in an update.");
}

function validate({ metadata, value = 0, globalDefault, preemptionPolicy }: PriorityClass) {
  const errors: FieldError[] = [];
  if (metadata.name?.startsWith("system-")) {
    const detail =
      "priority class names with 'system-' prefix are reserved for system use only. error: ";
    if (systemClasses[metadata.name] === undefined) {
      const why = `${metadata.name} is not a known system priority class`;
      errors.push(forbidden("metadata.name", detail + why));
    } else if (systemClasses[metadata.name] !== value) {
      const why = `value of ${metadata.name} PriorityClass must be ${systemClasses[metadata.name]}`;
      errors.push(forbidden("metadata.name", detail + why));
    } else if (globalDefault) {
      const why = `globalDefault of ${metadata.name} PriorityClass must be false`;
      errors.push(forbidden("metadata.name", detail + why));
    }
  } else if (value > userPriorityMax) {
    const detail = "maximum allowed value of a user defined priority is " + String(userPriorityMax);
    errors.push(forbidden("value", detail));
  }
  const supported = ["PreemptLowerPriority", "Never"];
  return [...errors, ...oneOf("preemptionPolicy", preemptionPolicy, supported)];
}
