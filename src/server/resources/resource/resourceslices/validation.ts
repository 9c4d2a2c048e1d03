import type {
  CapacityRequestPolicy,
  Counter,
  Device,
  DeviceAttribute,
  DeviceCapacity,
  ResourceSliceSpec,
} from "#api/resource/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  forbidden,
  invalid,
  notFound,
  requiredValue,
  tooLong,
} from "#machinery/validation/field-error.ts";
import { isDnsSubdomain, isQualifiedName } from "#machinery/validation/names.ts";
import { compareQuantities } from "#schema/quantity.ts";
import { validateDriverName } from "../../common/driver-name.ts";
import { by } from "../../common/validation.ts";
import { validateNodeSelector } from "../../core/pods/validation-scheduling.ts";
import { validateTaint } from "../common/devices.ts";
import {
  validateAttributeName,
  validateBindingConditions,
  validateEntries,
  validateLabel,
  validateList,
  validatePoolName,
} from "../common/lists.ts";
import { validateRequestPolicy } from "./request-policy.ts";

const devicesMax = 128;
/** Devices that say more about themselves take more room. */
const richDevicesMax = 64;
const counterSetsMax = 8;
const countersMax = 32;
const consumptionsMax = 2;
const taintsMax = 16;
const attributesMax = 32;
const attributeValuesMax = 48;
const valueBytesMax = 64;

export function validateResourceSlice(spec: ResourceSliceSpec): FieldError[] {
  const { pool } = spec;
  const errors = [
    ...validateDriverName("spec.driver", spec.driver),
    ...validatePoolName("spec.pool.name", pool.name),
  ];
  if (pool.resourceSliceCount <= 0) {
    const path = "spec.pool.resourceSliceCount";
    errors.push(invalid(path, pool.resourceSliceCount, "must be greater than zero"));
  }
  if (pool.generation < 0) {
    const detail = "must be greater than or equal to zero";
    errors.push(invalid("spec.pool.generation", pool.generation, detail));
  }
  errors.push(...validatePlace(spec));
  if (spec.sharedCounters && spec.devices) {
    errors.push(invalid("spec", "", "only one of `sharedCounters` or `devices` is allowed"));
  }
  return [
    ...errors,
    ...validateList(spec.devices, "spec.devices", {
      max: spec.devices?.some(isRich) ? richDevicesMax : devicesMax,
      key: ({ name }) => name,
      item: (device, at) => validateDevice(device, at, spec.perDeviceNodeSelection ?? false),
    }),
    ...validateList(spec.sharedCounters, "spec.sharedCounters", {
      max: counterSetsMax,
      key: ({ name }) => name,
      item: ({ counters, name }, at) => [
        ...(name ? validateLabel(`${at}.name`, name) : [requiredValue(`${at}.name`)]),
        ...validateCounters(counters, `${at}.counters`),
      ],
    }),
  ];
}

function isRich({ attributes, consumesCounters, taints }: Device): boolean {
  const lists = Object.values(attributes ?? {}).some(
    ({ bools, ints, strings, versions }) => bools ?? ints ?? strings ?? versions,
  );
  return lists || Boolean(taints?.length) || Boolean(consumesCounters?.length);
}

/** Which nodes reach the devices: said in exactly one way. */
function validatePlace(spec: ResourceSliceSpec): FieldError[] {
  const { allNodes, nodeName, nodeSelector, perDeviceNodeSelection } = spec;
  const errors: FieldError[] = [];
  const given: string[] = [];
  if (nodeName) {
    given.push("`nodeName`");
    errors.push(...by("spec.nodeName", nodeName, isDnsSubdomain));
  } else if (nodeName === "") {
    const detail = "must be either unset or set to a non-empty string";
    errors.push(invalid("spec.nodeName", nodeName, detail));
  }
  if (nodeSelector) {
    given.push("`nodeSelector`");
    errors.push(...validateNodeSelector(nodeSelector, "spec.nodeSelector"));
    const { nodeSelectorTerms: terms } = nodeSelector;
    if (terms.length !== 1) {
      const path = "spec.nodeSelector.nodeSelectorTerms";
      errors.push(invalid(path, terms, "must have exactly one node selector term"));
    }
  }
  for (const [field, value] of [
    ["allNodes", allNodes],
    ["perDeviceNodeSelection", perDeviceNodeSelection],
  ] as const) {
    if (value) given.push(`\`${field}\``);
    else if (value === false) {
      errors.push(invalid(`spec.${field}`, value, "must be either unset or set to true"));
    }
  }
  const one =
    "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
  if (!given.length) errors.push(requiredValue("spec", one));
  if (given.length > 1) {
    const value = `{${given.join(", ")}}`;
    errors.push(invalid("spec", value, `${one}, but multiple fields are set`));
  }
  return errors;
}

function validateCounters(
  counters: Readonly<Record<string, Counter>> | undefined,
  path: string,
): FieldError[] {
  if (!Object.keys(counters ?? {}).length) return [requiredValue(path)];
  return validateEntries(counters, path, {
    max: countersMax,
    key: (name, at) => validateLabel(at, name),
  });
}

const label = (path: string, value: string) => by(path, value, isQualifiedName);

