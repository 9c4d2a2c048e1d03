/**
 * Time, injected everywhere: nothing else may call `Date.now` or `setTimeout`, so that a test can
 * run a day of controllers in a millisecond and a simulation can replay a schedule exactly.
 */
export interface Clock {
  /** Wall clock, in milliseconds since the epoch. May jump. */
  now(): number;
  /** Milliseconds since an arbitrary point; never goes back. For durations and deadlines. */
  monotonic(): number;
  /** Calls once after `delayMs`; the returned function cancels, and may be called any time. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Resolves after `delayMs`; rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/**
 * For long work in small steps, called between them: the promise, where there is one, lets others
 * go on first. The work then holds them up for no longer than about `sliceMs`.
 */
export function pacer(clock: Clock, sliceMs = 10): () => Promise<void> | undefined {
  let end = clock.monotonic() + sliceMs;
  return () => {
    if (clock.monotonic() < end) return undefined;
    return sleep(clock, 0).then(() => {
      end = clock.monotonic() + sliceMs;
    });
  };
}

/** Rejects with a `TimeoutError` when `work` has not settled in time; aborts the work's signal. */
export async function withTimeout<T>(
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const linked = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal;
  let cancel = () => {};
  const expired = new Promise<never>((_, reject) => {
    cancel = clock.after(timeoutMs, () => {
      const error = new TimeoutError(timeoutMs);
      controller.abort(error);
      reject(error);
    });
  });
  try {
    return await Promise.race([work(linked), expired]);
  } finally {
    cancel();
  }
}

export class TimeoutError extends Error {
  override name = "TimeoutError";
  readonly timeoutMs: number;
  constructor(timeoutMs: number) {
    super(`timed out after ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

interface Timer {
  readonly due: number;
  readonly sequence: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. Timers fire in order of their due time. */
export class VirtualClock implements Clock {
  #now: number;
  #sequence = 0;
  #timers: Timer[] = [];

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }
  now(): number {
    return this.#now;
  }
  monotonic(): number {
    return this.#now;
  }
  after(delayMs: number, callback: () => void): () => void {
    const timer = { due: this.#now + Math.max(0, delayMs), sequence: this.#sequence++, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.length;
  }
  /** When the next timer is due, or undefined when nothing waits. */
  nextDue(): number | undefined {
    return this.#earliest()?.due;
  }
  /** Moves time forward, firing what falls due, and lets promises settle between timers. */
  async advance(byMs: number): Promise<void> {
    const end = this.#now + byMs;
    for (;;) {
      await settle();
      const timer = this.#earliest();
      if (!timer || timer.due > end) break;
      this.#timers = this.#timers.filter((other) => other !== timer);
      this.#now = Math.max(this.#now, timer.due);
      timer.callback();
    }
    this.#now = end;
    await settle();
  }
  #earliest() {
    let best: Timer | undefined;
    for (const timer of this.#timers) {
      if (
        !best ||
        timer.due < best.due ||
        (timer.due === best.due && timer.sequence < best.sequence)
      ) {
        best = timer;
      }
    }
    return best;
  }
}

/** Lets chains of promises run: enough turns of the microtask queue for several awaits in a row. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
