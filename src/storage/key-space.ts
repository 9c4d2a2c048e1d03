import { Feed } from "./feed.ts";
import type { Change, FeedOptions } from "./feed.ts";
import { orderOf, prefixEnd } from "./keys.ts";
import { SortedMap } from "./sorted-map.ts";
import type { Entry, RangeQuery, Revision } from "./store.ts";

/** Longer lists are made anew each time. */
const shortMax = 20;
const shortListsMax = 1_000;

/**
 * The current entries in key order, and the newest changes that led to them. Older states, as far
 * back as the feed reaches, are computed by undoing changes, so that the past costs no memory of
 * its own.
 */
export class KeySpace<C extends Change> {
  readonly feed: Feed<C>;
  readonly #entries = new SortedMap<Entry>();
  /** What is under a prefix, for those that are read again and again; until anything changes. */
  readonly #short = new Map<string, readonly Entry[]>();

  constructor(options: FeedOptions<C>) {
    this.feed = new Feed<C>(options);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The key as it is, or as it was at a revision that is not below the feed's floor. */
  get(key: string, at?: Revision): Entry | undefined {
    if (at !== undefined) {
      for (const change of this.feed.after(at)) if (change.key === key) return change.previous;
    }
    return this.#entries.get(orderOf(key));
  }

  /** Puts an entry that no change is told of: what was there when the space began. */
  load(entry: Entry): void {
    this.#short.clear();
    this.#entries.set(orderOf(entry.key), entry);
  }

  /** Puts the change's entry, or deletes the key when there is none, and publishes the change. */
  apply(change: C, entry: Entry | undefined): void {
    if (this.#short.size > 0) this.#short.clear();
    if (entry) this.#entries.set(orderOf(change.key), entry);
    else this.#entries.delete(orderOf(change.key));
    this.feed.publish(change);
  }

  /** As `Store.range`; a revision must not be below the feed's floor. */
  range(query: RangeQuery): { entries: readonly Entry[]; remaining: number } {
    const { prefix, limit, start, revision } = query;
    if (limit !== undefined || start !== undefined || revision !== undefined) {
      return this.#range(query);
    }
    const known = this.#short.get(prefix);
    if (known) return { entries: known, remaining: 0 };
    const found = this.#range(query);
    if (found.entries.length > shortMax) return found;
    if (this.#short.size >= shortListsMax) this.#short.clear();
    this.#short.set(prefix, found.entries);
    return found;
  }

  #range(query: RangeQuery): { entries: Entry[]; remaining: number } {
    const limit = query.limit ?? Infinity;
    const from = orderOf(
      query.start !== undefined && orderOf(query.start) > orderOf(query.prefix)
        ? query.start
        : query.prefix,
    );
    const end = prefixEnd(query.prefix);
    const to = end === undefined ? undefined : orderOf(end);
    const undone = this.#undo(query, from);
    if (undone.size > 0) return this.#rangeUndone(undone, { from, to, limit });
    const entries = this.#entries.slice(from, to, limit);
    const remaining = entries.length < limit ? 0 : this.#entries.count(from, to) - entries.length;
    return { entries, remaining };
  }

  /** What the keys that changed after the query's revision were at that revision. */
  #undo({ prefix, revision }: RangeQuery, from: string): Map<string, Entry | undefined> {
    const undone = new Map<string, Entry | undefined>();
    if (revision === undefined) return undone;
    for (const change of this.feed.after(revision)) {
      if (!change.key.startsWith(prefix)) continue;
      const order = orderOf(change.key);
      if (order >= from && !undone.has(order)) undone.set(order, change.previous);
    }
    return undone;
  }

  #rangeUndone(
    undone: ReadonlyMap<string, Entry | undefined>,
    { from, to, limit }: { from: string; to: string | undefined; limit: number },
  ): { entries: Entry[]; remaining: number } {
    const restored = [...undone]
      .filter((pair): pair is [string, Entry] => pair[1] !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1));
    let total = this.#entries.count(from, to) + restored.length;
    for (const order of undone.keys()) if (this.#entries.get(order)) total--;

    const entries: Entry[] = [];
    let next = 0;
    for (const [order, entry] of this.#entries.pairs(from, to)) {
      for (; (restored[next]?.[0] ?? order) < order && entries.length < limit; next++) {
        entries.push((restored[next] as [string, Entry])[1]);
      }
      if (entries.length >= limit) break;
      if (!undone.has(order)) entries.push(entry);
    }
    for (; next < restored.length && entries.length < limit; next++) {
      entries.push((restored[next] as [string, Entry])[1]);
    }
    return { entries, remaining: total - entries.length };
  }
}
