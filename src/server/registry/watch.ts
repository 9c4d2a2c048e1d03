import { PartialObjectMetadata, Status } from "#api/meta/v1.ts";
import { OverflowError } from "#base/channel.ts";
import { concatBytes, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ApiResponse, WatchEvent } from "#client/transport.ts";
import {
  badRequest,
  resourceVersionTooLarge,
  resourceVersionTooOld,
  toStatus,
} from "#machinery/status.ts";
import { forbidden, notSupported } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { apiVersionOf } from "#schema/message.ts";
import {
  encodeProtobufEnvelope,
  encodeProtobufWatchFrame,
  wrapProtobuf,
} from "#schema/protobuf-envelope.ts";
import type { CacheEvent, ObjectEvent } from "#storage/cacher/cache-event.ts";
import { CompactedError, FutureRevisionError, revision } from "#storage/store.ts";
import type { Entry, Revision } from "#storage/store.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { includeObjectOf, tableOf } from "../table/table.ts";
import type { IncludeObject } from "../table/table.ts";
import { formOf, isInProcess, partialMetadata } from "./answers.ts";
import { listPrefix } from "./keys.ts";
import { parseVersion } from "./list-query.ts";
import type { AnswerForm } from "./media.ts";
import { optionsInvalid } from "./options.ts";
import { selectionOf } from "./selection.ts";
import type { Selection } from "./selection.ts";
import type { ResourceStorage } from "./storage.ts";
import type { StoredObject } from "./stored-object.ts";
import { frozen } from "./stored-object.ts";
import { isTrue } from "../pipeline/request-info.ts";

const timeoutSecondsMin = 1800;
export const initialEventsEnd = "k8s.io/initial-events-end";

interface WatchQuery {
  readonly after: Revision | undefined;
  readonly initial: boolean;
  /** "0": begins with what is at hand. */
  readonly stale: boolean;
  readonly bookmarks: boolean;
  /** The client asked for initial events by name, and is told where they end. */
  readonly marksInitial: boolean;
  readonly timeoutMs: number;
}

export function watch(storage: ResourceStorage, context: RequestContext): ApiResponse {
  const form = formOf(storage, context, { stream: true });
  const query = watchQueryOf(storage, context.request.query);
  const selection = selectionOf(storage, selectorsOf(context));
  const changes = selectedChanges(storage, context, query, selection);
  if (isInProcess(context)) {
    const events = decodedEvents(storage, changes);
    return { status: 200, headers: {}, body: { kind: "events", events } };
  }
  const chunks = encodedEvents(storage, context, form, changes);
  const { contentType } = form;
  return { status: 200, headers: {}, body: { kind: "stream", contentType, chunks } };
}

function encodedEvents(
  storage: ResourceStorage,
  context: RequestContext,
  form: AnswerForm,
  changes: AsyncIterable<Change>,
): AsyncIterable<Bytes> {
  if (form.encoding === "protobuf") return protobufFrames(storage, form, changes);
  // The table's time and columns are of the watcher: only plain objects are shared.
  if (form.shape === "object") return objectLines(storage, changes);
  return shapedLines(storage, form, includeObjectOf(context.request.query), changes);
}

/** A path that names an object watches that one, as a selector would. */
function selectorsOf({ info, request }: RequestContext): URLSearchParams {
  const { query } = request;
  if (!info.name || query.has("fieldSelector")) return query;
  const selectors = new URLSearchParams(query);
  selectors.set("fieldSelector", `metadata.name=${info.name}`);
  return selectors;
}

