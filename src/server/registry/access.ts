import type { Client, ListQuery, Resource } from "#client/client.ts";
import { notFound } from "#machinery/status.ts";
import { fieldsOf } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
import type { BodyReader, ObjectAccess } from "../resources/dependencies.ts";
import { admissionRequest, admit, mutate } from "./admit.ts";
import { readObject } from "./body.ts";
import { listPrefix } from "./keys.ts";
import type { Registry } from "./registry.ts";
import type { StoredObject } from "./stored-object.ts";
import { ResourceStorage } from "./storage.ts";
import type { Environment } from "./storage.ts";

const attemptsMax = 20;

/** Reads and writes for resources' own handlers, past admission and validation. */
export function objectAccess(registry: () => Registry): ObjectAccess {
  const storageOf = (type: KindType): ResourceStorage => {
    const storage = registry().storageOf(type);
    if (storage) return storage;
    const { group, resource = "" } = type.info;
    throw notFound({ group, resource }, "");
  };
  return {
    async get<T>(
      type: KindType<T>,
      { namespace = "", name }: { namespace?: string | undefined; name: string },
    ) {
      const storage = storageOf(type);
      return storage.form.decode(await storage.require(namespace, name)) as T;
    },
    async update<T>(
      type: KindType<T>,
      { namespace = "", name }: { namespace?: string | undefined; name: string },
      change: (object: Readonly<T>) => T,
      options: { readonly dryRun?: boolean } = {},
    ) {
      const storage = storageOf(type);
      for (let attempt = 1; ; attempt++) {
        const entry = await storage.require(namespace, name);
        const object = change(storage.form.decode(entry) as T);
        if (options.dryRun) return object;
        const result = await storage.put(object as StoredObject, {
          key: entry.key,
          expected: entry.modified,
        });
        if (result.ok && result.entry) return storage.form.decode(result.entry) as T;
        if (attempt === attemptsMax) throw tooContended(name);
      }
    },
  };
}

/**
 * The client, with reads of whole objects and lists straight from the cache: who asks many small
 * questions of the server itself need not send each of them through all of a request's steps.
 */
export function directReads(client: Client, registry: () => Registry): Client {
  const storageOf = (type: Resource<unknown>): ResourceStorage | undefined => {
    const storage = registry().storageOf(type);
    return storage?.definition.storedAs || storage?.definition.virtual ? undefined : storage;
  };
  const direct: Client = {
    ...client,
    async get(type, reference, signal) {
      const storage = storageOf(type);
      if (!storage) return client.get(type, reference, signal);
      const { namespace = "", name } = reference;
      return storage.form.decode(await storage.require(namespace, name, signal)) as never;
    },
    async find(type, reference, signal) {
      const storage = storageOf(type);
      if (!storage) return client.find(type, reference, signal);
      const { namespace = "", name } = reference;
      const entry = await storage.find(namespace, name, signal);
      return entry && (storage.form.decode(entry) as never);
    },
    async list(type, query = {}, signal) {
      const storage = storageOf(type);
      if (!storage || !isWhole(query)) return client.list(type, query, signal);
      const prefix = listPrefix(storage.storedInfo, query.namespace ?? "");
      const { entries, revision } = await storage.environment.cacher.range({ prefix }, signal);
      const items = entries.map((entry) => storage.form.decode(entry) as never);
      return { items, resourceVersion: String(revision) };
    },
  };
  return direct;
}

/** Nothing but a namespace is asked for. */
function isWhole(query: ListQuery): boolean {
  for (const name in query) if (name !== "namespace") return false;
  return true;
}

function tooContended(name: string): Error {
  return new Error(`others changed ${name} ${attemptsMax} times while it was being changed`);
}

/** For handlers of subresources and reviews: decodes their bodies, and lets admission see them. */
export function bodyReader(registry: () => Registry, environment: Environment): BodyReader {
  return {
    async read<T>(context: Parameters<BodyReader["read"]>[0], type: KindType<T>) {
      const parent = registry().find(context.info);
      const definition = { type } as ResourceStorage["definition"];
      const object = await readObject(context, definition);
      fillRequired(type, object);
      const storage = parent ?? new ResourceStorage(definition, environment);
      const dryRun = context.request.query.getAll("dryRun").includes("All");
      const request = admissionRequest({ definition, info: storage.info, environment }, context, {
        operation: "CREATE",
        object,
        oldObject: undefined,
        dryRun,
      });
      await mutate(storage, request);
      await admit(storage, request);
      return object as T;
    },
  };
}

/** What must be there and is not, is empty: so it is to upstream, and to those who check it. */
function fillRequired(type: KindType, object: StoredObject): void {
  for (const [name, { of, optional }] of fieldsOf(type)) {
    if (of.kind === "message" && !optional) object[name] ??= {};
  }
}
