import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";

/** So many at once, and then one in so long. */
const atOnceMax = 20;
const oneInMs = 500;

/**
 * Slows down the rejections of pods. A workload makes a pod that was turned away again at once, so
 * that a whole cluster could be busy with one that does not fit.
 */
export class RejectionPace {
  readonly #clock: Clock;
  /** When all that were rejected so far will have been paid for. */
  #paidAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async wait(signal: AbortSignal): Promise<void> {
    const now = this.#clock.monotonic();
    this.#paidAtMs = Math.max(this.#paidAtMs, now) + oneInMs;
    const aheadMs = this.#paidAtMs - now - atOnceMax * oneInMs;
    if (aheadMs > 0) await sleep(this.#clock, aheadMs, signal);
  }
}
