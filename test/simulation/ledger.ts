import { equalBytes } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { orderOf } from "#storage/keys.ts";
import type { World } from "./world.ts";

/** One revision, as the database has written it. */
export interface Written {
  readonly revision: number;
  readonly key: string;
  /** Undefined where the key was deleted. */
  readonly value: Bytes | undefined;
  readonly created: number;
  /** When the key is due to go by itself, by the wall clock. */
  readonly expires?: number;
}

/**
 * What the database really did, written down where it does it: below everything that is put to the
 * test, and beyond the reach of its crashes. All that anybody is shown is compared with it.
 */
export class Ledger {
  readonly #world: World;
  readonly #all: Written[] = [];
  readonly #byKey = new Map<string, Written[]>();
  /** The newest revision that somebody was shown: it can never be undone. */
  #shown = 1;
  /** The newest one that came by a cache. */
  #served = 1;
  /** Caches ask the database how new it is, because others write to it, too. */
  readonly #isShared: boolean;

  constructor(world: World, options: { readonly isShared: boolean }) {
    this.#world = world;
    this.#isShared = options.isShared;
  }

  get newest(): number {
    return this.#all.at(-1)?.revision ?? 1;
  }

  get shown(): number {
    return this.#shown;
  }

  /** What readers of any cache must be shown from now on. */
  get floor(): number {
    return this.#isShared ? this.#shown : this.#served;
  }

  /** Somebody has learned of the revision from the database itself. */
  show(revision: number): void {
    if (revision > this.#shown) this.#shown = revision;
  }

  /** Somebody has learned of it by a cache. */
  serve(revision: number): void {
    if (revision > this.#served) this.#served = revision;
    this.show(revision);
  }

  record(written: Written): void {
    if (written.revision <= this.newest) {
      this.#world.report(`revision ${written.revision} came after ${this.newest}`);
    }
    this.#world.note(() => `wrote ${describe(written)}`);
    this.#all.push(written);
    const versions = this.#byKey.get(written.key);
    if (versions) versions.push(written);
    else this.#byKey.set(written.key, [written]);
  }

  /** A crash has undone what came after; nobody may have seen it. */
  forgetAfter(revision: number): void {
    if (revision < this.#shown) {
      this.#world.report(`revision ${this.#shown} was acknowledged, and a crash undid it`);
    }
    while (this.newest > revision) {
      const undone = this.#all.pop();
      if (!undone) return;
      this.#world.trouble("a crash undid", () => describe(undone));
      this.#byKey.get(undone.key)?.pop();
    }
  }

  /** Changes under the prefix after one revision and up to another. */
  *between(prefix: string, after: number, upTo = Infinity): Generator<Written, void, undefined> {
    for (let index = this.#indexAfter(after); index < this.#all.length; index++) {
      const written = this.#all[index] as Written;
      if (written.revision > upTo) return;
      if (written.key.startsWith(prefix)) yield written;
    }
  }

  /** The key's newest change up to a revision, be it a delete. */
  at(key: string, revision: number): Written | undefined {
    return this.#byKey.get(key)?.findLast((written) => written.revision <= revision);
  }

  /** The key as it was after a revision. */
  state(key: string, revision: number): Written | undefined {
    const written = this.at(key, revision);
    return written?.value && written;
  }

  /** The first change of the key after a revision. */
  next(key: string, revision: number): Written | undefined {
    return this.#byKey.get(key)?.find((written) => written.revision > revision);
  }

  values(): Iterable<Written> {
    return this.#all;
  }

  /** All keys under the prefix as they were after a revision, in order. */
  snapshot(prefix: string, revision: number): Written[] {
    const found: Written[] = [];
    for (const key of [...this.#byKey.keys()].sort(byBytes)) {
      const written = key.startsWith(prefix) ? this.state(key, revision) : undefined;
      if (written) found.push(written);
    }
    return found;
  }

  #indexAfter(revision: number): number {
    let low = 0;
    let high = this.#all.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#all[middle] as Written).revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const byBytes = (left: string, right: string) => (orderOf(left) < orderOf(right) ? -1 : 1);

/** Whether both are the same revision of the same key, with the same bytes. */
export function isSame(
  left: Pick<Written, "revision" | "value">,
  right: Pick<Written, "revision" | "value">,
): boolean {
  if (left.revision !== right.revision) return false;
  if (!left.value || !right.value) return left.value === right.value;
  return equalBytes(left.value, right.value);
}

export function describe({ revision, key, value }: Written): string {
  return `${revision}: ${key} ${value ? `(${value.length} bytes)` : "deleted"}`;
}

/** Reports where a state that somebody was shown is not the one that it should be. */
export function compareStates(
  world: World,
  who: string,
  expected: readonly Written[],
  found: readonly Written[],
): void {
  const same =
    expected.length === found.length &&
    expected.every((written, index) => {
      const other = found[index];
      return other !== undefined && other.key === written.key && isSame(written, other);
    });
  if (same) return;
  const list = (all: readonly Written[]) => all.map(describe).join(", ") || "nothing";
  world.report(`${who} has ${list(found)}; there is ${list(expected)}`);
}
