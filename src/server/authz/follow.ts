import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Client, Resource } from "#client/client.ts";

/** Where the objects of one kind go. */
export interface Follower<T> {
  /** All of them; what it does not name is gone. */
  replace(objects: readonly T[]): void;
  put(object: T): void;
  remove(object: T): void;
}

/**
 * Keeps a follower up to date with everything of one kind: lists, then watches, and lists again
 * when the watch cannot go on. `onSynced` is called after each list. Returns when the signal
 * aborts; a server that does not answer is asked again.
 */
export async function follow<T>(
  options: {
    readonly client: Client;
    readonly clock: Clock;
    readonly resource: Resource<T>;
    readonly follower: Follower<T>;
    readonly onSynced?: () => void;
    readonly onFailure?: (error: unknown) => void;
  },
  signal: AbortSignal,
): Promise<void> {
  const { client, clock, resource, follower } = options;
  let delayMs = retryMsMin;
  while (!signal.aborted) {
    let events = 0;
    try {
      const { items, resourceVersion } = await client.list(resource, {}, signal);
      follower.replace(items);
      options.onSynced?.();
      events = await watch(client, resource, resourceVersion, follower, signal);
    } catch (error) {
      if (signal.aborted) return;
      options.onFailure?.(error);
    }
    if (events > 0) {
      delayMs = retryMsMin;
      continue;
    }
    // Nothing came of it: without a pause this would turn into a storm of requests.
    await sleep(clock, delayMs, signal).catch(() => undefined);
    delayMs = Math.min(delayMs * 2, retryMsMax);
  }
}

const retryMsMin = 50;
const retryMsMax = 5000;

/** Watches on as long as the server can continue; returns how many events came. */
async function watch<T>(
  client: Client,
  resource: Resource<T>,
  from: string,
  follower: Follower<T>,
  signal: AbortSignal,
): Promise<number> {
  let resourceVersion = from;
  let total = 0;
  while (!signal.aborted) {
    const before = total;
    for await (const event of client.watch(resource, { resourceVersion }, signal)) {
      if (event.type === "ERROR") return total;
      total++;
      resourceVersion = versionOf(event.object) ?? resourceVersion;
      if (event.type === "DELETED") follower.remove(event.object);
      else if (event.type !== "BOOKMARK") follower.put(event.object);
    }
    if (total === before) break;
  }
  return total;
}

function versionOf(object: unknown): string | undefined {
  const metadata = (object as { metadata?: { resourceVersion?: string } }).metadata;
  return metadata?.resourceVersion;
}
