import type { EndpointAddress, EndpointPort, Endpoints } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { requiredValue } from "#machinery/validation/field-error.ts";
import {
  isDnsLabel,
  isDnsSubdomain,
  isPortNumber,
  isQualifiedName,
} from "#machinery/validation/names.ts";
import { validateEndpointAddress } from "../../common/addresses.ts";
import { by } from "../../common/validation.ts";

export function validateEndpoints({ subsets = [] }: Endpoints): FieldError[] {
  return subsets.flatMap((subset, index) => {
    const at = `subsets[${index}]`;
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    const errors: FieldError[] = [];
    if (!addresses.length && !notReadyAddresses.length) {
      errors.push(requiredValue(at, "must specify `addresses` or `notReadyAddresses`"));
    }
    return [
      ...errors,
      ...addresses.flatMap((one, i) => validateAddress(one, `${at}.addresses[${i}]`)),
      ...notReadyAddresses.flatMap((one, i) =>
        validateAddress(one, `${at}.notReadyAddresses[${i}]`),
      ),
      ...ports.flatMap((port, i) => validatePort(port, ports.length > 1, `${at}.ports[${i}]`)),
    ];
  });
}

function validateAddress({ ip, hostname, nodeName }: EndpointAddress, at: string): FieldError[] {
  return [
    ...validateEndpointAddress(`${at}.ip`, ip),
    ...(hostname ? by(`${at}.hostname`, hostname, isDnsLabel) : []),
    ...(nodeName ? by(`${at}.nodeName`, nodeName, isDnsSubdomain) : []),
  ];
}

function validatePort(port: EndpointPort, nameNeeded: boolean, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (nameNeeded && !port.name) errors.push(requiredValue(`${at}.name`));
  else if (port.name) errors.push(...by(`${at}.name`, port.name, isDnsLabel));
  const { appProtocol } = port;
  return [
    ...errors,
    ...by(`${at}.port`, port.port, isPortNumber),
    ...(appProtocol === undefined ? [] : by(`${at}.appProtocol`, appProtocol, isQualifiedName)),
  ];
}
