import type { Library } from "../environment.ts";
import { declare, method, overload } from "../signature.ts";
import { opaqueType } from "../types.ts";
import { ErrorValue, OpaqueValue, type Result } from "../values.ts";
import { formatAddress, parseAddress } from "./address.ts";

const ipType = opaqueType("net.IP");
const cidrType = opaqueType("net.CIDR");

class IpValue extends OpaqueValue {
  override readonly type = ipType;
  /** 4 or 16. */
  readonly bytes: readonly number[];

  constructor(bytes: readonly number[]) {
    super();
    this.bytes = bytes;
  }

  override equals(other: OpaqueValue): boolean {
    return other instanceof IpValue && formatAddress(other.bytes) === formatAddress(this.bytes);
  }

  override get size(): number {
    return this.bytes.length;
  }
}

class CidrValue extends OpaqueValue {
  override readonly type = cidrType;
  readonly bytes: readonly number[];
  readonly bits: number;

  constructor(bytes: readonly number[], bits: number) {
    super();
    this.bytes = bytes;
    this.bits = bits;
  }

  override equals(other: OpaqueValue): boolean {
    return other instanceof CidrValue && other.toString() === this.toString();
  }

  override get size(): number {
    return Math.ceil(this.bits / 8);
  }

  override toString(): string {
    return `${formatAddress(this.bytes)}/${this.bits}`;
  }
}

const isMapped = (bytes: readonly number[]) =>
  bytes.length === 16 &&
  bytes.slice(0, 10).every((byte) => byte === 0) &&
  bytes[10] === 255 &&
  bytes[11] === 255;

function parseIp(text: string): IpValue | ErrorValue {
  const [plain = "", zone] = text.split("%", 2);
  const bytes = parseAddress(plain);
  const shown = JSON.stringify(text);
  if (!bytes || (zone !== undefined && bytes.length === 4)) {
    const reason = `ParseAddr(${shown}): unable to parse IP`;
    return new ErrorValue(
      `IP Address ${shown} parse error during conversion from string: ${reason}`,
    );
  }
  if (zone !== undefined) {
    return new ErrorValue(`IP address ${shown} with zone value is not allowed`);
  }
  if (isMapped(bytes)) {
    return new ErrorValue(`IPv4-mapped IPv6 address ${shown} is not allowed`);
  }
  return new IpValue(bytes);
}

const cidrMistake = "network address parse error during conversion from string: ";

