import { performance } from "node:perf_hooks";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock } from "#base/clock.ts";
import type { Scope } from "#base/scope.ts";

/** By then what a start makes has been made, and most of it is garbage. */
const settledMs = 10_000;
/**
 * Looking through a heap takes 1.3 to 2 ms for each MB of it, in which nobody is answered; and
 * beside a larger one, what would be gained is little.
 */
const heapBytesMax = 64 * 1024 * 1024;
/** Of the time since the last look: who works more than that has somebody who waits. */
const busyShareMax = 0.1;

/**
 * Gives back what starting took, as soon as there is nothing else to do. V8 lets the young
 * generation grow as far as it may, which makes work cheap that leaves much behind, and makes it
 * smaller again only when memory runs out.
 */
export function settleMemory(
  clock: Clock,
  scope: Scope,
  busyShare: () => number = shareOfEventLoop(),
): void {
  let cancel = clock.after(settledMs, look);
  scope.onClose(() => cancel());
  function look(): void {
    if (getHeapStatistics().used_heap_size > heapBytesMax) return;
    if (busyShare() > busyShareMax) cancel = clock.after(settledMs, look);
    else collect();
  }
}

/** How much of the time since it was asked last the event loop was at work. */
function shareOfEventLoop(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}

function collect(): void {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as (options: object) => void;
  gc({ type: "major", execution: "sync", flavor: "last-resort" });
  setFlagsFromString("--no-expose-gc");
}
