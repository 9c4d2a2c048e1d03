import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, requiredValue, tooLong } from "#machinery/validation/field-error.ts";
import { isDnsSubdomain } from "#machinery/validation/names.ts";

const driverBytesMax = 63;

/** The name of a CSI driver: a DNS subdomain in which capitals are tolerated. */
export function validateDriverName(path: string, name: string | undefined): FieldError[] {
  if (!name) return [requiredValue(path)];
  return [
    ...(name.length > driverBytesMax ? [tooLong(path, driverBytesMax)] : []),
    ...isDnsSubdomain(name.toLowerCase()).map((detail) => invalid(path, name, detail)),
  ];
}
