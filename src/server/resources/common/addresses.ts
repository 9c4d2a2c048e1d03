import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid } from "#machinery/validation/field-error.ts";
import { isIp } from "#machinery/validation/names.ts";
import { by } from "./validation.ts";

/** An address of an endpoint: traffic for it must leave the node that sends it. */
export function validateEndpointAddress(path: string, ip: string): FieldError[] {
  const errors = by(path, ip, isIp);
  if (errors.length) return errors;
  const refuse = (detail: string) => [invalid(path, ip, detail)];
  if (ip === "0.0.0.0" || ip === "::") return refuse(`may not be unspecified (${ip})`);
  if (ip.startsWith("127.") || ip === "::1") {
    return refuse("may not be in the loopback range (127.0.0.0/8, ::1/128)");
  }
  if (ip.startsWith("169.254.") || /^fe[89ab]/i.test(ip)) {
    return refuse("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  }
  if (ip.startsWith("224.0.0.") || ip.toLowerCase().startsWith("ff02:")) {
    return refuse("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
  }
  return [];
}
