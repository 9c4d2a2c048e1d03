import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import { Batch } from "#storage/feed.ts";
import type { ObjectEvent } from "#storage/cacher/cache-event.ts";
import type { Cacher } from "#storage/cacher/cacher.ts";
import type { Entry } from "#storage/store.ts";

/** What the server has stored, and hears of it. */
export type Stored = Pick<Cacher, "watchBatches">;

/** Where the stored objects of one resource go, by their keys. */
export interface EntryFollower {
  /** Nothing was put yet. */
  readonly isEmpty: boolean;
  put(entry: Entry): void;
  remove(key: string): void;
  /** What is not among these keys is gone. */
  retain(keys: ReadonlySet<string>): void;
}

const retryMsMin = 100;
const retryMsMax = 30_000;

/**
 * As `follow`, for kinds of which there are so many that decoding each of them at the start would
 * take seconds: the follower reads what it needs of the stored bytes.
 */
export async function followStored(
  options: {
    readonly stored: Stored;
    /** Of the resource's keys. */
    readonly prefix: string;
    readonly follower: EntryFollower;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly onSynced: () => void;
  },
  signal: AbortSignal,
): Promise<void> {
  const { prefix, clock, logger } = options;
  let retryMs = retryMsMin;
  while (!signal.aborted) {
    try {
      await followOnce(options, signal, () => (retryMs = retryMsMin));
      // The state began anew, or what is asked for does not exist any more: the next look tells.
    } catch (error) {
      if (signal.aborted) return;
      logger.warn("cannot follow what is stored", { prefix, error: String(error), retryMs });
    }
    await sleep(clock, retryMs, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    retryMs = Math.min(retryMsMax, retryMs * 2);
  }
}

async function followOnce(
  { stored, prefix, follower, onSynced }: Parameters<typeof followStored>[0],
  signal: AbortSignal,
  hasBegun: () => void,
): Promise<void> {
  // Of the state that the watch begins with, where something may have to go.
  let keys = follower.isEmpty ? undefined : new Set<string>();
  const query = { prefix, initial: true, early: true };
  for await (const item of stored.watchBatches(query, signal)) {
    if (item instanceof Batch) {
      for (const event of item.changes) {
        keys?.add(event.key);
        apply(follower, event);
      }
    } else if (item.initialEventsEnd) {
      if (keys) follower.retain(keys);
      keys = undefined;
      hasBegun();
      onSynced();
    }
  }
}

function apply(follower: EntryFollower, { type, entry }: ObjectEvent): void {
  if (type === "deleted") follower.remove(entry.key);
  else follower.put(entry);
}
