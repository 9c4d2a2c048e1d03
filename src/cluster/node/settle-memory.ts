import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock } from "#base/clock.ts";
import type { Scope } from "#base/scope.ts";

/** By then what a start makes has been made, and most of it is garbage. */
const settledMs = 10_000;
/** Beside so much, what would be gained is little, and looking through it takes too long. */
const heapBytesMax = 200 * 1024 * 1024;

/**
 * Gives back what starting took. V8 lets the young generation grow as far as it may, which makes
 * work cheap that leaves much behind, and makes it smaller again only when memory runs out.
 */
export function settleMemory(clock: Clock, scope: Scope): void {
  const cancel = clock.after(settledMs, () => {
    if (getHeapStatistics().used_heap_size > heapBytesMax) return;
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as (options: object) => void;
    collect({ type: "major", execution: "sync", flavor: "last-resort" });
    setFlagsFromString("--no-expose-gc");
  });
  scope.onClose(cancel);
}