function watchQueryOf(storage: ResourceStorage, query: URLSearchParams): WatchQuery {
  const match = query.get("resourceVersionMatch") ?? "";
  const sendInitial = query.get("sendInitialEvents");
  checkInitial(sendInitial, match, query.get("continue"));
  const wantsInitial = sendInitial !== null && isTrue(sendInitial);
  const timeout = query.get("timeoutSeconds");
  if (timeout !== null && !/^-?\d+$/.test(timeout)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(timeout)}: invalid syntax`);
  }
  const given = parseVersion(query.get("resourceVersion") ?? "");
  const spread = 1 + storage.environment.random.float();
  const bookmarks = isTrue(query.get("allowWatchBookmarks"));
  return {
    after: given ? revision(given) : undefined,
    stale: given === 0,
    // Without a version upstream also begins with what is there.
    initial: sendInitial === null ? !given : wantsInitial,
    marksInitial: wantsInitial && bookmarks,
    bookmarks,
    timeoutMs: (Number(timeout) > 0 ? Number(timeout) : timeoutSecondsMin * spread) * 1000,
  };
}

function checkInitial(sendInitial: string | null, match: string, token: string | null): void {
  const path = "resourceVersionMatch";
  const errors: FieldError[] = [];
  if (sendInitial === null && match !== "") {
    const detail = `${path} is forbidden for watch unless sendInitialEvents is provided`;
    errors.push(forbidden(path, detail));
  }
  if (sendInitial !== null && match !== "NotOlderThan") {
    const detail = `sendInitialEvents requires setting ${path} to NotOlderThan`;
    errors.push(forbidden(path, detail));
  }
  if (match !== "" && match !== "NotOlderThan") {
    errors.push(notSupported(path, match, ["NotOlderThan"]));
  }
  if (token) errors.push(forbidden(path, `${path} is forbidden when continue is provided`));
  if (errors.length) throw optionsInvalid("ListOptions", errors);
}

/** What one watcher gets to see of a change. */
type Change =
  | {
      readonly type: "ADDED" | "MODIFIED" | "DELETED";
      readonly entry: Entry;
      readonly revision: Revision;
      /** Where encoded forms may be kept for other watchers; missing for the initial state. */
      readonly memo: Map<string, Bytes> | undefined;
    }
  | { readonly type: "BOOKMARK"; readonly object: object; readonly revision: Revision }
  | { readonly type: "ERROR"; readonly status: object };

/** Ends when the time is up or the client goes; a failure becomes the last event. */
async function* selectedChanges(
  storage: ResourceStorage,
  context: RequestContext,
  query: WatchQuery,
  selection: Selection,
): AsyncGenerator<Change, void, undefined> {
  const { cacher, clock, logger } = storage.environment;
  const { after, initial, stale } = query;
  const timeUp = new AbortController();
  const signal = AbortSignal.any([context.signal, timeUp.signal, storage.retired]);
  const cancelTimer = clock.after(query.timeoutMs, () => timeUp.abort());
  const prefix = listPrefix(storage.storedInfo, context.info.namespace);
  try {
    const events = cacher.watch(
      { prefix, initial, ...(stale && { stale }), ...(after !== undefined && { after }) },
      signal,
    );
    // The initial state lasts until its bookmark; its events are encoded once per watcher.
    let isInitial = initial;
    for await (const event of events) {
      if (event.type === "bookmark") {
        if (event.initialEventsEnd) isInitial = false;
        const change = bookmarkOf(storage, query, event);
        if (change) yield change;
        continue;
      }
      if (storage.form.needsPreparation) {
        const { entry, previous } = event;
        await storage.form.prepare(previous ? [previous, entry] : [entry]);
      }
      const change = changeOf(event, selection, isInitial);
      if (change) yield change;
    }
  } catch (error) {
    // Too slow: the client watches again from where it was.
    if (error instanceof OverflowError || signal.aborted) return;
    const status = watchFailure(error, after);
    if (status.code === 500)
      logger.error("watch failed", { resource: storage.info.resource, error });
    yield { type: "ERROR", status };
  } finally {
    cancelTimer();
  }
}

function watchFailure(error: unknown, after: Revision | undefined) {
  if (error instanceof CompactedError) {
    return resourceVersionTooOld(after ?? 0, error.oldest).status;
  }
  if (error instanceof FutureRevisionError) {
    return resourceVersionTooLarge(after ?? 0, error.current).status;
  }
  return toStatus(error);
}

function bookmarkOf(
  { info }: ResourceStorage,
  query: WatchQuery,
  event: Extract<CacheEvent, { type: "bookmark" }>,
): Change | undefined {
  const marks = event.initialEventsEnd;
  if (marks ? !query.marksInitial : !query.bookmarks) return undefined;
  const object = frozen({
    kind: info.kind,
    apiVersion: apiVersionOf(info),
    metadata: {
      resourceVersion: String(event.revision),
      creationTimestamp: null,
      ...(marks && { annotations: { [initialEventsEnd]: "true" } }),
    },
  });
  return { type: "BOOKMARK", object, revision: event.revision };
}

/** An object that begins to match was added to what the watcher sees, and the other way round. */
function changeOf(
  event: ObjectEvent,
  selection: Selection,
  isInitial: boolean,
): Change | undefined {
  const { entry, previous, revision: at } = event;
  const memo = isInitial ? undefined : event.memo;
  switch (event.type) {
    case "added":
      return selection.matches(entry) ? { type: "ADDED", entry, revision: at, memo } : undefined;
    case "deleted":
      return selection.matches(previous ?? entry)
        ? { type: "DELETED", entry, revision: at, memo }
        : undefined;
    case "modified": {
      const matched = previous !== undefined && selection.matches(previous);
      if (selection.matches(entry)) {
        return { type: matched ? "MODIFIED" : "ADDED", entry, revision: at, memo };
      }
      return matched && previous
        ? { type: "DELETED", entry: previous, revision: at, memo }
        : undefined;
    }
    default:
      return event.type satisfies never;
  }
}

async function* decodedEvents(
  storage: ResourceStorage,
  changes: AsyncIterable<Change>,
): AsyncGenerator<WatchEvent<unknown>, void, undefined> {
  for await (const change of changes) {
    switch (change.type) {
      case "ERROR":
        yield { type: "ERROR", object: frozen(change.status) };
        break;
      case "BOOKMARK":
        yield { type: "BOOKMARK", object: change.object };
        break;
      default:
        yield { type: change.type, object: objectOf(storage, change) };
    }
  }
}

type ObjectChange = Extract<Change, { entry: Entry }>;

function objectOf({ form }: ResourceStorage, { entry, revision: at }: ObjectChange): StoredObject {
  const object = form.decode(entry);
  if (entry.modified === at) return object;
  const metadata = Object.freeze({ ...object.metadata, resourceVersion: String(at) });
  return Object.freeze({ ...object, metadata });
}

const lineEnd = utf8("}\n");
const lineHeads = {
  ADDED: utf8('{"type":"ADDED","object":'),
  MODIFIED: utf8('{"type":"MODIFIED","object":'),
  DELETED: utf8('{"type":"DELETED","object":'),
} as const;

/** One line per event; every line is made once, for all watchers. */
async function* objectLines(
  storage: ResourceStorage,
  changes: AsyncIterable<Change>,
): AsyncGenerator<Bytes, void, undefined> {
  const { group, version } = storage.info;
  for await (const change of changes) {
    if (change.type === "BOOKMARK" || change.type === "ERROR") {
      yield otherLine(change);
      continue;
    }
    const { type, entry, revision: at, memo } = change;
    const key = `${group}/${version} ${type}`;
    let line = memo?.get(key);
    if (!line) {
      line = concatBytes([lineHeads[type], ...storage.form.objectParts(entry, at), lineEnd]);
      memo?.set(key, line);
    }
    yield line;
  }
}

function otherLine(change: Exclude<Change, ObjectChange>): Bytes {
  const object = change.type === "BOOKMARK" ? change.object : change.status;
  return utf8(`${JSON.stringify({ type: change.type, object })}\n`);
}

/** One frame per event; the frames of whole objects are made once, for all watchers. */
async function* protobufFrames(
  storage: ResourceStorage,
  { shape }: AnswerForm,
  changes: AsyncIterable<Change>,
): AsyncGenerator<Bytes, void, undefined> {
  const apiVersion = apiVersionOf(storage.info);
  const kind = shape === "metadata" ? PartialObjectMetadata : storage.definition.type;
  for await (const change of changes) {
    switch (change.type) {
      case "ERROR":
        yield encodeProtobufWatchFrame("ERROR", encodeProtobufEnvelope(Status, change.status));
        break;
      case "BOOKMARK":
        yield encodeProtobufWatchFrame("BOOKMARK", encodeProtobufEnvelope(kind, change.object));
        break;
      default: {
        const key = `protobuf ${shape} ${apiVersion} ${change.type}`;
        let frame = change.memo?.get(key);
        if (!frame) {
          frame = encodeProtobufWatchFrame(change.type, enveloped(storage, shape, change));
          change.memo?.set(key, frame);
        }
        yield frame;
      }
    }
  }
}

function enveloped(
  storage: ResourceStorage,
  shape: AnswerForm["shape"],
  change: ObjectChange,
): Bytes {
  const { definition, form, info } = storage;
  if (shape === "metadata") {
    return encodeProtobufEnvelope(PartialObjectMetadata, objectOf(storage, change));
  }
  const { entry, revision: at } = change;
  if (entry.modified !== at) {
    return encodeProtobufEnvelope(definition.type, objectOf(storage, change));
  }
  return wrapProtobuf(apiVersionOf(info), info.kind, form.protobuf(entry));
}

/** Tables and bare metadata. */
async function* shapedLines(
  storage: ResourceStorage,
  form: AnswerForm,
  include: IncludeObject,
  changes: AsyncIterable<Change>,
): AsyncGenerator<Bytes, void, undefined> {
  let withoutColumns = false;
  const shape = (object: StoredObject): unknown => {
    if (form.shape === "object") return object;
    if (form.shape === "metadata") return partialMetadata(object);
    const table = tableOf({
      definition: storage.definition,
      objects: [object],
      metadata: { resourceVersion: object.metadata.resourceVersion },
      include,
      now: storage.environment.clock.now(),
      withoutColumns,
    });
    withoutColumns = true;
    return table;
  };
  for await (const change of changes) {
    const event =
      change.type === "ERROR"
        ? { type: change.type, object: change.status }
        : change.type === "BOOKMARK"
          ? { type: change.type, object: shapedBookmark(storage, form, change) }
          : { type: change.type, object: shape(objectOf(storage, change)) };
    yield utf8(`${JSON.stringify(event)}\n`);
  }
}

function shapedBookmark(
  storage: ResourceStorage,
  form: AnswerForm,
  { object, revision: at }: Extract<Change, { type: "BOOKMARK" }>,
): unknown {
  switch (form.shape) {
    case "object":
      return object;
    case "metadata":
      return partialMetadata(object as StoredObject);
    case "table":
      return tableOf({
        definition: storage.definition,
        objects: [],
        metadata: { resourceVersion: String(at) },
        include: "None",
        now: 0,
        withoutColumns: true,
      });
    default:
      return form.shape satisfies never;
  }
}
