import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from "#api/resource/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, notSupported, requiredValue } from "#machinery/validation/field-error.ts";
import { isDnsSubdomain } from "#machinery/validation/names.ts";
import { by } from "../../common/validation.ts";
import { validateConfiguration, validateSelectors, validateToleration } from "../common/devices.ts";
import type { Expressions } from "../common/devices.ts";
import { validateFullName, validateLabel, validateList } from "../common/lists.ts";

export const requestsMax = 32;
const constraintsMax = 32;
export const configurationsMax = 32;
const alternativesMax = 8;
const modes = ["All", "ExactCount"];

export function validateClaimSpec(
  { devices = {} }: ResourceClaimSpec,
  path: string,
  expressions: Expressions,
): FieldError[] {
  const at = `${path}.devices`;
  const names = requestNames(devices);
  return [
    ...validateList(devices.requests, `${at}.requests`, {
      max: requestsMax,
      key: ({ name }) => name,
      item: (request, itemPath) => validateRequest(request, itemPath, expressions),
    }),
    ...validateList(devices.constraints, `${at}.constraints`, {
      max: constraintsMax,
      item: (constraint, itemPath) => validateConstraint(constraint, itemPath, names),
    }),
    ...validateList(devices.config, `${at}.config`, {
      max: configurationsMax,
      item: (configuration, itemPath) => [
        ...validateReferences(configuration.requests, `${itemPath}.requests`, names),
        ...validateConfiguration(configuration, itemPath),
      ],
    }),
  ];
}

/** "gpu", and "gpu/large" for an alternative within a request. */
export function requestNames({ requests = [] }: DeviceClaim): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { firstAvailable = [], name } of requests) {
    names.add(name);
    for (const alternative of firstAvailable) names.add(`${name}/${alternative.name}`);
  }
  return names;
}

function validateRequest(
  { exactly, firstAvailable = [], name }: DeviceRequest,
  at: string,
  expressions: Expressions,
): FieldError[] {
  const errors = validateLabel(`${at}.name`, name);
  const one = "exactly one of `exactly` or `firstAvailable` is required";
  if (exactly && firstAvailable.length) {
    return [...errors, invalid(at, null, `${one}, but multiple fields are set`)];
  }
  if (exactly) return [...errors, ...validateDevices(exactly, `${at}.exactly`, expressions)];
  if (!firstAvailable.length) return [...errors, requiredValue(at, one)];
  return [
    ...errors,
    ...validateList(firstAvailable, `${at}.firstAvailable`, {
      max: alternativesMax,
      key: (alternative) => alternative.name,
      item: (alternative, path) => [
        ...validateLabel(`${path}.name`, alternative.name),
        ...validateDevices(alternative, path, expressions),
      ],
    }),
  ];
}

function validateDevices(
  request: ExactDeviceRequest | DeviceSubRequest,
  at: string,
  expressions: Expressions,
): FieldError[] {
  const { allocationMode = "", count = 0, deviceClassName } = request;
  const errors = [
    ...(deviceClassName
      ? by(`${at}.deviceClassName`, deviceClassName, isDnsSubdomain)
      : [requiredValue(`${at}.deviceClassName`)]),
    ...validateSelectors(request.selectors, `${at}.selectors`, expressions),
  ];
  if (!modes.includes(allocationMode)) {
    errors.push(notSupported(`${at}.allocationMode`, allocationMode, modes));
  } else if (allocationMode === "All" && count !== 0) {
    const detail = "must not be specified when allocationMode is 'All'";
    errors.push(invalid(`${at}.count`, count, detail));
  } else if (allocationMode === "ExactCount" && count <= 0) {
    errors.push(invalid(`${at}.count`, count, "must be greater than zero"));
  }
  const tolerations = validateList(request.tolerations, `${at}.tolerations`, {
    item: validateToleration,
  });
  return [...errors, ...tolerations];
}

function validateConstraint(
  { distinctAttribute, matchAttribute, requests }: DeviceConstraint,
  at: string,
  names: ReadonlySet<string>,
): FieldError[] {
  const errors = validateReferences(requests, `${at}.requests`, names);
  if (matchAttribute !== undefined) {
    return [...errors, ...validateFullName(matchAttribute, `${at}.matchAttribute`)];
  }
  if (distinctAttribute !== undefined) {
    return [...errors, ...validateFullName(distinctAttribute, `${at}.distinctAttribute`)];
  }
  // The wording is upstream's, although none is set here.
  const detail =
    'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields ' +
    "are set";
  return [...errors, requiredValue(at, detail)];
}

export function validateReferences(
  references: readonly string[] | undefined,
  path: string,
  names: ReadonlySet<string>,
): FieldError[] {
  return validateList(references, path, {
    max: requestsMax,
    key: (name) => name,
    item: (name, at) => validateReference(name, at, names),
  });
}

export function validateReference(
  name: string,
  path: string,
  names: ReadonlySet<string>,
): FieldError[] {
  const detail =
    "must be the name of a request in the claim or the name of a request and a subrequest " +
    "separated by '/'";
  const parts = name.split("/");
  if (parts.length > 2) return [invalid(path, name, detail)];
  const errors = parts.flatMap((part) => validateLabel(path, part));
  return names.has(name) ? errors : [...errors, invalid(path, name, detail)];
}
