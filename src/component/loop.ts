import { TimeoutError } from "#base/clock.ts";
import { invariant } from "#base/invariant.ts";
import type { Logger } from "#base/log.ts";
import { Scope } from "#base/scope.ts";
import { matchesLabelSelector } from "#machinery/labels/label-selector.ts";
import type { ObjectReference, Resource } from "#client/client.ts";
import { isConflict } from "#client/client.ts";
import type { EventRecorder } from "#client/events/event-writer.ts";
import type { Informer } from "#client/informer/informer.ts";
import type { ApiObject } from "#client/object.ts";
import { controllerOf, keyOf, referenceOf } from "#client/object.ts";
import { WorkQueue } from "#client/workqueue/workqueue.ts";
import { ReconcileContext } from "./context.ts";
import type { Informers } from "./context.ts";
import type {
  ControllerDefinition,
  ControllerEnvironment,
  ReadCache,
  ReconcileResult,
  Wake,
} from "./controller.ts";
import { Expectations } from "./expectations.ts";

/** How long a pass waits for the caches to show the previous one's writes. */
const settleTimeoutMs = 30_000;

const passes = {
  name: "controller_runtime_reconcile_total",
  help: "Passes by controller and result.",
  labels: ["controller", "result"],
};
const passSeconds = {
  name: "controller_runtime_reconcile_time_seconds",
  help: "How long a pass takes.",
  labels: ["controller"],
};
const waitingKeys = { name: "workqueue_depth", help: "Keys that wait.", labels: ["name"] };

/** Runs one controller: turns changes into keys, and keys into passes. */
export class ControllerLoop<T extends ApiObject> {
  readonly #definition: ControllerDefinition<T>;
  readonly #environment: ControllerEnvironment;
  readonly #logger: Logger;
  readonly #queue: WorkQueue;
  readonly #expectations = new Expectations();
  readonly #informers = new Map<string, Informer<ApiObject>>();
  readonly #events: EventRecorder;

