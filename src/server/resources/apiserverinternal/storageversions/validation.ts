import type {
  ServerStorageVersion,
  StorageVersionCondition,
  StorageVersionStatus,
} from "#api/apiserverinternal/v1alpha1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { duplicate, invalid } from "#machinery/validation/field-error.ts";
import { isDns1035Label, isDnsSubdomain, isQualifiedName } from "#machinery/validation/names.ts";
import { by, present } from "../../common/validation.ts";

export function validateVersions(status: StorageVersionStatus): FieldError[] {
  const { conditions = [], storageVersions: versions = [] } = status;
  const ids = versions.map(({ apiServerID }) => apiServerID);
  const errors = versions.flatMap((version, index) => {
    const at = `status.storageVersions[${index}]`;
    const isRepeated = ids.indexOf(version.apiServerID) < index;
    return [
      ...(isRepeated ? [duplicate(`${at}.apiServerID`, version.apiServerID)] : []),
      ...validateServer(version, at),
    ];
  });
  return [...errors, ...validateCommon(status), ...validateConditions(conditions)];
}

function validateServer(version: ServerStorageVersion, at: string): FieldError[] {
  const { apiServerID, decodableVersions, encodingVersion, servedVersions = [] } = version;
  const errors = [
    ...by(`${at}.apiServerID`, apiServerID, isDnsSubdomain),
    ...validateVersion(`${at}.encodingVersion`, encodingVersion),
    ...decodableVersions.flatMap((each, index) =>
      validateVersion(`${at}.decodableVersions[${index}]`, each),
    ),
  ];
  if (!decodableVersions.includes(encodingVersion)) {
    const detail = `decodableVersions must include encodingVersion ${encodingVersion}`;
    errors.push(invalid(`${at}.decodableVersions`, decodableVersions, detail));
  }
  for (const [index, served] of servedVersions.entries()) {
    const path = `${at}.servedVersions[${index}]`;
    errors.push(...validateVersion(path, served));
    if (decodableVersions.includes(served)) continue;
    const detail =
      `individual served version : ${served} must be included in decodableVersions : ` +
      `[${decodableVersions.join(" ")}]`;
    errors.push(invalid(path, served, detail));
  }
  return errors;
}

/** What all servers agree on is said, and nothing where they do not. */
function validateCommon({
  commonEncodingVersion: said,
  storageVersions = [],
}: StorageVersionStatus): FieldError[] {
  const encodings = new Set(storageVersions.map(({ encodingVersion }) => encodingVersion));
  const [common] = encodings.size === 1 ? encodings : [];
  if (said === common) return [];
  const path = "status.commonEncodingVersion";
  if (common === undefined) {
    const detail =
      "should be nil if servers do not agree on the same encoding version, or if there is no " +
      "server reporting the supported versions yet";
    return [invalid(path, said, detail)];
  }
  return said === undefined
    ? [invalid(path, null, `the common encoding version is ${common}`)]
    : [invalid(path, said, `the actual common encoding version is ${common}`)];
}

/** The paths are upstream's: conditions are told as if they were the status. */
function validateConditions(conditions: readonly StorageVersionCondition[]): FieldError[] {
  const types = conditions.map(({ type }) => type);
  return conditions.flatMap(({ message, reason, status, type }, index) => {
    const at = `status[${index}]`;
    const first = types.lastIndexOf(type, index - 1);
    const detail = `the type of the condition is not unique, it also appears in conditions[${first}]`;
    return [
      ...(index > 0 && first >= 0 ? [invalid(`${at}.type`, type, detail)] : []),
      ...by(`${at}.type`, type, isQualifiedName),
      ...by(`${at}.status`, status, isQualifiedName),
      ...present(`${at}.reason`, reason),
      ...present(`${at}.message`, message),
    ];
  });
}

/** "v1" or "apps/v1". */
function validateVersion(path: string, apiVersion: string): FieldError[] {
  const problems = versionProblems(apiVersion);
  return problems.length ? [invalid(path, apiVersion, problems.join(","))] : [];
}

function versionProblems(apiVersion: string): string[] {
  const parts = apiVersion.split("/");
  if (parts.length > 2) {
    // The comma is upstream's, here and nowhere else.
    const shape = isDns1035Label("").join().replace(" must consist", ", which must consist");
    return [
      `an apiVersion is ${shape} with an optional DNS subdomain prefix and '/' ` +
        "(e.g. 'example.com/MyVersion')",
    ];
  }
  const version = parts.at(-1) ?? "";
  const group = parts.length === 2 ? parts[0] : undefined;
  const told = (part: string, value: string, rule: (value: string) => string[]) =>
    (value ? rule(value) : ["must be non-empty"]).map((problem) => `${part} part: ${problem}`);
  return [
    ...(group === undefined ? [] : told("group", group, isDnsSubdomain)),
    ...told("version", version, isDns1035Label),
  ];
}
