import { ByteCache } from "#base/byte-cache.ts";
import type { Bytes } from "#base/bytes.ts";
import { TimeoutError, pacer, sleep, withTimeout } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import { OverflowError } from "#base/channel.ts";
import { required } from "#base/invariant.ts";
import { silentLogger } from "#base/log.ts";
import type { Logger } from "#base/log.ts";
import { ClosedError, Scope } from "#base/scope.ts";
import { Batch } from "../feed.ts";
import type { Feed } from "../feed.ts";
import { KeySpace } from "../key-space.ts";
import { CompactedError, FutureRevisionError, StorageFault, revision } from "../store.ts";
import type {
  Commit,
  CommitResult,
  Entry,
  RangeQuery,
  RangeResult,
  Revision,
  Store,
  StoreEvent,
} from "../store.ts";
import { ObjectEvent } from "./cache-event.ts";
import type { Bookmark, CacheEvent } from "./cache-event.ts";
import { deepFreeze, freezeJson } from "./deep-freeze.ts";
import { Loading } from "./loading.ts";
import { resourcePrefixOf } from "./resource-prefix.ts";

export interface CacherOptions {
  /** Stays the caller's: closing the cacher does not close it. */
  readonly store: Store;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** All keys that the cacher serves begin with it. */
  readonly root?: string;
  /** How often watchers that have seen everything get a bookmark. */
  readonly bookmarkMs?: number;
  readonly history?: History;
  /**
   * Revisions of the store's history that are loaded at the start, so that watchers resume where
   * they were before a restart.
   */
  readonly backfill?: number;
  /** Room for encoded forms other than the stored one. */
  readonly encodedBytesMax?: number;
}

/** Events of one resource: at least `min` are kept, then as many as are younger than `ms`. */
export interface History {
  readonly min: number;
  readonly ms: number;
  readonly max: number;
  /** What the objects of more than `min` events may take. */
  readonly bytesMax?: number;
}

/** How new what is read must be: the newest state of all, when neither is given. */
export interface Freshness {
  /** Waits until the cache has seen this revision. */
  readonly atLeast?: Revision;
  /** What other servers have written last may be missing: the store is not asked. */
  readonly stale?: boolean;
}

export interface CacheRangeQuery extends RangeQuery, Freshness {}

export interface CacheWatchQuery {
  readonly prefix: string;
  /** Events after this revision; from now when missing. With `initial`: the state is at least so new. */
  readonly after?: Revision;
  /**
   * First the current state, as "added" events in the order of keys, then a bookmark with
   * `initialEventsEnd`, then what happens after it, without gap or repeat.
   */
  readonly initial?: boolean;
  /** Without `after`: as for other reads. */
  readonly stale?: boolean;
  /**
   * With `initial`: does not wait until the cacher is ready, but hears of what it begins with while
   * that is read, and then of what has happened since, before the bookmark.
   */
  readonly early?: boolean;
  /** Would rather hear of several events together, somewhat later, where many watch. */
  readonly patient?: boolean;
}

export interface CacheCommit extends Commit {
  /**
   * What decoding the value will give, of the revision that it gets: readers then need not decode
   * it. Whoever commits hands over all of it that is not frozen.
   */
  readonly decoded?: ((modified: Revision) => object) | undefined;
}

/** Events of one watch, in order. */
export type EventBatch = Batch<ObjectEvent>;

const historyDefault = { min: 100, ms: 75_000, max: 100_000, bytesMax: 256 * 1024 * 1024 };
/** So many objects of the state that a watch begins with are told of at once. */
const initialBatch = 64;
/** A cache that is so far behind its store has lost it. */
const catchUpMsMax = 10_000;

/**
 * Serves reads and watches of one store from memory: the current entries as their serialized
 * bytes, and per resource the newest events. What it hands out is shared by all readers.
 *
 * Keys are `<root><resource>/…` of the core group and `<root><group>/<resource>/…` of the others;
 * prefixes lie within one resource and end with "/".
 *
 * Reads see every commit that was acknowledged before, by this cacher or, where others share the
 * store, by any of them: the store is then asked how new it is, and the cache waits until it is as
 * new. `atLeast` asks for a revision learned elsewhere; one that the store itself has not reached
 * throws `FutureRevisionError` at once.
 */
