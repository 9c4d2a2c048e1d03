import type { Bytes } from "./bytes.ts";

/** Few enough to fill within a millisecond, enough that sending each costs little beside its bytes. */
const chunkBytesDefault = 256 * 1024;

/**
 * Copies small pieces one behind the other into chunks of one size, so that a stream does not
 * consist of crumbs. Whoever writes takes the full ones out again, and the rest at the end.
 */
export class ChunkWriter {
  readonly #chunkBytes: number;
  #chunk: Bytes;
  #used = 0;
  #full: Bytes[] = [];
  /** Chunks to be filled again. */
  readonly #spare: Bytes[] = [];

  /** `expected` are the bytes that will be written, where that is known: less room is then taken. */
  constructor(options: { readonly expected?: number; readonly chunkBytes?: number } = {}) {
    const { chunkBytes = chunkBytesDefault, expected = chunkBytes } = options;
    this.#chunkBytes = chunkBytes;
    this.#chunk = new Uint8Array(Math.min(expected, chunkBytes));
  }

  get hasFull(): boolean {
    return this.#full.length > 0;
  }

  /** The chunks that are full, in order. They are the caller's. */
  takeFull(): readonly Bytes[] {
    const full = this.#full;
    this.#full = [];
    return full;
  }

  /** Takes a full chunk back from whoever is done with it: it will be filled again. */
  recycle(chunk: Bytes): void {
    if (chunk.length === this.#chunkBytes) this.#spare.push(chunk);
  }

  /** All that is left, full or not. */
  finish(): readonly Bytes[] {
    const rest = this.#chunk.subarray(0, this.#used);
    this.#chunk = new Uint8Array(0);
    this.#used = 0;
    return rest.length > 0 ? [...this.takeFull(), rest] : this.takeFull();
  }

  write(piece: Uint8Array): void {
    let rest = piece;
    while (rest.length > this.#chunk.length - this.#used) {
      const room = this.#chunk.length - this.#used;
      this.#chunk.set(rest.subarray(0, room), this.#used);
      this.#used += room;
      rest = rest.subarray(room);
      this.#next();
    }
    this.#chunk.set(rest, this.#used);
    this.#used += rest.length;
  }

  byte(value: number): void {
    if (this.#used === this.#chunk.length) this.#next();
    this.#chunk[this.#used++] = value;
  }

  /** Text of ASCII characters, which need no encoder. */
  ascii(text: string): void {
    for (let index = 0; index < text.length; index++) {
      if (this.#used === this.#chunk.length) this.#next();
      this.#chunk[this.#used++] = text.charCodeAt(index);
    }
  }

  #next(): void {
    if (this.#used > 0) this.#full.push(this.#chunk);
    this.#chunk = this.#spare.pop() ?? new Uint8Array(this.#chunkBytes);
    this.#used = 0;
  }
}
