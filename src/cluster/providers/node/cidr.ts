/** An IPv4 network, as `10.240.0.0/24`. */
export interface Cidr {
  readonly address: string;
  readonly prefixLength: number;
}

/** Throws on anything that is no IPv4 network. */
export function parseCidr(value: string): Cidr {
  const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(value);
  const [, address = "", length = ""] = match ?? [];
  if (!match || Number(length) > 32) {
    throw new Error(`"${value}" is no IPv4 network such as 10.240.0.0/24`);
  }
  addressNumber(address);
  return { address, prefixLength: Number(length) };
}

/** The address at `index` of the network: 1 is the first that a machine may have. */
export function addressAt(cidr: string, index: number): string {
  const { address, prefixLength } = parseCidr(cidr);
  const size = 2 ** (32 - prefixLength);
  if (index < 0 || index >= size) throw new Error(`${cidr} has no address number ${index}`);
  const base = Math.floor(addressNumber(address) / size) * size;
  const number = base + index;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

function addressNumber(address: string): number {
  const parts = address.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part > 255)) {
    throw new Error(`"${address}" is no IPv4 address`);
  }
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
