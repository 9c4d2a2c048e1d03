import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
} from "#api/apiextensions/v1.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { invalid, notSupported, requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { validateImmutable } from "#machinery/validation/metadata.ts";
import { isDns1035Label, isDnsSubdomain } from "#machinery/validation/names.ts";
import { approvalAnnotation, approvalOf, isProtectedGroup } from "../../../crd/approval.ts";
import { isConditionTrue } from "../../../crd/conditions.ts";
import { hasDefault, someSchema } from "../../../crd/schema/json-schema.ts";
import type { JsonSchema } from "../../../crd/schema/json-schema.ts";
import type { RuleEngine } from "../../../crd/rules/engine.ts";
import { validateConversion } from "./validation-conversion.ts";
import { promotedParts, shownVersions } from "./promoted.ts";
import type { Promoted } from "./promoted.ts";
import { validateColumns, validateScale, validateSelectableFields } from "./validation-parts.ts";
import { validateSchemaOf } from "./validation-schema.ts";

export function validateDefinition(
  crd: CustomResourceDefinition,
  engine: RuleEngine,
): FieldError[] {
  const { metadata, spec } = crd;
  const errors: FieldError[] = [];
  if (metadata.name !== `${spec.names.plural}.${spec.group}`) {
    const detail = 'must be spec.names.plural+"."+spec.group';
    errors.push(invalid("metadata.name", metadata.name, detail));
  }
  return [
    ...errors,
    ...validateSpec(crd, undefined, engine),
    ...validateStoredVersions(crd),
    ...validateApproval(crd, undefined),
    ...validatePreserve(spec),
  ];
}

export function validateDefinitionUpdate(
  crd: CustomResourceDefinition,
  old: Readonly<CustomResourceDefinition>,
  engine: RuleEngine,
): FieldError[] {
  const { spec } = crd;
  const errors = validateSpec(crd, old, engine);
  // These decide where and as what the instances are kept.
  if (isConditionTrue(old, "Established")) {
    errors.push(
      ...validateImmutable(spec.scope, old.spec.scope, "spec.scope"),
      ...validateImmutable(spec.names.kind, old.spec.names.kind, "spec.names.kind"),
    );
  }
  return [
    ...errors,
    ...validateImmutable(spec.group, old.spec.group, "spec.group"),
    ...validateImmutable(spec.names.plural, old.spec.names.plural, "spec.names.plural"),
    ...validateNames(crd.status.acceptedNames, "status.acceptedNames"),
    ...validateStoredVersions(crd),
    ...validateApproval(crd, old),
    ...(old.spec.preserveUnknownFields ? [] : validatePreserve(spec)),
  ];
}

export function validateStatus(crd: CustomResourceDefinition): FieldError[] {
  return validateNames(crd.status.acceptedNames, "status.acceptedNames");
}

const scopes = ["Cluster", "Namespaced"];

function validateSpec(
  crd: CustomResourceDefinition,
  old: Readonly<CustomResourceDefinition> | undefined,
  engine: RuleEngine,
): FieldError[] {
  const { spec } = crd;
  const { group, scope } = spec;
  const errors: FieldError[] = [];
  const groupProblems = isDnsSubdomain(group);
  if (group === "") errors.push(requiredValue("spec.group"));
  else if (groupProblems.length) {
    errors.push(invalid("spec.group", group, groupProblems.join(",")));
  } else if (!group.includes(".")) {
    errors.push(invalid("spec.group", group, "should be a domain with at least one dot"));
  }
  if (scope === "") errors.push(requiredValue("spec.scope"));
  else if (!scopes.includes(scope)) errors.push(notSupported("spec.scope", scope, scopes));
  const promoted = promotedParts(spec);
  return [
    ...errors,
    ...validateSchemasGiven(spec),
    ...validateVersions(spec, promoted, { old: old?.spec, engine }),
    ...validateVersionNames(spec, promoted),
    ...validateNamesGiven(spec.names),
    ...validateNames(spec.names, "spec.names"),
    ...validatePromoted(spec, promoted, { old: old?.spec, engine }),
    ...validateConversion(spec, old),
  ];
}

