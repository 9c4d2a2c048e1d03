import { concatBytes, type Bytes } from "#base/bytes.ts";

/**
 * A bounded queue of bytes between one writer and one reader. It never drops: a writer that waits
 * for `room()` after each `push` keeps it within its capacity plus one chunk.
 */
export class ByteQueue implements AsyncIterable<Bytes> {
  readonly #capacity: number;
  readonly #onRead: (byteCount: number) => void;
  #chunks: Bytes[] = [];
  #size = 0;
  #state: "open" | "ended" | "discarding" = "open";
  #failure: unknown;
  #wakeReader: (() => void) | undefined;
  #wakeWriters: (() => void)[] = [];

  /** `onRead` hears how many bytes the reader has taken, which is when a window may grow. */
  constructor(options: { capacity: number; onRead?: (byteCount: number) => void }) {
    this.#capacity = options.capacity;
    this.#onRead = options.onRead ?? (() => {});
  }

  get size(): number {
    return this.#size;
  }

  /** Stores the bytes even beyond the capacity; after the end, or when discarding, drops them. */
  push(bytes: Bytes): void {
    if (bytes.length === 0) return;
    if (this.#state === "discarding") return this.#onRead(bytes.length);
    if (this.#state === "ended") return;
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    this.#signalReader();
  }

  get full(): boolean {
    return this.#state === "open" && this.#size >= this.#capacity;
  }

  /** Resolves when there is room, or when nobody will read any more. */
  async room(): Promise<void> {
    while (this.full) await new Promise<void>((resolve) => this.#wakeWriters.push(resolve));
  }

  /** The reader gets what is stored, then the end, or the failure if one is given. */
  end(failure?: unknown): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#failure = failure;
    this.#signalReader();
    this.#signalWriters();
  }

  /** Nobody reads any more: drops what is stored and what is to come. */
  discard(): void {
    if (this.#state === "discarding") return;
    const dropped = this.#size;
    this.#state = "discarding";
    this.#chunks = [];
    this.#size = 0;
    this.#signalReader();
    this.#signalWriters();
    if (dropped > 0) this.#onRead(dropped);
  }

  /** Leaving the loop early discards the rest. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Bytes, void, undefined> {
    try {
      for (;;) {
        const bytes = this.#chunks.shift();
        if (bytes) {
          this.#size -= bytes.length;
          this.#onRead(bytes.length);
          this.#signalWriters();
          yield bytes;
        } else if (this.#state === "open") {
          await new Promise<void>((resolve) => (this.#wakeReader = resolve));
        } else if (this.#failure !== undefined && this.#state === "ended") {
          throw this.#failure;
        } else {
          return;
        }
      }
    } finally {
      this.discard();
    }
  }

  #signalReader(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
  }

  #signalWriters(): void {
    if (this.full) return;
    const waiting = this.#wakeWriters;
    this.#wakeWriters = [];
    for (const wake of waiting) wake();
  }
}

/** All bytes of a source that must be short. Throws beyond `bytesMax`. */
export async function readAll(source: AsyncIterable<Bytes>, bytesMax: number): Promise<Bytes> {
  const parts: Bytes[] = [];
  let size = 0;
  for await (const bytes of source) {
    size += bytes.length;
    if (size > bytesMax) throw new Error(`more than the ${bytesMax} bytes allowed here`);
    parts.push(bytes);
  }
  return concatBytes(parts);
}
