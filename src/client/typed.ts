import { text } from "#base/bytes.ts";
import { invariant } from "#base/invariant.ts";
import type { Status } from "#api/meta/v1.ts";
import { decode, isRecord } from "#schema/decode.ts";
import { applyDefaults } from "#schema/default.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { Client, DeleteOptions, ListQuery, Patch, Resource, WriteOptions } from "./client.ts";
import type { ObjectReference, WatchQuery } from "./client.ts";
import { StatusError, isNotFound } from "./client.ts";
import { copy } from "./object.ts";
import type { ApiResponse, RequestBody, Transport, WatchEvent } from "./transport.ts";
import { readLines } from "./lines.ts";

/** The typed client over any transport. */
export function createClient(transport: Transport): Client {
  const send = async (
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    options: { query?: URLSearchParams; body?: RequestBody } = {},
    signal?: AbortSignal,
  ): Promise<ApiResponse> => {
    const body = options.body ?? { kind: "none" };
    const response = await transport.send(
      {
        method,
        path,
        query: options.query ?? new URLSearchParams(),
        headers: {
          accept: "application/json",
          ...(body.kind !== "none" && { "content-type": body.contentType ?? "application/json" }),
        },
        body,
      },
      signal,
    );
    if (response.status >= 400) throw new StatusError(statusOf(response));
    return response;
  };
  const client: Client = {
    async get(resource, reference, signal) {
      const response = await send("GET", pathOf(resource, reference), {}, signal);
      return objectOf(resource, contentOf(response));
    },
    async find(resource, reference, signal) {
      try {
        return await client.get(resource, reference, signal);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async list(resource, query = {}, signal) {
      const path = pathOf(resource, { namespace: query.namespace });
      const response = await send("GET", path, { query: listParameters(query) }, signal);
      return listOf(resource, contentOf(response));
    },
    watch(resource, query, signal) {
      return watchEvents(resource, query, signal, send);
    },
    async create(resource, object, options) {
      const { namespace, name } = metadataOf(object);
      const path = pathOf(resource, {
        namespace,
        ...(options?.subresource && { name }),
        subresource: options?.subresource,
      });
      const body = bodyOf({ ...typeMeta(resource), ...object });
      return objectOf(
        resource,
        contentOf(await send("POST", path, { query: writeParameters(options), body })),
      );
    },
    async record(resource, object) {
      const path = pathOf(resource, { namespace: metadataOf(object).namespace });
      await send("POST", path, { body: bodyOf({ ...typeMeta(resource), ...object }) });
    },
    async update(resource, object, options) {
      const { namespace, name } = metadataOf(object);
      const path = pathOf(resource, { namespace, name, subresource: options?.subresource });
      const body = bodyOf({ ...typeMeta(resource), ...object });
      return objectOf(
        resource,
        contentOf(await send("PUT", path, { query: writeParameters(options), body })),
      );
    },
    async patch(resource, reference, patch, options) {
      const path = pathOf(resource, { ...reference, subresource: options?.subresource });
      const query = writeParameters(options);
      if (patch.type === "apply" && patch.force) query.set("force", "true");
      return objectOf(
        resource,
        contentOf(await send("PATCH", path, { query, body: patchBody(patch) })),
      );
    },
    async delete(resource, reference, options) {
      await send("DELETE", pathOf(resource, reference), { body: deleteBody(options) });
    },
    async deleteCollection(resource, query, options) {
      const path = pathOf(resource, { namespace: query.namespace });
      await send("DELETE", path, { query: listParameters(query), body: deleteBody(options) });
    },
    async read(path, parameters = {}, signal) {
      const query = new URLSearchParams(parameters);
      return contentOf(await send("GET", path, { query }, signal)).value;
    },
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what is sent
    async post<In, Out>(
      resource: Resource<unknown>,
      reference: ObjectReference,
      subresource: string,
      object: In,
    ) {
      const path = pathOf(resource, { ...reference, subresource });
      const response = await send("POST", path, { body: bodyOf(object) });
      return contentOf(response).value as Out;
    },
  };
  return client;
}

async function* watchEvents<T>(
  resource: Resource<T>,
  query: WatchQuery,
  signal: AbortSignal,
  send: (
    method: "GET",
    path: string,
    options: { query: URLSearchParams },
    signal: AbortSignal,
  ) => Promise<ApiResponse>,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const path = pathOf(resource, { namespace: query.namespace });
  // A consumer that stops early must also end the request below.
  const stop = new AbortController();
  const linked = AbortSignal.any([signal, stop.signal]);
  try {
    const response = await send("GET", path, { query: watchParameters(query) }, linked);
    const { body } = response;
    if (body.kind === "events") {
      for await (const event of body.events) yield typedEvent(resource, event, false);
    } else if (body.kind === "stream") {
      for await (const line of readLines(body.chunks)) {
        yield typedEvent(resource, JSON.parse(line) as WatchEvent<unknown>, true);
      }
    } else {
      throw new Error(`a watch of ${path} was answered with "${body.kind}", not with a stream`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stop.abort();
  }
}

function typedEvent<T>(
  resource: Resource<T>,
  event: WatchEvent<unknown>,
  foreign: boolean,
): WatchEvent<T> {
  // Events of another process are JSON of their own: bring them to their stored form.
  if (event.type === "ERROR" || event.type === "BOOKMARK" || !foreign) {
    return event as WatchEvent<T>;
  }
  return { type: event.type, object: complete(resource, event.object) };
}

/** Where a resource, an object, or a subresource of it is served. */
export function pathOf(
  resource: Resource<unknown>,
  place: { namespace?: string | undefined; name?: string; subresource?: string | undefined },
): string {
  const { group, kind, namespaced, resource: plural, version } = resource.info;
  invariant(plural, `${kind} is no resource: it only travels in bodies`);
  let path = group ? `/apis/${group}/${version}` : `/api/${version}`;
  if (namespaced && place.namespace) path += `/namespaces/${place.namespace}`;
  invariant(
    !namespaced || place.namespace || !place.name,
    `${kind} ${place.name} needs a namespace`,
  );
  path += `/${plural}`;
  if (place.name) path += `/${place.name}`;
  if (place.subresource) path += `/${place.subresource}`;
  return path;
}

function listParameters(query: ListQuery): URLSearchParams {
  const parameters = selectors(query);
  if (query.limit !== undefined) parameters.set("limit", String(query.limit));
  if (query.continue) parameters.set("continue", query.continue);
  if (query.resourceVersion !== undefined) {
    parameters.set("resourceVersion", query.resourceVersion);
  }
  if (query.resourceVersionMatch) {
    parameters.set("resourceVersionMatch", query.resourceVersionMatch);
  }
  return parameters;
}

function watchParameters(query: WatchQuery): URLSearchParams {
  const parameters = selectors(query);
  parameters.set("watch", "true");
  parameters.set("allowWatchBookmarks", "true");
  if (query.resourceVersion !== undefined) {
    parameters.set("resourceVersion", query.resourceVersion);
  }
  if (query.sendInitialEvents) {
    parameters.set("sendInitialEvents", "true");
    parameters.set("resourceVersionMatch", "NotOlderThan");
  }
  if (query.timeoutSeconds !== undefined) {
    parameters.set("timeoutSeconds", String(query.timeoutSeconds));
  }
  return parameters;
}

function selectors(query: { labelSelector?: string; fieldSelector?: string }): URLSearchParams {
  const parameters = new URLSearchParams();
  if (query.labelSelector) parameters.set("labelSelector", query.labelSelector);
  if (query.fieldSelector) parameters.set("fieldSelector", query.fieldSelector);
  return parameters;
}

function writeParameters(options: WriteOptions = {}): URLSearchParams {
  const parameters = new URLSearchParams();
  if (options.dryRun) parameters.set("dryRun", "All");
  if (options.fieldManager) parameters.set("fieldManager", options.fieldManager);
  return parameters;
}

/** Copied, because the receiver owns what it gets and callers pass parts of shared objects. */
function bodyOf(object: unknown): RequestBody {
  return { kind: "object", object: copy(object), contentType: "application/json" };
}

function patchBody(patch: Patch): RequestBody {
  switch (patch.type) {
    case "json":
      return withType("application/json-patch+json", patch.operations);
    case "merge":
      return withType("application/merge-patch+json", patch.patch);
    case "strategic":
      return withType("application/strategic-merge-patch+json", patch.patch);
    case "apply":
      return withType("application/apply-patch+yaml", patch.object);
    default:
      return patch satisfies never;
  }
}

const withType = (contentType: string, object: unknown): RequestBody => ({
  kind: "object",
  object: copy(object),
  contentType,
});

function deleteBody(options: DeleteOptions = {}): RequestBody {
  const { dryRun, ...rest } = options;
  return bodyOf({
    kind: "DeleteOptions",
    apiVersion: "v1",
    ...rest,
    ...(dryRun && { dryRun: ["All"] }),
  });
}

function metadataOf(object: unknown): { namespace?: string; name: string } {
  const metadata = isRecord(object) && isRecord(object.metadata) ? object.metadata : {};
  const { namespace, name } = metadata;
  return {
    ...(typeof namespace === "string" && { namespace }),
    name: typeof name === "string" ? name : "",
  };
}

const typeMeta = (resource: Resource<unknown>) => ({
  apiVersion: apiVersionOf(resource.info),
  kind: resource.info.kind,
});

interface Content {
  readonly value: unknown;
  /** Decoded from bytes just now: ours to change, and not yet in its stored form. */
  readonly foreign: boolean;
}

function contentOf(response: ApiResponse): Content {
  const { body } = response;
  switch (body.kind) {
    case "object":
      return { value: body.object, foreign: false };
    case "bytes":
      return { value: JSON.parse(text(body.bytes)) as unknown, foreign: true };
    case "none":
      return { value: undefined, foreign: false };
    default:
      throw new Error(`expected an object, was answered with "${body.kind}"`);
  }
}

function objectOf<T>(resource: Resource<T>, content: Content): T {
  return content.foreign ? complete(resource, content.value) : (content.value as T);
}

function listOf<T>(resource: Resource<T>, content: Content) {
  const list = content.value as {
    metadata?: { resourceVersion?: string; continue?: string };
    items?: readonly T[] | null;
  };
  const items = (list.items ?? []).map((item) => {
    // Items of a list do not repeat their apiVersion and kind.
    if (content.foreign) return complete(resource, { ...typeMeta(resource), ...item });
    return (item as { kind?: string }).kind ? item : { ...typeMeta(resource), ...item };
  });
  return {
    items,
    resourceVersion: list.metadata?.resourceVersion ?? "",
    ...(list.metadata?.continue && { continue: list.metadata.continue }),
  };
}

/** Another server may leave out what ours always states. Types without fields stay as they are. */
function complete<T>(resource: Resource<T>, value: unknown): T {
  if (Object.keys(resource.fields).length <= 2) return value as T;
  return applyDefaults(resource, decode(resource, value) as object) as T;
}

function statusOf(response: ApiResponse): Status {
  const { body } = response;
  if (body.kind === "object" && isStatus(body.object)) return body.object;
  let message = `the server answered with status ${response.status}`;
  if (body.kind === "bytes") {
    const content = text(body.bytes);
    try {
      const parsed: unknown = JSON.parse(content);
      if (isStatus(parsed)) return { ...parsed, code: parsed.code ?? response.status };
    } catch {
      // Not JSON: a proxy in between speaks plain text, and says best itself what is wrong.
    }
    if (content.trim() !== "") message = content.trim();
  }
  return {
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    message,
    reason: reasons[response.status] ?? "Unknown",
    code: response.status,
  };
}

function isStatus(value: unknown): value is Status {
  return isRecord(value) && value.kind === "Status";
}

const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Gone",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};
