import type { ApiResponse } from "#client/transport.ts";
import { cloneJson } from "#machinery/json.ts";
import { methodNotAllowed, methodNotSupported, notFound, pathNotFound } from "#machinery/status.ts";
import type { KindType } from "#schema/message.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { Equivalent } from "../admission/matching/equivalent.ts";
import type { RequestContext, RequestInfo } from "../pipeline/request.ts";
import { admissionRequest, admit, mutate } from "./admit.ts";
import { optionsFromQuery, optionsTypeOf } from "./connect-options.ts";
import { formOf } from "./answers.ts";
import { readComputed } from "./computed.ts";
import { create } from "./create.ts";
import { deleteCollection, deleteOne } from "./delete.ts";
import { patch } from "./patch.ts";
import { get, list } from "./read.ts";
import type { ResourceDefinition, Subresource } from "./resource.ts";
import { scale } from "./scale.ts";
import { ResourceStorage } from "./storage.ts";
import type { Environment } from "./storage.ts";
import type { StoredObject } from "./stored-object.ts";
import { update } from "./update.ts";
import { watch } from "./watch.ts";

type Handler = (
  storage: ResourceStorage,
  context: RequestContext,
) => ApiResponse | Promise<ApiResponse>;

/** What each verb of a resource does; a definition may serve fewer. */
const handlers: Readonly<Record<string, Handler>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: deleteOne,
  deletecollection: deleteCollection,
};

/** Resources that come and go while the server runs, such as those of extensions. */
export interface LiveDefinitions {
  /**
   * From now on these are what `source` adds to the server's own resources. A definition that is
   * the same object as before goes on undisturbed; watches of the others end. Discovery is made
   * anew in any case.
   */
  replace(source: string, definitions: readonly ResourceDefinition[]): void;
}

/** Finds who answers a request about a resource. */
export class Registry implements LiveDefinitions {
  readonly #environment: Environment;
  readonly #fixed: readonly ResourceDefinition[];
  readonly #live = new Map<string, readonly ResourceDefinition[]>();
  #storages = new Map<string, ResourceStorage>();
  #definitions: readonly ResourceDefinition[] = [];
  /** As long as the same is served. */
  #equivalents = new Map<ResourceStorage, readonly Equivalent[]>();

  constructor(definitions: readonly ResourceDefinition[], environment: Environment) {
    this.#environment = environment;
    this.#fixed = definitions;
    this.#rebuild();
  }

  /** What is served right now: another array whenever that changes. */
  get definitions(): readonly ResourceDefinition[] {
    return this.#definitions;
  }

  replace(source: string, definitions: readonly ResourceDefinition[]): void {
    this.#live.set(source, definitions);
    this.#rebuild();
  }

  #rebuild(): void {
    const storages = new Map<string, ResourceStorage>();
    // What the server brings itself is never hidden by what is added.
    for (const definition of [...this.#live.values()].flat().concat(this.#fixed)) {
      const { info } = definition.type;
      const key = `${apiVersionOf(info)}/${info.resource}`;
      const known = this.#storages.get(key);
      const storage =
        known?.definition === definition
          ? known
          : new ResourceStorage(definition, this.#environment);
      storages.set(key, storage);
    }
    const left = new Set(storages.values());
    for (const storage of this.#storages.values()) if (!left.has(storage)) storage.retire();
    this.#storages = storages;
    this.#equivalents = new Map();
    this.#definitions = [...this.#fixed, ...[...this.#live.values()].flat()].filter((definition) =>
      this.#isServed(definition),
    );
  }

  #isServed(definition: ResourceDefinition): boolean {
    return this.storageOf(definition.type)?.definition === definition;
  }

  /** Where objects of the type are; undefined for kinds that this server does not serve. */
  storageOf({ info }: KindType): ResourceStorage | undefined {
    return this.#storages.get(`${apiVersionOf(info)}/${info.resource}`);
  }

  kindOf(apiVersion: string, kind: string): KindType | undefined {
    return this.definitions.find(
      ({ type: { info } }) => info.kind === kind && apiVersionOf(info) === apiVersion,
    )?.type;
  }

  /** Other kinds whose objects are stored as those of this one are. */
  equivalents(type: KindType): readonly Equivalent[] {
    const own = this.storageOf(type);
    if (!own) return [];
    const known = this.#equivalents.get(own) ?? this.#equivalentsOf(own);
    this.#equivalents.set(own, known);
    return known;
  }

  #equivalentsOf(own: ResourceStorage): readonly Equivalent[] {
    return (
      [...this.#storages.values()]
        .filter((other) => other !== own && other.storedInfo === own.storedInfo)
        // Conversions by webhooks take their time: those versions are matched as they are written.
        .filter(({ definition }) => !definition.storedAs?.convert)
        .map((other) => ({
          type: other.definition.type,
          convert: (object) => convert(own.definition, other.definition, object),
          revert: (object) => convert(other.definition, own.definition, object),
        }))
    );
  }

