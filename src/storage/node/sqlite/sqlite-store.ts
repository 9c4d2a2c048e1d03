import type { Clock } from "#base/clock.ts";
import { invariant, required } from "#base/invariant.ts";
import { silentLogger } from "#base/log.ts";
import type { Logger } from "#base/log.ts";
import { ClosedError } from "#base/scope.ts";
import { ExpiryTimer } from "../../expiry-timer.ts";
import { Feed, Progress } from "../../feed.ts";
import { checkKey, orderOf, prefixEnd } from "../../keys.ts";
import { CompactedError, FutureRevisionError, StorageFault, revision } from "../../store.ts";
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
} from "../../store.ts";
import { eventOf } from "../../store-change.ts";
import type { StoreChange } from "../../store-change.ts";
import { Connection } from "./connection.ts";
import { advised, isDamage, withAdvice } from "./damage.ts";
import { nextPage } from "./protocol.ts";
import type { Answers, HistoryRow, Opened, Outcome, Page, PageQuery, Request } from "./protocol.ts";

export interface SqliteStoreOptions {
  /** The database file; made when missing. Its folder must exist. */
  readonly path: string;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** History is kept at least so long, and compacted by itself after at most twice of it. */
  readonly historyMs?: number;
  /** However young, no more revisions than about these are kept. */
  readonly historyMax?: number;
  /** A watcher that is so many events behind is ended. */
  readonly watchBacklog?: number;
  /** How often watchers hear of progress. */
  readonly progressMs?: number;
  /** What to do about a damaged file, for the messages that tell of it. */
  readonly adviceOnDamage?: () => Promise<string>;
  /** Where the engine runs: in a thread of its own when missing; a simulation has other places. */
  readonly connect?: (path: string) => Promise<{ connection: EngineConnection; opened: Opened }>;
}

/** The way to the engine. Requests are served one after the other, in order. */
export interface EngineConnection {
  /** Hears when the engine is gone for good; everything asked of it is then rejected. */
  onBroken: (fault: StorageFault) => void;
  /** What writes resolves when it is durable. */
  ask<R extends Request>(request: R): Promise<Answers[R["type"]]>;
  /** Closes the database after everything that was asked before. */
  close(): Promise<void>;
}

/** Commits of one transaction: what fits in few milliseconds, so that reads wait no longer. */
const batchCommitsMax = 256;
const batchBytesMax = 4 << 20;
/** Entries of one message from the worker. */
const pageEntries = 500;
/** Of one transaction that forgets: 20 ms, as measured, that writes wait for at most. */
const compactionRevisions = 500;
/** How often a medium that has refused a write is asked again. */
const probeMs = 2_000;

interface PendingCommit {
  readonly commit: Commit;
  resolve(result: CommitResult): void;
  reject(error: unknown): void;
}

/**
 * A store in one SQLite file, owned by one process. Commits that come while a transaction is under
 * way share the next one and its fsync, so throughput grows with the number of writers.
 *
 * The database lives in a worker thread. Measured with 64 writers of 1 KB values on 2 cores and a
 * disk that syncs in 0.15 ms: 29,000 commits/s with event-loop delays of 2 ms at the 99th
 * percentile, against 31,000 and 12 ms on the main thread; one writer alone waits 0.28 ms instead
 * of 0.19. A slower disk would stall the main thread for as long as each of its syncs takes.
 */
export class SqliteStore implements RestorableStore {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #connection: EngineConnection;
  readonly #historyMs: number;
  readonly #historyMax: number;
  readonly #watchBacklog: number;
  readonly #progressMs: number;
  /** Watchers that keep up must not be overtaken by one batch. */
  readonly #batchMax: number;
  readonly #feed: Feed<StoreChange>;
  readonly #expiryTimer: ExpiryTimer;
  #revision: Revision;
  #compacted: Revision;

