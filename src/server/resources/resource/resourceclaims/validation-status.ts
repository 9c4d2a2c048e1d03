import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceRequestAllocationResult,
  NetworkDeviceData,
  ResourceClaim,
} from "#api/resource/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  forbidden,
  invalid,
  notSupported,
  requiredValue,
  tooLong,
  tooMany,
} from "#machinery/validation/field-error.ts";
import { isQualifiedName, parseCidr } from "#machinery/validation/names.ts";
import { formatIpAddress } from "#pki/ip-address.ts";
import { validateDriverName } from "../../common/driver-name.ts";
import { by, immutable, present, sameValue } from "../../common/validation.ts";
import { validateNodeSelector } from "../../core/pods/validation-scheduling.ts";
import { validateConfiguration } from "../common/devices.ts";
import {
  validateBindingConditions,
  validateLabel,
  validateList,
  validatePoolName,
  validateRaw,
  validateShareId,
} from "../common/lists.ts";
import {
  configurationsMax,
  requestNames,
  requestsMax,
  validateReference,
  validateReferences,
} from "./validation.ts";

const consumersMax = 256;
const conditionsMax = 8;
const dataBytesMax = 10 * 1024;

export function validateClaimStatus(
  { metadata, spec, status }: ResourceClaim,
  { status: old }: Readonly<ResourceClaim>,
): FieldError[] {
  const { allocation, reservedFor = [] } = status;
  const allocated = new Set((allocation?.devices?.results ?? []).map(deviceKey));
  const errors = [
    ...validateList(status.reservedFor, "status.reservedFor", {
      max: consumersMax,
      key: ({ uid }) => uid,
      item: ({ name, resource, uid }, at) => [
        ...present(`${at}.resource`, resource),
        ...present(`${at}.name`, name),
        ...present(`${at}.uid`, uid),
      ],
    }),
    ...validateList(status.devices, "status.devices", {
      key: deviceKey,
      item: (device, at) => validateDevice(device, at, allocated),
    }),
  ];
  if (reservedFor.length && !allocation) {
    const detail = "may not be specified when `allocated` is not set";
    errors.push(forbidden("status.reservedFor", detail));
  } else if (metadata.deletionTimestamp !== undefined) {
    const isNew = reservedFor.some(
      (consumer) => !old.reservedFor?.some((known) => sameValue(known, consumer)),
    );
    if (isNew) {
      const detail =
        "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set";
      errors.push(forbidden("status.reservedFor", detail));
    }
  }
  if (!allocation) return errors;
  if (old.allocation) {
    return [...errors, ...immutable("status.allocation", allocation, old.allocation)];
  }
  return [...errors, ...validateAllocation(allocation, requestNames(spec.devices ?? {}))];
}

function deviceKey(device: {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareID?: string;
}): string {
  const { driver, pool, shareID } = device;
  return [driver, pool, device.device, ...(shareID ? [shareID] : [])].join("/");
}

function validateAllocation(
  { devices, nodeSelector }: AllocationResult,
  names: ReadonlySet<string>,
): FieldError[] {
  const at = "status.allocation";
  return [
    ...validateList(devices?.results, `${at}.devices.results`, {
      max: requestsMax,
      item: (result, path) => validateResult(result, path, names),
    }),
    ...validateList(devices?.config, `${at}.devices.config`, {
      // Those of the class, and those of the claim.
      max: 2 * configurationsMax,
      item: (configuration, path) => [
        ...validateOrigin(configuration.source, `${path}.source`),
        ...validateReferences(configuration.requests, `${path}.requests`, names),
        ...validateConfiguration(configuration, path),
      ],
    }),
    ...(nodeSelector ? validateNodeSelector(nodeSelector, `${at}.nodeSelector`) : []),
  ];
}

function validateOrigin(source: string, path: string): FieldError[] {
  if (!source) return [requiredValue(path)];
  const known = ["FromClaim", "FromClass"];
  return known.includes(source) ? [] : [notSupported(path, source, known)];
}

const label = (path: string, value: string) => by(path, value, isQualifiedName);

function validateResult(
  result: DeviceRequestAllocationResult,
  at: string,
  names: ReadonlySet<string>,
): FieldError[] {
  const { bindingConditions, bindingFailureConditions } = result;
  return [
    ...validateReference(result.request, `${at}.request`, names),
    ...validateDriverName(`${at}.driver`, result.driver),
    ...validatePoolName(`${at}.pool`, result.pool),
    ...validateLabel(`${at}.device`, result.device),
    ...validateBindingConditions(bindingConditions, bindingFailureConditions, at, label),
    ...validateShareId(`${at}.shareID`, result.shareID),
  ];
}

function validateDevice(
  device: AllocatedDeviceStatus,
  at: string,
  allocated: ReadonlySet<string>,
): FieldError[] {
  const { conditions = [], data, networkData } = device;
  const errors = [
    ...validateDriverName(`${at}.driver`, device.driver),
    ...validatePoolName(`${at}.pool`, device.pool),
    ...validateLabel(`${at}.device`, device.device),
    ...validateShareId(`${at}.shareID`, device.shareID),
  ];
  const key = deviceKey(device);
  if (!allocated.has(key)) {
    errors.push(invalid(at, key, "must be an allocated device in the claim"));
  }
  if (conditions.length > conditionsMax) {
    errors.push(tooMany(`${at}.conditions`, conditions.length, conditionsMax));
  }
  if (data !== undefined) errors.push(...validateRaw(data, `${at}.data`, dataBytesMax));
  if (networkData) errors.push(...validateNetwork(networkData, `${at}.networkData`));
  return errors;
}

const addressesMax = 16;
const interfaceBytesMax = 256;
const hardwareBytesMax = 128;

function validateNetwork(network: NetworkDeviceData, at: string): FieldError[] {
  const { hardwareAddress = "", interfaceName = "", ips } = network;
  return [
    ...(interfaceName.length > interfaceBytesMax
      ? [tooLong(`${at}.interfaceName`, interfaceBytesMax)]
      : []),
    ...(hardwareAddress.length > hardwareBytesMax
      ? [tooLong(`${at}.hardwareAddress`, hardwareBytesMax)]
      : []),
    ...validateList(ips, `${at}.ips`, {
      max: addressesMax,
      key: (address) => address,
      item: (address, path) => by(path, address, isInterfaceAddress),
    }),
  ];
}

function isInterfaceAddress(address: string): string[] {
  const parsed = parseCidr(address);
  if (!parsed) {
    return ["must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)"];
  }
  const canonical = `${formatIpAddress(new Uint8Array(parsed.address))}/${parsed.prefixLength}`;
  return canonical === address ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
}
