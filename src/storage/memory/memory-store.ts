import type { Clock } from "#base/clock.ts";
import { ClosedError } from "#base/scope.ts";
import { ExpiryTimer } from "../expiry-timer.ts";
import { Progress } from "../feed.ts";
import { KeySpace } from "../key-space.ts";
import { checkKey, orderOf } from "../keys.ts";
import { SortedMap } from "../sorted-map.ts";
import { CompactedError, FutureRevisionError, revision } from "../store.ts";
import type {
  Commit,
  CommitResult,
  Entry,
  RangeQuery,
  RangeResult,
  RestorableStore,
  Revision,
  StoreEvent,
  WatchQuery,
} from "../store.ts";
import { eventOf } from "../store-change.ts";
import type { StoreChange } from "../store-change.ts";

export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Revisions of history to keep; older ones are compacted by themselves. */
  readonly historyMax?: number;
  /** How often watchers hear of progress. */
  readonly progressMs?: number;
}

/** A store for tests and browsers: all of the contract, and gone with the process. */
export class MemoryStore implements RestorableStore {
  readonly #clock: Clock;
  readonly #historyMax: number;
  readonly #progressMs: number;
  #revision = revision(1);
  readonly #keys = new KeySpace<StoreChange>({ floor: revision(1), current: () => this.#revision });
  /** Deadline by key, and the keys in order of their deadline. */
  readonly #deadlines = new Map<string, number>();
  readonly #expiring = new SortedMap<string>();
  readonly #expiryTimer: ExpiryTimer;
  #cancelProgress = () => {};
  #closed = false;

  constructor(options: MemoryStoreOptions) {
    this.#clock = options.clock;
    this.#historyMax = options.historyMax ?? 10_000;
    this.#progressMs = options.progressMs ?? 10_000;
    this.#expiryTimer = new ExpiryTimer(this.#clock, () => this.#expire());
    this.#scheduleProgress();
  }

  async get(key: string, options: { revision?: Revision } = {}): Promise<Entry | undefined> {
    this.#check(options.revision);
    return this.#keys.get(key, options.revision);
  }

  async range(query: RangeQuery, signal?: AbortSignal): Promise<RangeResult> {
    signal?.throwIfAborted();
    this.#check(query.revision);
    return { ...this.#keys.range(query), revision: query.revision ?? this.#revision };
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#check();
    checkKey(commit.key);
    const current = this.#keys.get(commit.key);
    const guarded =
      commit.expected !== undefined && commit.expected !== (current?.modified ?? revision(0));
    if (guarded || (commit.value === undefined && !current)) {
      return { ok: false, current, revision: this.#revision };
    }
    const { entry, revision: written } = this.#write(commit, current);
    return { ok: true, revision: written, entry, previous: current };
  }

  async *watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<StoreEvent> {
    this.#check();
    let seen = query.after;
    for await (const change of this.#keys.feed.follow(query, signal)) {
      if (change instanceof Progress && change.revision <= seen) continue;
      seen = change.revision;
      yield eventOf(change);
    }
  }

  async current(): Promise<Revision> {
    this.#check();
    return this.#revision;
  }

  async compact(at: Revision): Promise<void> {
    if (at > this.#revision) throw new FutureRevisionError(this.#revision);
    if (!this.#closed) this.#keys.feed.dropThrough(at);
    this.#check();
  }

  async advance(to: Revision): Promise<Revision> {
    this.#check();
    if (to > this.#revision) this.#revision = to;
    await this.compact(this.#revision);
    return this.#revision;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#expiryTimer.set(undefined);
    this.#cancelProgress();
    this.#keys.feed.close();
  }

  #write(commit: Commit, current: Entry | undefined): StoreChange {
    const { key, value } = commit;
    const modified = revision(this.#revision + 1);
    const entry = value && { key, value, created: current?.created ?? modified, modified };
    const change: StoreChange = { key, revision: modified, entry, previous: current };
    this.#revision = modified;
    this.#keys.apply(change, entry);
    this.#keys.feed.keep(this.#historyMax);
    const ttlMs = Math.max(1, Math.ceil(commit.ttlSeconds ?? 0)) * 1000;
    const expires = entry && commit.ttlSeconds !== undefined;
    this.#setDeadline(key, expires ? this.#clock.now() + ttlMs : undefined);
    return change;
  }

  #setDeadline(key: string, deadline: number | undefined): void {
    const previous = this.#deadlines.get(key);
    if (previous === undefined && deadline === undefined) return;
    if (previous !== undefined) this.#expiring.delete(expiryOrder(previous, key));
    if (deadline === undefined) {
      this.#deadlines.delete(key);
    } else {
      this.#deadlines.set(key, deadline);
      this.#expiring.set(expiryOrder(deadline, key), key);
    }
    this.#armExpiry();
  }

  #armExpiry(): void {
    const next = this.#expiring.first();
    this.#expiryTimer.set(next && this.#deadlines.get(next[1]));
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const key of this.#expiring.slice("", expiryOrder(now + 1, ""))) {
      this.#write({ key, value: undefined }, this.#keys.get(key));
    }
    this.#armExpiry();
  }

  #scheduleProgress(): void {
    this.#cancelProgress = this.#clock.after(this.#progressMs, () => {
      this.#keys.feed.tick();
      this.#scheduleProgress();
    });
  }

  #check(at?: Revision): void {
    if (this.#closed) throw new ClosedError("the store is closed");
    if (at === undefined) return;
    if (at > this.#revision) throw new FutureRevisionError(this.#revision);
    if (at < this.#keys.feed.floor) throw new CompactedError(this.#keys.feed.floor);
  }
}

const expiryOrder = (deadline: number, key: string) =>
  `${String(deadline).padStart(16, "0")}${orderOf(key)}`;