function schemaOf(
  version: CustomResourceDefinitionSpec["versions"][number],
): JsonSchema | undefined {
  return version.schema?.openAPIV3Schema as JsonSchema | undefined;
}

function validateSchemasGiven(spec: CustomResourceDefinitionSpec): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, version] of spec.versions.entries()) {
    if (schemaOf(version)) continue;
    errors.push(requiredValue(`spec.versions[${index}].schema.openAPIV3Schema`));
  }
  const defaults = spec.versions.some((version) => someSchema(schemaOf(version), hasDefault));
  if (defaults && spec.preserveUnknownFields) {
    const detail = "must be false in order to use defaults in the schema";
    errors.push(invalid("spec.preserveUnknownFields", true, detail));
  }
  return errors;
}

interface Surroundings {
  /** What the definition was before. */
  readonly old: CustomResourceDefinitionSpec | undefined;
  readonly engine: RuleEngine;
}

function hadSchema(
  old: CustomResourceDefinitionSpec | undefined,
  name: string | undefined,
  schema: JsonSchema,
): boolean {
  const version = old?.versions.find((one) => one.name === name);
  return version !== undefined && deepEqual(schemaOf(version), schema);
}

/** What each version has of its own. */
function validateVersions(
  spec: CustomResourceDefinitionSpec,
  promoted: Promoted,
  { old, engine }: Surroundings,
): FieldError[] {
  return spec.versions.flatMap((version, index) => {
    const path = `spec.versions[${index}]`;
    const schema = schemaOf(version);
    const errors: FieldError[] = [];
    const problems = isDns1035Label(version.name);
    if (problems.length) errors.push(invalid(`${path}.name`, version.name, problems.join(",")));
    for (const problem of warningProblems(version)) {
      errors.push(invalid(`${path}.deprecationWarning`, version.deprecationWarning, problem));
    }
    if (!promoted.schema && schema) {
      const hasStatus = version.subresources?.status !== undefined;
      const isUnchanged = hadSchema(old, version.name, schema);
      const context = { hasStatus, isUnchanged, engine };
      errors.push(...validateSchemaOf(schema, `${path}.schema`, context));
    }
    if (!promoted.subresources) {
      errors.push(...validateScale(version.subresources?.scale, `${path}.subresources`));
    }
    if (!promoted.columns) {
      const columns = version.additionalPrinterColumns ?? [];
      errors.push(...validateColumns(columns, `${path}.additionalPrinterColumns`));
    }
    if (!promoted.selectableFields && version.selectableFields?.length) {
      const at = `${path}.selectableFields`;
      errors.push(...validateSelectableFields(version.selectableFields, schema, at));
    }
    return errors;
  });
}

/** What all versions have alike. */
function validatePromoted(
  spec: CustomResourceDefinitionSpec,
  promoted: Promoted,
  { old, engine }: Surroundings,
): FieldError[] {
  const errors: FieldError[] = [];
  const schema = promoted.schema?.value?.openAPIV3Schema as JsonSchema | undefined;
  if (schema) {
    const hasStatus = spec.versions.some(({ subresources }) => subresources?.status);
    const isUnchanged = hadSchema(old, spec.versions[0]?.name, schema);
    const context = { hasStatus, isUnchanged, engine };
    errors.push(...validateSchemaOf(schema, "spec.validation", context));
  }
  errors.push(
    ...validateScale(promoted.subresources?.value?.scale, "spec.subresources"),
    ...validateColumns(promoted.columns?.value ?? [], "spec.additionalPrinterColumns"),
  );
  const fields = promoted.selectableFields?.value ?? [];
  if (fields.length === 0) return errors;
  if (!promoted.schema?.value) {
    const detail = "may only be set when validations.schema is included";
    return [...errors, invalid("spec.selectableFields", "", detail)];
  }
  return [...errors, ...validateSelectableFields(fields, schema, "spec.selectableFields")];
}

function warningProblems(version: CustomResourceDefinitionSpec["versions"][number]): string[] {
  const { deprecated, deprecationWarning: warning } = version;
  if (warning === undefined) return [];
  if (!deprecated) return ["can only be set for deprecated versions"];
  const problems: string[] = [];
  if (warning.length > 256) problems.push("must be <= 256 characters long");
  if (warning === "") problems.push("must not be an empty string");
  const at = warning.search(/[\p{C}\p{Zl}\p{Zp}]|[^\S ]/u);
  if (at >= 0) {
    problems.push(
      "must only contain printable UTF-8 characters; " +
        `non-printable character found at index ${at}`,
    );
  }
  return problems;
}

