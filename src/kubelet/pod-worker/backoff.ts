import type { Clock } from "#base/clock.ts";

/** Doubles from `initialMs` to `maxMs` for each key, and forgets a key that stayed quiet. */
export class Backoff {
  readonly #clock: Clock;
  readonly #initialMs: number;
  readonly #maxMs: number;
  readonly #resetMs: number;
  readonly #entries = new Map<string, { delayMs: number; sinceMs: number }>();

  constructor(options: { clock: Clock; initialMs: number; maxMs: number; resetMs?: number }) {
    this.#clock = options.clock;
    this.#initialMs = options.initialMs;
    this.#maxMs = options.maxMs;
    this.#resetMs = options.resetMs ?? 2 * options.maxMs;
  }

  /** The delay in force for a failure at `atMs`; 0 when there was none before, or long ago. */
  delayMs(key: string, atMs = this.#clock.now()): number {
    const entry = this.#entries.get(key);
    if (!entry) return 0;
    if (atMs - entry.sinceMs > this.#resetMs) {
      this.#entries.delete(key);
      return 0;
    }
    return entry.delayMs;
  }

  /** What is left of the delay, counted from `sinceMs` (the time of the failure). */
  leftMs(key: string, sinceMs: number): number {
    const delayMs = this.delayMs(key, sinceMs);
    return delayMs === 0 ? 0 : Math.max(0, sinceMs + delayMs - this.#clock.now());
  }

  /** Something that failed at `atMs` is tried again: the next delay is twice as long. */
  next(key: string, atMs = this.#clock.now()): void {
    const delayMs = this.delayMs(key, atMs);
    this.#entries.set(key, {
      delayMs: delayMs === 0 ? this.#initialMs : Math.min(delayMs * 2, this.#maxMs),
      sinceMs: this.#clock.now(),
    });
  }

  reset(key: string): void {
    this.#entries.delete(key);
  }

  forgetPrefix(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }
}
