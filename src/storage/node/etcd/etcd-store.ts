import type { Clock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { ClosedError } from "#base/scope.ts";
import { checkKey, orderOf } from "../../keys.ts";
import { CompactedError, FutureRevisionError, revision } from "../../store.ts";
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
import { Connection } from "./connection.ts";
import type { EtcdNetwork } from "./connection.ts";
import { faultOf, isCompacted, isFuture, isServiceError } from "./fault.ts";
import { KeyMap } from "./key-map.ts";
import type { EtcdTls } from "./member.ts";
import { calls } from "./messages.ts";
import { WatchStream, entryOf } from "./watch-stream.ts";
import { Writer } from "./writer.ts";

export interface EtcdStoreOptions {
  /** "http://127.0.0.1:2379", …: members of one cluster. */
  readonly endpoints: readonly string[];
  readonly tls?: EtcdTls;
  /**
   * Where keys that begin with "/registry/" lie in etcd: "/registry" when missing, so that
   * clusters can share one etcd under different prefixes.
   */
  readonly prefix?: string;
  /** Of progress and compaction; TTLs go by etcd's own clock. */
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger;
  /** History is kept at least so long, and compacted by itself after at most twice of it. */
  readonly historyMs?: number;
  /** A watcher that is so many events behind is ended. */
  readonly watchBacklog?: number;
  /** How often watchers hear of progress. */
  readonly progressMs?: number;
  /** How long etcd may be without an answer until calls fail. */
  readonly timeoutMs?: number;
  readonly network?: EtcdNetwork;
}

/** Entries of one answer. */
const pageEntries = 1_000;
/** Keys of no object, written for the sake of their revisions; so many at once. */
const advancePrefix = "/registry/revisions/";
const advanceWrites = 256;
/** A large answer, or a large compaction, takes its time. */
const largeMs = 15_000;

/**
 * A store in an etcd cluster, for more than one server. Reads are linearizable: they see whatever
 * any server was acknowledged before.
 *
 * Watches follow all of etcd's keys and leave out what is not asked for: so they know of every
 * revision that it was delivered. etcd's own progress notifications are no help: before 3.4.25 and
 * 3.5.8 they overtake events.
 */
export class EtcdStore implements RestorableStore {
  readonly shared = true;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #historyMs: number;
  readonly #watchBacklog: number;
  readonly #connection: Connection;
  readonly #keys: KeyMap;
  readonly #writer: Writer;
  readonly #watches = new Set<WatchStream>();
  readonly #commits = new Set<Promise<unknown>>();
  /** The question for the newest revision that is under way, and the one that comes after it. */
  #asking: Promise<Revision> | undefined;
  #askingNext: Promise<Revision> | undefined;
  /** The newest revision that somebody waits for. */
  #wanted = revision(1);
  #isClosed = false;
  #cancelTimers: (() => void)[] = [];

  private constructor(options: EtcdStoreOptions) {
    this.#clock = options.clock;
    this.#logger = options.logger ?? silentLogger;
    this.#historyMs = options.historyMs ?? 300_000;
    this.#watchBacklog = options.watchBacklog ?? 4_096;
    this.#connection = new Connection({ ...options, logger: this.#logger });
    this.#keys = new KeyMap(options.prefix ?? "/registry");
    this.#writer = new Writer({
      connection: this.#connection,
      keys: this.#keys,
      random: options.random,
      logger: this.#logger,
    });
    this.#every(options.progressMs ?? 10_000, "the newest revision could not be read", async () => {
      if (this.#watches.size > 0) await this.current();
    });
  }

  /** Throws `StorageFault` when no member answers, `TypeError` for endpoints that are none. */
  static async open(options: EtcdStoreOptions): Promise<EtcdStore> {
    const store = new EtcdStore(options);
    try {
      store.#scheduleCompaction(await store.current());
      return store;
    } catch (error) {
      await store[Symbol.asyncDispose]();
      throw error;
    }
  }

  async get(key: string, options: { revision?: Revision } = {}): Promise<Entry | undefined> {
    this.#checkOpen();
    const request = { key: this.#keys.toEtcd(key), revision: options.revision ?? 0 };
    const { kvs, header } = await this.#read(() =>
      this.#connection.call(calls.range, request, { repeatable: true }),
    );
    this.#writer.saw(revision(header.revision));
    const [found] = kvs;
    return found && entryOf(key, found);
  }

  async range(query: RangeQuery, signal?: AbortSignal): Promise<RangeResult> {
    signal?.throwIfAborted();
    this.#checkOpen();
    const { prefix, start = prefix, limit = Infinity } = query;
    const rangeEnd = this.#keys.endOf(prefix);
    let from = this.#keys.startOf(orderOf(start) > orderOf(prefix) ? start : prefix);
    let at = query.revision;
    const entries: Entry[] = [];
    for (;;) {
      const size = Math.min(limit - entries.length, pageEntries);
      const request = { key: from, rangeEnd, limit: size, revision: at ?? 0 };
      const { kvs, count, header } = await this.#read(() =>
        this.#connection.call(calls.range, request, {
          repeatable: true,
          attemptMs: largeMs,
          ...(signal && { signal }),
        }),
      );
      // Later pages are of the first one's snapshot, whatever is written between them.
      at ??= revision(header.revision);
      for (const kv of kvs) {
        const key = this.#keys.fromEtcd(kv.key);
        if (key !== undefined) entries.push(entryOf(key, kv));
      }
      const last = kvs.at(-1);
      const remaining = count - kvs.length;
      if (!last || remaining <= 0 || entries.length >= limit) {
        return { entries, revision: at, remaining: Math.max(0, remaining) };
      }
      from = `${last.key}\0`;
    }
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#checkOpen();
    checkKey(commit.key);
    const writing = this.#writer.commit(commit);
    this.#commits.add(writing);
    try {
      const result = await writing;
      // What has stood in the way may be of another server: watches shall tell when they have it.
      if (!result.ok) this.#want(result.revision);
      return result;
    } finally {
      this.#commits.delete(writing);
    }
  }

  async *watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<StoreEvent> {
    this.#checkOpen();
    if (signal.aborted) return;
    if (query.after < 1) throw new CompactedError(await this.#oldest());
    const { prefix } = query;
    const stream = new WatchStream({
      connection: this.#connection,
      key: "\0",
      rangeEnd: "\0",
      after: query.after,
      keyOf: (etcdKey) => {
        const key = this.#keys.fromEtcd(etcdKey);
        return key?.startsWith(prefix) ? key : undefined;
      },
      backlog: this.#watchBacklog,
    });
    this.#watches.add(stream);
    stream.want(this.#wanted);
    try {
      yield* stream.events(signal);
    } finally {
      this.#watches.delete(stream);
    }
  }

  /** Those who ask while a question is under way share the next one: its answer could be too old. */
  async current(): Promise<Revision> {
    this.#checkOpen();
    if (!this.#asking) return this.#ask();
    this.#askingNext ??= this.#asking
      .catch(() => undefined)
      .then(() => {
        this.#askingNext = undefined;
        return this.#ask();
      });
    return this.#askingNext;
  }

  async compact(at: Revision): Promise<void> {
    this.#checkOpen();
    try {
      await this.#connection.call(
        calls.compact,
        { revision: at },
        { repeatable: true, attemptMs: largeMs },
      );
    } catch (error) {
      if (!isServiceError(error)) throw error;
      if (isCompacted(error)) return;
      if (isFuture(error)) throw new FutureRevisionError(await this.current());
      throw faultOf(error, this.#connection.addresses);
    }
  }

  /** etcd counts nothing but writes: as many are made as revisions are to be left out. */
  async advance(to: Revision): Promise<Revision> {
    let newest = await this.current();
    while (newest < to) {
      const count = Math.min(advanceWrites, to - newest);
      const writes = Array.from({ length: count }, (_, writer) =>
        this.commit({ key: `${advancePrefix}${writer}`, value: new Uint8Array(0) }),
      );
      // Whatever became of each of them, etcd says where it stands.
      await Promise.allSettled(writes);
      newest = await this.current();
    }
    const { entries } = await this.range({ prefix: advancePrefix });
    for (const { key } of entries) await this.commit({ key, value: undefined });
    newest = await this.current();
    await this.compact(newest);
    return newest;
  }

  /** Waits for the writes that were asked for. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const cancel of this.#cancelTimers) cancel();
    await Promise.allSettled(this.#commits);
    for (const watch of this.#watches) watch.close();
    this.#connection.close();
  }

  #ask(): Promise<Revision> {
    const asking = this.#askNow().finally(() => {
      if (this.#asking === asking) this.#asking = undefined;
    });
    this.#asking = asking;
    return asking;
  }

  async #askNow(): Promise<Revision> {
    const request = { key: "\0", countOnly: true };
    const { header } = await this.#read(() =>
      this.#connection.call(calls.range, request, { repeatable: true }),
    );
    const newest = revision(header.revision);
    this.#writer.saw(newest);
    this.#want(newest);
    return newest;
  }

  #want(wanted: Revision): void {
    if (wanted > this.#wanted) this.#wanted = wanted;
    for (const watch of this.#watches) watch.want(wanted);
  }

  /** Says what a member's refusal of a read means. */
  async #read<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!isServiceError(error)) throw error;
      if (isFuture(error)) throw new FutureRevisionError(await this.current());
      if (isCompacted(error)) throw new CompactedError(await this.#oldest());
      throw faultOf(error, this.#connection.addresses);
    }
  }

  /** The oldest revision that is kept: etcd tells it to watches that begin before it. */
  async #oldest(): Promise<Revision> {
    if ((await this.#askNow()) === 1) return revision(1);
    const stream = new WatchStream({
      connection: this.#connection,
      key: "\0",
      rangeEnd: "\0",
      after: revision(1),
      keyOf: (key) => key,
      backlog: Infinity,
    });
    try {
      // Where nothing was compacted, the first change comes in place of the refusal.
      for await (const _event of stream.events(new AbortController().signal)) break;
    } catch (error) {
      if (error instanceof CompactedError) return error.oldest;
      throw error;
    }
    return revision(1);
  }

  /** Keeps the revision that was the newest one period ago. Servers that do the same do no harm. */
  #scheduleCompaction(newest: Revision): void {
    let before = newest;
    this.#every(this.#historyMs, "history could not be compacted", async () => {
      await this.compact(before);
      before = await this.current();
    });
  }

  #every(periodMs: number, failure: string, act: () => Promise<void>): void {
    const index = this.#cancelTimers.length;
    const arm = () => {
      this.#cancelTimers[index] = this.#clock.after(periodMs, () => {
        act().catch((error: unknown) => {
          if (!this.#isClosed) this.#logger.warn(failure, { error: String(error) });
        });
        arm();
      });
    };
    arm();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new ClosedError("the store is closed");
  }
}
