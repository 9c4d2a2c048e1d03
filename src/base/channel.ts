import { ClosedError } from "./scope.ts";

/**
 * A bounded queue between one producer and one consumer. `whenFull: "close"` drops the consumer
 * instead of the producer's memory: a slow watcher is closed and lists again.
 */
export class Channel<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  #buffer: T[] = [];
  #head = 0;
  #wake: (() => void) | undefined;
  #closed = false;
  #failure: unknown;

  constructor(options: { capacity: number; whenFull: "close" }) {
    this.#capacity = options.capacity;
  }

  /** False when the channel is closed, or has just been closed because it was full. */
  push(value: T): boolean {
    if (this.#closed) return false;
    if (this.size >= this.#capacity) {
      this.close(new OverflowError(this.#capacity));
      return false;
    }
    this.#buffer.push(value);
    this.#signal();
    return true;
  }

  get size(): number {
    return this.#buffer.length - this.#head;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The consumer gets what is buffered, then the end, or the failure if one is given. */
  close(failure?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failure = failure;
    this.#signal();
  }

  /** Ends early when the signal aborts, without an error. */
  async *iterate(signal?: AbortSignal): AsyncGenerator<T, void, undefined> {
    const onAbort = () => this.close();
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) this.close();
    try {
      for (;;) {
        if (this.#head < this.#buffer.length) {
          const value = this.#buffer[this.#head++] as T;
          if (this.#head > 256 && this.#head * 2 > this.#buffer.length) {
            this.#buffer = this.#buffer.slice(this.#head);
            this.#head = 0;
          }
          yield value;
          continue;
        }
        if (this.#closed) {
          if (this.#failure !== undefined) throw this.#failure;
          return;
        }
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.close();
      this.#buffer = [];
      this.#head = 0;
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return this.iterate();
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

export class OverflowError extends ClosedError {
  override name = "OverflowError";
  constructor(capacity: number) {
    super(`the consumer fell ${capacity} items behind`);
  }
}
