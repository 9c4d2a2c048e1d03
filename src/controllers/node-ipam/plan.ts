import type { CidrRange } from "./ranges.ts";

/** Which parts of a range are taken, and by whom. */
export class Occupation {
  readonly #range: CidrRange;
  readonly #taken = new Map<number, Set<string>>();
  readonly #ofOwner = new Map<string, number[]>();
  #next = 0;

  constructor(range: CidrRange, reserved: readonly string[] = []) {
    this.#range = range;
    for (const cidr of reserved) this.occupy(`reserved ${cidr}`, cidr);
  }

  /** Whether the network lies in the range; it is the owner's from now on. */
  occupy(owner: string, cidr: string): boolean {
    const parts = this.#range.partsIn(cidr);
    if (!parts) return false;
    this.release(owner);
    for (let part = parts.first; part <= parts.last; part++) this.#take(owner, part);
    return true;
  }

  /** The next free network; they go around, so that one that was just given back rests. */
  allocate(owner: string): string | undefined {
    const { count } = this.#range;
    for (let tried = 0; tried < count; tried++) {
      const part = (this.#next + tried) % count;
      if (this.#taken.has(part)) continue;
      this.#next = (part + 1) % count;
      this.release(owner);
      this.#take(owner, part);
      return this.#range.part(part);
    }
    return undefined;
  }

  release(owner: string): void {
    for (const part of this.#ofOwner.get(owner) ?? []) {
      const owners = this.#taken.get(part);
      owners?.delete(owner);
      // Two nodes may have been given one network by others: it is free after both.
      if (owners?.size === 0) this.#taken.delete(part);
    }
    this.#ofOwner.delete(owner);
  }

  #take(owner: string, part: number): void {
    const owners = this.#taken.get(part);
    if (owners) owners.add(owner);
    else this.#taken.set(part, new Set([owner]));
    const parts = this.#ofOwner.get(owner);
    if (parts) parts.push(part);
    else this.#ofOwner.set(owner, [part]);
  }
}
