import {
  decodeBody,
  decodePatched,
  parseAppliedBody,
  parsePatchBody,
} from "#machinery/codec/body.ts";
import { badRequest } from "#machinery/status.ts";
import { DecodeError, decode, isRecord } from "#schema/decode.ts";
import { applyDefaults, fillRequired } from "#schema/default.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
import type { RequestBody } from "#client/transport.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { requestFieldValidation } from "./options.ts";
import type { ResourceDefinition } from "./resource.ts";
import type { StoredObject } from "./stored-object.ts";

type Row = Record<string, unknown>;
type Decodable = Pick<ResourceDefinition, "type" | "applyDefaults" | "requiredMayBeEmpty">;

/**
 * The steps "decode (strict)" and "default" of a request that brings an object of the kind.
 * Throws 400 in upstream's words for anything else.
 */
export async function readObject(
  context: RequestContext,
  definition: Decodable,
): Promise<StoredObject> {
  const object = await readBody(context, definition);
  context.recordObject?.(object);
  return object;
}

async function readBody(context: RequestContext, definition: Decodable): Promise<StoredObject> {
  const { body } = context.request;
  if (body.kind === "object") return complete(definition, takeObject(definition.type, body.object));
  const { object, warnings } = decodeBody(
    definition.type,
    body.kind === "bytes" ? await body.read() : new Uint8Array(),
    {
      contentType: body.kind === "bytes" ? body.contentType : undefined,
      fieldValidation: requestFieldValidation(context),
    },
  );
  for (const warning of warnings) context.warn(warning);
  return complete(definition, object);
}

/** Fills in what a user left out; the object is then in its stored form. */
export function complete(definition: Decodable, object: Row): StoredObject {
  applyDefaults(definition.type, object);
  if (definition.requiredMayBeEmpty) {
    fillRequired(definition.type, object);
    // What was missing as a whole has defaults within.
    applyDefaults(definition.type, object);
  }
  definition.applyDefaults?.(object);
  return object as StoredObject;
}

/** From a component of this process, which has handed it over. */
function takeObject(type: KindType, value: unknown): Row {
  const { info } = type;
  if (!isRecord(value)) throw badRequest(`the object is no ${info.kind}`);
  const { apiVersion = apiVersionOf(info), kind = info.kind } = value;
  if (apiVersion !== apiVersionOf(info) || kind !== info.kind) {
    throw badRequest(
      `${String(kind)} in version ${JSON.stringify(apiVersion)} cannot be handled as a ${info.kind}`,
    );
  }
  decodeInPlace(type, value);
  return value;
}

/** Throws 400 for values of the wrong type; fields that the kind does not have are dropped. */
export function decodeInPlace(type: KindType, value: Row): void {
  try {
    decode(type, value);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const { kind, version } = type.info;
    throw badRequest(
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ` +
        error.message,
    );
  }
}

/** The same two steps for what a patch made of an object. */
export function completePatched(
  context: RequestContext,
  definition: Decodable,
  patched: Row,
  patch: unknown,
): StoredObject {
  const { type } = definition;
  const validation = requestFieldValidation(context);
  const { warnings } = decodePatched(type, patched, patch, validation);
  for (const warning of warnings) context.warn(warning);
  return complete(definition, patched);
}

/** A patch as it was sent. */
export async function readPatch(context: RequestContext): Promise<unknown> {
  const patch = await readPatchBody(context);
  context.recordObject?.(patch);
  return patch;
}

async function readPatchBody(context: RequestContext): Promise<unknown> {
  const { body } = context.request;
  switch (body.kind) {
    case "none":
      throw badRequest("the patch is empty");
    case "object":
      return body.object;
    case "bytes": {
      const bytes = await body.read();
      if (!body.contentType.includes("yaml")) return parsePatchBody(bytes, body.contentType);
      const { applied, warnings } = parseAppliedBody(bytes, requestFieldValidation(context));
      for (const warning of warnings) context.warn(warning);
      return applied;
    }
    default:
      return body satisfies never;
  }
}

/** Without its parameters. */
export function mediaTypeOf(body: RequestBody): string {
  if (body.kind === "none") return "";
  return (body.contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}
