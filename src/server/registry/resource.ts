import type { ApiResponse } from "#client/transport.ts";
import type { Versions } from "#machinery/apply/versions.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import type { NameRule } from "#machinery/validation/names.ts";
import type { Draft, KindType } from "#schema/message.ts";
import type { RequestContext, UserInfo } from "../pipeline/request.ts";

/** One column of `kubectl get`. */
export interface Column<T> {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  /** "name" for the first column. */
  readonly format?: string;
  /** 1: only with `-o wide`. */
  readonly priority?: number;
  readonly description?: string;
  cell(object: T, now: number): string | number | boolean | null;
}

/**
 * All that the server knows of one resource, beyond its type. One file per resource builds one,
 * and the registry serves it: create, get, list, watch, update, patch, delete, deletecollection.
 */
export interface ResourceDefinition<T = unknown> {
  readonly type: KindType<T>;
  /** Runs first for every request: warns of what is deprecated, throws for what is not to be. */
  onRequest?(context: RequestContext): void;
  /** Verbs served; all of them when missing. */
  readonly verbs?: readonly Verb[];
  /** Verbs in discovery, in this order, where these are not those that are served. */
  readonly listedVerbs?: readonly Verb[];
  /** Columns of the server-side table. Missing: NAME and AGE. */
  readonly columns?: readonly Column<T>[];
  /** Fields that `--field-selector` may use besides metadata.name and metadata.namespace. */
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>>;

  /**
   * Required fields may be missing: they are then empty, and the rules say whether that will do.
   * For kinds whose own rules cover all that the schema requires.
   */
  readonly requiredMayBeEmpty?: boolean;
  /** Defaults that depend on other fields; runs after the schema's static ones, before admission. */
  applyDefaults?(object: Draft<T>): void;
  /** Sets what users may not: initial status, generation. Changes `object` in place. */
  prepareForCreate?(object: T, context: RequestContext): void | Promise<void>;
  /** Puts back what an update of the main resource may not change (status). In place. */
  prepareForUpdate?(object: T, old: Readonly<T>, context: RequestContext): void | Promise<void>;
  /** Rules across fields. Names, labels and the schema's own checks are done by the registry. */
  validate?(object: T): readonly FieldError[];
  /** Rules for a new object, besides `validate`. */
  validateCreate?(object: T): readonly FieldError[];
  /** Rules for a change, besides `validate` of the new object: immutable fields. */
  validateUpdate?(object: T, old: Readonly<T>): readonly FieldError[];
  /** Rules for a new object that take time: a signature, an expression. */
  checkCreate?(object: T): Promise<readonly FieldError[]>;
  /** The same for a change of the main resource. */
  checkUpdate?(object: T, old: Readonly<T>): Promise<readonly FieldError[]>;
  /** The name's rule, or its wording: DNS subdomain when missing. */
  readonly nameRule?: "dnsSubdomain" | "dnsLabel" | "dnsLabel1035" | "pathSegment" | NameRule;
  /** Not errors: deprecated or dubious values, sent as warnings. */
  warnings?(object: T, old: Readonly<T> | undefined): readonly string[];

  /** Whether a change of the spec increments metadata.generation. Default: true if it has a spec. */
  readonly hasGeneration?: boolean;
  /** What else than a change of the spec increments it. Not asked for writes of subresources. */
  isNewGeneration?(object: T, old: Readonly<T>): boolean;
  /** Create through PUT or apply where the object is missing. Apply always may. */
  readonly allowCreateOnUpdate?: boolean;
  /** An update without resourceVersion overwrites. Default true. */
  readonly allowUnconditionalUpdate?: boolean;
  /** How long a deleted object stays, marked, for somebody to finish it (pods). */
  graceful?(object: T, requestedSeconds: number | undefined): number;
  /** What keeps a deleted object besides metadata.finalizers (a namespace's spec.finalizers). */
  holdsDeletion?(object: T): boolean;
  /** Changes an object that is marked deleted and stays, in place (a namespace's phase). */
  markDeleted?(object: T): void;
  /** Seconds after which the store drops objects (Events). */
  readonly ttlSeconds?: number;

  /** `/status`: its own rules; everything but status is kept from the stored object. */
  readonly status?: {
    validateUpdate?(object: T, old: Readonly<T>): readonly FieldError[];
    /** Rules that take time, or depend on who writes. */
    checkUpdate?(object: T, old: Readonly<T>, user: UserInfo): Promise<readonly FieldError[]>;
    prepareForUpdate?(object: T, old: Readonly<T>): void;
  };
  /** `/scale`: where the numbers are. */
  readonly scale?: ScaleMapping<T>;
  /**
   * Subresources that are the same object under rules of their own, with get, update and patch:
   * ephemeralcontainers, resize, finalize, approval.
   */
  readonly views?: Readonly<Record<string, View<T>>>;
  /** Every other subresource, by name: binding, eviction, token, log, exec, proxy… */
  readonly subresources?: Readonly<Record<string, Subresource>>;
  /** Nothing is stored: a create is answered by this (reviews). `verbs` is then ["create"]. */
  readonly virtual?: { handle(context: RequestContext): Promise<ApiResponse> };
  /** Nothing is stored: these are the objects whenever somebody reads. `verbs`: get and list. */
  readonly computed?: { list(): Promise<readonly T[]> };
  /** The objects are stored as another kind's: one storage, two views of it (Events). */
  readonly storedAs?: StoredAs<T>;
  /** All in which objects may have been written, where the server does not serve all of them. */
  readonly versions?: Versions;
  /** Runs in the server after a write is durable (Service: release addresses). */
  afterDelete?(object: T): void | Promise<void>;
  /** Runs when a create or update fails after `prepareFor…` has reserved something. */
  rollback?(object: T): void | Promise<void>;
}

/** Which part of the object a subresource writes, and what is allowed there. */
export interface View<T> {
  /** Verbs in discovery; get, patch and update when missing. */
  readonly verbs?: readonly ("get" | "patch" | "update")[];
  /** In place: everything that this view may not change is put back from `old`. */
  prepareForUpdate(object: T, old: Readonly<T>): void;
  /** Replaces the definition's own rules for updates. */
  validateUpdate?(object: T, old: Readonly<T>): readonly FieldError[];
}

/** How one version of a kind is kept in the storage of another. Both ways lose nothing. */
export interface StoredAs<T> {
  readonly type: KindType;
  toStored(object: T): unknown;
  /** The stored object is frozen, and may lie there in the form of any older version. */
  fromStored(stored: unknown): T;
  /** For forms that somebody else has to convert: several at once, instead of `fromStored`. */
  convert?(stored: readonly unknown[]): Promise<readonly T[]>;
}

export type Verb =
  | "create"
  | "get"
  | "list"
  | "watch"
  | "update"
  | "patch"
  | "delete"
  | "deletecollection";

export interface ScaleMapping<T> {
  /** Where `replicas` is, for the fields' owners; spec.replicas when missing. */
  readonly replicasPath?: readonly string[];
  replicas(object: T): number;
  /** Throws where a read must not answer for want of the number. */
  requireReplicas?(object: T): void;
  setReplicas(object: T, replicas: number): void;
  statusReplicas(object: T): number;
  /** As text, for the HPA. */
  selector(object: T): string;
}

/** A subresource that is not another view of the same object. */
export interface Subresource {
  /** The kind in discovery, and its group and version where they differ from the parent's. */
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  /** Verbs in discovery: "create", "get", "update", "patch". */
  readonly verbs: readonly string[];
  /** Answers with an ApiResponse; takes over `connection.upgrade` where it streams. */
  handle(context: RequestContext): Promise<ApiResponse>;
}
