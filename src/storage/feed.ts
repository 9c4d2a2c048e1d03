import { OverflowError } from "#base/channel.ts";
import type { Clock } from "#base/clock.ts";
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

/**
 * Changes of one prefix that came one after the other. Followers that are told of the same ones at
 * the same time get the same object, so that they can share what they make of it.
 */
export class Batch<C> {
  readonly changes: readonly C[];
  /** What followers have made of it, by a name that says what. */
  readonly made = new Map<string, unknown>();

  constructor(changes: readonly C[]) {
    this.changes = changes;
  }
}

export interface FollowQuery {
  readonly prefix: string;
  readonly after: Revision;
  /** Would rather hear of several changes together, a few milliseconds later, if many follow. */
  readonly patient?: boolean;
}

export interface FeedOptions<C> {
  readonly floor: Revision;
  readonly current: () => Revision;
  readonly clock?: Clock;
  /** The same for a change whenever it is asked. */
  readonly sizeOf?: (change: C) => number;
}

interface Follower {
  wake: (() => void) | undefined;
  progressDue: boolean;
}

/** A batch is no longer than this, so that a follower that is behind takes its turn. */
const batchMax = 64;
/** So many are remembered for others who stand at the same place. */
const batchesMax = 64;
/** The patient are told once in so long: telling one of them, over TLS, takes 30 to 40 µs. */
const patienceMsPerFollower = 0.1;
const patienceMsMax = 100;
/** So many are told in one go, before others have their turn. */
const toldMax = 512;

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
  readonly #clock: Clock | undefined;
  readonly #sizeOf: (change: C) => number;
  #bytes = 0;
  readonly #followers = new Set<Follower>();
  /** Those that have seen everything. */
  readonly #waiting = new Set<Follower>();
  readonly #patient = new Set<Follower>();
  #isTelling = false;
  /** When they were told last, by the monotonic clock. */
  #toldAt = -Infinity;
  /** The newest batches, by where they begin; they end where the log does. */
  readonly #batches = new Map<string, { readonly batch: Batch<C>; readonly end: number }>();
  #closed = false;
  #failure: unknown;

  /**
   * All changes after `floor` will be published; `current` tells up to where they have been.
   * Without a clock nobody is patient; `sizeOf` is for those who want to know `bytes`.
   */
  constructor(options: FeedOptions<C>) {
    this.#floor = options.floor;
    this.#current = options.current;
    this.#clock = options.clock;
    this.#sizeOf = options.sizeOf ?? (() => 0);
  }

  /** Every change after this revision is in the log. */
  get floor(): Revision {
    return this.#floor;
  }

  get size(): number {
    return this.#changes.length - this.#head;
  }

  /** Of all changes in the log together. */
  get bytes(): number {
    return this.#bytes;
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
    this.#bytes += this.#sizeOf(change);
    this.#batches.clear();
    for (const follower of this.#waiting) wake(follower);
    this.#waiting.clear();
    this.#tellPatient();
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
    query: FollowQuery,
    signal: AbortSignal,
  ): AsyncGenerator<C | Progress, void, undefined> {
    for await (const item of this.batches(query, signal)) {
      if (item instanceof Progress) yield item;
      else yield* item.changes;
    }
  }

  /** The same, several at a time where there are several. A batch is never empty. */
  async *batches(
    { prefix, after, patient = false }: FollowQuery,
    signal: AbortSignal,
  ): AsyncGenerator<Batch<C> | Progress, void, undefined> {
    if (after < this.#floor) throw new CompactedError(this.#floor);
    let position = this.#dropped + this.#indexAfter(after) - this.#head;
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
        if (index < this.size) {
          const { batch, end } = this.#batchFrom(index, prefix);
          position = this.#dropped + end;
          const unseen = batchAfter(batch, after);
          if (unseen.changes.length > 0) yield unseen;
        } else if (follower.progressDue) {
          follower.progressDue = false;
          const revision = this.#current();
          // Who has seen more elsewhere than there is here yet must not be led back.
          if (revision >= after) yield new Progress(revision);
        } else {
          await new Promise<void>((resolve) => {
            follower.wake = resolve;
            (patient && this.#clock ? this.#patient : this.#waiting).add(follower);
          });
        }
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      for (const set of [this.#followers, this.#waiting, this.#patient]) set.delete(follower);
    }
  }

  #batchFrom(index: number, prefix: string): { readonly batch: Batch<C>; readonly end: number } {
    const name = `${index} ${prefix}`;
    const known = this.#batches.get(name);
    if (known) return known;
    const end = Math.min(this.size, index + batchMax);
    const changes = this.#changes
      .slice(this.#head + index, this.#head + end)
      .filter(({ key }) => key.startsWith(prefix));
    const made = { batch: new Batch(changes), end };
    if (this.#batches.size >= batchesMax) this.#batches.clear();
    this.#batches.set(name, made);
    return made;
  }

  get #end(): number {
    return this.#dropped + this.size;
  }

  /** The more there are, the more changes they are told of at once. */
  #tellPatient(): void {
    if (this.#isTelling || this.#patient.size === 0 || !this.#clock) return;
    this.#isTelling = true;
    const tell = () => this.#tell([...this.#patient], this.#end);
    const periodMs = Math.min(patienceMsMax, this.#patient.size * patienceMsPerFollower);
    const delayMs = this.#toldAt + periodMs - this.#clock.monotonic();
    // After a quiet time at once, and always where there are few.
    if (periodMs < 1 || delayMs <= 0) tell();
    else this.#clock.after(delayMs, tell);
  }

  #tell(followers: readonly Follower[], upTo: number): void {
    for (const follower of followers.slice(0, toldMax)) {
      this.#patient.delete(follower);
      wake(follower);
    }
    const rest = followers.slice(toldMax);
    if (rest.length > 0) {
      this.#clock?.after(0, () => this.#tell(rest, upTo));
      return;
    }
    this.#isTelling = false;
    this.#toldAt = this.#clock?.monotonic() ?? this.#toldAt;
    // Those who were told first may not know yet what came meanwhile.
    if (this.#end > upTo) this.#tellPatient();
  }

  #drop(count: number): void {
    if (count > 0) this.#batches.clear();
    for (let index = 0; index < count; index++) this.#bytes -= this.#sizeOf(this.at(index) as C);
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

/** A watch from a revision that was still to come must not see what was before it. */
function batchAfter<C extends Change>(batch: Batch<C>, after: Revision): Batch<C> {
  const first = batch.changes[0];
  if (!first || first.revision > after) return batch;
  return new Batch(batch.changes.filter((change) => change.revision > after));
}

function wake(follower: Follower): void {
  const resolve = follower.wake;
  follower.wake = undefined;
  resolve?.();
}
