import type { Clock } from "#base/clock.ts";

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Delay after the first failure; doubles with each further one. */
  readonly firstDelayMs?: number;
  readonly maxDelayMs?: number;
}

/** So many keys that were handed out are kept before the rest is copied. */
const doneKeysMax = 1024;

/**
 * Keys that want work. A key that is added twice is worked on once; one that is added while it is
 * worked on is worked on again afterwards; no two workers ever have the same key.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #firstDelayMs: number;
  readonly #maxDelayMs: number;
  /** Never holds a key that is in work. */
  readonly #ready = new Set<string>();
  /** The same keys in order of arrival, from `#next` on: a set is slow to tell its first one. */
  #order: string[] = [];
  #next = 0;
  readonly #working = new Set<string>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { due: number; cancel: () => void }>();
  readonly #failures = new Map<string, number>();
  #waiting: (() => void)[] = [];
  #added = 0;
  #retries = 0;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#firstDelayMs = options.firstDelayMs ?? 5;
    this.#maxDelayMs = options.maxDelayMs ?? 1_000_000;
  }

  /** Keys that are ready and not in work. */
  get depth(): number {
    return this.#ready.size;
  }

  /** Nothing is ready and nothing in work; delayed keys do not count. */
  get idle(): boolean {
    return this.#ready.size === 0 && this.#working.size === 0;
  }

  get totals(): { readonly added: number; readonly retries: number } {
    return { added: this.#added, retries: this.#retries };
  }

  add(key: string): void {
    if (this.#ready.has(key) || this.#again.has(key)) return;
    this.#added++;
    if (this.#working.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#makeReady(key);
  }

  /** The earliest of several delays of a key counts. */
  addAfter(key: string, delayMs: number): void {
    if (delayMs <= 0) return this.add(key);
    const due = this.#clock.monotonic() + delayMs;
    const earlier = this.#delayed.get(key);
    if (earlier) {
      if (earlier.due <= due) return;
      earlier.cancel();
    }
    const cancel = this.#clock.after(delayMs, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { due, cancel });
  }

  /** After a failure: again later, and later each time until `forget`. Returns the delay. */
  addRateLimited(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#retries++;
    const delayMs = Math.min(this.#maxDelayMs, this.#firstDelayMs * 2 ** Math.min(failures, 40));
    this.addAfter(key, delayMs);
    return delayMs;
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The key's work succeeded: its next failure counts as the first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Hands keys to `work`, so many at a time, until the signal aborts; `work` must not throw. */
  async run(
    workers: number,
    work: (key: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const wakeAll = () => {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const wake of waiting) wake();
    };
    signal.addEventListener("abort", wakeAll, { once: true });
    await Promise.all(Array.from({ length: workers }, () => this.#worker(work, signal)));
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
  }

  async #worker(work: (key: string) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const key = this.#take();
      if (key === undefined) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        continue;
      }
      this.#working.add(key);
      try {
        await work(key);
      } finally {
        this.#working.delete(key);
        if (this.#again.delete(key)) this.#makeReady(key);
      }
    }
  }

  #makeReady(key: string): void {
    this.#ready.add(key);
    this.#order.push(key);
    this.#waiting.shift()?.();
  }

  #take(): string | undefined {
    const key = this.#order[this.#next];
    if (key === undefined) return undefined;
    this.#ready.delete(key);
    if (++this.#next === this.#order.length || this.#next === doneKeysMax) {
      this.#order = this.#order.slice(this.#next);
      this.#next = 0;
    }
    return key;
  }
}