function validateDevice(device: Device, at: string, selectsNodes: boolean): FieldError[] {
  const { attributes = {}, capacity = {}, consumesCounters, taints } = device;
  const errors = validateLabel(`${at}.name`, device.name);
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > attributesMax) {
    const detail = `the total number of attributes and capacities must not exceed ${attributesMax}`;
    errors.push(invalid(at, count, detail));
  }
  const values = Object.values(attributes).reduce((sum, each) => sum + valuesOf(each), 0);
  if (values > attributeValuesMax) {
    const detail = `the total number of attribute values must not exceed ${attributeValuesMax}`;
    errors.push(invalid(at, values, detail));
  }
  const isShared = device.allowMultipleAllocations ?? false;
  return [
    ...errors,
    ...validateEntries(attributes, `${at}.attributes`, {
      key: validateAttributeName,
      item: validateAttribute,
    }),
    ...validateEntries(capacity, `${at}.capacity`, {
      key: validateAttributeName,
      item: (each, path) => validateCapacity(each, path, isShared),
    }),
    ...validateList(taints, `${at}.taints`, { max: taintsMax, item: validateTaint }),
    ...validateList(consumesCounters, `${at}.consumesCounters`, {
      max: consumptionsMax,
      key: ({ counterSet }) => counterSet,
      item: ({ counterSet, counters }, path) => [
        ...(counterSet
          ? validateLabel(`${path}.counterSet`, counterSet)
          : [requiredValue(`${path}.counterSet`)]),
        ...validateCounters(counters, `${path}.counters`),
      ],
    }),
    ...validateDevicePlace(device, at, selectsNodes),
    ...validateBindingConditions(
      device.bindingConditions,
      device.bindingFailureConditions,
      at,
      label,
    ),
    ...validateMappings(device, `${at}.nodeAllocatableResourceMappings`),
  ];
}

function validateDevicePlace(device: Device, at: string, selectsNodes: boolean): FieldError[] {
  const { allNodes, nodeName, nodeSelector } = device;
  if (!selectsNodes) {
    if (nodeName === undefined && !nodeSelector && allNodes === undefined) return [];
    const detail =
      "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is " +
      "set to true in the ResourceSlice spec";
    return [invalid(at, null, detail)];
  }
  const errors: FieldError[] = [];
  const given: string[] = [];
  if (nodeName) {
    given.push("`nodeName`");
    errors.push(...by(`${at}.nodeName`, nodeName, isDnsSubdomain));
  } else if (nodeName === "") {
    errors.push(invalid(`${at}.nodeName`, nodeName, "must not be empty"));
  }
  if (nodeSelector) {
    given.push("`nodeSelector`");
    errors.push(...validateNodeSelector(nodeSelector, `${at}.nodeSelector`));
  }
  if (allNodes) given.push("`allNodes`");
  else if (allNodes === false) {
    errors.push(invalid(`${at}.allNodes`, allNodes, "must be either unset or set to true"));
  }
  const one =
    "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when " +
    "`perDeviceNodeSelection` is set to true in the ResourceSlice spec";
  if (!given.length) errors.push(requiredValue(at, one));
  if (given.length > 1) errors.push(invalid(at, `{${given.join(", ")}}`, one));
  return errors;
}

function valuesOf({ bools = [], ints = [], strings = [], versions = [] }: DeviceAttribute): number {
  return bools.length + ints.length + strings.length + versions.length || 1;
}

const version =
  /^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

function validateAttribute(attribute: DeviceAttribute, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const text = (value: string, path: string) =>
    value.length > valueBytesMax ? [tooLong(path, valueBytesMax)] : [];
  const versionText = (value: string, path: string) => [
    ...(version.test(value)
      ? []
      : [invalid(path, value, "must be a string compatible with semver.org spec 2.0.0")]),
    ...text(value, path),
  ];
  if (attribute.string !== undefined) errors.push(...text(attribute.string, `${at}.string`));
  if (attribute.version !== undefined) {
    errors.push(...versionText(attribute.version, `${at}.version`));
  }
  for (const field of ["bools", "ints", "strings", "versions"] as const) {
    if (attribute[field]?.length !== 0) continue;
    errors.push(invalid(`${at}.${field}`, [], "must not be empty if specified"));
  }
  errors.push(...validateList(attribute.strings, `${at}.strings`, { item: text }));
  errors.push(...validateList(attribute.versions, `${at}.versions`, { item: versionText }));
  const given = Object.values(attribute).filter((value) => value !== undefined).length;
  if (given !== 1) {
    errors.push(invalid(at, given ? attribute : "", "exactly one value must be specified"));
  }
  return errors;
}

function validateCapacity(
  { requestPolicy, value }: DeviceCapacity,
  at: string,
  isShared: boolean,
): FieldError[] {
  if (!requestPolicy) return [];
  const path = `${at}.requestPolicy`;
  return isShared
    ? validateRequestPolicy(requestPolicy satisfies CapacityRequestPolicy, value, path)
    : [forbidden(path, "allowMultipleAllocations must be true")];
}

/** What a device takes of the node's own resources. */
function validateMappings(device: Device, path: string): FieldError[] {
  const { capacity = {}, nodeAllocatableResourceMappings: mappings = {} } = device;
  return Object.entries(mappings).flatMap(([name, { allocationMultiplier, capacityKey }]) => {
    const at = `${path}[${name}]`;
    const errors: FieldError[] = [];
    if (name.includes("/") && !name.includes("kubernetes.io/")) {
      errors.push(invalid(at, name, "must be a node allocatable resource name"));
    }
    if (allocationMultiplier === undefined && capacityKey === undefined) {
      const detail = "at least one of allocationMultiplier or capacityKey must be set";
      errors.push(invalid(at, "", detail));
    }
    if (allocationMultiplier !== undefined && compareQuantities(allocationMultiplier, "0") <= 0) {
      errors.push(invalid(`${at}.allocationMultiplier`, allocationMultiplier, "must be positive"));
    }
    if (capacityKey === "") {
      errors.push(invalid(`${at}.capacityKey`, "", "capacityKey must not be an empty string"));
    } else if (capacityKey !== undefined && !capacity[capacityKey]) {
      errors.push(notFound(`${at}.capacityKey`, capacityKey));
    }
    return errors;
  });
}
