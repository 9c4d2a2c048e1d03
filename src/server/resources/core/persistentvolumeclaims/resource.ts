import { PersistentVolumeClaim } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, notSupported, requiredValue } from "#machinery/validation/field-error.ts";
import { compareQuantities } from "#schema/quantity.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn, wideColumn } from "../../common/columns.ts";
import { sameValue, validateLabelSelector } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";

const modeLetters: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

export const persistentVolumeClaims: ResourceDefinition = defineResource<PersistentVolumeClaim>({
  type: PersistentVolumeClaim,
  hasGeneration: false,
  columns: [
    nameColumn(),
    column("Status", ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined ? (status.phase ?? "") : "Terminating",
    ),
    column("Volume", ({ spec }) => spec.volumeName ?? ""),
    column("Capacity", ({ spec, status }) =>
      spec.volumeName ? (status.capacity?.["storage"] ?? "") : "",
    ),
    column("Access Modes", ({ spec, status }) =>
      spec.volumeName ? formatAccessModes(status.accessModes ?? []) : "",
    ),
    column("StorageClass", ({ spec }) => spec.storageClassName ?? ""),
    column("VolumeAttributesClass", ({ spec }) => spec.volumeAttributesClassName ?? "<unset>"),
    ageColumn(),
    wideColumn("VolumeMode", ({ spec }) => spec.volumeMode),
  ],
  prepareForCreate(claim) {
    claim.status = { phase: "Pending" };
  },
  prepareForUpdate(claim, old) {
    claim.status = old.status;
  },
  validate,
  validateUpdate,
  status: {},
});

export function formatAccessModes(modes: readonly string[]): string {
  const known = Object.entries(modeLetters).filter(([mode]) => modes.includes(mode));
  return known.map(([, letters]) => letters).join(",");
}

function validate({ spec }: PersistentVolumeClaim): FieldError[] {
  const errors = validateLabelSelector(spec.selector, "spec.selector");
  if (!spec.accessModes?.length) {
    errors.push(requiredValue("spec.accessModes", "at least 1 access mode is required"));
  }
  for (const mode of spec.accessModes ?? []) {
    if (modeLetters[mode] === undefined) {
      errors.push(notSupported("spec.accessModes", mode, Object.keys(modeLetters)));
    }
  }
  const path = "spec.resources[storage]";
  if (spec.resources.requests?.["storage"] === undefined) errors.push(requiredValue(path));
  return errors;
}

function validateUpdate(
  { spec }: PersistentVolumeClaim,
  old: Readonly<PersistentVolumeClaim>,
): FieldError[] {
  const size = (claim: Readonly<PersistentVolumeClaim>) =>
    claim.spec.resources.requests?.["storage"] ?? "0";
  const rest = ({ resources: _resources, volumeName: _name, ...others }: typeof spec) => others;
  const errors: FieldError[] = [];
  const bound = Boolean(old.spec.volumeName);
  if (
    !sameValue(rest(spec), rest(old.spec)) ||
    (bound && spec.volumeName !== old.spec.volumeName)
  ) {
    const detail =
      "spec is immutable after creation except resources.requests and " +
      "volumeAttributesClassName for bound claims";
    errors.push(forbidden("spec", detail));
  }
  const now = spec.resources.requests?.["storage"] ?? "0";
  if (compareQuantities(now, size(old)) < 0) {
    const detail = "field can not be less than status.capacity";
    errors.push(forbidden("spec.resources.requests.storage", detail));
  }
  return errors;
}
