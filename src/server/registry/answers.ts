import { concatBytes, utf8 } from "#base/bytes.ts";
import { stringify } from "yaml";
import type { ApiResponse } from "#client/transport.ts";
import type { Entry } from "#storage/store.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { includeObjectOf, tableOf } from "../table/table.ts";
import { negotiate } from "./media.ts";
import type { AnswerForm } from "./media.ts";
import type { ResourceStorage } from "./storage.ts";
import { frozen } from "./stored-object.ts";
import type { StoredObject } from "./stored-object.ts";

/** Components of this process get decoded objects: nothing is encoded for them. */
export function isInProcess(context: RequestContext): boolean {
  return context.connection.user !== undefined;
}

export function formOf(context: RequestContext, shapes: "all" | "object" = "all"): AnswerForm {
  return negotiate(context.request.headers["accept"], shapes);
}

/** One stored object, out of its bytes where that is what the client wants. */
export function answerEntry(
  storage: ResourceStorage,
  context: RequestContext,
  entry: Entry,
  status = 200,
): ApiResponse {
  const form = formOf(context);
  if (isInProcess(context) || form.encoding !== "json" || form.shape !== "object") {
    return answerObject(storage, context, storage.form.decode(entry), status);
  }
  const bytes = storage.form.objectBytes(entry);
  return { status, headers: {}, body: { kind: "bytes", contentType: form.contentType, bytes } };
}

/** One object that is not stored: the outcome of a dry run, or what was deleted. */
export function answerObject(
  storage: ResourceStorage,
  context: RequestContext,
  object: StoredObject,
  status = 200,
): ApiResponse {
  const form = formOf(context);
  return answerValue(context, shaped(storage, context, form, object), status, form);
}

function shaped(
  storage: ResourceStorage,
  context: RequestContext,
  form: AnswerForm,
  object: StoredObject,
): unknown {
  switch (form.shape) {
    case "object":
      return object;
    case "metadata":
      return partialMetadata(object);
    case "table":
      return tableOf({
        definition: storage.definition,
        objects: [object],
        metadata: { resourceVersion: object.metadata.resourceVersion },
        include: includeObjectOf(context.request.query),
        now: storage.environment.clock.now(),
      });
    default:
      return form.shape satisfies never;
  }
}

export function partialMetadata({ metadata }: StoredObject) {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}

/** Anything else that is no stored object: a Status, a Scale, a review. */
export function answerValue(
  context: RequestContext,
  value: unknown,
  status = 200,
  form: AnswerForm = formOf(context, "object"),
): ApiResponse {
  if (isInProcess(context)) {
    return { status, headers: {}, body: { kind: "object", object: frozen(value) } };
  }
  return { status, headers: {}, body: { kind: "bytes", ...encodeValue(value, form) } };
}

export function encodeValue(value: unknown, form: AnswerForm) {
  const text =
    form.encoding === "yaml"
      ? stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 })
      : JSON.stringify(value);
  return { contentType: form.contentType, bytes: utf8(text) };
}

/** Joins small parts, so that a stream does not consist of crumbs. */
export function* batched(
  parts: Iterable<Uint8Array>,
  bytesMin = 64 * 1024,
): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
  let pending: Uint8Array[] = [];
  let size = 0;
  for (const part of parts) {
    pending.push(part);
    size += part.length;
    if (size < bytesMin) continue;
    yield concatBytes(pending);
    pending = [];
    size = 0;
  }
  if (size > 0) yield concatBytes(pending);
}