  #pending: PendingCommit[] = [];
  /** The loop that writes what is pending; undefined when there is nothing to write. */
  #writing: Promise<void> | undefined;
  #expiryDue = false;
  #fault: StorageFault | undefined;
  #probeDue = false;
  #cancelProbe: (() => void) | undefined;
  #compaction: { at: Revision; done: PromiseWithResolvers<void> } | undefined;
  #closing: Promise<void> | undefined;
  #cancelTimers: (() => void)[] = [];

  private constructor(options: SqliteStoreOptions, connection: EngineConnection, opened: Opened) {
    this.#clock = options.clock;
    this.#logger = options.logger ?? silentLogger;
    this.#historyMs = options.historyMs ?? 300_000;
    this.#historyMax = options.historyMax ?? 200_000;
    this.#watchBacklog = options.watchBacklog ?? 1_024;
    this.#progressMs = options.progressMs ?? 10_000;
    this.#batchMax = Math.min(batchCommitsMax, Math.max(1, this.#watchBacklog >> 1));
    this.#connection = withAdvice(connection, {
      advice: options.adviceOnDamage,
      met: (fault) => this.#refuses(fault),
    });
    this.#revision = opened.revision;
    this.#compacted = opened.compacted;
    this.#feed = new Feed({ floor: opened.revision, current: () => this.#revision });
    this.#connection.onBroken = (fault) => this.#feed.close(fault);
    this.#expiryTimer = new ExpiryTimer(this.#clock, () => {
      this.#expiryDue = true;
      this.#write();
    });
    this.#expiryTimer.set(opened.deadline);
    this.#every(this.#progressMs, () => this.#feed.tick());
    this.#scheduleCompaction();
  }

  /** Throws `StorageFault`: "locked" when another process has the file, "corrupt" when it is damaged. */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    const connect = options.connect ?? ((path) => Connection.open(path));
    const advice = options.adviceOnDamage;
    const { connection, opened } = await connect(options.path).catch(async (error: unknown) => {
      throw isDamage(error) ? await advised(error, advice?.()) : error;
    });
    return new SqliteStore(options, connection, opened);
  }

  get fault(): StorageFault | undefined {
    return this.#fault;
  }

  async get(key: string, options: { revision?: Revision } = {}): Promise<Entry | undefined> {
    this.#checkOpen();
    return this.#connection.ask({ type: "get", key, revision: options.revision });
  }

  async range(query: RangeQuery, signal?: AbortSignal): Promise<RangeResult> {
    const entries: Entry[] = [];
    let last: RangeResult | undefined;
    for await (const page of this.ranges(query, signal)) {
      for (const entry of page.entries) entries.push(entry);
      last = page;
    }
    return { ...required(last, "a range has a page"), entries };
  }

  async *ranges(
    query: RangeQuery,
    signal?: AbortSignal,
  ): AsyncGenerator<RangeResult, void, undefined> {
    signal?.throwIfAborted();
    this.#checkOpen();
    const { prefix, start = prefix, limit = Infinity } = query;
    const from = orderOf(start) > orderOf(prefix) ? start : prefix;
    const range = { from, to: prefixEnd(prefix), revision: query.revision };
    let left = limit;
    let next: PageQuery | undefined = pageOf(range, left);
    while (next) {
      const page: Page = await this.#connection.ask({ type: "range", ...next });
      signal?.throwIfAborted();
      const { entries, revision, remaining } = page;
      yield { entries, revision, remaining };
      left -= entries.length;
      const following = nextPage(next, page);
      next = following && pageOf(following, left);
    }
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#checkOpen();
    checkKey(commit.key);
    return new Promise((resolve, reject) => {
      this.#pending.push({ commit, resolve, reject });
      this.#write();
    });
  }

  async *watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<StoreEvent> {
    this.#checkOpen();
    const { prefix } = query;
    let seen = query.after;
    while (seen < this.#feed.floor) {
      const rows = await this.#history(prefix, seen);
      for (const row of rows.changes) {
        if (signal.aborted || this.#closing) return;
        yield eventOf(row);
      }
      seen = rows.through;
    }
    for await (const change of this.#feed.follow({ prefix, after: seen }, signal)) {
      if (change instanceof Progress && change.revision <= seen) continue;
      seen = change.revision;
      yield eventOf(change);
    }
  }

  async current(): Promise<Revision> {
    this.#checkOpen();
    return this.#revision;
  }

  async compact(at: Revision): Promise<void> {
    this.#checkOpen();
    if (at > this.#revision) throw new FutureRevisionError(this.#revision);
    if (at <= this.#compacted) return;
    const done = this.#compaction?.done ?? Promise.withResolvers<void>();
    this.#compaction = { at: revision(Math.max(at, this.#compaction?.at ?? 0)), done };
    this.#write();
    await done.promise;
  }

  async advance(to: Revision): Promise<Revision> {
    this.#checkOpen();
    const answer = await this.#connection.ask({ type: "advance", to });
    this.#revision = answer.revision;
    this.#compacted = answer.revision;
    this.#feed.dropThrough(answer.revision);
    return answer.revision;
  }

  /** Finishes the writes that were asked for, then closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    this.#expiryTimer.set(undefined);
    this.#cancelProbe?.();
    for (const cancel of this.#cancelTimers) cancel();
    await this.#writing;
    this.#feed.close();
    await this.#connection.close();
  }

  /** Starts the loop that writes, unless it runs. */
  #write(): void {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
      if (this.#hasWork) this.#write();
    });
  }

  get #hasWork(): boolean {
    if (this.#pending.length > 0 || this.#expiryDue || this.#probeDue) return true;
    return this.#compaction !== undefined;
  }

  /** One transaction at a time: what comes meanwhile shares the next one. */
  async #writeAll(): Promise<void> {
    // Whoever commits in the same turn of the event loop shares the first one.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#hasWork) {
      if (this.#pending.length > 0) await this.#commitBatch();
      if (this.#expiryDue) await this.#expire();
      if (this.#compaction) await this.#compactSome(this.#compaction);
      if (this.#probeDue) await this.#probe();
    }
  }

  async #commitBatch(): Promise<void> {
    const batch = this.#takeBatch();
    const commits = batch.map(({ commit }) => commit);
    try {
      const now = this.#clock.now();
      const answer = await this.#connection.ask({ type: "commit", commits, now });
      this.#armExpiry(answer.deadline);
      invariant(answer.outcomes.length === batch.length, "every commit has an outcome");
      for (const [index, outcome] of answer.outcomes.entries()) {
        const pending = required(batch[index], "every outcome has a commit");
        pending.resolve(this.#settle(pending.commit, outcome));
      }
    } catch (error) {
      this.#refuses(error);
      for (const pending of batch) pending.reject(error);
    }
  }

  #takeBatch(): PendingCommit[] {
    let count = 0;
    let bytes = 0;
    for (const { commit } of this.#pending) {
      bytes += commit.value?.byteLength ?? 0;
      if (count === this.#batchMax || (count > 0 && bytes > batchBytesMax)) break;
      count++;
    }
    return this.#pending.splice(0, count);
  }

  #settle({ key, value }: Commit, outcome: Outcome): CommitResult {
    if ("current" in outcome) return { ok: false, ...outcome };
    const { revision: modified, created, previous } = outcome;
    const entry = value && { key, value, created, modified };
    this.#publish({ key, revision: modified, entry, previous });
    return { ok: true, revision: modified, entry, previous };
  }

  #publish(change: StoreChange): void {
    this.#revision = change.revision;
    this.#feed.publish(change);
    this.#feed.keep(this.#watchBacklog);
  }

  async #expire(): Promise<void> {
    this.#expiryDue = false;
    try {
      const now = this.#clock.now();
      const limit = this.#batchMax;
      const answer = await this.#connection.ask({ type: "expire", now, limit });
      for (const change of answer.deleted) this.#publish(change);
      this.#armExpiry(answer.deadline);
    } catch (error) {
      // The keys stay until the disk is well again.
      if (!this.#refuses(error)) this.#logger.error("expired keys stay", { error });
      if (!this.#closing) this.#expiryTimer.set(this.#clock.now() + 10_000);
    }
  }

  #armExpiry(deadline: number | undefined): void {
    if (!this.#closing) this.#expiryTimer.set(deadline);
  }

  async #compactSome(compaction: {
    at: Revision;
    done: PromiseWithResolvers<void>;
  }): Promise<void> {
    try {
      const answer = await this.#connection.ask({
        type: "compact",
        at: compaction.at,
        revisionsMax: compactionRevisions,
      });
      this.#compacted = answer.compacted;
      this.#feed.dropThrough(answer.compacted);
      if (answer.compacted < required(this.#compaction, "it is under way").at) return;
      this.#compaction = undefined;
      compaction.done.resolve();
    } catch (error) {
      this.#refuses(error);
      this.#compaction = undefined;
      compaction.done.reject(error);
    }
  }

  /** Remembers what the medium has said, once, and asks it again; false for other errors. */
  #refuses(error: unknown): boolean {
    if (!(error instanceof StorageFault)) return false;
    // A file that is damaged does not become well again, whatever it is asked.
    if (this.#fault?.code === "corrupt") return true;
    if (this.#fault?.code !== error.code) {
      this.#logger.error("the store has failed", { reason: error.message });
    }
    this.#fault = error;
    if (error.code !== "corrupt") this.#probeLater();
    return true;
  }

  #probeLater(): void {
    if (this.#closing) return;
    this.#cancelProbe ??= this.#clock.after(probeMs, () => {
      this.#cancelProbe = undefined;
      this.#probeDue = true;
      this.#write();
    });
  }

  /** Only this says that all is well: where a large write has failed, small ones may pass. */
  async #probe(): Promise<void> {
    this.#probeDue = false;
    if (this.#fault?.code === "corrupt") return;
    try {
      await this.#connection.ask({ type: "probe" });
      this.#fault = undefined;
      this.#logger.info("the store is well again");
    } catch (error) {
      this.#refuses(error);
      this.#probeLater();
    }
  }

  /** Keeps the revision that was the newest one period ago. */
  #scheduleCompaction(): void {
    let before = this.#revision;
    const compact = (at: Revision) => {
      if (this.#closing || at <= this.#compacted) return;
      this.compact(at).catch((error: unknown) => {
        if (!this.#fault) this.#logger.error("history could not be compacted", { error });
      });
    };
    this.#every(this.#historyMs, () => {
      compact(before);
      before = this.#revision;
    });
    this.#every(Math.min(10_000, this.#historyMs), () => {
      compact(revision(Math.max(1, this.#revision - this.#historyMax)));
    });
  }

  /** Changes after a revision that the feed no longer has. */
  async #history(
    prefix: string,
    after: Revision,
  ): Promise<{ changes: readonly HistoryRow[]; through: Revision }> {
    if (after < this.#compacted) throw new CompactedError(this.#compacted);
    const upTo = this.#revision;
    const changes = await this.#connection
      .ask({
        type: "history",
        from: prefix,
        to: prefixEnd(prefix),
        after,
        upTo,
        limit: pageEntries,
      })
      .catch((error: unknown) => {
        if (this.#closing) return [];
        throw error;
      });
    const last = changes.at(-1);
    return { changes, through: changes.length < pageEntries || !last ? upTo : last.revision };
  }

  #every(periodMs: number, act: () => void): void {
    const index = this.#cancelTimers.length;
    const arm = () => {
      this.#cancelTimers[index] = this.#clock.after(periodMs, () => {
        act();
        arm();
      });
    };
    arm();
  }

  #checkOpen(): void {
    if (this.#closing) throw new ClosedError("the store is closed");
  }
}

/** The page of a range of which so many are left to be read. */
function pageOf(range: Pick<PageQuery, "from" | "to" | "revision">, left: number): PageQuery {
  const { from, to, revision } = range;
  return { from, to, revision, limit: Math.min(left, pageEntries), count: left <= pageEntries };
}
