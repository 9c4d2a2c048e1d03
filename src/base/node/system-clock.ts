import type { Clock } from "../clock.ts";

/** The machine's own time. Timers do not keep the process alive by themselves when `unref` is set. */
export function systemClock(options: { unref?: boolean } = {}): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(delayMs, callback) {
      // setTimeout overflows past 2^31-1 ms and would fire at once.
      const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), 2_147_483_647));
      if (options.unref) timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
