import type { Random } from "#base/random.ts";

/** Delays that double up to a limit, spread so that many clients do not return at once. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: Random;
  #failures = 0;

  constructor(options: { firstMs: number; maxMs: number; random: Random }) {
    this.#firstMs = options.firstMs;
    this.#maxMs = options.maxMs;
    this.#random = options.random;
  }

  /** Between once and twice the step, never more than the limit. */
  nextMs(): number {
    const step = this.#firstMs * 2 ** Math.min(this.#failures++, 30);
    return Math.min(this.#maxMs, step * (1 + this.#random.float()));
  }

  reset(): void {
    this.#failures = 0;
  }
}
