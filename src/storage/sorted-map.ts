import { invariant } from "#base/invariant.ts";

/** A run of keys small enough that inserting into it is one short memory move. */
interface Chunk<V> {
  readonly keys: string[];
  readonly values: V[];
}

const chunkKeysMax = 512;

/**
 * A map in the order of its keys (plain string comparison). Reads and writes cost the logarithm of
 * the size plus a move within one chunk, slices cost their result, counts cost the chunks between.
 *
 * Bounds are `from` inclusive and `to` exclusive; a missing `to` means the end.
 */
export class SortedMap<V> {
  /** Never empty chunks, except for a map that is itself empty. */
  #chunks: Chunk<V>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)];
    if (!chunk) return undefined;
    const index = lowerBound(chunk.keys, key);
    return chunk.keys[index] === key ? chunk.values[index] : undefined;
  }

  /** Returns the value that was there before. */
  set(key: string, value: V): V | undefined {
    const chunkIndex = this.#chunkOf(key);
    const chunk = this.#chunks[chunkIndex];
    if (!chunk) {
      this.#chunks.push({ keys: [key], values: [value] });
      this.#size++;
      return undefined;
    }
    const index = lowerBound(chunk.keys, key);
    if (chunk.keys[index] === key) {
      const previous = chunk.values[index];
      chunk.values[index] = value;
      return previous;
    }
    chunk.keys.splice(index, 0, key);
    chunk.values.splice(index, 0, value);
    this.#size++;
    if (chunk.keys.length > chunkKeysMax) this.#split(chunkIndex, chunk, index);
    return undefined;
  }

  /** Returns the value that was there before. */
  delete(key: string): V | undefined {
    const chunkIndex = this.#chunkOf(key);
    const chunk = this.#chunks[chunkIndex];
    if (!chunk) return undefined;
    const index = lowerBound(chunk.keys, key);
    if (chunk.keys[index] !== key) return undefined;
    const [previous] = chunk.values.splice(index, 1);
    chunk.keys.splice(index, 1);
    this.#size--;
    if (chunk.keys.length === 0) this.#chunks.splice(chunkIndex, 1);
    else this.#mergeWithNext(chunkIndex, chunk);
    return previous;
  }

  /** The first pair, by the order of keys. */
  first(): [string, V] | undefined {
    const chunk = this.#chunks[0];
    const key = chunk?.keys[0];
    return chunk && key !== undefined ? [key, chunk.values[0] as V] : undefined;
  }

  /** Values in the order of their keys. */
  slice(from: string, to: string | undefined, limit = Infinity): V[] {
    const values: V[] = [];
    for (let index = this.#chunkOf(from); index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index];
      if (!chunk || values.length >= limit) break;
      const { start, end } = bounds(chunk.keys, from, to);
      const stop = Math.min(end, start + limit - values.length);
      for (let item = start; item < stop; item++) values.push(chunk.values[item] as V);
      if (end < chunk.keys.length) break;
    }
    return values;
  }

  /** Pairs in order. The map must not change while iterating. */
  *pairs(from: string, to: string | undefined): Generator<[string, V], void, undefined> {
    for (let index = this.#chunkOf(from); index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index];
      if (!chunk) break;
      const { start, end } = bounds(chunk.keys, from, to);
      for (let item = start; item < end; item++) {
        yield [chunk.keys[item] as string, chunk.values[item] as V];
      }
      if (end < chunk.keys.length) break;
    }
  }

  count(from: string, to: string | undefined): number {
    let count = 0;
    for (let index = this.#chunkOf(from); index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index];
      if (!chunk) break;
      const { start, end } = bounds(chunk.keys, from, to);
      count += Math.max(0, end - start);
      if (end < chunk.keys.length) break;
    }
    return count;
  }

  clear(): void {
    this.#chunks = [];
    this.#size = 0;
  }

  /** The chunk that holds the key, or would: the last one that begins at or before it. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#chunks[middle]?.keys[0] ?? "") <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #split(chunkIndex: number, chunk: Chunk<V>, inserted: number): void {
    // Keys that only grow (times, counters) leave full chunks behind, not half ones.
    const isLast = chunkIndex === this.#chunks.length - 1;
    const atEnd = isLast && inserted === chunk.keys.length - 1;
    const at = atEnd ? chunk.keys.length - 1 : chunk.keys.length >>> 1;
    const upper = { keys: chunk.keys.splice(at), values: chunk.values.splice(at) };
    invariant(upper.keys.length > 0 && chunk.keys.length > 0, "a split leaves two chunks");
    this.#chunks.splice(chunkIndex + 1, 0, upper);
  }

  #mergeWithNext(chunkIndex: number, chunk: Chunk<V>): void {
    const next = this.#chunks[chunkIndex + 1];
    if (!next || chunk.keys.length + next.keys.length > chunkKeysMax / 2) return;
    chunk.keys.push(...next.keys);
    chunk.values.push(...next.values);
    this.#chunks.splice(chunkIndex + 1, 1);
  }
}

function bounds(keys: readonly string[], from: string, to: string | undefined) {
  const start = (keys[0] ?? "") >= from ? 0 : lowerBound(keys, from);
  const last = keys[keys.length - 1] ?? "";
  const end = to === undefined || last < to ? keys.length : lowerBound(keys, to);
  return { start, end };
}

/** Index of the first key that is not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
