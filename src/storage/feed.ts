import { OverflowError } from "#base/channel.ts";
import { invariant } from "#base/invariant.ts";
import { CompactedError } from "./store.ts";
import type { Entry, Revision } from "./store.ts";

/** One revision's change of one key. */
export interface Change {
  readonly key: string;
  readonly revision: Revision;
  /** The key as it was before; undefined when it was not there. */
  readonly previous: Entry | undefined;
}

/** Everything up to `revision` has been delivered. */
export class Progress {
  readonly revision: Revision;
  constructor(revision: Revision) {
    this.revision = revision;
  }
}

interface Follower {
  wake: (() => void) | undefined;
  progressDue: boolean;
}

/**
 * The newest changes, in one log that all followers read from: a follower is a position, so that
 * publishing costs nothing per follower but waking those that wait, and a slow one holds no memory.
 * It is ended with `OverflowError` when the log's tail passes it.
 */
export class Feed<C extends Change> {
  #changes: C[] = [];
  /** Index in `#changes` of the oldest one. */
  #head = 0;
  /** How many changes were ever dropped: the position of the oldest one. */
  #dropped = 0;
  #floor: Revision;
  readonly #current: () => Revision;
  readonly #followers = new Set<Follower>();
  #closed = false;
  #failure: unknown;

  /** All changes after `floor` will be published; `current` tells up to where they have been. */
  constructor(options: { floor: Revision; current: () => Revision }) {
    this.#floor = options.floor;
    this.#current = options.current;
  }

  /** Every change after this revision is in the log. */
  get floor(): Revision {
    return this.#floor;
  }

  get size(): number {
    return this.#changes.length - this.#head;
  }

  /** The oldest change of the log, or the one so many behind it. */
  at(index: number): C | undefined {
    return this.#changes[this.#head + index];
  }

  publish(change: C): void {
    // Our commits have one change each; whoever else writes to etcd may put several into one.
    const newest = this.#changes.at(-1)?.revision ?? this.#floor + 1;
    invariant(change.revision >= newest, "revisions only grow");
    this.#changes.push(change);
    for (const follower of this.#followers) wake(follower);
  }

  /** Drops changes up to and including `revision`. */
  dropThrough(revision: Revision): void {
    let count = 0;
    while ((this.at(count)?.revision ?? Infinity) <= revision) count++;
    this.#drop(count);
    if (revision > this.#floor) this.#floor = revision;
  }

  /** Drops the oldest changes until `count` are left. */
  keep(count: number): void {
    const excess = this.size - count;
    const newest = excess > 0 ? this.at(excess - 1) : undefined;
    if (!newest) return;
    this.#drop(excess);
    this.#floor = newest.revision;
  }

  /** Changes after `revision`, which must not be below the floor, oldest first. */
  *after(revision: Revision): Generator<C, void, undefined> {
    for (let index = this.#indexAfter(revision); index < this.#changes.length; index++) {
      yield this.#changes[index] as C;
    }
  }

  /** Lets every follower that has seen all changes say so with a `Progress`. */
  tick(): void {
    for (const follower of this.#followers) {
      follower.progressDue = true;
      wake(follower);
    }
  }

  /** Ends the followers, with `failure` if one is given. */
  close(failure?: unknown): void {
    this.#closed = true;
    this.#failure = failure;
    for (const follower of this.#followers) wake(follower);
  }

  /** Changes under `prefix` after `after`. Ends without an error on abort. */
  async *follow(
    query: { prefix: string; after: Revision },
    signal: AbortSignal,
  ): AsyncGenerator<C | Progress, void, undefined> {
    if (query.after < this.#floor) throw new CompactedError(this.#floor);
    let position = this.#dropped + this.#indexAfter(query.after) - this.#head;
    const follower: Follower = { wake: undefined, progressDue: false };
    const onAbort = () => wake(follower);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#followers.add(follower);
    try {
      for (;;) {
        if (signal.aborted) return;
        if (this.#closed) {
          if (this.#failure !== undefined) throw this.#failure;
          return;
        }
        const index = position - this.#dropped;
        if (index < 0) throw new OverflowError(this.size - index);
        const change = this.at(index);
        if (change) {
          position++;
          // A watch from a revision that is still to come must not see what is before it.
          if (change.revision > query.after && change.key.startsWith(query.prefix)) yield change;
        } else if (follower.progressDue) {
          follower.progressDue = false;
          yield new Progress(this.#current());
        } else {
          await new Promise<void>((resolve) => (follower.wake = resolve));
        }
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#followers.delete(follower);
    }
  }

  #drop(count: number): void {
    this.#head += count;
    this.#dropped += count;
    // Dropped changes are forgotten in bulk: moving the rest down each time would cost its length.
    if (this.#head > 64 && this.#head * 2 > this.#changes.length) {
      this.#changes = this.#changes.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Index in `#changes` of the first one after `revision`. */
  #indexAfter(revision: Revision): number {
    let low = this.#head;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function wake(follower: Follower): void {
  const resolve = follower.wake;
  follower.wake = undefined;
  resolve?.();
}