function validateVersionNames(
  spec: CustomResourceDefinitionSpec,
  promoted: Promoted,
): FieldError[] {
  const { versions } = spec;
  const errors: FieldError[] = [];
  const shown = () => shownVersions(versions, promoted);
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    errors.push(invalid("spec.versions", shown(), "must contain unique version names"));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    const detail = "must have exactly one version marked as storage version";
    errors.push(invalid("spec.versions", shown(), detail));
  }
  const name = versions[0]?.name ?? "";
  const problems = name ? isDns1035Label(name) : [];
  if (problems.length) errors.push(invalid("spec.version", name, problems.join(",")));
  return errors;
}

function validateNamesGiven(names: CustomResourceDefinitionNames): FieldError[] {
  return (["plural", "singular", "kind", "listKind"] as const)
    .filter((name) => !names[name])
    .map((name) => requiredValue(`spec.names.${name}`));
}

function validateNames(
  names: CustomResourceDefinitionNames | undefined,
  path: string,
): FieldError[] {
  if (!names) return [];
  const { plural, singular = "", kind, listKind = "", shortNames = [], categories = [] } = names;
  const errors: FieldError[] = [];
  const check = (at: string, name: string, prefix = "") => {
    const problems = name ? isDns1035Label(prefix ? name.toLowerCase() : name) : [];
    if (problems.length) errors.push(invalid(`${path}.${at}`, name, prefix + problems.join(",")));
  };
  const mixed = "may have mixed case, but should otherwise match: ";
  check("plural", plural);
  check("singular", singular);
  check("kind", kind, mixed);
  check("listKind", listKind, mixed);
  for (const [index, name] of shortNames.entries()) check(`shortNames[${index}]`, name);
  if (kind && kind === listKind) {
    errors.push(invalid(`${path}.listKind`, listKind, "kind and listKind may not be the same"));
  }
  for (const [index, name] of categories.entries()) check(`categories[${index}]`, name);
  return errors;
}

function validateStoredVersions({ spec, status }: CustomResourceDefinition): FieldError[] {
  const path = "status.storedVersions";
  const stored = status.storedVersions ?? [];
  if (stored.length === 0) {
    return [invalid(path, null, "must have at least one stored version")];
  }
  const errors: FieldError[] = [];
  for (const { name, storage } of spec.versions) {
    if (!storage || stored.includes(name)) continue;
    errors.push(invalid(path, stored, `must have the storage version ${name}`));
  }
  for (const [index, name] of stored.entries()) {
    if (spec.versions.some((version) => version.name === name)) continue;
    const detail =
      `missing from spec.versions; ${name} was previously a storage version, and must remain ` +
      `in spec.versions until a storage migration ensures no data remains persisted in ${name} ` +
      `and removes ${name} from status.storedVersions`;
    errors.push(invalid(`${path}[${index}]`, name, detail));
  }
  return errors;
}

function validateApproval(
  { metadata, spec }: CustomResourceDefinition,
  old: Readonly<CustomResourceDefinition> | undefined,
): FieldError[] {
  if (!isProtectedGroup(spec.group)) return [];
  const { state, reason } = approvalOf(metadata.annotations);
  if (old && approvalOf(old.metadata.annotations).state === state) return [];
  const path = `metadata.annotations[${approvalAnnotation}]`;
  switch (state) {
    case "missing":
      return [requiredValue(path, reason)];
    case "invalid":
      return [invalid(path, metadata.annotations?.[approvalAnnotation], reason)];
    case "approved":
    case "bypassed":
      return [];
    default:
      return state satisfies never;
  }
}

function validatePreserve({ preserveUnknownFields }: CustomResourceDefinitionSpec): FieldError[] {
  if (!preserveUnknownFields) return [];
  const detail =
    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true " +
    "in spec.versions[*].schema instead";
  return [invalid("spec.preserveUnknownFields", true, detail)];
}
