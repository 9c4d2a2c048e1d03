import { invariant } from "#base/invariant.ts";
import type { Logger } from "#base/log.ts";
import type { ObjectReference as EventTarget } from "#api/core/v1.ts";
import type { LabelSelector } from "#api/meta/v1.ts";
import type { Draft } from "#schema/message.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { matchesLabelSelector } from "#machinery/labels/label-selector.ts";
import type { Client, DeleteOptions, ObjectReference, Patch, Resource } from "#client/client.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import type { WriteOptions } from "#client/client.ts";
import type { EventRecorder, EventType } from "#client/events/event-writer.ts";
import type { Informer } from "#client/informer/informer.ts";
import type { ApiObject } from "#client/object.ts";
import { controllerOf, controllerReference } from "#client/object.ts";
import type { ReadCache } from "./controller.ts";
import type { Expectations } from "./expectations.ts";

/** The informers of a controller, by kind. */
export interface Informers {
  of<T extends ApiObject>(resource: Resource<T>): Informer<T>;
  find(resource: Resource<ApiObject>): Informer<ApiObject> | undefined;
}

/** One pass over one object: what it may read and do. Reads come from the informers' caches. */
export class ReconcileContext<T extends ApiObject> implements ReadCache {
  /** When the pass began, in milliseconds. */
  readonly now: number;
  /** For durations: it does not jump when somebody sets the machine's clock. */
  readonly monotonic: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Asks the server itself: for what has no informer, or must not be stale. */
  readonly client: Client;
  readonly #key: string;
  readonly #resource: Resource<T>;
  readonly #owns: readonly Resource<ApiObject>[];
  readonly #informers: Informers;
  readonly #expectations: Expectations;
  readonly #events: EventRecorder;
  #object: T | undefined;

  constructor(options: {
    key: string;
    object: T | undefined;
    resource: Resource<T>;
    owns: readonly Resource<ApiObject>[];
    informers: Informers;
    expectations: Expectations;
    events: EventRecorder;
    client: Client;
    logger: Logger;
    now: number;
    monotonic: number;
    signal: AbortSignal;
  }) {
    this.#key = options.key;
    this.#object = options.object;
    this.#resource = options.resource;
    this.#owns = options.owns;
    this.#informers = options.informers;
    this.#expectations = options.expectations;
    this.#events = options.events;
    this.client = options.client;
    this.logger = options.logger;
    this.now = options.now;
    this.monotonic = options.monotonic;
    this.signal = options.signal;
  }

  /** The object of the pass, as last read or written; undefined when it is gone. */
  get object(): T | undefined {
    return this.#object;
  }

  get<O extends ApiObject>(resource: Resource<O>, reference: ObjectReference): O | undefined {
    return this.#informers.of(resource).get(reference);
  }

  list<O extends ApiObject>(resource: Resource<O>, namespace?: string): readonly O[] {
    return this.#informers.of(resource).list(namespace);
  }

  byIndex<O extends ApiObject>(resource: Resource<O>, index: string, key: string): readonly O[] {
    return this.#informers.of(resource).byIndex(index, key);
  }

