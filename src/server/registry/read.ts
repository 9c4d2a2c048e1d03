import { ListMeta, PartialObjectMetadata, PartialObjectMetadataList } from "#api/meta/v1.ts";
import { concatBytes, text, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import { continueExpired, expired, resourceVersionTooLarge } from "#machinery/status.ts";
import { apiVersionOf, listKindOf } from "#schema/message.ts";
import { encodeProtobuf } from "#schema/protobuf.ts";
import { protobufListParts } from "#schema/protobuf-envelope.ts";
import { CompactedError, FutureRevisionError, revision } from "#storage/store.ts";
import type { Entry, RangeResult, Revision } from "#storage/store.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { includeObjectOf, tableOf, tableRow } from "../table/table.ts";
import {
  answerEntry,
  batched,
  encodeValue,
  formOf,
  isInProcess,
  partialMetadata,
  wrongShape,
} from "./answers.ts";
import { listPrefix } from "./keys.ts";
import { encodeContinue, listQueryOf, parseVersion } from "./list-query.ts";
import type { ListQuery } from "./list-query.ts";
import type { AnswerForm } from "./media.ts";
import { selectionOf } from "./selection.ts";
import type { Selection } from "./selection.ts";
import type { ResourceStorage } from "./storage.ts";
import { frozen } from "./stored-object.ts";
import type { StoredObject } from "./stored-object.ts";

export async function get(storage: ResourceStorage, context: RequestContext): Promise<ApiResponse> {
  const { info, request, signal } = context;
  const version = parseVersion(request.query.get("resourceVersion") ?? "");
  if (version) await reach(storage, revision(version), signal);
  // Whoever names a version, if only "0", has said how old the object may be.
  const stale = version !== undefined;
  const entry = await storage.require(info.namespace, info.name, signal, { stale });
  return answerEntry(storage, context, entry);
}

/** Waits until reads see the version; the store knows at once when it is still to come. */
async function reach(
  { environment, storedInfo }: ResourceStorage,
  atLeast: Revision,
  signal: AbortSignal,
): Promise<void> {
  try {
    await environment.cacher.get(`${listPrefix(storedInfo, "")}-`, { atLeast }, signal);
  } catch (error) {
    if (error instanceof FutureRevisionError) throw resourceVersionTooLarge(atLeast, error.current);
    throw error;
  }
}

export async function list(
  storage: ResourceStorage,
  context: RequestContext,
): Promise<ApiResponse> {
  if (!isInProcess(context) && formOf(storage, context).asked === "one") {
    throw wrongShape(storage, "PartialObjectMetadata");
  }
  return answerPage(storage, context, await readPage(storage, context));
}

/** One page of a list. */
export interface Page {
  readonly entries: readonly Entry[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

/** The objects that a list or deletecollection is about. */
export async function readPage(storage: ResourceStorage, context: RequestContext): Promise<Page> {
  const { request, info, signal } = context;
  const query = listQueryOf(request.query);
  const selection = selectionOf(storage, request.query);
  const prefix = listPrefix(storage.storedInfo, info.namespace);
  const { name } = selection;
  const isOne = name !== undefined && (info.namespace || !storage.info.namespaced);
  const { kind } = query.state;
  if (isOne && (kind === "newest" || kind === "any") && !query.start) {
    // Taken first: the object may be newer than the list says, but no change of it is missed.
    const at = storage.environment.cacher.current();
    const stale = kind === "any";
    const entry = await storage.find(info.namespace, name, signal, { stale });
    const entries = entry && selection.matches(entry) ? [entry] : [];
    return { entries, metadata: { resourceVersion: String(at) } };
  }
  const result = await readRange(storage, prefix, query, selection.isEverything, signal);
  await storage.form.prepare(result.entries);
  return pageOf(result, prefix, query, selection);
}

async function readRange(
  { environment }: ResourceStorage,
  prefix: string,
  query: ListQuery,
  limited: boolean,
  signal: AbortSignal,
): Promise<RangeResult> {
  const { state, limit, start } = query;
  try {
    return await environment.cacher.range(
      {
        prefix,
        ...(start !== undefined && { start: prefix + start }),
        // What selectors leave out does not count: then the limit is applied after them.
        ...(limit !== undefined && limited && { limit }),
        ...(state.kind === "exact" && { revision: state.revision }),
        ...(state.kind === "atLeast" && { atLeast: state.revision }),
        ...(state.kind === "any" && { stale: true }),
      },
      signal,
    );
  } catch (error) {
    if (error instanceof FutureRevisionError) {
      const requested = "revision" in state ? state.revision : 0;
      // Whoever insists on one version is not told to wait for it.
      const mayWait = state.kind !== "exact";
      throw resourceVersionTooLarge(requested, error.current, mayWait);
    }
    if (!(error instanceof CompactedError)) throw error;
    if (start === undefined) {
      throw expired("The resourceVersion for the provided list is too old.");
    }
    throw continueExpired(encodeContinue(-1, start.replace(/\0$/, "")));
  }
}

function pageOf(
  result: RangeResult,
  prefix: string,
  { limit = Infinity }: ListQuery,
  selection: Selection,
): Page {
  const resourceVersion = String(result.revision);
  let { entries, remaining } = result;
  if (!selection.isEverything) {
    const matching: Entry[] = [];
    for (const entry of entries) {
      // One more than wanted tells whether there is another page.
      if (matching.length > limit) break;
      if (selection.matches(entry)) matching.push(entry);
    }
    remaining = Math.max(0, matching.length - limit);
    entries = remaining ? matching.slice(0, limit) : matching;
  }
  const last = entries.at(-1);
  if (remaining === 0 || !last) return { entries, metadata: { resourceVersion } };
  const token = encodeContinue(result.revision, last.key.slice(prefix.length));
  return {
    entries,
    metadata: {
      resourceVersion,
      continue: token,
      ...(selection.isEverything && { remainingItemCount: remaining }),
    },
  };
}

function listHead({ info }: ResourceStorage, { metadata }: Pick<Page, "metadata">) {
  return { kind: listKindOf(info), apiVersion: apiVersionOf(info), metadata };
}

function decodedItems({ form }: ResourceStorage, { entries }: Page) {
  return entries.map((entry) => form.decode(entry));
}

/** A list of objects that lie in no store. */
export function answerList(
  storage: ResourceStorage,
  context: RequestContext,
  objects: readonly StoredObject[],
): ApiResponse {
  const page = { metadata: { resourceVersion: "" } };
  if (isInProcess(context)) {
    const object = frozen({ ...listHead(storage, page), items: objects });
    return { status: 200, headers: {}, body: { kind: "object", object } };
  }
  const form = formOf(storage, context);
  const value = shapedList(storage, context, form, page, objects);
  return { status: 200, headers: {}, body: { kind: "bytes", ...encodeValue(value, form) } };
}

function shapedList(
  storage: ResourceStorage,
  context: RequestContext,
  form: AnswerForm,
  page: Pick<Page, "metadata">,
  objects: readonly StoredObject[],
): unknown {
  switch (form.shape) {
    case "object":
      return {
        ...listHead(storage, page),
        items: objects.map(({ apiVersion: _apiVersion, kind: _kind, ...item }) => item),
      };
    case "metadata":
      return {
        kind: "PartialObjectMetadataList",
        apiVersion: "meta.k8s.io/v1",
        metadata: page.metadata,
        items: objects.map(partialMetadata),
      };
    case "table":
      return tableOf({
        definition: storage.definition,
        objects,
        metadata: page.metadata,
        include: includeObjectOf(context.request.query),
        now: storage.environment.clock.now(),
      });
    default:
      return form.shape satisfies never;
  }
}

/** Lists that are longer than this leave in pieces. */
const wholeBytesMax = 256 * 1024;

/** In the form that the client wants. */
export function answerPage(
  storage: ResourceStorage,
  context: RequestContext,
  page: Page,
): ApiResponse {
  if (isInProcess(context)) {
    const object = frozen({ ...listHead(storage, page), items: decodedItems(storage, page) });
    return { status: 200, headers: {}, body: { kind: "object", object } };
  }
  const form = formOf(storage, context);
  const { contentType } = form;
  let size = 0;
  for (const { value } of page.entries) size += value.length;
  const parts = pageParts(storage, context, form, page);
  if (size <= wholeBytesMax) {
    const bytes = concatBytes([...parts]);
    return { status: 200, headers: {}, body: { kind: "bytes", contentType, bytes } };
  }
  return { status: 200, headers: {}, body: { kind: "stream", contentType, chunks: stream(parts) } };
}

async function* stream(parts: Iterable<Bytes>): AsyncGenerator<Bytes, void, undefined> {
  yield* batched(parts);
}

function pageParts(
  storage: ResourceStorage,
  context: RequestContext,
  form: AnswerForm,
  page: Page,
): Iterable<Bytes> {
  switch (form.encoding) {
    case "json":
      return jsonParts(storage, context, form, page);
    case "protobuf":
      return protobufParts(storage, form, page);
    case "yaml": {
      // YAML is for people, who take small pages: it is made of the JSON as a whole.
      const json = concatBytes([...jsonParts(storage, context, form, page)]);
      return [encodeValue(JSON.parse(text(json)), form).bytes];
    }
    default:
      return form.encoding satisfies never;
  }
}

const comma = utf8(",");
const listEnd = utf8("]}");

function jsonParts(
  storage: ResourceStorage,
  context: RequestContext,
  { shape }: AnswerForm,
  page: Page,
): Iterable<Bytes> {
  const { form, definition, environment } = storage;
  switch (shape) {
    case "object":
      return listOf({ ...listHead(storage, page), items: [] }, page, (entry) =>
        form.itemParts(entry),
      );
    case "metadata":
      return listOf({ ...metadataListHead, metadata: page.metadata, items: [] }, page, (entry) => [
        json(partialMetadata(form.decode(entry))),
      ]);
    case "table": {
      const options = {
        definition,
        metadata: page.metadata,
        include: includeObjectOf(context.request.query),
        now: environment.clock.now(),
      };
      return listOf(tableOf({ ...options, objects: [] }), page, (entry) => [
        json(tableRow(form.decode(entry), options)),
      ]);
    }
    default:
      return shape satisfies never;
  }
}

/** `list` is without its items, which are its last field. */
function* listOf(
  list: object,
  { entries }: Page,
  partsOf: (entry: Entry) => readonly Bytes[],
): Generator<Bytes, void, undefined> {
  yield utf8(JSON.stringify(list).slice(0, -listEnd.length));
  for (const [index, entry] of entries.entries()) {
    if (index > 0) yield comma;
    yield* partsOf(entry);
  }
  yield listEnd;
}

const metadataListHead = {
  kind: "PartialObjectMetadataList",
  apiVersion: apiVersionOf(PartialObjectMetadataList.info),
};

const json = (value: unknown) => utf8(JSON.stringify(value));

/** The length of all items comes first, so that they are all made before the first one leaves. */
function protobufParts(
  { info, form }: ResourceStorage,
  { shape }: AnswerForm,
  page: Page,
): Iterable<Bytes> {
  const metadata = encodeProtobuf(ListMeta, page.metadata, { fillZero: true });
  if (shape === "object") {
    const kind = listKindOf(info);
    const items = page.entries.map((entry) => form.protobuf(entry));
    return protobufListParts({ apiVersion: apiVersionOf(info), kind, metadata, items });
  }
  const items = page.entries.map((entry) =>
    encodeProtobuf(PartialObjectMetadata, form.decode(entry), { fillZero: true }),
  );
  return protobufListParts({ ...metadataListHead, metadata, items });
}
