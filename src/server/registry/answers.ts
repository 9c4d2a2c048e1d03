import { PartialObjectMetadata, PartialObjectMetadataList } from "#api/meta/v1.ts";
import { builtInKinds } from "#api/registry.ts";
import { utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { required } from "#base/invariant.ts";
import type { ApiResponse } from "#client/transport.ts";
import { failure } from "#machinery/status.ts";
import { toYaml } from "#machinery/codec/yaml.ts";
import { isRecord } from "#schema/decode.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
import { encodeProtobufEnvelope, wrapProtobuf } from "#schema/protobuf-envelope.ts";
import type { Entry } from "#storage/store.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { includeObjectOf, tableOf } from "../table/table.ts";
import { allEncodings, negotiate, textEncodings } from "./media.ts";
import type { AnswerForm, Encoding } from "./media.ts";
import type { ResourceStorage } from "./storage.ts";
import { frozen } from "./stored-object.ts";
import type { StoredObject } from "./stored-object.ts";

/** Components of this process get decoded objects: nothing is encoded for them. */
export function isInProcess(context: RequestContext): boolean {
  return context.connection.user !== undefined;
}

/** What the client wants of a resource's objects. */
export function formOf(
  { definition }: ResourceStorage,
  context: RequestContext,
  { stream = false }: { readonly stream?: boolean } = {},
): AnswerForm {
  const encodings = encodingsOf(definition.type);
  return negotiate(context.request.headers["accept"], { shapes: "all", encodings, stream });
}

/** Only the built-in kinds have tags for protobuf. */
function encodingsOf(type: KindType | undefined): readonly Encoding[] {
  if (!type) return textEncodings;
  const { info } = type;
  return builtInKinds.byKind(apiVersionOf(info), info.kind) === type ? allEncodings : textEncodings;
}

/** One stored object, out of its bytes where that is what the client wants. */
export function answerEntry(
  storage: ResourceStorage,
  context: RequestContext,
  entry: Entry,
  status = 200,
): ApiResponse {
  if (isInProcess(context)) {
    // Who writes an Event does not look at it: what nobody asks for is not decoded.
    const body = {
      kind: "object" as const,
      get object() {
        return storage.form.decode(entry);
      },
    };
    return { status, headers: {}, body };
  }
  const form = formOf(storage, context);
  if (form.shape !== "object" || form.encoding === "yaml") {
    return answerObject(storage, context, storage.form.decode(entry), status);
  }
  const bytes = form.encoding === "json" ? storage.form.objectBytes(entry) : enveloped();
  return { status, headers: {}, body: { kind: "bytes", contentType: form.contentType, bytes } };

  function enveloped(): Bytes {
    const { info } = storage;
    return wrapProtobuf(apiVersionOf(info), info.kind, storage.form.protobuf(entry));
  }
}

/** One object that is not stored: the outcome of a dry run, or what was deleted. */
export function answerObject(
  storage: ResourceStorage,
  context: RequestContext,
  object: StoredObject,
  status = 200,
): ApiResponse {
  if (isInProcess(context)) {
    return { status, headers: {}, body: { kind: "object", object: frozen(object) } };
  }
  const form = formOf(storage, context);
  const value = shaped(storage, context, form, object);
  return { status, headers: {}, body: { kind: "bytes", ...encodeValue(value, form) } };
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
      if (form.asked === "list") throw wrongShape(storage, "PartialObjectMetadataList");
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

/** The client asked for the bare metadata of a list, and gets one object, or the other way. */
export function wrongShape(
  { info }: ResourceStorage,
  asked: "PartialObjectMetadata" | "PartialObjectMetadataList",
) {
  const internal = info.group.split(".")[0] || "core";
  const isList = asked === "PartialObjectMetadata";
  const found = isList
    ? `a list (*${internal}.${info.kind}List)`
    : `not a list (*${internal}.${info.kind})`;
  const message = `you requested ${asked}, but the requested object is ${found}`;
  return failure(406, "NotAcceptable", message);
}

export function partialMetadata({ metadata }: StoredObject) {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}

/** Anything else that is no stored object: a Status, a Scale, a review, discovery. */
export function answerValue(context: RequestContext, value: unknown, status = 200): ApiResponse {
  if (isInProcess(context)) {
    return { status, headers: {}, body: { kind: "object", object: frozen(value) } };
  }
  const encodings = encodingsOf(kindOf(value));
  // A Status answers also those who asked for a table, in its own shape.
  const shapes = isRecord(value) && value["kind"] === "Status" ? "all" : "object";
  const form = negotiate(context.request.headers["accept"], { shapes, encodings });
  return { status, headers: {}, body: { kind: "bytes", ...encodeValue(value, form) } };
}

/** Of built-in kinds, and of what stands for the objects of any. */
function kindOf(value: unknown): KindType | undefined {
  if (!isRecord(value)) return undefined;
  const { apiVersion, kind } = value;
  if (kind === PartialObjectMetadata.info.kind) return PartialObjectMetadata;
  if (kind === PartialObjectMetadataList.info.kind) return PartialObjectMetadataList;
  return builtInKinds.byKind(String(apiVersion), String(kind));
}

export function encodeValue(value: unknown, { encoding, contentType }: AnswerForm) {
  return { contentType, bytes: encoded(value, encoding) };
}

function encoded(value: unknown, encoding: Encoding): Bytes {
  switch (encoding) {
    case "json":
      return utf8(JSON.stringify(value));
    case "yaml":
      return utf8(toYaml(value));
    case "protobuf": {
      const type = required(kindOf(value), "what is offered in protobuf is of a built-in kind");
      return encodeProtobufEnvelope(type, value as object);
    }
    default:
      return encoding satisfies never;
  }
}
