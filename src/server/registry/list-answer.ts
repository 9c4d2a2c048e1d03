import { ListMeta, PartialObjectMetadata, PartialObjectMetadataList } from "#api/meta/v1.ts";
import { concatBytes, text, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { ChunkWriter } from "#base/chunks.ts";
import { pacer } from "#base/clock.ts";
import type { ApiResponse } from "#client/transport.ts";
import { apiVersionOf, listKindOf } from "#schema/message.ts";
import { encodeProtobuf } from "#schema/protobuf.ts";
import {
  protobufItemLength,
  protobufListEnd,
  protobufListHead,
  writeProtobufItemHead,
} from "#schema/protobuf-envelope.ts";
import type { Entry } from "#storage/store.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { includeObjectOf, tableOf, tableRow } from "../table/table.ts";
import { encodeValue, formOf, isInProcess, partialMetadata } from "./answers.ts";
import type { AnswerForm } from "./media.ts";
import type { ResourceStorage } from "./storage.ts";
import { frozen } from "./stored-object.ts";
import type { StoredObject } from "./stored-object.ts";

/** One page of a list. */
export interface Page {
  readonly entries: readonly Entry[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

/** Lists that are longer than this leave in pieces. */
const wholeBytesMax = 256 * 1024;

/**
 * A page in the form that the client wants. Nothing is made of it but what is being sent: each
 * chunk when the client has taken the one before, straight from the stored bytes where it can be.
 */
export async function answerPage(
  storage: ResourceStorage,
  context: RequestContext,
  page: Page,
): Promise<ApiResponse> {
  if (isInProcess(context)) {
    const items = page.entries.map((entry) => storage.form.decode(entry));
    const object = frozen({ ...listHead(storage, page), items });
    return { status: 200, headers: {}, body: { kind: "object", object } };
  }
  const form = formOf(storage, context);
  const { contentType } = form;
  // What cannot be opened fails here, before the answer has begun.
  let storedBytes = 0;
  for (const { value } of page.entries) storedBytes += value.length;
  const content = await contentOf(storage, context, form, { ...page, storedBytes });
  if (storedBytes <= wholeBytesMax) {
    const bytes = concatBytes([...content.chunks]);
    return { status: 200, headers: {}, body: { kind: "bytes", contentType, bytes } };
  }
  const chunks = stream(content.chunks);
  return { status: 200, headers: {}, body: { kind: "stream", contentType, ...content, chunks } };
}

async function* stream(chunks: Iterable<Bytes>): AsyncGenerator<Bytes, void, undefined> {
  yield* chunks;
}

interface SizedPage extends Page {
  /** What its objects take in the store. */
  readonly storedBytes: number;
}

/** A list on its way. */
interface Content {
  readonly chunks: Iterable<Bytes>;
  /** Of all chunks, where it is known before they are made. */
  readonly length?: number;
  /** Takes chunks back that have been sent. */
  readonly recycle?: (chunk: Bytes) => void;
}

async function contentOf(
  storage: ResourceStorage,
  context: RequestContext,
  form: AnswerForm,
  page: SizedPage,
): Promise<Content> {
  switch (form.encoding) {
    case "json":
      return jsonContent(storage, context, form, page);
    case "protobuf":
      return protobufContent(storage, form, page);
    case "yaml": {
      // YAML is for people, who take small pages: it is made of the JSON as a whole.
      const { chunks } = await jsonContent(storage, context, form, page);
      const json = concatBytes([...chunks]);
      return { chunks: [encodeValue(JSON.parse(text(json)), form).bytes] };
    }
    default:
      return form.encoding satisfies never;
  }
}

async function jsonContent(
  storage: ResourceStorage,
  context: RequestContext,
  { shape }: AnswerForm,
  page: Page,
): Promise<Content> {
  const { form, definition, environment } = storage;
  switch (shape) {
    case "object":
      return storedContent(storage, page);
    case "metadata": {
      const head = { ...metadataListHead, metadata: page.metadata, items: [] };
      return listOf(headOf(head), page, (entry, writer) =>
        writer.write(json(partialMetadata(form.look(entry)))),
      );
    }
    case "table": {
      const options = {
        definition,
        metadata: page.metadata,
        include: includeObjectOf(context.request.query),
        now: environment.clock.now(),
      };
      return listOf(headOf(tableOf({ ...options, objects: [] })), page, (entry, writer) =>
        writer.write(json(tableRow(form.look(entry), options))),
      );
    }
    default:
      return shape satisfies never;
  }
}

/** Whole objects, out of their stored bytes. */
async function storedContent(storage: ResourceStorage, page: Page): Promise<Content> {
  const { form, environment } = storage;
  const head = headOf({ ...listHead(storage, page), items: [] });
  let length = head.length + listEnd.length + Math.max(0, page.entries.length - 1);
  // Custom resources are looked at when they are first asked for, whether they fit their schema.
  const pace = pacer(environment.clock);
  for (const entry of page.entries) {
    length += form.itemLength(entry);
    const others = pace();
    if (others) await others;
  }
  return listOf(head, page, (entry, writer) => form.writeItem(entry, writer), length);
}

type WriteItem = (entry: Entry, writer: ChunkWriter) => void;

const comma = ",".charCodeAt(0);
const listEnd = utf8("]}");

/** The items of a list are its last field: what stands before the first one. */
const headOf = (list: object) => utf8(JSON.stringify(list).slice(0, -listEnd.length));

function listOf(head: Bytes, { entries }: Page, writeItem: WriteItem, length?: number): Content {
  const writer = new ChunkWriter(length === undefined ? {} : { expected: length });
  const recycle = (chunk: Bytes) => writer.recycle(chunk);
  return { chunks: chunks(), recycle, ...(length !== undefined && { length }) };

  function* chunks(): Generator<Bytes, void, undefined> {
    writer.write(head);
    let isFirst = true;
    for (const entry of entries) {
      if (!isFirst) writer.byte(comma);
      isFirst = false;
      writeItem(entry, writer);
      if (writer.hasFull) yield* writer.takeFull();
    }
    writer.write(listEnd);
    yield* writer.finish();
  }
}

const metadataListHead = {
  kind: "PartialObjectMetadataList",
  apiVersion: apiVersionOf(PartialObjectMetadataList.info),
};

const json = (value: unknown) => utf8(JSON.stringify(value));

/**
 * The length of all items comes first. A list that is too long to keep is therefore made twice,
 * unless the lengths are known from before, rather than held in memory as a whole.
 */
async function protobufContent(
  storage: ResourceStorage,
  { shape }: AnswerForm,
  page: SizedPage,
): Promise<Content> {
  const { info, form, environment } = storage;
  const isWhole = shape === "object";
  // A list that does not fit would only drive out what others have asked for.
  const keep = page.storedBytes <= environment.cacher.encoded.bytesMax;
  const itemOf = isWhole
    ? (entry: Entry) => form.protobuf(entry, { keep })
    : (entry: Entry) => metadataOf(form.look(entry));
  const lengthOf = isWhole
    ? (entry: Entry) => form.protobufLength(entry, { keep })
    : (entry: Entry) => itemOf(entry).length;

  const pace = pacer(environment.clock);
  let itemsLength = 0;
  for (const entry of page.entries) {
    itemsLength += protobufItemLength(lengthOf(entry));
    const others = pace();
    if (others) await others;
  }
  const names = isWhole
    ? { apiVersion: apiVersionOf(info), kind: listKindOf(info) }
    : metadataListHead;
  const metadata = encodeProtobuf(ListMeta, page.metadata, { fillZero: true });
  const head = protobufListHead({ ...names, metadata, itemsLength });
  const length = head.length + itemsLength + protobufListEnd.length;
  const writer = new ChunkWriter({ expected: length });
  return { chunks: chunks(), length, recycle: (chunk) => writer.recycle(chunk) };

  function* chunks(): Generator<Bytes, void, undefined> {
    writer.write(head);
    for (const entry of page.entries) {
      const item = itemOf(entry);
      writeProtobufItemHead(item.length, writer);
      writer.write(item);
      if (writer.hasFull) yield* writer.takeFull();
    }
    writer.write(protobufListEnd);
    yield* writer.finish();
  }
}

const metadataOf = (object: StoredObject) =>
  encodeProtobuf(PartialObjectMetadata, object, { fillZero: true });

function listHead({ info }: ResourceStorage, { metadata }: Pick<Page, "metadata">) {
  return { kind: listKindOf(info), apiVersion: apiVersionOf(info), metadata };
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
