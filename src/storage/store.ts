import type { Bytes } from "#base/bytes.ts";

/**
 * A point in the store's history. One counter orders every change of every key. An empty store
 * stands at 1, so that 0 is never the revision of anything.
 */
export type Revision = number & { readonly __brand: "Revision" };
export const revision = (value: number): Revision => value as Revision;

/** One key as it was at some revision. */
export interface Entry {
  readonly key: string;
  /** Taking it throws where the store has the entry, but cannot open what it holds. */
  readonly value: Bytes;
  /** It lies in the store in a form that a write would not choose today: under an old key. */
  readonly stale?: boolean;
  /** The revision that created the key; a later delete and create make a new one. */
  readonly created: Revision;
  /** The revision that last wrote the key. */
  readonly modified: Revision;
}

/** What happened to one key at one revision. */
export type StoreEvent =
  | { readonly type: "put"; readonly entry: Entry; readonly previous: Entry | undefined }
  | {
      readonly type: "delete";
      readonly key: string;
      readonly revision: Revision;
      /** The entry as it was before it went. */
      readonly previous: Entry;
    }
  /** Everything up to `revision` has been delivered. Sent now and then on an idle watch. */
  | { readonly type: "progress"; readonly revision: Revision };

export interface RangeQuery {
  readonly prefix: string;
  /** First key to return, inclusive; within `prefix`. */
  readonly start?: string;
  /** At most this many entries; all of them when missing. */
  readonly limit?: number;
  /** The state as of this revision; the newest when missing. */
  readonly revision?: Revision;
}

export interface RangeResult {
  /** In order of the keys' UTF-8 bytes. */
  readonly entries: readonly Entry[];
  /** The revision that the entries are a snapshot of. */
  readonly revision: Revision;
  /** Keys of the range that `limit` left out, counted in the same snapshot. */
  readonly remaining: number;
}

/** One guarded write. It happens whole or not at all. */
export interface Commit {
  readonly key: string;
  /** New value, or undefined to delete the key. */
  readonly value: Bytes | undefined;
  /** The key's expected `modified` revision; 0 means that the key must not exist; missing: no guard. */
  readonly expected?: Revision;
  /** Seconds after which the store deletes the key by itself (Events expire). Rounded up; at least 1. */
  readonly ttlSeconds?: number;
}

export type CommitResult =
  /** Durable. `entry` is undefined after a delete; `previous` is what was there before. */
  | {
      readonly ok: true;
      readonly revision: Revision;
      readonly entry: Entry | undefined;
      readonly previous: Entry | undefined;
    }
  /** The guard did not hold, or a delete found nothing. Nothing was written. */
  | { readonly ok: false; readonly current: Entry | undefined; readonly revision: Revision };

export interface WatchQuery {
  readonly prefix: string;
  /** Events *after* this revision are delivered. */
  readonly after: Revision;
}

/**
 * All that the server needs of a database; it is what etcd offers.
 *
 * Linearizable: a read sees every commit that was acknowledged before the read began. Values are
 * owned by the store once given, and by nobody once returned: neither side writes to the bytes.
 * Keys are well-formed Unicode and not empty. What is called after closing throws `ClosedError`;
 * a failing medium throws `StorageFault`.
 */
export interface Store extends AsyncDisposable {
  /**
   * Other processes write to it too: what this one has heard of by its own commits and watches may
   * not be the newest state.
   */
  readonly shared?: boolean;
  /** What is wrong with its medium at present, as far as is known. Writes are refused meanwhile. */
  readonly fault?: StorageFault | undefined;
  get(key: string, options?: { revision?: Revision }): Promise<Entry | undefined>;
  /** Throws `CompactedError` when the revision is gone, `FutureRevisionError` when it is ahead. */
  range(query: RangeQuery, signal?: AbortSignal): Promise<RangeResult>;
  /** The same as it is read: all parts are of one revision, and one behind the other the whole. */
  ranges?(query: RangeQuery, signal?: AbortSignal): AsyncIterable<RangeResult>;
  /** Resolves when the write is durable (where the store has a disk: after its fsync). */
  commit(commit: Commit): Promise<CommitResult>;
  /**
   * Events in order of their revision, without gap or repeat. Throws `CompactedError` when events
   * after `query.after` are gone; waits when `query.after` is still to come. A watcher that falls
   * too far behind is ended with `OverflowError`. Ends without an error when the signal aborts or
   * the store closes.
   */
  watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<StoreEvent>;
  /**
   * The newest revision. Watches that have no event to deliver for it tell of it by progress, so
   * that whoever follows the store knows when a watch has reached it.
   */
  current(): Promise<Revision>;
  /**
   * Forgets history before `at`: ranges and watches before it then throw `CompactedError`. The
   * state at `at` and the events after it stay. Throws `FutureRevisionError` when `at` is ahead.
   */
  compact(at: Revision): Promise<void>;
}

/** A store that a backup can be put into. */
export interface RestorableStore extends Store {
  /**
   * Goes on counting from `to`, or from somewhat behind it, and forgets the history before: no
   * revision up to it is ever given to another change. Resolves with the newest revision. Entries
   * keep theirs.
   */
  advance(to: Revision): Promise<Revision>;
}

export class CompactedError extends Error {
  override name = "CompactedError";
  readonly oldest: Revision;
  constructor(oldest: Revision) {
    super(`the requested revision has been compacted; the oldest is ${oldest}`);
    this.oldest = oldest;
  }
}

export class FutureRevisionError extends Error {
  override name = "FutureRevisionError";
  readonly current: Revision;
  constructor(current: Revision) {
    super(`the requested revision is in the future; the newest is ${current}`);
    this.current = current;
  }
}

/** What is wrong with the medium under a store. */
export type FaultCode =
  /** No space. Reads go on; writes do again once there is space. */
  | "full"
  /** The medium refused to read or write. */
  | "io"
  /** The medium holds what is no store, or a damaged one. */
  | "corrupt"
  /** Somebody else has the store open. */
  | "locked"
  /** The store's own engine ended unexpectedly. */
  | "broken"
  /** None of the store's servers answers, or those that do have no majority. */
  | "unreachable"
  /** Whether the write happened could not be found out. Only stores on other machines say this. */
  | "unknown";

/**
 * The medium failed. A commit that throws this was not acknowledged and is not visible; only if
 * the machine dies before the next commit may it turn out to have been written. After "unknown" it
 * may be visible already, or become so.
 */
export class StorageFault extends Error {
  override name = "StorageFault";
  readonly code: FaultCode;
  constructor(code: FaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
