import { utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { internalError } from "#machinery/status.ts";
import type {
  Commit,
  CommitResult,
  Entry,
  RangeQuery,
  RangeResult,
  RestorableStore,
  Revision,
  StorageFault,
  StoreEvent,
  WatchQuery,
} from "../store.ts";
import type { Ring } from "./key-ring.ts";

export interface EncryptedStoreOptions {
  /** Is closed with this one. */
  readonly store: RestorableStore;
  /** The keys that values at this place are sealed with, which may be others later. */
  readonly ringOf: (key: string) => Ring;
  /** Where the medium keeps the key, if under another path. */
  readonly pathOf?: (key: string) => string;
}

/**
 * A store whose values are sealed at rest, and in clear for whoever uses it.
 *
 * What no key opens does not keep anybody from reading the rest: the entry is there, and taking
 * its value throws an error that names its path.
 */
export class EncryptedStore implements RestorableStore {
  readonly #store: RestorableStore;
  readonly #ringOf: EncryptedStoreOptions["ringOf"];
  readonly #pathOf: (key: string) => string;

  constructor({ store, ringOf, pathOf = (key) => key }: EncryptedStoreOptions) {
    this.#store = store;
    this.#ringOf = ringOf;
    this.#pathOf = pathOf;
  }

  get shared(): boolean {
    return this.#store.shared ?? false;
  }

  get fault(): StorageFault | undefined {
    return this.#store.fault;
  }

  async get(key: string, options?: { revision?: Revision }): Promise<Entry | undefined> {
    const entry = await this.#store.get(key, options);
    await this.#prepare(entry);
    return this.#open(entry);
  }

  async range(query: RangeQuery, signal?: AbortSignal): Promise<RangeResult> {
    const result = await this.#store.range(query, signal);
    await this.#prepare(...result.entries);
    return { ...result, entries: result.entries.map((entry) => this.#opened(entry)) };
  }

  async commit(commit: Commit): Promise<CommitResult> {
    const { key, value } = commit;
    const ring = this.#ringOf(key);
    const { sealing } = ring;
    const sealed = value && this.#seal(ring, key, value);
    const result = await this.#store.commit({ ...commit, value: sealed });
    await this.#prepare(result.ok ? result.previous : result.current);
    if (!result.ok) return { ...result, current: this.#open(result.current) };
    const { entry, previous } = result;
    const written = entry && value ? this.#clear(entry, value, sealing) : undefined;
    return { ...result, entry: written, previous: this.#open(previous) };
  }

  watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<StoreEvent> {
    return this.#follow(this.#store.watch(query, signal));
  }

  current(): Promise<Revision> {
    return this.#store.current();
  }

  compact(at: Revision): Promise<void> {
    return this.#store.compact(at);
  }

  advance(to: Revision): Promise<Revision> {
    return this.#store.advance(to);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#store[Symbol.asyncDispose]();
  }

  async *#follow(events: AsyncIterable<StoreEvent>): AsyncGenerator<StoreEvent, void, undefined> {
    for await (const event of events) {
      switch (event.type) {
        case "put": {
          const { type, entry, previous } = event;
          await this.#prepare(entry, previous);
          yield { type, entry: this.#opened(entry), previous: this.#open(previous) };
          break;
        }
        case "delete":
          await this.#prepare(event.previous);
          yield { ...event, previous: this.#opened(event.previous) };
          break;
        case "progress":
          yield event;
          break;
        default:
          event satisfies never;
      }
    }
  }

  #seal(ring: Ring, key: string, value: Bytes): Bytes {
    try {
      return ring.seal(value, this.#path(key));
    } catch (error) {
      throw internalError(error instanceof Error ? error.message : String(error));
    }
  }

  /** Keys may be elsewhere. */
  async #prepare(...entries: readonly (Entry | undefined)[]): Promise<void> {
    const pending = entries.flatMap(
      (entry) => (entry && this.#ringOf(entry.key).prepare(entry.value)) ?? [],
    );
    if (pending.length > 0) await Promise.all(pending);
  }

  #open(entry: Entry | undefined): Entry | undefined {
    return entry && this.#opened(entry);
  }

  #opened(entry: Entry): Entry {
    try {
      const ring = this.#ringOf(entry.key);
      const { sealing } = ring;
      const { value, stale } = ring.open(entry.value, this.#path(entry.key));
      return this.#clear(entry, value, stale ? undefined : sealing);
    } catch {
      return this.#unreadable(entry);
    }
  }

  /** What is kept in memory for long may become stale there. */
  #clear({ key, created, modified }: Entry, value: Bytes, sealing: string | undefined): Entry {
    const ringOf = this.#ringOf;
    return {
      key,
      value,
      get stale() {
        return ringOf(key).sealing !== sealing;
      },
      created,
      modified,
    };
  }

  /** Until somebody brings the key. */
  #unreadable({ key, value: sealed, created, modified }: Entry): Entry {
    const ringOf = this.#ringOf;
    const open = () => ringOf(key).open(sealed, this.#path(key)).value;
    return {
      key,
      get value(): Bytes {
        try {
          return open();
        } catch (error) {
          // The next one may find the key.
          void ringOf(key).prepare(sealed);
          const why = error instanceof Error ? error.message : String(error);
          throw internalError(`unable to transform key ${JSON.stringify(key)}: ${why}`);
        }
      },
      stale: true,
      created,
      modified,
    };
  }

  #path(key: string): Bytes {
    return utf8(this.#pathOf(key));
  }
}
