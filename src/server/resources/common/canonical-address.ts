import { formatIpAddress } from "#pki/ip-address.ts";
import { parseIp } from "#machinery/validation/names.ts";

/** What is wrong with an address that must be written in the one way that is canonical. */
export function isCanonicalIp(text: string): string[] {
  const bytes = parseIp(text);
  if (!bytes) {
    return hasLeadingZeros(text)
      ? ["must not have leading 0s"]
      : ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"];
  }
  if (isMapped(bytes)) return ["must not be an IPv4-mapped IPv6 address"];
  const canonical = formatIpAddress(new Uint8Array(bytes));
  return canonical === text ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
}

/** The same for a network, which also must not say anything about hosts in it. */
export function isCanonicalCidr(text: string): string[] {
  const [address = "", length = "", ...rest] = text.split("/");
  const bytes = parseIp(address);
  const prefix = Number(length);
  const bits = (bytes?.length ?? 4) * 8;
  if (
    rest.length ||
    !/^\d{1,3}$/.test(length) ||
    prefix > bits ||
    !(bytes || hasLeadingZeros(address))
  ) {
    return ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"];
  }
  if (!bytes || /^0\d/.test(length)) return ["must not have leading 0s in IP or prefix length"];
  if (isMapped(bytes)) return ["must not have an IPv4-mapped IPv6 address"];
  const hostBits = bytes.some((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return (byte & (0xff >> kept)) !== 0;
  });
  if (hostBits) return ["must not have bits set beyond the prefix length"];
  const canonical = `${formatIpAddress(new Uint8Array(bytes))}/${prefix}`;
  return canonical === text ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
}

function hasLeadingZeros(text: string): boolean {
  return (
    /^\d+(\.\d+){3}$/.test(text) &&
    text.split(".").every((part) => Number(part) < 256) &&
    text.split(".").some((part) => /^0\d/.test(part))
  );
}

function isMapped(bytes: readonly number[]): boolean {
  if (bytes.length !== 16) return false;
  return bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
}
