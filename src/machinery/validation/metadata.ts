import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from "#api/meta/v1.ts";
import { semanticEqual } from "../deep-equal.ts";
import { forbidden, invalid, requiredValue, tooLong } from "./field-error.ts";
import type { FieldError } from "./field-error.ts";
import { dnsLabelRule, exceedsBytes, isLabelValue, isQualifiedName } from "./names.ts";
import type { NameRule } from "./names.ts";

export const fieldIsImmutable = "field is immutable";

const annotationsBytesMax = 256 * 1024;
const managerBytesMax = 128;
const subresourceBytesMax = 256;

export interface MetadataRules {
  readonly namespaced: boolean;
  readonly nameRule: NameRule;
  /** Extensions may have finalizers without a domain; upstream's own kinds may not. */
  readonly anyFinalizers?: boolean;
}

type Meta = Partial<ObjectMeta>;

/** Metadata of a new object, after its name is generated. */
export function validateObjectMeta(
  meta: Meta,
  { namespaced, nameRule, anyFinalizers = false }: MetadataRules,
  path = "metadata",
): FieldError[] {
  const errors: FieldError[] = [];
  if (meta.generateName) {
    for (const problem of nameRule(meta.generateName, true)) {
      errors.push(invalid(`${path}.generateName`, meta.generateName, problem));
    }
  }
  if (!meta.name) {
    errors.push(requiredValue(`${path}.name`, "name or generateName is required"));
  } else {
    for (const problem of nameRule(meta.name)) {
      errors.push(invalid(`${path}.name`, meta.name, problem));
    }
  }
  if (namespaced) {
    if (!meta.namespace) errors.push(requiredValue(`${path}.namespace`));
    else {
      for (const problem of dnsLabelRule(meta.namespace)) {
        errors.push(invalid(`${path}.namespace`, meta.namespace, problem));
      }
    }
  } else if (meta.namespace) {
    errors.push(forbidden(`${path}.namespace`, "not allowed on this type"));
  }
  if ((meta.generation ?? 0) < 0) {
    errors.push(
      invalid(`${path}.generation`, meta.generation, "must be greater than or equal to 0"),
    );
  }
  errors.push(...validateCommon(meta, path), ...validateFinalizers(meta.finalizers, path));
  errors.push(...validateManagedFields(meta.managedFields, `${path}.managedFields`));
  if (!anyFinalizers) errors.push(...validateKnownFinalizers(meta.finalizers, path));
  return errors;
}

/** Metadata of a changed object against what is stored. */
export function validateObjectMetaUpdate(
  updated: Meta,
  stored: Meta,
  { anyFinalizers = false }: Pick<MetadataRules, "anyFinalizers"> = {},
  path = "metadata",
): FieldError[] {
  const errors: FieldError[] = [];
  if (stored.deletionTimestamp) {
    const added = (updated.finalizers ?? []).filter(
      (finalizer) => !stored.finalizers?.includes(finalizer),
    );
    if (added.length > 0) {
      const list = [...new Set(added)].sort().map((each) => JSON.stringify(each));
      errors.push(
        forbidden(
          `${path}.finalizers`,
          "no new finalizers can be added if the object is being deleted, " +
            `found new finalizers []string{${list.join(", ")}}`,
        ),
      );
    }
  }
  if (!updated.resourceVersion) {
    errors.push(invalid(`${path}.resourceVersion`, "", "must be specified for an update"));
  }
  if ((updated.generation ?? 0) < (stored.generation ?? 0)) {
    errors.push(invalid(`${path}.generation`, updated.generation ?? 0, "must not be decremented"));
  }
  for (const field of immutableFields) {
    errors.push(...validateImmutable(updated[field], stored[field], `${path}.${field}`));
  }
  errors.push(...validateCommon(updated, path));
  errors.push(...validateManagedFields(updated.managedFields, `${path}.managedFields`));
  if (!anyFinalizers) errors.push(...validateKnownFinalizers(updated.finalizers, path));
  return errors;
}

const immutableFields = [
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
] as const;

/** `spec.clusterIP: Invalid value: "x": field is immutable` */
export function validateImmutable(updated: unknown, stored: unknown, path: string): FieldError[] {
  return semanticEqual(updated, stored) ? [] : [invalid(path, updated, fieldIsImmutable)];
}

export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const problem of isQualifiedName(key)) errors.push(invalid(path, key, problem));
    for (const problem of isLabelValue(value)) errors.push(invalid(path, value, problem));
  }
  return errors;
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  let total = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const problem of isQualifiedName(key.toLowerCase())) {
      errors.push(invalid(path, key, problem));
    }
    total += key.length + value.length;
  }
  // Bytes are counted only where the number of characters does not settle it.
  if (total > annotationsBytesMax / 3) total = bytesOf(annotations ?? {});
  if (total > annotationsBytesMax) errors.push(tooLong(path, annotationsBytesMax));
  return errors;
}

