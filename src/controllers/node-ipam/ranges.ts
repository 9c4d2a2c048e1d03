import { formatAddress } from "#machinery/cel/library/address.ts";
import { parseNetwork } from "#machinery/networks.ts";

/** A network, as "10.244.0.0/16" says it. */
interface Range {
  /** Of its first address. */
  readonly start: bigint;
  readonly prefix: number;
  /** 32 or 128. */
  readonly bits: number;
}

function rangeOf(text: string): Range | undefined {
  const network = parseNetwork(text);
  if (!network) return undefined;
  const { bytes, prefixLength: prefix } = network;
  const bits = bytes.length * 8;
  const value = Array.from(bytes, BigInt).reduce((sum, byte) => (sum << 8n) | byte, 0n);
  const host = BigInt(bits - prefix);
  return { start: (value >> host) << host, prefix, bits };
}

function networkText({ start, prefix, bits }: Range): string {
  const bytes = Array.from({ length: bits / 8 }, (_, index) =>
    Number((start >> BigInt(bits - 8 * (index + 1))) & 0xffn),
  );
  return `${formatAddress(bytes)}/${prefix}`;
}

/** So many networks at most are cut from one: a node's part of an IPv6 range is no smaller. */
const partBitsMax = 16;

/** A network that is cut into parts of one size, which are numbered from 0. */
export class CidrRange {
  readonly count: number;
  readonly #network: Range;
  readonly #partPrefix: number;

  constructor(cidr: string, partPrefix: number) {
    const network = rangeOf(cidr);
    if (!network) throw new Error(`${cidr} is no network`);
    const { bits, prefix } = network;
    if (partPrefix < prefix || partPrefix > bits) {
      throw new Error(`no networks of /${partPrefix} can be cut from ${cidr}`);
    }
    if (partPrefix - prefix > partBitsMax) {
      throw new Error(`${cidr} would be cut into more than ${2 ** partBitsMax} networks`);
    }
    this.#network = network;
    this.#partPrefix = partPrefix;
    this.count = 2 ** (partPrefix - prefix);
  }

  part(index: number): string {
    const { start, bits } = this.#network;
    const size = BigInt(bits - this.#partPrefix);
    return networkText({ start: start + (BigInt(index) << size), prefix: this.#partPrefix, bits });
  }

  /** The numbers of the parts that the network touches, first and last; none of another range. */
  partsIn(cidr: string): { readonly first: number; readonly last: number } | undefined {
    const other = rangeOf(cidr);
    const { start, bits, prefix } = this.#network;
    if (other?.bits !== bits) return undefined;
    const size = BigInt(bits - this.#partPrefix);
    const end = start + (1n << BigInt(bits - prefix));
    const otherEnd = other.start + (1n << BigInt(bits - other.prefix));
    if (otherEnd <= start || other.start >= end) return undefined;
    const from = other.start > start ? other.start : start;
    const to = otherEnd < end ? otherEnd : end;
    return { first: Number((from - start) >> size), last: Number((to - 1n - start) >> size) };
  }
}
