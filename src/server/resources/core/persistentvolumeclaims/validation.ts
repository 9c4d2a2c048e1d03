import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  TypedObjectReference,
} from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import { isDnsLabel, isDnsSubdomain, isQualifiedName } from "#machinery/validation/names.ts";
import { compareQuantities } from "#schema/quantity.ts";
import { validateAccessModes } from "../../common/access-modes.ts";
import { nonNegativeQuantity, positiveQuantity } from "../../common/quantity.ts";
import { by, present, sameValue, validateLabelSelector } from "../../common/validation.ts";

export function validatePersistentVolumeClaim({ spec }: PersistentVolumeClaim): FieldError[] {
  return validateClaimSpec(spec, "spec");
}

/** Also of the claims that pods and stateful sets carry as templates. */
export function validateClaimSpec(spec: PersistentVolumeClaimSpec, path: string): FieldError[] {
  const modes = spec.accessModes ?? [];
  const size = spec.resources.requests?.["storage"];
  const { storageClassName, volumeAttributesClassName: attributes } = spec;
  return [
    ...(modes.length
      ? []
      : [requiredValue(`${path}.accessModes`, "at least 1 access mode is required")]),
    ...(spec.selector ? validateLabelSelector(spec.selector, `${path}.selector`) : []),
    ...validateAccessModes(`${path}.accessModes`, modes),
    ...(size === undefined
      ? [requiredValue(`${path}.resources[storage]`)]
      : positiveQuantity(`${path}.resources[storage]`, size)),
    ...(storageClassName ? by(`${path}.storageClassName`, storageClassName, isDnsSubdomain) : []),
    ...validateSources(spec, path),
    ...(attributes ? by(`${path}.volumeAttributesClassName`, attributes, isDnsSubdomain) : []),
  ];
}

function validateSources(
  { dataSource, dataSourceRef }: PersistentVolumeClaimSpec,
  path: string,
): FieldError[] {
  const errors = [
    ...(dataSource ? validateSource(dataSource, `${path}.dataSource`) : []),
    ...(dataSourceRef ? validateSource(dataSourceRef, `${path}.dataSourceRef`) : []),
  ];
  if (!dataSource || !dataSourceRef) return errors;
  const { namespace, ...reference } = dataSourceRef;
  // Upstream shows the path of the field where the value should be.
  const refuse = (detail: string) => errors.push(invalid(path, `${path}.dataSource`, detail));
  if (namespace) refuse("may not be specified when dataSourceRef.namespace is specified");
  else if (!sameValue(reference, dataSource)) refuse("must match dataSourceRef");
  return errors;
}

function validateSource(source: TypedObjectReference, path: string): FieldError[] {
  const { apiGroup, kind, name, namespace } = source;
  const errors = [...present(`${path}.name`, name), ...present(`${path}.kind`, kind)];
  if (apiGroup) errors.push(...by(`${path}.apiGroup`, apiGroup, isDnsSubdomain));
  else if (kind !== "PersistentVolumeClaim") {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    errors.push(invalid(path, kind, detail));
  }
  if (namespace) errors.push(...by(`${path}.namespace`, namespace, isDnsLabel));
  return errors;
}

export function validatePersistentVolumeClaimUpdate(
  claim: PersistentVolumeClaim,
  old: Readonly<PersistentVolumeClaim>,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!sameValue(fixedPart(claim, old), fixedPart(old, old))) {
    const detail =
      "spec is immutable after creation except resources.requests and " +
      "volumeAttributesClassName for bound claims";
    errors.push(forbidden("spec", detail));
  }
  const size = claim.spec.resources.requests?.["storage"] ?? "0";
  const oldSize = old.spec.resources.requests?.["storage"] ?? "0";
  const capacity = old.status.capacity?.["storage"] ?? "0";
  if (compareQuantities(size, oldSize) < 0 && compareQuantities(size, capacity) <= 0) {
    const detail = "field can not be less than status.capacity";
    errors.push(forbidden("spec.resources.requests.storage", detail));
  }
  if (claim.spec.volumeMode !== old.spec.volumeMode) {
    errors.push(invalid("volumeMode", claim.spec.volumeMode, "field is immutable"));
  }
  if (old.status.currentVolumeAttributesClassName !== undefined) {
    const { volumeAttributesClassName: attributes } = claim.spec;
    const word = attributes === undefined ? "nil" : attributes === "" ? "empty string" : undefined;
    if (word !== undefined && attributes !== old.spec.volumeAttributesClassName) {
      const detail = `update to ${word} is forbidden when status.currentVolumeAttributesClassName is not nil`;
      errors.push(forbidden("spec.volumeAttributesClassName", detail));
    }
  }
  return errors;
}

/** What of a claim may not change: nearly all of it, since quotas have counted it. */
function fixedPart(claim: Readonly<PersistentVolumeClaim>, old: Readonly<PersistentVolumeClaim>) {
  const { resources, storageClassName, volumeAttributesClassName, volumeName, ...rest } =
    claim.spec;
  const isBound = old.status.phase === "Bound";
  return {
    ...rest,
    // A claim may be given its volume, and a class where it was made before there were any.
    ...(old.spec.volumeName && { volumeName }),
    ...(old.spec.storageClassName !== undefined && { storageClassName }),
    ...(!isBound && { volumeAttributesClassName }),
    resources: isBound
      ? { ...resources, requests: { ...resources.requests, storage: "" } }
      : resources,
  };
}

const resizeWords = [
  "ControllerResizeInProgress",
  "ControllerResizeInfeasible",
  "NodeResizeInProgress",
  "NodeResizeInfeasible",
  "NodeResizePending",
];

export function validateClaimStatus({ status }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, amount] of Object.entries(status.capacity ?? {})) {
    errors.push(...nonNegativeQuantity(`status.capacity[${name}]`, amount));
  }
  const words = "status.allocatedResourceStatuses";
  for (const [name, word] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    errors.push(...validateResourceKey(name, words));
    if (!resizeWords.includes(word)) errors.push(notSupported(words, name, resizeWords));
  }
  for (const [name, amount] of Object.entries(status.allocatedResources ?? {})) {
    const problems = validateResourceKey(name, "status.allocatedResources");
    const path = `status.allocatedResources[${name}]`;
    errors.push(...(problems.length ? problems : nonNegativeQuantity(path, amount)));
  }
  return errors;
}

function validateResourceKey(name: string, path: string): FieldError[] {
  const errors = by(path, name, isQualifiedName);
  const isOurs = !name.includes("/") || name.includes("kubernetes.io/");
  if (errors.length || !isOurs || name === "storage") return errors;
  return [notSupported(path, name, ["storage"])];
}