/** Printable ASCII: what almost all managers are called. */
const isPlain = /^[ -~]*$/;

/** Who writes: printable and short. */
export function validateFieldManager(manager: string | undefined, path: string): FieldError[] {
  if (manager === undefined || (isPlain.test(manager) && manager.length <= managerBytesMax)) {
    return [];
  }
  const errors: FieldError[] = [];
  if (exceedsBytes(manager, managerBytesMax)) errors.push(tooLong(path, managerBytesMax));
  let position = 0;
  for (const character of manager) {
    if (/[\p{C}\p{Zl}\p{Zp}]|[^\S ]/u.test(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      errors.push(invalid(path, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += new TextEncoder().encode(character).length;
  }
  return errors;
}

function validateCommon(meta: Meta, path: string): FieldError[] {
  return [
    ...validateLabels(meta.labels, `${path}.labels`),
    ...validateAnnotations(meta.annotations, `${path}.annotations`),
    ...validateOwnerReferences(meta.ownerReferences, `${path}.ownerReferences`),
  ];
}

function validateFinalizers(finalizers: readonly string[] | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const finalizer of finalizers ?? []) {
    for (const problem of isQualifiedName(finalizer)) {
      errors.push(invalid(`${path}.finalizers`, finalizer, problem));
    }
  }
  if (finalizers?.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    errors.push(
      invalid(
        `${path}.finalizers`,
        finalizers,
        "finalizer orphan and foregroundDeletion cannot be both set",
      ),
    );
  }
  return errors;
}

/** What upstream itself uses without a domain. */
const standardFinalizers = ["kubernetes", "orphan", "foregroundDeletion"];

function validateKnownFinalizers(
  finalizers: readonly string[] | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, finalizer] of (finalizers ?? []).entries()) {
    if (finalizer.includes("/") || standardFinalizers.includes(finalizer)) continue;
    const detail = "name is neither a standard finalizer name nor is it fully qualified";
    errors.push(invalid(`${path}.finalizers[${index}]`, finalizer, detail));
  }
  return errors;
}

function validateOwnerReferences(
  references: readonly OwnerReference[] | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const reference of references ?? []) {
    errors.push(...validateOwnerReference(reference, path));
    if (!reference.controller) continue;
    const name = `${reference.kind}/${reference.name}`;
    if (controller === undefined) controller = name;
    else {
      errors.push(
        invalid(
          path,
          references,
          "Only one reference can have Controller set to true. " +
            `Found "true" in references for ${controller} and ${name}`,
        ),
      );
    }
  }
  return errors;
}

function validateOwnerReference(reference: Partial<OwnerReference>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { apiVersion = "", kind = "", name = "", uid = "" } = reference;
  if (apiVersion === "" || apiVersion.endsWith("/")) {
    errors.push(invalid(`${path}.apiVersion`, apiVersion, "version must not be empty"));
  }
  for (const [field, value] of [
    ["kind", kind],
    ["name", name],
    ["uid", uid],
  ] as const) {
    if (value === "") errors.push(invalid(`${path}.${field}`, value, "must not be empty"));
  }
  if (apiVersion === "v1" && kind === "Event") {
    errors.push(invalid(path, reference, "/v1, Kind=Event is disallowed from being an owner"));
  }
  return errors;
}

function validateManagedFields(
  entries: readonly ManagedFieldsEntry[] | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, entry] of (entries ?? []).entries()) {
    const at = `${path}[${index}]`;
    if (entry.operation !== "Apply" && entry.operation !== "Update") {
      errors.push(invalid(`${at}.operation`, entry.operation ?? "", "must be `Apply` or `Update`"));
    }
    if (entry.fieldsType && entry.fieldsType !== "FieldsV1") {
      errors.push(invalid(`${at}.fieldsType`, entry.fieldsType, "must be `FieldsV1`"));
    }
    errors.push(...validateFieldManager(entry.manager, `${at}.manager`));
    if (exceedsBytes(entry.subresource ?? "", subresourceBytesMax)) {
      errors.push(tooLong(`${at}.subresource`, subresourceBytesMax));
    }
  }
  return errors;
}

function bytesOf(annotations: Readonly<Record<string, string>>): number {
  const encoder = new TextEncoder();
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    bytes += encoder.encode(key).length + encoder.encode(value).length;
  }
  return bytes;
}
