import type { Endpoint, EndpointSlice } from "#api/discovery/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { duplicate, requiredValue, tooMany } from "#machinery/validation/field-error.ts";
import {
  isDnsLabel,
  isDnsSubdomain,
  isIpv4,
  isIpv6,
  isLabelValue,
  isQualifiedName,
} from "#machinery/validation/names.ts";
import { validateEndpointAddress } from "../../common/addresses.ts";
import { by, immutable } from "../../common/validation.ts";

const endpointsMax = 1000;
const portsMax = 20_000;
const addressesMax = 100;

export function validateEndpointSlice(slice: EndpointSlice): FieldError[] {
  const { endpoints = [], ports = [], addressType } = slice;
  const errors: FieldError[] = [];
  if (endpoints.length > endpointsMax) {
    errors.push(tooMany("endpoints", endpoints.length, endpointsMax));
  }
  if (ports.length > portsMax) errors.push(tooMany("ports", ports.length, portsMax));
  for (const [index, endpoint] of endpoints.entries()) {
    errors.push(...validateEndpoint(endpoint, `endpoints[${index}]`, addressType));
  }
  const names = new Set<string>();
  for (const [index, { appProtocol, name = "" }] of ports.entries()) {
    const at = `ports[${index}]`;
    if (name) errors.push(...by(`${at}.name`, name, isDnsLabel));
    if (appProtocol !== undefined) {
      errors.push(...by(`${at}.appProtocol`, appProtocol, isQualifiedName));
    }
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
  }
  return errors;
}

function validateEndpoint(
  { addresses, hints, hostname, nodeName }: Endpoint,
  at: string,
  addressType: EndpointSlice["addressType"],
): FieldError[] {
  const errors: FieldError[] = [];
  if (!addresses.length) {
    errors.push(requiredValue(`${at}.addresses`, "must contain at least 1 address"));
  } else if (addresses.length > addressesMax) {
    errors.push(tooMany(`${at}.addresses`, addresses.length, addressesMax));
  }
  for (const [index, address] of addresses.entries()) {
    const path = `${at}.addresses[${index}]`;
    switch (addressType) {
      case "IPv4":
        errors.push(...by(path, address, isIpv4), ...validateEndpointAddress(path, address));
        break;
      case "IPv6":
        errors.push(...by(path, address, isIpv6), ...validateEndpointAddress(path, address));
        break;
      case "FQDN":
        errors.push(...by(path, address, isDnsSubdomain));
        break;
      default:
        // A type that is none of these is told once, by the schema.
        addressType satisfies never;
    }
  }
  if (hostname !== undefined) errors.push(...by(`${at}.hostname`, hostname, isDnsLabel));
  if (nodeName !== undefined) errors.push(...by(`${at}.nodeName`, nodeName, isDnsSubdomain));
  const { forNodes = [], forZones = [] } = hints ?? {};
  for (const [field, places, rule] of [
    ["forZones", forZones, isLabelValue],
    ["forNodes", forNodes, isDnsSubdomain],
  ] as const) {
    const names = places.map(({ name }) => name);
    for (const [index, name] of names.entries()) {
      const path = `${at}.hints.${field}[${index}].name`;
      if (names.indexOf(name) < index) errors.push(duplicate(path, name));
      errors.push(...by(path, name, rule));
    }
  }
  return errors;
}

export function validateEndpointSliceUpdate(
  slice: EndpointSlice,
  old: Readonly<EndpointSlice>,
): FieldError[] {
  return immutable("addressType", slice.addressType, old.addressType);
}
