import { PartialObjectMetadata, Status } from "#api/meta/v1.ts";
import { concatBytes, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { WatchEvent } from "#client/transport.ts";
import { apiVersionOf } from "#schema/message.ts";
import {
  encodeProtobufEnvelope,
  encodeProtobufWatchFrame,
  wrapProtobuf,
} from "#schema/protobuf-envelope.ts";
import type { ObjectEvent } from "#storage/cacher/cache-event.ts";
import type { EventBatch } from "#storage/cacher/cacher.ts";
import type { Entry, Revision } from "#storage/store.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { includeObjectOf, tableOf } from "../table/table.ts";
import type { IncludeObject } from "../table/table.ts";
import { partialMetadata } from "./answers.ts";
import type { AnswerForm } from "./media.ts";
import type { Selection } from "./selection.ts";
import type { ResourceStorage } from "./storage.ts";
import { frozen } from "./stored-object.ts";
import type { StoredObject } from "./stored-object.ts";

/** What a watcher is told, before its selectors and its encoding. */
export type Told =
  | {
      readonly type: "CHANGES";
      readonly batch: EventBatch;
      /** They are the state that the watch begins with, of which each watcher gets a batch of its own. */
      readonly isInitial: boolean;
    }
  | Aside;

/** What is said besides objects. */
type Aside =
  | { readonly type: "BOOKMARK"; readonly object: object; readonly revision: Revision }
  | { readonly type: "ERROR"; readonly status: object };

/** What one watcher gets to see of a change. */
interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly entry: Entry;
  readonly revision: Revision;
}

/** An object that begins to match was added to what the watcher sees, and the other way round. */
function changeOf(event: ObjectEvent, selection: Selection): Change | undefined {
  const { entry, previous, revision } = event;
  switch (event.type) {
    case "added":
      return selection.matches(entry) ? { type: "ADDED", entry, revision } : undefined;
    case "deleted":
      return selection.matches(previous ?? entry)
        ? { type: "DELETED", entry, revision }
        : undefined;
    case "modified": {
      const matched = previous !== undefined && selection.matches(previous);
      if (selection.matches(entry)) {
        return { type: matched ? "MODIFIED" : "ADDED", entry, revision };
      }
      return matched && previous ? { type: "DELETED", entry: previous, revision } : undefined;
    }
    default:
      return event.type satisfies never;
  }
}

export async function* decodedEvents(
  storage: ResourceStorage,
  selection: Selection,
  told: AsyncIterable<Told>,
): AsyncGenerator<WatchEvent<unknown>, void, undefined> {
  for await (const item of told) {
    switch (item.type) {
      case "ERROR":
        yield { type: "ERROR", object: frozen(item.status) };
        break;
      case "BOOKMARK":
        yield { type: "BOOKMARK", object: item.object };
        break;
      case "CHANGES":
        for (const event of item.batch.changes) {
          const change = changeOf(event, selection);
          if (change) yield { type: change.type, object: objectOf(storage, change) };
        }
        break;
      default:
        item satisfies never;
    }
  }
}

function objectOf({ form }: ResourceStorage, { entry, revision }: Change): StoredObject {
  const object = form.decode(entry);
  if (entry.modified === revision) return object;
  const metadata = Object.freeze({ ...object.metadata, resourceVersion: String(revision) });
  return Object.freeze({ ...object, metadata });
}

/** How events are written for one kind of watcher. */
export interface EventEncoding {
  /** Watchers with the same name get the same bytes; without one they depend on the watcher. */
  readonly name: string | undefined;
  change(change: Change): Bytes;
  aside(aside: Aside): Bytes;
}

/** What is told at once leaves at once, as far as it does not exceed this. */
const chunkBytesMax = 128 * 1024;

/** Each event is encoded once for all watchers, and so is each run of them where nothing is left out. */
export async function* encodedEvents(
  selection: Selection,
  encoding: EventEncoding,
  told: AsyncIterable<Told>,
): AsyncGenerator<Bytes, void, undefined> {
  for await (const item of told) {
    if (item.type !== "CHANGES") yield encoding.aside(item);
    else yield* batchChunks(item, selection, encoding);
  }
}

function batchChunks(
  { batch, isInitial }: Extract<Told, { type: "CHANGES" }>,
  selection: Selection,
  encoding: EventEncoding,
): readonly Bytes[] {
  const { name } = encoding;
  const made = isInitial || name === undefined ? undefined : (batch.made as Made);
  const known = selection.isEverything ? made?.get(`${name}`) : undefined;
  if (known) return known;
  const parts: Bytes[] = [];
  for (const event of batch.changes) {
    const change = changeOf(event, selection);
    if (!change) continue;
    const { type, revision, entry } = change;
    const part = `${name} ${type} ${revision} ${entry.key}`;
    const shared = selection.isEverything ? undefined : made?.get(part);
    if (shared) parts.push(...shared);
    else {
      const bytes = encoding.change(change);
      if (!selection.isEverything) made?.set(part, [bytes]);
      parts.push(bytes);
    }
  }
  const chunks = joined(parts);
  if (selection.isEverything) made?.set(`${name}`, chunks);
  return chunks;
}

