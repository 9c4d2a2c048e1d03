import { parseNetwork } from "#machinery/networks.ts";
import { parseIp } from "#machinery/validation/names.ts";

/** The 32 bits of "10.96.0.1"; undefined for what is no IPv4 address. */
export function parseIPv4(text: string): number | undefined {
  const bytes = parseIp(text);
  return bytes?.length === 4 ? numberOf(bytes) : undefined;
}

const numberOf = (bytes: ArrayLike<number>) =>
  Array.from(bytes).reduce((value, byte) => value * 256 + byte, 0);

export function formatIPv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

export interface IPv4Network {
  /** The network's own address: the host's bits are zero. */
  readonly base: number;
  readonly prefix: number;
}

export function parseIPv4Cidr(text: string): IPv4Network | undefined {
  const network = parseNetwork(text);
  if (network?.bytes.length !== 4) return undefined;
  const value = numberOf(network.bytes);
  const prefix = network.prefixLength;
  const size = 2 ** (32 - prefix);
  return { base: Math.floor(value / size) * size, prefix };
}
