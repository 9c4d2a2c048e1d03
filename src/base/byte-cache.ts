import type { Bytes } from "./bytes.ts";

/** Keeps what was used last, as far as it fits into so many bytes. */
export class ByteCache<Key extends object> {
  readonly bytesMax: number;
  /** What was used last stands last. */
  readonly #kept = new Map<Key, Bytes>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: Key): Bytes | undefined {
    const value = this.#kept.get(key);
    if (value) {
      this.#kept.delete(key);
      this.#kept.set(key, value);
    }
    return value;
  }

  set(key: Key, value: Bytes): void {
    this.#bytes += value.length - (this.#kept.get(key)?.length ?? 0);
    this.#kept.delete(key);
    this.#kept.set(key, value);
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= this.bytesMax) break;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
  }
}
