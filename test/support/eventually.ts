import { sleep } from "#base/clock.ts";
import { systemClock } from "#base/node/system-clock.ts";

const clock = systemClock();

/**
 * Calls `check` until it no longer throws, and returns what it returned. How long that takes is
 * not judged: the bound is only there so that a test ends, with the last failure.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: { readonly timeoutMs?: number; readonly intervalMs?: number } = {},
): Promise<T> {
  const { timeoutMs = 90_000, intervalMs = 250 } = options;
  const deadline = clock.monotonic() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (clock.monotonic() < deadline) {
        await sleep(clock, intervalMs);
        continue;
      }
      const said = error instanceof Error ? error.message : String(error);
      throw new Error(`still so after ${timeoutMs} ms: ${said}`, { cause: error });
    }
  }
}
