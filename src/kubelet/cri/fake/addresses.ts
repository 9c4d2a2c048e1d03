import { RuntimeError } from "../runtime.ts";

/** The addresses of one IPv4 range, given out in turn as host-local does. */
export class AddressPool {
  readonly #cidr: string;
  readonly #base: number;
  readonly #size: number;
  readonly #used = new Set<number>();
  #last = 1;

  /** The first address is the network's, the second its gateway, the last one the broadcast. */
  constructor(cidr: string) {
    const { base, prefix } = parseCidr(cidr);
    this.#cidr = cidr;
    this.#base = base;
    this.#size = 2 ** (32 - prefix);
  }

  take(): string {
    for (let tries = 0; tries < this.#size; tries++) {
      this.#last = this.#last + 1 >= this.#size - 1 ? 2 : this.#last + 1;
      if (this.#used.has(this.#last) || this.#last >= this.#size - 1) continue;
      this.#used.add(this.#last);
      return formatAddress(this.#base + this.#last);
    }
    const message =
      'failed to setup network for sandbox: plugin type="bridge" failed (add): failed to ' +
      `allocate for range 0: no IP addresses available in range set: ${this.#cidr}`;
    throw new RuntimeError("UNKNOWN", message);
  }

  giveBack(address: string): void {
    this.#used.delete(parseAddress(address) - this.#base);
  }
}

/** The `index`-th range of `prefix` bits inside of `cidr`: "10.0.0.0/8" has 65536 of 24 bits. */
export function subnetOf(cidr: string, prefix: number, index: number): string {
  const outer = parseCidr(cidr);
  const count = 2 ** (prefix - outer.prefix);
  if (index < 0 || index >= count) {
    throw new RangeError(`${cidr} has ${Math.max(0, count)} ranges /${prefix}, not ${index + 1}`);
  }
  return `${formatAddress(outer.base + index * 2 ** (32 - prefix))}/${prefix}`;
}

/** The `index`-th address of a range. */
export function addressOf(cidr: string, index: number): string {
  const { base, prefix } = parseCidr(cidr);
  if (index < 0 || index >= 2 ** (32 - prefix)) {
    throw new RangeError(`${cidr} has no address number ${index}`);
  }
  return formatAddress(base + index);
}

function parseCidr(cidr: string): { base: number; prefix: number } {
  const [address = "", bits = ""] = cidr.split("/");
  const prefix = Number(bits);
  if (!Number.isInteger(prefix) || bits === "" || prefix < 0 || prefix > 32) {
    throw new RangeError(`"${cidr}" is no IPv4 range such as 10.244.0.0/24`);
  }
  const size = 2 ** (32 - prefix);
  return { base: Math.floor(parseAddress(address) / size) * size, prefix };
}

function parseAddress(address: string): number {
  const parts = address.split(".").map(Number);
  if (
    parts.length !== 4 ||
    parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)
  ) {
    throw new RangeError(`"${address}" is no IPv4 address`);
  }
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
