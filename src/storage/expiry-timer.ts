import type { Clock } from "#base/clock.ts";

/** Timers are re-armed at least this often: they cannot reach further, and the wall clock may jump. */
const delayMsMax = 3_600_000;

/** Calls `fire` when the wall clock reaches the earliest deadline. */
export class ExpiryTimer {
  readonly #clock: Clock;
  readonly #fire: () => void;
  #deadline: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, fire: () => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** Replaces the deadline, in milliseconds since the epoch; undefined disarms. */
  set(deadline: number | undefined): void {
    if (deadline === this.#deadline) return;
    this.#deadline = deadline;
    this.#arm();
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const deadline = this.#deadline;
    if (deadline === undefined) return;
    const delayMs = Math.min(Math.max(0, deadline - this.#clock.now()), delayMsMax);
    this.#cancel = this.#clock.after(delayMs, () => {
      if (this.#clock.now() < deadline) return this.#arm();
      this.#deadline = undefined;
      this.#fire();
    });
  }
}