  constructor(definition: ControllerDefinition<T>, environment: ControllerEnvironment) {
    this.#definition = definition;
    this.#environment = environment;
    this.#logger = environment.logger.with({ controller: definition.name });
    this.#queue = new WorkQueue({ clock: environment.clock });
    this.#events = environment.events.recorder({
      component: definition.eventSource ?? definition.name,
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#addInformers();
    const endings = this.#subscribe();
    try {
      const synced = [...this.#informers.values()].map((informer) => informer.synced);
      await Promise.race([Promise.all(synced), aborted(signal)]);
      if (signal.aborted) return;
      await using scope = new Scope({
        signal,
        onFailure: (task, error) => this.#logger.error("a task stopped", { task, error }),
      });
      this.#resync(signal);
      const { feed } = this.#definition;
      if (feed) scope.run("feed", (linked) => feed(this.#wake, linked));
      const concurrency = this.#definition.concurrency ?? 5;
      await this.#queue.run(concurrency, (key) => this.#work(key, signal), signal);
    } finally {
      for (const end of endings) end();
    }
  }

  #addInformers(): void {
    const { for: main, watches = [], reads = [], indexes = [] } = this.#definition;
    const owns = this.#owned;
    const resources = [main, ...owns, ...watches.map(({ resource }) => resource), ...reads];
    const { informers } = this.#environment;
    const queries = new Map(watches.map(({ resource, query }) => [resource, query]));
    if (this.#definition.query) queries.set(main, this.#definition.query);
    for (const resource of resources) {
      const query = queries.get(resource);
      this.#informers.set(resource.schemaName, informers.informer(resource, query));
    }
    for (const owned of owns) {
      const informer = this.#informer(owned);
      informer.addIndex("controller", (object) => {
        const owner = controllerOf(object);
        return owner ? [owner.uid] : [];
      });
      informer.addIndex("orphan", (object) =>
        controllerOf(object) ? [] : [object.metadata.namespace ?? ""],
      );
    }
    for (const { resource, name, keysOf } of indexes) {
      this.#informer(resource).addIndex(name, keysOf);
    }
  }

  get #owned(): readonly Resource<ApiObject>[] {
    const { owns = [], keeps = [] } = this.#definition;
    return [...owns, ...keeps];
  }

  #subscribe(): (() => void)[] {
    const { for: main, owns = [], watches = [], concerns, ignores } = this.#definition;
    const endings: (() => void)[] = [];
    const add = (object: T) => {
      if (!ignores?.(object)) this.#queue.add(keyOf(object.metadata));
    };
    endings.push(
      this.#informerOf(main).subscribe({
        added: add,
        updated: (object, old) => {
          if (concerns?.(object, old) ?? true) add(object);
        },
        deleted: add,
      }),
    );
    for (const owned of owns) {
      const look = (object: ApiObject) => this.#enqueueOwner(object);
      endings.push(
        this.#informer(owned).subscribe({
          added: look,
          updated: (object, old) => {
            // One that changed hands concerns both.
            if (controllerOf(object)?.uid !== controllerOf(old)?.uid) look(old);
            look(object);
          },
          deleted: look,
        }),
      );
    }
    for (const { resource, map } of watches) {
      const look = (object: ApiObject, old?: ApiObject) => {
        for (const reference of map(object, this.#cache, old)) this.#queue.add(keyOf(reference));
      };
      endings.push(
        this.#informer(resource).subscribe({
          added: (object) => look(object),
          updated: look,
          deleted: (object) => look(object),
        }),
      );
    }
    return endings;
  }

  /** The owner of an object, or those who may want to adopt it. */
  #enqueueOwner(object: ApiObject): void {
    const { for: main, adopts } = this.#definition;
    const { namespace } = object.metadata;
    const owner = controllerOf(object);
    if (owner) {
      const ours = owner.kind === main.info.kind && groupOf(owner.apiVersion) === main.info.group;
      if (!ours) return;
      const place = main.info.namespaced ? { namespace, name: owner.name } : { name: owner.name };
      // Of that name there may be another object by now, which has nothing to do with this one.
      const current = this.#informerOf(main).get(place);
      if (!current || current.metadata.uid === owner.uid) this.#queue.add(keyOf(place));
      return;
    }
    if (!adopts || object.metadata.deletionTimestamp) return;
    for (const candidate of this.#informerOf(main).list(namespace ?? "")) {
      if (matchesLabelSelector(adopts(candidate), object.metadata.labels)) {
        this.#queue.add(keyOf(candidate.metadata));
      }
    }
  }

  #resync(signal: AbortSignal): void {
    const { resyncMs } = this.#definition;
    if (resyncMs === undefined) return;
    const { clock } = this.#environment;
    let cancel = () => {};
    const next = () => {
      cancel = clock.after(resyncMs, () => {
        for (const object of this.#informerOf(this.#definition.for).list()) {
          this.#queue.add(keyOf(object.metadata));
        }
        if (!signal.aborted) next();
      });
    };
    next();
    signal.addEventListener("abort", () => cancel(), { once: true });
  }

  readonly #wake: Wake = (reference, afterMs = 0) =>
    this.#queue.addAfter(keyOf(reference), afterMs);

  async #work(key: string, signal: AbortSignal): Promise<void> {
    const { clock, metrics } = this.#environment;
    const started = clock.monotonic();
    let result: "success" | "requeue_after" | "requeue" | "error" = "success";
    try {
      await this.#expectations.settled(key, settleTimeoutMs, signal);
      const outcome = await this.#reconcile(key, signal);
      this.#queue.forget(key);
      if (outcome?.requeueAfterMs !== undefined) {
        this.#queue.addAfter(key, Math.max(1, outcome.requeueAfterMs));
        result = "requeue_after";
      }
    } catch (error) {
      if (signal.aborted) return;
      const retryMs = this.#queue.addRateLimited(key);
      const message = error instanceof Error ? error.message : String(error);
      if (isConflict(error) || error instanceof TimeoutError) {
        // Somebody else was faster, or the caches lag: no failure, decided anew with fresh data.
        this.#logger.debug("will look again", { key, reason: message, retryMs });
        result = "requeue";
      } else {
        this.#logger.warn("cannot reconcile", { key, error: message, retryMs });
        result = "error";
      }
    }
    const controller = this.#definition.name;
    metrics.counter(passes).add(1, controller, result);
    metrics.histogram(passSeconds).observe((clock.monotonic() - started) / 1000, controller);
    metrics.gauge(waitingKeys).set(this.#queue.depth, controller);
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | void> {
    const definition = this.#definition;
    const reference = referenceOf(key);
    const object = this.#informerOf(definition.for).get(reference);
    const context = new ReconcileContext<T>({
      key,
      object,
      resource: definition.for,
      owns: this.#owned,
      informers: this.#lookup,
      expectations: this.#expectations,
      events: this.#events,
      client: this.#environment.client,
      logger: this.#logger,
      now: this.#environment.clock.now(),
      monotonic: this.#environment.clock.monotonic(),
      signal,
    });
    if ("reconcileKey" in definition) return definition.reconcileKey(reference, context);
    if (object) return definition.reconcile(object, context);
    this.#expectations.forget(key);
    return undefined;
  }

  readonly #lookup: Informers = {
    of: (resource) => this.#informerOf(resource),
    find: (resource) => this.#informers.get(resource.schemaName),
  };

  readonly #cache: ReadCache = {
    get: (resource, reference: ObjectReference) => this.#informerOf(resource).get(reference),
    list: (resource, namespace) => this.#informerOf(resource).list(namespace),
    byIndex: (resource, index, key) => this.#informerOf(resource).byIndex(index, key),
  };

  #informer(resource: Resource<ApiObject>): Informer<ApiObject> {
    const informer = this.#informers.get(resource.schemaName);
    const { kind } = resource.info;
    invariant(informer, `${this.#definition.name} reads ${kind} but does not declare it`);
    return informer;
  }

  /** The informer of a resource has that resource's value type. */
  #informerOf<O extends ApiObject>(resource: Resource<O>): Informer<O> {
    return this.#informer(resource) as unknown as Informer<O>;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}
