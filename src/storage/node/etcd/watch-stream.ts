import { OverflowError } from "#base/channel.ts";
import { CompactedError, StorageFault, revision } from "../../store.ts";
import type { Entry, Revision, StoreEvent } from "../../store.ts";
import type { Connection, MemberWatch } from "./connection.ts";
import { isServiceError } from "./fault.ts";
import { eventType } from "./messages.ts";
import type { KeyValue, WatchEvent, WatchResponse } from "./messages.ts";

export interface WatchStreamOptions {
  readonly connection: Connection;
  /** First and last key as etcd has them; the end is exclusive. */
  readonly key: string;
  readonly rangeEnd?: string;
  readonly after: Revision;
  /** The key as the store's users know it; undefined for what is not delivered. */
  readonly keyOf: (key: string) => string | undefined;
  /** A consumer that is so many events behind is ended. */
  readonly backlog: number;
}

/**
 * One watch on one member. History is pulled at the consumer's pace; what happens then is pushed,
 * and a consumer that falls behind is ended. Fails when the member does: whoever watches goes on
 * from the last revision on another one.
 */
export class WatchStream {
  readonly #options: WatchStreamOptions;
  readonly #watch: MemberWatch;
  #queue: StoreEvent[] = [];
  #wake: (() => void) | undefined;
  #isEnded = false;
  #failure: unknown;
  /** Where the store stood when the watch began: what is before it is history. */
  #liveAfter = 0;
  /** Up to here the member has sent every event, delivered or not. */
  #reached: number;
  /** Up to here the consumer knows that it has seen everything. */
  #told: number;
  /** Up to here somebody wants to know that everything was delivered. */
  #wanted = 0;

  constructor(options: WatchStreamOptions) {
    const { connection, after, key, rangeEnd } = options;
    this.#options = options;
    this.#reached = after;
    this.#told = after;
    const createRequest = {
      key,
      ...(rangeEnd !== undefined && { rangeEnd }),
      // One revision early: etcd then refuses where the state at `after` is gone, too. From
      // `after + 1` on it would deliver, but without deletes that the compaction took.
      startRevision: after,
      prevKv: true,
    };
    this.#watch = connection.watch({ createRequest }, (fault) => this.#end(fault));
    const { stream, failed } = this.#watch;
    stream.on("data", (response: WatchResponse) => this.#receive(response));
    stream.on("error", (error: Error) => {
      this.#end(isServiceError(error) && !this.#isEnded ? failed(error) : error);
    });
    stream.on("end", () => this.#end(new StorageFault("unreachable", "etcd ended the watch")));
  }

  /** Tells of progress as soon as everything up to the revision has been delivered. */
  want(wanted: Revision): void {
    this.#wanted = Math.max(this.#wanted, wanted);
    this.#tellProgress();
  }

  /** Without an error: the store closes. */
  close(): void {
    this.#end(undefined);
  }

  async *events(signal: AbortSignal): AsyncGenerator<StoreEvent, void, undefined> {
    const onAbort = () => this.#end(undefined);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      for (;;) {
        const batch = this.#queue;
        this.#queue = [];
        if (batch.length > 0) {
          for (const event of batch) {
            if (signal.aborted) return;
            // What came meanwhile counts as backlog, too: this batch is still being read.
            if (this.#failure instanceof OverflowError) throw this.#failure;
            yield event;
          }
          continue;
        }
        if (this.#isEnded) {
          if (this.#failure !== undefined) throw this.#failure;
          return;
        }
        this.#watch.stream.resume();
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#end(undefined);
    }
  }

  #receive(response: WatchResponse): void {
    if (this.#isEnded) return;
    if (response.created) this.#liveAfter = response.header.revision;
    if (response.canceled || response.compactRevision > 0) return this.#refused(response);
    if (this.#queue.length > this.#options.backlog) {
      return this.#end(new OverflowError(this.#queue.length));
    }
    try {
      for (const event of response.events) this.#deliver(event);
    } catch (error) {
      return this.#end(error);
    }
    this.#tellProgress();
    if (this.#queue.length > 0 && this.#reached < this.#liveAfter) this.#watch.stream.pause();
    this.#signal();
  }

  #refused({ compactRevision, cancelReason }: WatchResponse): void {
    const failure =
      compactRevision > 0
        ? new CompactedError(revision(compactRevision))
        : new StorageFault("unreachable", `etcd ended the watch: ${cancelReason}`);
    this.#end(failure);
  }

  #deliver({ type, kv, prevKv }: WatchEvent): void {
    const at = revision(kv.modRevision);
    if (at <= this.#options.after) return;
    this.#reached = at;
    const key = this.#options.keyOf(kv.key);
    if (key === undefined) return;
    this.#told = at;
    const previous = prevKv && entryOf(key, prevKv);
    const isCreated = type === eventType.put && kv.createRevision === kv.modRevision;
    // What was there before is read when the event is sent: it may have been compacted since.
    if (!previous && !isCreated) throw new CompactedError(at);
    if (type === eventType.put) {
      this.#queue.push({ type: "put", entry: entryOf(key, kv), previous });
    } else if (previous) {
      this.#queue.push({ type: "delete", key, revision: at, previous });
    }
  }

  #tellProgress(): void {
    if (this.#isEnded || this.#told >= this.#wanted || this.#reached < this.#wanted) return;
    this.#told = this.#reached;
    this.#queue.push({ type: "progress", revision: revision(this.#reached) });
    this.#signal();
  }

  #end(failure: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#failure = failure;
    this.#watch.end();
    this.#signal();
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

export function entryOf(key: string, kv: KeyValue): Entry {
  return {
    key,
    value: kv.value,
    created: revision(kv.createRevision),
    modified: revision(kv.modRevision),
  };
}