  find(info: RequestInfo): ResourceStorage | undefined {
    const storage = this.#storages.get(`${apiVersionOf(info)}/${info.resource}`);
    if (!storage) return undefined;
    // A namespace is in none, although its path names it as one.
    if (info.resource === "namespaces" && info.namespace === info.name) return storage;
    // A cluster-scoped resource is in no namespace, and an object of another one always is.
    if (!storage.info.namespaced && info.namespace) return undefined;
    if (storage.info.namespaced && !info.namespace && isNamed(info)) return undefined;
    return storage;
  }

  /** Whether somebody answers at the path: all other words of a path are the client's own. */
  serves(info: RequestInfo): boolean {
    const definition = this.find(info)?.definition;
    const { subresource } = info;
    if (!definition || !subresource) return definition !== undefined;
    const { status, scale: scaled, views = {}, subresources = {} } = definition;
    if (subresource === "status") return status !== undefined;
    if (subresource === "scale" && scaled) return true;
    return Object.hasOwn(views, subresource) || Object.hasOwn(subresources, subresource);
  }

  async handle(context: RequestContext): Promise<ApiResponse> {
    const { info } = context;
    const storage = this.find(info);
    if (!storage) throw pathNotFound();
    storage.definition.onRequest?.(context);
    if (storage.definition.type.dynamic) requireReadable(storage, context);
    if (info.subresource) return handleSubresource(storage, context);
    const { virtual, computed, verbs } = storage.definition;
    const handler = handlers[info.verb];
    if (!handler || (verbs && !verbs.some((verb) => verb === info.verb))) {
      throw methodNotAllowed();
    }
    requireReadable(storage, context);
    if (virtual) return virtual.handle(context);
    if (computed) return readComputed(storage, context, computed);
    const everywhere = storage.info.namespaced && !info.namespace;
    if (everywhere && info.verb === "deletecollection") throw methodNotAllowed();
    if (info.verb === "create" && info.name) throw methodNotAllowed();
    if ((info.verb === "update" || info.verb === "patch") && !info.name) throw methodNotAllowed();
    return handler(storage, context);
  }
}

/** Nothing is done for a client that could not read what came of it: throws 406. */
function requireReadable(storage: ResourceStorage, context: RequestContext): void {
  formOf(storage, context, { stream: context.info.verb === "watch" });
}

/** By way of the stored form. */
function convert(
  from: ResourceDefinition,
  to: ResourceDefinition,
  object: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const copy = cloneJson(object);
  const stored = from.storedAs ? from.storedAs.toStored(copy) : copy;
  return (to.storedAs ? to.storedAs.fromStored(stored) : stored) as Record<string, unknown>;
}

/** A list or watch has a name when its field selector gives one. */
function isNamed({ name, verb }: RequestInfo): boolean {
  return name !== "" && verb !== "list" && verb !== "watch";
}

const viewVerbs: readonly string[] = ["get", "patch", "update"];

async function handleSubresource(
  storage: ResourceStorage,
  context: RequestContext,
): Promise<ApiResponse> {
  const { definition } = storage;
  const { subresource, verb, rest } = context.info;
  const other = definition.subresources?.[subresource];
  if (other) return handleOther(storage, context, other);
  if (rest && rest !== "/") throw pathNotFound();
  const view = definition.views?.[subresource];
  const isStatus = subresource === "status" && definition.status !== undefined;
  const isScale = subresource === "scale" && definition.scale !== undefined;
  const { dynamic } = definition.type;
  if (!view && !isStatus && !isScale) {
    throw dynamic ? notFound(storage.names, context.info.name) : pathNotFound();
  }
  const verbs: readonly string[] = view?.verbs ?? viewVerbs;
  if (!verbs.includes(verb)) {
    throw dynamic ? methodNotSupported(storage.names, verb) : methodNotAllowed();
  }
  requireReadable(storage, context);
  if (isScale && definition.scale) return scale(storage, context, definition.scale);
  switch (verb) {
    case "get":
      return get(storage, context);
    case "update":
      return update(storage, context);
    default:
      return patch(storage, context);
  }
}

async function handleOther(
  storage: ResourceStorage,
  context: RequestContext,
  subresource: Subresource,
): Promise<ApiResponse> {
  const { verb } = context.info;
  if (!subresource.verbs.includes(verb)) throw methodNotAllowed();
  // Exec, attach, port-forward, proxy: what they take are options, not objects.
  if (subresource.kind.kind.endsWith("Options")) {
    const type = optionsTypeOf(subresource.kind.kind);
    const { info, request: asked } = context;
    const request = admissionRequest(storage, context, {
      operation: "CONNECT",
      object: type && (optionsFromQuery(type, asked.query, info.rest) as StoredObject),
      oldObject: undefined,
      dryRun: false,
      ...(type && { type }),
    });
    await mutate(storage, request);
    await admit(storage, request);
  } else requireReadable(storage, context);
  return subresource.handle(context);
}