function parseCidr(text: string): CidrValue | ErrorValue {
  const shown = JSON.stringify(text);
  const slash = text.lastIndexOf("/");
  if (slash < 0) {
    return new ErrorValue(`${cidrMistake}${cidrMistake}netip.ParsePrefix(${shown}): no '/'`);
  }
  const bytes = parseAddress(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  if (!bytes) {
    const inner = `ParseAddr(${JSON.stringify(text.slice(0, slash))}): unable to parse IP`;
    return new ErrorValue(`${cidrMistake}${cidrMistake}netip.ParsePrefix(${shown}): ${inner}`);
  }
  if (!/^(0|[1-9]\d*)$/.test(bits) || Number(bits) > bytes.length * 8) {
    const reason = /^(0|[1-9]\d*)$/.test(bits)
      ? "prefix length out of range"
      : `bad bits after slash: ${JSON.stringify(bits)}`;
    return new ErrorValue(`${cidrMistake}${cidrMistake}netip.ParsePrefix(${shown}): ${reason}`);
  }
  if (isMapped(bytes)) {
    return new ErrorValue(`${cidrMistake}IPv4-mapped IPv6 address ${shown} is not allowed`);
  }
  return new CidrValue(bytes, Number(bits));
}

function masked(bytes: readonly number[], bits: number): readonly number[] {
  return bytes.map((byte, index) => {
    const kept = Math.max(0, Math.min(8, bits - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
}

function containsIp(cidr: CidrValue, other: IpValue | string): Result {
  const ip = typeof other === "string" ? parseIp(other) : other;
  if (ip instanceof ErrorValue) return ip;
  return ip.bytes.length === cidr.bytes.length && shares(cidr, ip.bytes);
}

const shares = ({ bytes, bits }: CidrValue, other: readonly number[]) =>
  masked(bytes, bits).every((byte, index) => byte === masked(other, bits)[index]);

function containsCidr(cidr: CidrValue, other: CidrValue | string): Result {
  const inner = typeof other === "string" ? parseCidr(other) : other;
  if (inner instanceof ErrorValue) return inner;
  const sameFamily = inner.bytes.length === cidr.bytes.length;
  return sameFamily && cidr.bits <= inner.bits && shares(cidr, inner.bytes);
}

function isCanonical(text: string): Result {
  const ip = parseIp(text);
  return ip instanceof ErrorValue ? ip : formatAddress(ip.bytes) === text;
}

type Bytes = readonly number[];
const at = (bytes: Bytes, index: number) => bytes[index] ?? 0;

const isUnspecified = (bytes: Bytes) => bytes.every((byte) => byte === 0);
const isLoopback = (bytes: Bytes) =>
  bytes.length === 4
    ? bytes[0] === 127
    : bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1;
const isMulticast = (bytes: Bytes) =>
  bytes.length === 4 ? (at(bytes, 0) & 0xf0) === 0xe0 : bytes[0] === 0xff;
const isLinkLocalMulticast = (bytes: Bytes) =>
  bytes.length === 4
    ? bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0
    : bytes[0] === 0xff && (at(bytes, 1) & 0x0f) === 2;
const isLinkLocalUnicast = (bytes: Bytes) =>
  bytes.length === 4
    ? bytes[0] === 169 && bytes[1] === 254
    : bytes[0] === 0xfe && (at(bytes, 1) & 0xc0) === 0x80;
const isGlobalUnicast = (bytes: Bytes) =>
  !isUnspecified(bytes) &&
  !isLoopback(bytes) &&
  !isMulticast(bytes) &&
  !isLinkLocalUnicast(bytes) &&
  !(bytes.length === 4 && bytes.every((byte) => byte === 255));

const property = (name: string, id: string, holds: (bytes: Bytes) => boolean) =>
  declare(
    name,
    method(id, "net.IP -> bool", ({ bytes }: IpValue) => holds(bytes)),
  );

export const networkLibrary: Library = {
  functions: [
    declare(
      "ip",
      overload("string_to_ip", "string -> net.IP", parseIp),
      method("cidr_ip", "net.CIDR -> net.IP", ({ bytes }: CidrValue) => new IpValue(bytes)),
    ),
    declare(
      "isIP",
      overload("is_ip", "string -> bool", (text: string) => parseIp(text) instanceof IpValue),
    ),
    declare("ip.isCanonical", overload("ip_is_canonical", "string -> bool", isCanonical)),
    declare(
      "family",
      method("ip_family", "net.IP -> int", ({ bytes }: IpValue) => (bytes.length === 4 ? 4 : 6)),
    ),
    property("isUnspecified", "ip_is_unspecified", isUnspecified),
    property("isLoopback", "ip_is_loopback", isLoopback),
    property("isLinkLocalMulticast", "ip_is_link_local_multicast", isLinkLocalMulticast),
    property("isLinkLocalUnicast", "ip_is_link_local_unicast", isLinkLocalUnicast),
    property("isGlobalUnicast", "ip_is_global_unicast", isGlobalUnicast),
    declare(
      "string",
      overload("ip_to_string", "net.IP -> string", ({ bytes }: IpValue) => formatAddress(bytes)),
      overload("cidr_to_string", "net.CIDR -> string", (cidr: CidrValue) => cidr.toString()),
    ),
    declare("cidr", overload("string_to_cidr", "string -> net.CIDR", parseCidr)),
    declare(
      "isCIDR",
      overload("is_cidr", "string -> bool", (text: string) => parseCidr(text) instanceof CidrValue),
    ),
    declare(
      "containsIP",
      method("cidr_contains_ip_string", "net.CIDR, string -> bool", containsIp),
      method("cidr_contains_ip_ip", "net.CIDR, net.IP -> bool", containsIp),
    ),
    declare(
      "containsCIDR",
      method("cidr_contains_cidr_string", "net.CIDR, string -> bool", containsCidr),
      method("cidr_contains_cidr", "net.CIDR, net.CIDR -> bool", containsCidr),
    ),
    declare(
      "prefixLength",
      method("cidr_prefix_length", "net.CIDR -> int", ({ bits }: CidrValue) => bits),
    ),
    declare(
      "masked",
      method(
        "cidr_masked",
        "net.CIDR -> net.CIDR",
        ({ bytes, bits }: CidrValue) => new CidrValue(masked(bytes, bits), bits),
      ),
    ),
  ],
  types: { "net.IP": ipType, "net.CIDR": cidrType },
};