/** By the encoding's name, and, of single events, by what happened to which object. */
type Made = Map<string, readonly Bytes[]>;

function joined(parts: readonly Bytes[]): readonly Bytes[] {
  if (parts.length < 2) return parts;
  const chunks: Bytes[] = [];
  let from = 0;
  let size = 0;
  for (const [index, { length }] of parts.entries()) {
    if (size > 0 && size + length > chunkBytesMax) {
      chunks.push(concatBytes(parts.slice(from, index)));
      from = index;
      size = 0;
    }
    size += length;
  }
  chunks.push(concatBytes(parts.slice(from)));
  return chunks;
}

export function eventEncoding(
  storage: ResourceStorage,
  context: RequestContext,
  form: AnswerForm,
): EventEncoding {
  if (form.encoding === "protobuf") return protobufFrames(storage, form);
  switch (form.shape) {
    case "object":
      return objectLines(storage);
    case "metadata":
      return metadataLines(storage);
    case "table":
      return tableLines(storage, includeObjectOf(context.request.query));
    default:
      return form.shape satisfies never;
  }
}

const lineEnd = utf8("}\n");
const lineHeads = {
  ADDED: utf8('{"type":"ADDED","object":'),
  MODIFIED: utf8('{"type":"MODIFIED","object":'),
  DELETED: utf8('{"type":"DELETED","object":'),
} as const;

/** One line per event, out of the stored bytes. */
function objectLines({ form, info }: ResourceStorage): EventEncoding {
  return {
    name: `json ${apiVersionOf(info)}`,
    change({ type, entry, revision }) {
      return concatBytes([lineHeads[type], ...form.objectParts(entry, revision), lineEnd]);
    },
    aside: (aside) => line(aside.type, aside.type === "BOOKMARK" ? aside.object : aside.status),
  };
}

const line = (type: string, object: unknown) => utf8(`${JSON.stringify({ type, object })}\n`);

function metadataLines(storage: ResourceStorage): EventEncoding {
  return {
    name: `json metadata ${apiVersionOf(storage.info)}`,
    change: (change) => line(change.type, partialMetadata(objectOf(storage, change))),
    aside: (aside) =>
      aside.type === "BOOKMARK"
        ? line(aside.type, partialMetadata(aside.object as StoredObject))
        : line(aside.type, aside.status),
  };
}

/** Tables tell what time it is, and their columns once: each watcher has its own. */
function tableLines(storage: ResourceStorage, include: IncludeObject): EventEncoding {
  const { definition, environment } = storage;
  let withoutColumns = false;
  return {
    name: undefined,
    change(change) {
      const object = objectOf(storage, change);
      const table = tableOf({
        definition,
        objects: [object],
        metadata: { resourceVersion: object.metadata.resourceVersion },
        include,
        now: environment.clock.now(),
        withoutColumns,
      });
      withoutColumns = true;
      return line(change.type, table);
    },
    aside(aside) {
      if (aside.type === "ERROR") return line(aside.type, aside.status);
      const table = tableOf({
        definition,
        objects: [],
        metadata: { resourceVersion: String(aside.revision) },
        include: "None",
        now: 0,
        withoutColumns: true,
      });
      return line(aside.type, table);
    },
  };
}

/** One frame per event. */
function protobufFrames(storage: ResourceStorage, { shape }: AnswerForm): EventEncoding {
  const { info, definition } = storage;
  const kind = shape === "metadata" ? PartialObjectMetadata : definition.type;
  return {
    name: `protobuf ${shape} ${apiVersionOf(info)}`,
    change: (change) => encodeProtobufWatchFrame(change.type, enveloped(storage, shape, change)),
    aside(aside) {
      const object =
        aside.type === "BOOKMARK"
          ? encodeProtobufEnvelope(kind, aside.object)
          : encodeProtobufEnvelope(Status, aside.status);
      return encodeProtobufWatchFrame(aside.type, object);
    },
  };
}

function enveloped(storage: ResourceStorage, shape: AnswerForm["shape"], change: Change): Bytes {
  const { definition, form, info } = storage;
  if (shape === "metadata") {
    return encodeProtobufEnvelope(PartialObjectMetadata, objectOf(storage, change));
  }
  const { entry, revision } = change;
  if (entry.modified !== revision) {
    return encodeProtobufEnvelope(definition.type, objectOf(storage, change));
  }
  return wrapProtobuf(apiVersionOf(info), info.kind, form.protobuf(entry));
}
