import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { LabelSelector } from "#api/meta/v1.ts";
import type { Client, ObjectReference, Resource } from "#client/client.ts";
import type { EventWriter } from "#client/events/event-writer.ts";
import type { InformerFactory } from "#client/informer/factory.ts";
import type { ReflectorQuery } from "#client/informer/reflector.ts";
import type { ApiObject } from "#client/object.ts";
import type { ReconcileContext } from "./context.ts";
import { ControllerLoop } from "./loop.ts";
import type { MetricsRegistry } from "#base/metrics.ts";

/** What a controller is given to run with. */
export interface ControllerEnvironment {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: EventWriter;
  readonly metrics: MetricsRegistry;
}

/** Something that keeps a part of the cluster as it should be, until its signal aborts. */
export interface Controller {
  readonly name: string;
  run(environment: ControllerEnvironment, signal: AbortSignal): Promise<void>;
}

export interface ReconcileResult {
  /** Look at the object again then, even if nothing changes. */
  readonly requeueAfterMs?: number | undefined;
}

type Outcome = Promise<ReconcileResult | void>;

/** A kind whose changes concern other objects, and which ones. Built by `watch`. */
export interface Watch {
  readonly resource: Resource<ApiObject>;
  /** Only these objects of the kind; all of them when missing. */
  readonly query?: ReflectorQuery;
  readonly map: (
    object: ApiObject,
    cache: ReadCache,
    old: ApiObject | undefined,
  ) => readonly ObjectReference[];
}

/** The informers' objects, for mapping functions. */
export interface ReadCache {
  get<T extends ApiObject>(resource: Resource<T>, reference: ObjectReference): T | undefined;
  list<T extends ApiObject>(resource: Resource<T>, namespace?: string): readonly T[];
  byIndex<T extends ApiObject>(resource: Resource<T>, index: string, key: string): readonly T[];
}

/** An index that the controller reads by; built by `indexBy`. */
export interface IndexDefinition {
  readonly resource: Resource<ApiObject>;
  readonly name: string;
  readonly keysOf: (object: ApiObject) => readonly string[];
}

interface Definition<T extends ApiObject> {
  /** As upstream names it: "replicaset-controller". */
  readonly name: string;
  readonly for: Resource<T>;
  /** Only these objects of the kind; all of them when missing. */
  readonly query?: ReflectorQuery;
  /** Kinds whose objects this one controls: a change of one enqueues its owner. */
  readonly owns?: readonly Resource<ApiObject>[];
  /** Kinds that it controls too, of which nobody needs to hear: its notes about itself. */
  readonly keeps?: readonly Resource<ApiObject>[];
  /** Orphans of an owned kind that match are adopted: says which objects to wake for one. */
  readonly adopts?: (object: T) => LabelSelector | undefined;
  readonly watches?: readonly Watch[];
  /** Kinds that are only read: their changes enqueue nothing. */
  readonly reads?: readonly Resource<ApiObject>[];
  readonly indexes?: readonly IndexDefinition[];
  /** Objects that need no look as long as they are like this. */
  readonly ignores?: (object: T) => boolean;
  /** Whether a change of the object itself is worth a look; every one is when missing. */
  readonly concerns?: (object: T, old: T) => boolean;
  /** Objects worked on at the same time. */
  readonly concurrency?: number;
  /** Look at every object so often, whatever happens. */
  readonly resyncMs?: number;
  /** Wakes objects for what no informer of its own shows; runs beside the passes. */
  readonly feed?: (wake: Wake, signal: AbortSignal) => Promise<void>;
  /** Who is named in Events, where it is not the controller's own name. */
  readonly eventSource?: string;
}

/** Has an object looked at, at once or after a while: of several times the earliest counts. */
export type Wake = (reference: ObjectReference, afterMs?: number) => void;

export type ControllerDefinition<T extends ApiObject> = Definition<T> &
  (
    | {
        /** Brings the world in line with the object. Called with the object as it is now. */
        reconcile(object: T, context: ReconcileContext<T>): Outcome;
      }
    | {
        /** The same for objects that may be gone: `context.object` is undefined then. */
        reconcileKey(reference: ObjectReference, context: ReconcileContext<T>): Outcome;
      }
  );

/**
 * A controller says what it watches and how to reconcile one object. Queues, retries, caches that
 * lag behind, owner references and time are taken care of.
 */
export function defineController<T extends ApiObject>(
  definition: ControllerDefinition<T>,
): Controller {
  return {
    name: definition.name,
    run: (environment, signal) => new ControllerLoop(definition, environment).run(signal),
  };
}

/** Changes of `resource` enqueue the objects that `map` names. */
export function watch<T extends ApiObject>(
  resource: Resource<T>,
  map: (object: T, cache: ReadCache, old: T | undefined) => readonly ObjectReference[],
  query?: ReflectorQuery,
): Watch {
  return { resource, map: map as Watch["map"], ...(query && { query }) };
}

/** Adds an index to a kind's informer. */
export function indexBy<T extends ApiObject>(
  resource: Resource<T>,
  name: string,
  keysOf: (object: T) => readonly string[],
): IndexDefinition {
  return { resource, name, keysOf: keysOf as IndexDefinition["keysOf"] };
}

/** The failure of `work`, for those who report it in a status before they throw it. */
export async function attempt(work: () => Promise<unknown>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
