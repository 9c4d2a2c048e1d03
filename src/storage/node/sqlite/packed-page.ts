import type { Bytes } from "#base/bytes.ts";
import { revision } from "../../store.ts";
import type { Entry } from "../../store.ts";
import type { Page } from "./protocol.ts";

/**
 * A page as it changes threads. A message is copied object by object, which takes longer than
 * reading the rows: so the entries are laid out in few pieces, and their values move as they are.
 */
export interface PackedPage extends Omit<Page, "entries"> {
  readonly keys: readonly string[];
  /** Of each entry: when it was created and modified, the length of its value. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Values, one behind the other; none is in two of them. */
  readonly slabs: readonly Bytes[];
}

const numbersPerEntry = 3;
/**
 * So much is freed together: when none of its values is needed any more. A value in a buffer of its
 * own takes about 200 bytes more.
 */
const slabBytes = 64 * 1024;

/** `slabs` are for whoever takes the page: they may change threads with it. */
export function packPage({ entries, ...page }: Page): PackedPage {
  const keys: string[] = [];
  const numbers = new Float64Array(entries.length * numbersPerEntry);
  let at = 0;
  for (const { key, created, modified, value } of entries) {
    keys.push(key);
    numbers[at++] = created;
    numbers[at++] = modified;
    numbers[at++] = value.length;
  }
  return { ...page, keys, numbers, slabs: slabsOf(entries) };
}

export function unpackPage({ keys, numbers, slabs, ...page }: PackedPage): Page {
  const entries: Entry[] = [];
  let slabIndex = 0;
  let offset = 0;
  for (const [index, key] of keys.entries()) {
    const at = index * numbersPerEntry;
    const length = numberAt(numbers, at + 2);
    let slab = slabs[slabIndex] ?? nothing;
    if (offset === slab.length && length > 0 && offset > 0) {
      slab = slabs[++slabIndex] ?? nothing;
      offset = 0;
    }
    entries.push({
      key,
      value: slab.subarray(offset, offset + length),
      created: revision(numberAt(numbers, at)),
      modified: revision(numberAt(numbers, at + 1)),
    });
    offset += length;
  }
  return { ...page, entries };
}

const nothing: Bytes = new Uint8Array(0);

function numberAt(numbers: Float64Array, index: number): number {
  return numbers[index] ?? NaN;
}

/** As long as what is in them. */
function slabsOf(entries: readonly Entry[]): Bytes[] {
  const slabs: Bytes[] = [];
  let first = 0;
  while (first < entries.length) {
    let bytes = entries[first]?.value.length ?? 0;
    let end = first + 1;
    for (; end < entries.length; end++) {
      const more = entries[end]?.value.length ?? 0;
      if (bytes + more > slabBytes) break;
      bytes += more;
    }
    // Every byte of it is written to.
    const slab = new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
    let offset = 0;
    for (let index = first; index < end; index++) {
      const value = entries[index]?.value ?? nothing;
      slab.set(value, offset);
      offset += value.length;
      value.buffer.transfer(0);
    }
    if (bytes > 0) slabs.push(slab);
    first = end;
  }
  return slabs;
}
