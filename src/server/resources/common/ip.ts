import { parseIp } from "#machinery/validation/names.ts";

/** The 32 bits of "10.96.0.1"; undefined for what is no IPv4 address. */
export function parseIPv4(text: string): number | undefined {
  const bytes = parseIp(text);
  return bytes?.length === 4 ? bytes.reduce((value, byte) => value * 256 + byte, 0) : undefined;
}

export function formatIPv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

export interface IPv4Network {
  /** The network's own address: the host's bits are zero. */
  readonly base: number;
  readonly prefix: number;
}

export function parseIPv4Cidr(text: string): IPv4Network | undefined {
  const [address = "", length = "", ...rest] = text.split("/");
  const value = parseIPv4(address);
  const prefix = Number(length);
  if (value === undefined || rest.length || !/^\d{1,2}$/.test(length) || prefix > 32) {
    return undefined;
  }
  const size = 2 ** (32 - prefix);
  return { base: Math.floor(value / size) * size, prefix };
}
