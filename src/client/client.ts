import { StatusError } from "#machinery/status.ts";
import type { KindType } from "#schema/message.ts";
import type { Draft } from "#schema/message.ts";
import type { WatchEvent } from "./transport.ts";

/** A kind that the API serves, with its value type. */
export type Resource<T> = KindType<T>;

/** Where an object is. No namespace for cluster-scoped kinds. */
export interface ObjectReference {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface ListQuery {
  /** All namespaces when missing. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan";
}

export interface ListResult<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

export interface WatchQuery {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Events after this version; with `sendInitialEvents`, at least this fresh. */
  readonly resourceVersion?: string;
  /** The current objects first, as ADDED, then a BOOKMARK that says they are complete. */
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  /** "status", "scale", "ephemeralcontainers", "resize", … */
  readonly subresource?: string;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Orphan" | "Background" | "Foreground";
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

export type Patch =
  | { readonly type: "json"; readonly operations: readonly object[] }
  | { readonly type: "merge"; readonly patch: object }
  | { readonly type: "strategic"; readonly patch: object }
  | { readonly type: "apply"; readonly object: object; readonly force?: boolean };

/**
 * The typed client. The same code serves components inside the server's process and those that
 * talk to it over HTTPS. Every call throws `StatusError` for an answer that is no success.
 *
 * Objects that are returned may be shared and frozen: copy before changing.
 */
export interface Client {
  get<T>(resource: Resource<T>, reference: ObjectReference, signal?: AbortSignal): Promise<T>;
  /** Undefined where `get` would throw NotFound. */
  find<T>(
    resource: Resource<T>,
    reference: ObjectReference,
    signal?: AbortSignal,
  ): Promise<T | undefined>;
  list<T>(resource: Resource<T>, query?: ListQuery, signal?: AbortSignal): Promise<ListResult<T>>;
  /** Ends when the server closes the watch or the signal aborts; a client then watches again. */
  watch<T>(
    resource: Resource<T>,
    query: WatchQuery,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>>;
  create<T>(resource: Resource<T>, object: Draft<NoInfer<T>>, options?: WriteOptions): Promise<T>;
  /** `create` for whoever does not need to know what it has become: an answer is not even read. */
  record<T>(resource: Resource<T>, object: Draft<NoInfer<T>>): Promise<void>;
  update<T>(resource: Resource<T>, object: NoInfer<T>, options?: WriteOptions): Promise<T>;
  patch<T>(
    resource: Resource<T>,
    reference: ObjectReference,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<T>;
  delete(
    resource: Resource<unknown>,
    reference: ObjectReference,
    options?: DeleteOptions,
  ): Promise<void>;
  deleteCollection(
    resource: Resource<unknown>,
    query: ListQuery,
    options?: DeleteOptions,
  ): Promise<void>;
  /** GET of a path that is none of a kind's: discovery, metrics. Returns what the server answers. */
  read(
    path: string,
    parameters?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<unknown>;
  /** POST to a subresource: "binding", "eviction", "token". Returns what the server answers. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what is sent
  post<In, Out>(
    resource: Resource<unknown>,
    reference: ObjectReference,
    subresource: string,
    object: In,
  ): Promise<Out>;
}

export { StatusError };

export const isNotFound = (error: unknown) => hasReason(error, "NotFound");
export const isAlreadyExists = (error: unknown) => hasReason(error, "AlreadyExists");
/** The object changed since it was read: read again and decide anew. */
export const isConflict = (error: unknown) => hasReason(error, "Conflict");
/** The resourceVersion is too old: list again. */
export const isExpired = (error: unknown) =>
  hasReason(error, "Expired") || hasReason(error, "Gone");

function hasReason(error: unknown, reason: string): boolean {
  return error instanceof StatusError && error.reason === reason;
}
