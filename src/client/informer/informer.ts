import type { Clock } from "#base/clock.ts";
import { TimeoutError } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { invariant } from "#base/invariant.ts";
import type { Client, ObjectReference, Resource } from "../client.ts";
import type { ApiObject } from "../object.ts";
import { deepFreeze, isAtLeast, keyOf } from "../object.ts";
import { Reflector } from "./reflector.ts";
import type { ReflectorQuery } from "./reflector.ts";

/** Called in the store's order for one object; must not throw and must not wait. */
export interface InformerHandlers<T> {
  added?(object: T): void;
  updated?(object: T, old: T): void;
  deleted?(object: T): void;
}

export interface InformerOptions<T extends ApiObject> {
  readonly client: Client;
  readonly resource: Resource<T>;
  readonly query?: ReflectorQuery;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The keys under which an index finds the object. */
export type IndexFunction<T> = (object: T) => readonly string[];

/**
 * The current objects of a kind, kept up to date by one watch and shared by all who need them.
 * Objects are frozen: copy before changing.
 */
export class Informer<T extends ApiObject> {
  readonly resource: Resource<T>;
  /** Settles when the first complete state is here. */
  readonly synced: Promise<void>;
  readonly #options: InformerOptions<T>;
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, Index<T>>();
  readonly #subscribers = new Set<InformerHandlers<T>>();
  readonly #waiters = new Set<() => void>();
  #markSynced: () => void = () => {};
  #hasSynced = false;
  #resourceVersion = "";

  constructor(options: InformerOptions<T>) {
    this.#options = options;
    this.resource = options.resource;
    this.synced = new Promise((resolve) => (this.#markSynced = resolve));
    this.addIndex("namespace", (object) => [object.metadata.namespace ?? ""]);
    this.addIndex("owner", (object) =>
      (object.metadata.ownerReferences ?? []).map((owner) => owner.uid),
    );
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Every change up to this version is in. */
  get resourceVersion(): string {
    return this.#resourceVersion;
  }

  get(reference: ObjectReference): T | undefined {
    return this.#objects.get(keyOf(reference));
  }

  /** All objects, or those of a namespace. */
  list(namespace?: string): readonly T[] {
    if (namespace === undefined) return [...this.#objects.values()];
    return this.byIndex("namespace", namespace);
  }

  byIndex(name: string, key: string): readonly T[] {
    const index = this.#indexes.get(name);
    invariant(index, `the informer of ${this.resource.info.kind} has no index "${name}"`);
    return index.get(key);
  }

  /** A second index of the same name is the same index: the first function stays. */
  addIndex(name: string, keysOf: IndexFunction<T>): void {
    if (this.#indexes.has(name)) return;
    const index = new Index(keysOf);
    for (const [key, object] of this.#objects) index.add(key, object);
    this.#indexes.set(name, index);
  }

  /** Existing objects are reported as added at once. Returns what ends the subscription. */
  subscribe(handlers: InformerHandlers<T>): () => void {
    this.#subscribers.add(handlers);
    for (const object of this.#objects.values()) handlers.added?.(object);
    return () => this.#subscribers.delete(handlers);
  }

  /** Resolves once `check` holds, which is looked at after every change. */
  until(check: () => boolean, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (check()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const finish = () => {
        this.#waiters.delete(look);
        signal?.removeEventListener("abort", onAbort);
        cancel();
      };
      const look = () => {
        if (!check()) return;
        finish();
        resolve();
      };
      const onAbort = () => {
        finish();
        reject(signal?.reason);
      };
      const cancel = this.#options.clock.after(timeoutMs, () => {
        finish();
        reject(new TimeoutError(timeoutMs));
      });
      this.#waiters.add(look);
      signal?.addEventListener("abort", onAbort, { once: true });
      if (signal?.aborted) onAbort();
    });
  }

  run(signal: AbortSignal): Promise<void> {
    const reflector = new Reflector<T>({
      ...this.#options,
      sink: {
        replace: (objects, version) => this.#replace(objects, version),
        changed: (type, object) => {
          if (type === "DELETED") this.#remove(keyOf(object.metadata), object);
          else this.#put(object);
          this.#seen(object.metadata.resourceVersion);
        },
        bookmark: (version) => this.#seen(version),
      },
    });
    return reflector.run(signal);
  }

  #replace(objects: readonly T[], version: string): void {
    const present = new Set<string>();
    for (const object of objects) {
      present.add(keyOf(object.metadata));
      this.#put(object);
    }
    for (const [key, object] of this.#objects) if (!present.has(key)) this.#remove(key, object);
    this.#hasSynced = true;
    this.#markSynced();
    this.#seen(version);
  }

  #put(object: T): void {
    deepFreeze(object);
    const key = keyOf(object.metadata);
    const old = this.#objects.get(key);
    if (old && old.metadata.resourceVersion === object.metadata.resourceVersion) return;
    if (old && old.metadata.uid !== object.metadata.uid) {
      // Deleted and created anew while nobody watched: two objects, not one that changed.
      this.#remove(key, old);
      this.#put(object);
      return;
    }
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) {
      if (old) index.change(key, old, object);
      else index.add(key, object);
    }
    for (const handlers of this.#subscribers) {
      if (old) handlers.updated?.(object, old);
      else handlers.added?.(object);
    }
  }

  #remove(key: string, last: T): void {
    const old = this.#objects.get(key);
    if (!old) return;
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) index.remove(key, old);
    deepFreeze(last);
    for (const handlers of this.#subscribers) handlers.deleted?.(last);
  }

  #seen(version: string): void {
    if (!isAtLeast(this.#resourceVersion, version)) this.#resourceVersion = version;
    for (const look of this.#waiters) look();
  }
}

class Index<T> {
  readonly #keysOf: IndexFunction<T>;
  readonly #buckets = new Map<string, Map<string, T>>();

  constructor(keysOf: IndexFunction<T>) {
    this.#keysOf = keysOf;
  }

  get(indexKey: string): readonly T[] {
    return [...(this.#buckets.get(indexKey)?.values() ?? [])];
  }

  /** Most changes leave an object where it is. */
  change(objectKey: string, old: T, object: T): void {
    const before = this.#keysOf(old);
    const now = this.#keysOf(object);
    if (!equalKeys(before, now)) this.#remove(objectKey, before);
    this.#add(objectKey, object, now);
  }

  add(objectKey: string, object: T): void {
    this.#add(objectKey, object, this.#keysOf(object));
  }

  remove(objectKey: string, object: T): void {
    this.#remove(objectKey, this.#keysOf(object));
  }

  #add(objectKey: string, object: T, keys: readonly string[]): void {
    for (const key of keys) {
      let bucket = this.#buckets.get(key);
      if (!bucket) this.#buckets.set(key, (bucket = new Map()));
      bucket.set(objectKey, object);
    }
  }

  #remove(objectKey: string, keys: readonly string[]): void {
    for (const key of keys) {
      const bucket = this.#buckets.get(key);
      bucket?.delete(objectKey);
      if (bucket?.size === 0) this.#buckets.delete(key);
    }
  }
}

function equalKeys(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((key, index) => key === others[index]);
}
