import type { PersistentVolume, PersistentVolumeSpec } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import { isDnsSubdomain } from "#machinery/validation/names.ts";
import { validateAccessModes } from "../../common/access-modes.ts";
import { positiveQuantity } from "../../common/quantity.ts";
import { by, sameValue } from "../../common/validation.ts";
import { validateNodeSelector } from "../pods/validation-scheduling.ts";
import { sourceFields, validateVolumeSource } from "./validation-sources.ts";

export function validatePersistentVolume({ metadata, spec }: PersistentVolume): FieldError[] {
  return validatePersistentVolumeSpec(spec, { path: "spec", name: metadata.name, inline: false });
}

export interface VolumeSurroundings {
  readonly path: string;
  readonly name: string;
  /** A VolumeAttachment brings the volume along: only what a driver needs is said then. */
  readonly inline: boolean;
}

export function validatePersistentVolumeSpec(
  spec: PersistentVolumeSpec,
  surroundings: VolumeSurroundings,
): FieldError[] {
  const { path, inline } = surroundings;
  const modes = spec.accessModes ?? [];
  return [
    ...(inline ? validateInline(spec, path) : []),
    ...(modes.length ? [] : [requiredValue(`${path}.accessModes`)]),
    ...validateAccessModes(`${path}.accessModes`, modes),
    ...(inline ? [] : validateCapacity(spec.capacity ?? {}, `${path}.capacity`)),
    ...validateAffinity(spec, path, inline),
    ...validateSources(spec, surroundings),
    ...validateClasses(spec, path, inline),
  ];
}

const inlineOnly = "may not be specified in the context of inline volumes";

function validateInline(spec: PersistentVolumeSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.claimRef) errors.push(forbidden(`${path}.claimRef`, inlineOnly));
  if (Object.keys(spec.capacity ?? {}).length) {
    errors.push(forbidden(`${path}.capacity`, inlineOnly));
  }
  if (!spec.csi) {
    errors.push(
      requiredValue(`${path}.csi`, "has to be specified in the context of inline volumes"),
    );
  }
  if (spec.persistentVolumeReclaimPolicy !== "Retain") {
    const detail = "may only be Retain in the context of inline volumes";
    errors.push(forbidden(`${path}.persistentVolumeReclaimPolicy`, detail));
  }
  if (spec.storageClassName) errors.push(forbidden(`${path}.storageClassName`, inlineOnly));
  if (spec.volumeMode !== "Filesystem") {
    const detail =
      "may not specify volumeMode other than Filesystem in the context of inline volumes";
    errors.push(forbidden(`${path}.volumeMode`, detail));
  }
  return errors;
}

function validateCapacity(capacity: Readonly<Record<string, string>>, path: string): FieldError[] {
  const names = Object.keys(capacity);
  const errors: FieldError[] = names.length ? [] : [requiredValue(path)];
  if (capacity["storage"] === undefined || names.length > 1) {
    errors.push(notSupported(path, capacity, ["storage"]));
  }
  for (const [name, amount] of Object.entries(capacity)) {
    errors.push(...positiveQuantity(`${path}[${name}]`, amount));
  }
  return errors;
}

function validateAffinity(
  { nodeAffinity }: PersistentVolumeSpec,
  path: string,
  inline: boolean,
): FieldError[] {
  if (!nodeAffinity) return [];
  if (inline) return [forbidden(`${path}.nodeAffinity`, inlineOnly)];
  const at = `${path}.nodeAffinity.required`;
  return nodeAffinity.required
    ? validateNodeSelector(nodeAffinity.required, at)
    : [requiredValue(at, "must specify required node constraints")];
}

function validateSources(spec: PersistentVolumeSpec, around: VolumeSurroundings): FieldError[] {
  const { path } = around;
  const [first, ...others] = sourceFields.filter((field) => spec[field] !== undefined);
  if (first === undefined) return [requiredValue(path, "must specify a volume type")];
  const errors = [
    ...validateVolumeSource(spec, first, around),
    ...others.map((field) =>
      forbidden(`${path}.${field}`, "may not specify more than 1 volume type"),
    ),
  ];
  if (first === "local" && !spec.nodeAffinity) {
    errors.push(requiredValue(`${path}.nodeAffinity`, "Local volume requires node affinity"));
  }
  const root = spec.hostPath && /^\/+(\.?\/*)*$/.test(spec.hostPath.path);
  if (root && spec.persistentVolumeReclaimPolicy === "Recycle") {
    const detail = "may not be 'recycle' for a hostPath mount of '/'";
    errors.push(forbidden(`${path}.persistentVolumeReclaimPolicy`, detail));
  }
  return errors;
}

function validateClasses(spec: PersistentVolumeSpec, path: string, inline: boolean): FieldError[] {
  const { storageClassName, volumeAttributesClassName: attributes } = spec;
  const errors: FieldError[] = [];
  if (storageClassName && !inline) {
    errors.push(...by(`${path}.storageClassName`, storageClassName, isDnsSubdomain));
  }
  if (attributes === undefined) return errors;
  const at = `${path}.volumeAttributesClassName`;
  if (attributes === "") errors.push(requiredValue(at, "an empty string is disallowed"));
  else errors.push(...by(at, attributes, isDnsSubdomain));
  if (!spec.csi) {
    const detail = "has to be specified when using volumeAttributesClassName";
    errors.push(requiredValue(`${path}.csi`, detail));
  }
  return errors;
}

export function validatePersistentVolumeUpdate(
  { spec }: PersistentVolume,
  { spec: old }: Readonly<PersistentVolume>,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!sameValue(sourceOf(spec, old), sourceOf(old, old))) {
    const detail = "spec.persistentvolumesource is immutable after creation";
    errors.push(forbidden("spec.persistentvolumesource", detail));
  }
  if (spec.volumeMode !== old.volumeMode) {
    errors.push(invalid("volumeMode", spec.volumeMode, "field is immutable"));
  }
  if (old.nodeAffinity && !sameValue(spec.nodeAffinity, old.nodeAffinity)) {
    errors.push(
      invalid(
        "nodeAffinity",
        spec.nodeAffinity,
        "field is immutable, except for updating from beta label to GA",
      ),
    );
  }
  if (old.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    const detail = "update from non-nil value to nil is forbidden";
    errors.push(forbidden("spec.volumeAttributesClassName", detail));
  }
  return errors;
}

/** The source as far as it must stay: a secret for growing may be named once. */
function sourceOf(spec: Readonly<PersistentVolumeSpec>, old: Readonly<PersistentVolumeSpec>) {
  const source = Object.fromEntries(sourceFields.map((field) => [field, spec[field]]));
  if (!spec.csi || !old.csi || old.csi.controllerExpandSecretRef) return source;
  return { ...source, csi: { ...spec.csi, controllerExpandSecretRef: undefined } };
}
