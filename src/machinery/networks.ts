import { parseIp } from "./validation/names.ts";

/** A network, IPv4 or IPv6. */
export interface Network {
  /** Of its own address: 4 or 16. */
  readonly bytes: Uint8Array;
  readonly prefixLength: number;
}

export function parseNetwork(cidr: string): Network | undefined {
  const [address = "", length = "", ...rest] = cidr.split("/");
  const bytes = parseIp(address);
  const prefixLength = Number(length);
  if (!bytes || rest.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  return prefixLength > bytes.length * 8
    ? undefined
    : { bytes: Uint8Array.from(bytes), prefixLength };
}

/** Whether the network has the address, or all of another network. */
export function includes(cidr: string, other: string): boolean {
  const network = parseNetwork(cidr);
  const inner = other.includes("/") ? parseNetwork(other) : parseNetwork(wholeAddress(other));
  if (!network || inner?.bytes.length !== network.bytes.length) return false;
  return network.prefixLength <= inner.prefixLength && agree(network, inner.bytes);
}

const wholeAddress = (address: string) => `${address}/${address.includes(":") ? 128 : 32}`;

function agree({ bytes, prefixLength }: Network, others: Uint8Array): boolean {
  return bytes.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefixLength - 8 * index));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((others[index] ?? 0) & mask);
  });
}