  /** Objects that the object of this pass controls. */
  owned<O extends ApiObject>(resource: Resource<O>): readonly O[] {
    return this.byIndex(resource, "controller", this.#self().metadata.uid);
  }

  /**
   * Objects that the object of this pass controls and that match: the selector, and `belongs` where
   * labels do not say it all. Orphans that match are adopted, unless the object is being deleted;
   * owned ones that no longer match are released. The finalizer, if any, is put on what is adopted,
   * and removed from what is released. With `only`, all others are left as they are.
   */
  async claim<O extends ApiObject>(
    resource: Resource<O>,
    selector: LabelSelector | undefined,
    options: {
      readonly belongs?: (object: O) => boolean;
      readonly only?: (object: O) => boolean;
      readonly finalizer?: string;
    } = {},
  ): Promise<readonly O[]> {
    const self = this.#self();
    const { belongs = () => true, only = () => true, finalizer } = options;
    const claimed: O[] = [];
    const matches = (object: O) =>
      matchesLabelSelector(selector, object.metadata.labels) && belongs(object);
    for (const object of this.owned(resource).filter(only)) {
      if (matches(object)) claimed.push(object);
      else if (!self.metadata.deletionTimestamp) await this.#release(resource, object, finalizer);
    }
    if (self.metadata.deletionTimestamp) return claimed;
    const orphans = this.byIndex(resource, "orphan", self.metadata.namespace ?? "").filter(
      (object) => !object.metadata.deletionTimestamp && only(object) && matches(object),
    );
    if (orphans.length > 0) await this.#checkLive();
    for (const orphan of orphans) {
      const adopted = await this.#adopt(resource, orphan, finalizer);
      if (adopted) claimed.push(adopted);
    }
    return claimed;
  }

  /** Creates an object, in the namespace of this one, owned by it if the kind is one it owns. */
  async create<O extends ApiObject>(resource: Resource<O>, draft: NoInfer<Draft<O>>): Promise<O> {
    const given = (draft as { metadata?: Partial<ApiObject["metadata"]> }).metadata ?? {};
    const metadata = { ...given };
    const self = this.#object;
    if (resource.info.namespaced && !metadata.namespace && self?.metadata.namespace) {
      metadata.namespace = self.metadata.namespace;
    }
    if (self && !metadata.ownerReferences && this.#isOwned(resource)) {
      metadata.ownerReferences = [controllerReference(self)];
    }
    const created = await this.client.create(resource, { ...draft, metadata });
    this.#written(resource, created);
    return created;
  }

  async update<O extends ApiObject>(
    resource: Resource<O>,
    object: O,
    options?: WriteOptions,
  ): Promise<O> {
    const updated = await this.client.update(resource, object, options);
    this.#written(resource, updated);
    return updated;
  }

  async patch<O extends ApiObject>(
    resource: Resource<O>,
    reference: ObjectReference,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<O> {
    const patched = await this.client.patch(resource, reference, patch, options);
    this.#written(resource, patched);
    return patched;
  }

  /** Deletes this very object, not a later one of its name. One that is gone already is fine. */
  async delete(
    resource: Resource<ApiObject>,
    object: ApiObject,
    options: DeleteOptions = {},
  ): Promise<void> {
    const { namespace, name, uid } = object.metadata;
    const reference = { namespace, name };
    try {
      await this.client.delete(resource, reference, { preconditions: { uid }, ...options });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
      // A conflict mostly means that the name belongs to another object now, and ours is gone.
      const left = isConflict(error) ? await this.client.find(resource, reference) : undefined;
      if (left && left.metadata.uid === uid) throw error;
    }
    const informer = this.#informers.find(resource);
    if (informer) this.#expectations.expect(this.#key, { informer, reference, uid });
  }

  /** Writes the status of the object of this pass, unless it says so already. */
  async updateStatus(status: T extends { status?: infer S } ? S : never): Promise<T> {
    const self = this.#self();
    if (deepEqual((self as { status?: unknown }).status ?? {}, status ?? {})) return self;
    return this.update(this.#resource, { ...self, status }, { subresource: "status" });
  }

  event(type: EventType, reason: string, message: string, about?: ApiObject | EventTarget): void {
    this.#events.event(about ?? this.#self(), type, reason, message);
  }

  #self(): T {
    invariant(this.#object, `${this.#key} is gone: the pass has no object to act for`);
    return this.#object;
  }

  #isOwned(resource: Resource<ApiObject>): boolean {
    return this.#owns.some((owned) => owned.schemaName === resource.schemaName);
  }

  #written(resource: Resource<ApiObject>, object: ApiObject): void {
    const { namespace, name, uid, resourceVersion } = object.metadata;
    const self = this.#object;
    if (self && self.metadata.uid === uid) this.#object = object as T;
    const informer = this.#informers.find(resource);
    if (!informer) return;
    const reference = { namespace, name };
    this.#expectations.expect(this.#key, { informer, reference, uid, resourceVersion });
  }

  /** An owner that was deleted a moment ago must not take in orphans that it let go. */
  async #checkLive(): Promise<void> {
    const { kind, metadata } = this.#self();
    const live = await this.client.get(
      this.#resource,
      { namespace: metadata.namespace, name: metadata.name },
      this.signal,
    );
    if (live.metadata.uid !== metadata.uid || live.metadata.deletionTimestamp) {
      throw new Error(`${kind} ${this.#key} is gone or being deleted: it adopts nothing`);
    }
  }

  async #adopt<O extends ApiObject>(
    resource: Resource<O>,
    orphan: O,
    finalizer: string | undefined,
  ): Promise<O | undefined> {
    const { namespace, name, uid } = orphan.metadata;
    const ownerReferences = [controllerReference(this.#self())];
    return this.#patchIfThere(
      resource,
      { namespace, name },
      { metadata: { ownerReferences, uid, ...(finalizer && { finalizers: [finalizer] }) } },
    );
  }

  async #release<O extends ApiObject>(
    resource: Resource<O>,
    object: O,
    finalizer: string | undefined,
  ): Promise<void> {
    const { namespace, name, uid } = object.metadata;
    const ownerReferences = [{ $patch: "delete", uid: controllerOf(object)?.uid }];
    const finalizers = finalizer && { "$deleteFromPrimitiveList/finalizers": [finalizer] };
    const metadata = { ownerReferences, uid, ...finalizers };
    await this.#patchIfThere(resource, { namespace, name }, { metadata });
  }

  async #patchIfThere<O extends ApiObject>(
    resource: Resource<O>,
    reference: ObjectReference,
    patch: object,
  ): Promise<O | undefined> {
    try {
      return await this.patch(resource, reference, { type: "strategic", patch });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}