export class Cacher implements AsyncDisposable {
  /** Resolves when the cache has caught up with the store; rejects when it is closed, or cannot. */
  readonly ready: Promise<void>;
  /** Other encoded forms of entries than the stored one, as far as there is room. */
  readonly encoded: ByteCache<Entry>;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #root: string;
  readonly #bookmarkMs: number;
  readonly #history: Required<History>;
  readonly #backfill: number;
  readonly #scope: Scope;
  readonly #setReady: () => void;
  readonly #setFailed: (error: StorageFault) => void;
  #isReady = false;

  /** Every event after it is in the feeds, apart from what they dropped since. */
  #base = revision(0);
  #revision = revision(0);
  #spaces = new Map<string, KeySpace<ObjectEvent>>();
  #waiting: { readonly target: Revision; readonly resolve: () => void }[] = [];
  readonly #decoded = new WeakMap<Entry, WeakRef<object>>();
  /** By the values that are on their way to the store. */
  readonly #written = new Map<Bytes, (modified: Revision) => object>();
  #cancelBookmarks = () => {};
  /** What the cacher begins with, while it is read. */
  #loading: Loading | undefined = new Loading();

  constructor(options: CacherOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#logger = options.logger ?? silentLogger;
    this.#root = options.root ?? "/registry/";
    this.#bookmarkMs = options.bookmarkMs ?? 60_000;
    this.#history = { ...historyDefault, ...options.history };
    this.#backfill = options.backfill ?? 10_000;
    this.encoded = new ByteCache(options.encodedBytesMax ?? 32 * 1024 * 1024);
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    this.#setReady = () => {
      this.#isReady = true;
      ready.resolve();
    };
    this.#scope = new Scope({
      onFailure: (task, error) => this.#logger.error("cacher failed", { task, error }),
    });
    this.#setFailed = ready.reject;
    this.#scope.signal.addEventListener("abort", () => ready.reject(this.#scope.signal.reason));
    // Whoever awaits `ready` hears of the rejection; nobody has to.
    this.ready.catch(() => undefined);
    this.#scope.run("follow", (signal) => this.#run(signal));
    this.#scheduleBookmarks();
  }

  /** The newest revision that reads see. */
  current(): Revision {
    return this.#revision;
  }

  /**
   * How much there is of one resource, by its prefix; undefined where nothing ever was. The size
   * is that of the first few.
   */
  sizeOf(prefix: string): { readonly objects: number; readonly averageBytes: number } | undefined {
    const space = this.#spaces.get(prefix);
    if (!space) return undefined;
    const { entries } = space.range({ prefix, limit: sampleSize });
    let bytes = 0;
    for (const entry of entries) bytes += lengthOf(entry);
    return { objects: space.size, averageBytes: bytes / Math.max(1, entries.length) };
  }

  async get(
    key: string,
    options: Freshness = {},
    signal?: AbortSignal,
  ): Promise<Entry | undefined> {
    const waiting = this.#reach(options, signal);
    if (waiting) await waiting;
    return this.#space(key).get(key);
  }

  /**
   * One consistent snapshot. A revision older than the cached history is read from the store,
   * and throws `CompactedError` when it is gone there too.
   */
  async range(query: CacheRangeQuery, signal?: AbortSignal): Promise<RangeResult> {
    const { atLeast = query.revision, stale = false } = query;
    const waiting = this.#reach({ stale, ...(atLeast !== undefined && { atLeast }) }, signal);
    if (waiting) await waiting;
    const space = this.#space(query.prefix);
    const { revision: at } = query;
    if (at === undefined) {
      const { entries, remaining } = space.range(query);
      return { entries, remaining, revision: this.#revision };
    }
    if (at >= space.feed.floor) return { ...space.range(query), revision: at };
    const result = await this.#store.range(query, signal);
    return { ...result, entries: result.entries.map((entry) => shared(space, entry)) };
  }

  /**
   * Events in order, without gap or repeat, and bookmarks now and then. Throws `CompactedError`
   * when events after `after` are gone, and `OverflowError` when the watcher is so slow that the
   * history passes it. Ends without an error when the signal aborts or the cacher closes.
   */
  async *watch(
    query: CacheWatchQuery,
    signal: AbortSignal,
  ): AsyncGenerator<CacheEvent, void, undefined> {
    for await (const item of this.watchBatches(query, signal)) {
      if (item instanceof Batch) yield* item.changes;
      else yield item;
    }
  }

  /**
   * The same, several events at a time where there are several. Watchers that are told of the same
   * events at the same time get the same batch, for what they make of it to be shared.
   */
  async *watchBatches(
    query: CacheWatchQuery,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch | Bookmark, void, undefined> {
    let told: Revision | undefined;
    if (query.early && this.#loading) {
      told = yield* this.#loadedBatches(this.#loading, query.prefix, signal);
      if (told === undefined) return;
    }
    try {
      const { initial, after, stale = after !== undefined && !initial } = query;
      await this.#reach({ stale, ...(initial && after && { atLeast: after }) }, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    const { prefix, initial, patient = false } = query;
    const { feed } = this.#space(prefix);
    const after = initial ? this.#revision : (query.after ?? this.#revision);
    if (initial) {
      if (told === undefined) yield* this.#initialBatches(prefix, signal);
      else yield* changesAfter(feed, told);
      if (signal.aborted) return;
      yield { type: "bookmark", revision: after, initialEventsEnd: true };
    }
    for await (const item of feed.batches({ prefix, after, patient }, signal)) {
      if (item instanceof Batch) yield item;
      else yield { type: "bookmark", revision: item.revision, initialEventsEnd: false };
    }
  }

  /** Returns the revision of what was read; undefined when the signal aborts. */
  async *#loadedBatches(
    loading: Loading,
    prefix: string,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch, Revision | undefined, undefined> {
    const heardAt = this.#clock.monotonic();
    const parts = loading.follow(prefix, signal);
    for (;;) {
      const { done, value } = await parts.next();
      if (done) return value;
      yield new Batch(
        value.map((entry) => new ObjectEvent("added", { entry, previous: undefined, heardAt })),
      );
    }
  }

  async *#initialBatches(
    prefix: string,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch, void, undefined> {
    const { entries } = this.#space(prefix).range({ prefix });
    const pace = pacer(this.#clock);
    const heardAt = this.#clock.monotonic();
    for (let from = 0; from < entries.length && !signal.aborted; from += initialBatch) {
      const events = entries
        .slice(from, from + initialBatch)
        .map((entry) => new ObjectEvent("added", { entry, previous: undefined, heardAt }));
      yield new Batch(events);
      const others = pace();
      if (others) await others;
    }
  }

  /** As the store's; once it returns, reads of this cacher see it, or what made it fail. */
  async commit({ decoded, ...commit }: CacheCommit): Promise<CommitResult> {
    const { value } = commit;
    if (!value || !decoded) return this.#commit(commit);
    this.#written.set(value, decoded);
    try {
      return await this.#commit(commit);
    } finally {
      this.#written.delete(value);
    }
  }

  async #commit(commit: Commit): Promise<CommitResult> {
    const result = await this.#store.commit(commit);
    // Reads of a store that others share ask for the newest state anyway.
    if (this.#store.shared) return result;
    // What is not there may have been deleted just now, which the cache need not know yet.
    await this.#applied(
      result.ok ? result.revision : (result.current?.modified ?? result.revision),
    );
    return result;
  }

  /**
   * The entry's decoded form, frozen: the same for every reader for as long as one of them keeps
   * it, because it takes several times the room of the bytes. All callers must decode an entry
   * alike.
   */
  decoded<T extends object>(entry: Entry, decode: (entry: Entry) => T): T {
    const known = this.knownDecoded(entry);
    if (known) return known as T;
    const decoded = deepFreeze(decode(entry));
    this.#decoded.set(entry, new WeakRef(decoded));
    return decoded;
  }

  /** That form, where somebody keeps it. */
  knownDecoded(entry: Entry): object | undefined {
    return this.#decoded.get(entry)?.deref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancelBookmarks();
    const closed = new ClosedError("the cacher is closed");
    await this.#scope.close(closed);
    this.#loading?.fail(closed);
    for (const { feed } of this.#spaces.values()) feed.close();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** Keeps up with the store until the signal aborts. */
  async #run(signal: AbortSignal): Promise<void> {
    let backoffMs = 0;
    let loaded = false;
    while (!signal.aborted) {
      try {
        if (!loaded) await this.#load(signal);
        loaded = true;
        const events = this.#store.watch({ prefix: this.#root, after: this.#revision }, signal);
        for await (const event of events) {
          this.#apply(event);
          backoffMs = 0;
        }
        if (!signal.aborted) throw new ClosedError("the store ended the watch");
      } catch (error) {
        if (signal.aborted) return;
        // The gap can be filled from the store's history, unless that is gone.
        if (error instanceof OverflowError) continue;
        if (error instanceof CompactedError) loaded = false;
        // What is damaged stays so: whoever waits for the first state shall hear of it.
        if (!this.#isReady && error instanceof StorageFault && error.code === "corrupt") {
          return this.#setFailed(error);
        }
        backoffMs = Math.min(30_000, Math.max(100, backoffMs * 2));
        this.#logger.warn("cacher lost the store and tries again", { error, backoffMs });
        await sleep(this.#clock, backoffMs, signal);
      }
    }
  }

  /** Loads a state somewhat in the past: the watch from there then fills the feeds. */
  async #load(signal: AbortSignal): Promise<void> {
    const newest = await this.#store.current();
    const { spaces, base } = await this.#readPast(newest, signal);
    const lost = this.#spaces;
    this.#spaces = spaces;
    this.#base = base;
    for (const { feed } of lost.values()) feed.close(new CompactedError(base));
    this.#advance(base);
    this.#loading?.end(base);
    this.#loading = undefined;
    if (!this.#isReady) void this.#applied(newest).then(this.#setReady);
  }

  async #readPast(
    newest: Revision,
    signal: AbortSignal,
  ): Promise<{ spaces: Map<string, KeySpace<ObjectEvent>>; base: Revision }> {
    let base = revision(Math.max(1, newest - this.#backfill));
    for (;;) {
      const spaces = new Map<string, KeySpace<ObjectEvent>>();
      try {
        for await (const { entries } of this.#ranges(base, signal)) {
          for (const entry of entries) this.#spaceIn(spaces, entry.key, base).load(entry);
          this.#loading?.add(entries);
        }
        return { spaces, base };
      } catch (error) {
        this.#beginAnew(error);
        if (!(error instanceof CompactedError) || error.oldest <= base) throw error;
        base = error.oldest;
      }
    }
  }

  async *#ranges(at: Revision, signal: AbortSignal): AsyncGenerator<RangeResult, void, undefined> {
    const query = { prefix: this.#root, revision: at };
    if (this.#store.ranges) yield* this.#store.ranges(query, signal);
    else yield await this.#store.range(query, signal);
  }

  /** Whoever has followed what was read until then must not take it for a part of what comes. */
  #beginAnew(failure: unknown): void {
    if (!this.#loading?.hasBegun) return;
    this.#loading.fail(failure);
    this.#loading = new Loading();
  }

  #apply(event: StoreEvent): void {
    if (event.type === "progress") return this.#advance(event.revision);
    const heardAt = this.#clock.monotonic();
    if (event.type === "put") {
      const { entry, previous } = event;
      const space = this.#space(entry.key);
      const kept = previous && shared(space, previous);
      const type = previous ? "modified" : "added";
      const bytes = lengthOf(entry);
      if (this.#written.size > 0 && bytes > 0) this.#keepWritten(entry);
      space.apply(new ObjectEvent(type, { entry, previous: kept, heardAt, bytes }), entry);
      this.#trim(space);
      return this.#advance(entry.modified);
    }
    const space = this.#space(event.key);
    const previous = shared(space, event.previous);
    const { key, created } = previous;
    // Its value is taken by those who need it: one that cannot be opened may go, too.
    const entry: Entry = {
      key,
      get value() {
        return previous.value;
      },
      created,
      modified: event.revision,
    };
    space.apply(new ObjectEvent("deleted", { entry, previous, heardAt }), undefined);
    this.#trim(space);
    this.#advance(event.revision);
  }

  /** Who watches, and who wrote, will ask for it in a moment. */
  #keepWritten(entry: Entry): void {
    const decoded = this.#written.get(entry.value)?.(entry.modified);
    if (decoded && freezeJson(decoded)) this.#decoded.set(entry, new WeakRef(decoded));
  }

  #advance(to: Revision): void {
    if (to > this.#revision) this.#revision = to;
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ target }) => target > this.#revision);
    for (const { target, resolve } of waiting) if (target <= this.#revision) resolve();
  }

  #trim({ feed }: KeySpace<ObjectEvent>): void {
    const { min, ms, max, bytesMax } = this.#history;
    const oldestMs = this.#clock.monotonic() - ms;
    let keep = Math.min(feed.size, max);
    const heardAt = () => feed.at(feed.size - keep)?.heardAt ?? Infinity;
    while (keep > min && heardAt() < oldestMs) keep--;
    feed.keep(keep);
    while (feed.size > min && feed.bytes > bytesMax) feed.keep(feed.size - 1);
  }

  /** The resource that the key or prefix is of. */
  #space(key: string): KeySpace<ObjectEvent> {
    return this.#spaceIn(this.#spaces, key, this.#base);
  }

  #spaceIn(
    spaces: Map<string, KeySpace<ObjectEvent>>,
    key: string,
    floor: Revision,
  ): KeySpace<ObjectEvent> {
    const prefix = resourcePrefixOf(key, this.#root);
    const known = spaces.get(required(prefix, `${key} is not within one resource`));
    if (known) return known;
    const space = new KeySpace<ObjectEvent>({
      floor,
      current: () => this.#revision,
      clock: this.#clock,
      sizeOf: ({ bytes }) => bytes,
    });
    spaces.set(prefix ?? "", space);
    return space;
  }

  /** Waits for readiness, and for the cache to be as new as it must be; mostly it is. */
  #reach(freshness: Freshness, signal: AbortSignal | undefined): Promise<void> | undefined {
    signal?.throwIfAborted();
    this.#scope.signal.throwIfAborted();
    if (this.#isReady && this.#isReached(freshness)) return undefined;
    return this.#waitFor(freshness, signal);
  }

  #isReached({ atLeast, stale = false }: Freshness): boolean {
    if (atLeast === undefined) return stale || !this.#store.shared;
    return atLeast <= this.#revision;
  }

  async #waitFor(freshness: Freshness, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#isReady) await abortable(this.ready, signal);
    if (this.#isReached(freshness)) return;
    const { atLeast } = freshness;
    const newest = await this.#store.current();
    if (atLeast !== undefined && atLeast > newest) throw new FutureRevisionError(newest);
    await this.#catchUp(atLeast ?? newest, signal);
    this.#scope.signal.throwIfAborted();
  }

  async #catchUp(target: Revision, signal: AbortSignal | undefined): Promise<void> {
    if (target <= this.#revision) return;
    try {
      await withTimeout(this.#clock, catchUpMsMax, signal, (signal) =>
        abortable(this.#applied(target), signal),
      );
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      const lag = `the cache is at revision ${this.#revision}, the store at ${target}`;
      throw new StorageFault("unreachable", `the store's watch does not keep up: ${lag}`);
    }
  }

  /** Resolves when reads see the revision, or when the cacher closes. */
  #applied(target: Revision): Promise<void> {
    if (target <= this.#revision || this.#scope.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ target, resolve }));
  }

  #scheduleBookmarks(): void {
    this.#cancelBookmarks = this.#clock.after(this.#bookmarkMs, () => {
      for (const { feed } of this.#spaces.values()) feed.tick();
      this.#scheduleBookmarks();
    });
  }
}

function* changesAfter(
  feed: Feed<ObjectEvent>,
  revision: Revision,
): Generator<EventBatch, void, undefined> {
  if (revision < feed.floor) throw new CompactedError(feed.floor);
  const changes = [...feed.after(revision)];
  if (changes.length > 0) yield new Batch(changes);
}

/** The cached object in place of an equal one, so that its bytes and decoded form are shared. */
function shared(space: KeySpace<ObjectEvent>, entry: Entry): Entry {
  const cached = space.get(entry.key);
  return cached?.modified === entry.modified ? cached : entry;
}

/** Rejects with the signal's reason as soon as it aborts. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const stop = () => signal.removeEventListener("abort", onAbort);
    promise.then(resolve, reject).finally(stop);
  });
}

const sampleSize = 20;

function lengthOf(entry: Entry): number {
  try {
    return entry.value.length;
  } catch {
    return 0; // What cannot be opened is not sent either.
  }
}
