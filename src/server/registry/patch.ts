import type { ApiResponse } from "#client/transport.ts";
import { applyAcross } from "#machinery/apply/apply.ts";
import { applyJsonPatch } from "#machinery/patch/json-patch.ts";
import { applyMergePatch } from "#machinery/patch/merge-patch.ts";
import { doesNotApply } from "#machinery/patch/patch-error.ts";
import { applyStrategicMergePatch } from "#machinery/patch/strategic-merge.ts";
import {
  badRequest,
  conflict,
  failure,
  unsupportedMediaType,
  notFound,
} from "#machinery/status.ts";
import { forbidden, requiredValue } from "#machinery/validation/field-error.ts";
import { isRecord } from "#schema/decode.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { draftOf } from "./admit.ts";
import { complete, completePatched, decodeInPlace, mediaTypeOf, readPatch } from "./body.ts";
import { answerWritten, createObject, placeInNamespace } from "./create.ts";
import { ignoredFields, versionsOf } from "./managed-fields.ts";
import { optionsInvalid, writeOptionsOf } from "./options.ts";
import type { WriteOptions } from "./options.ts";
import type { ResourceStorage } from "./storage.ts";
import type { StoredObject } from "./stored-object.ts";
import { change } from "./update.ts";

type PatchType = "json" | "merge" | "strategic" | "apply";

const patchTypes: Readonly<Record<string, PatchType>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};
const attemptsMax = 5;

export async function patch(
  storage: ResourceStorage,
  context: RequestContext,
): Promise<ApiResponse> {
  const type = patchTypeOf(context, storage.definition.type);
  const body = await readPatch(context);
  const options = patchOptionsOf(context, type);
  if (type === "apply") return applyPatch(storage, context, options, body);
  const { namespace, name } = context.info;
  const written = await change(storage, context, options, {
    first: await storage.require(namespace, name),
    next(current) {
      const patched = patchValue(type, current, body, storage.definition.type);
      return changedObject(storage, context, patched, shownPatch(type, patched, body));
    },
    retries: attemptsMax,
    isPatch: true,
  });
  return answerWritten(storage, context, written, 200);
}

/** Throws 422 for options that this type of patch does not have, or that it must have. */
export function patchOptionsOf(context: RequestContext, type: PatchType): WriteOptions {
  const options = writeOptionsOf(context, "PatchOptions");
  const { query } = context.request;
  if (type !== "apply" && query.has("force")) {
    const problem = forbidden("force", "may not be specified for non-apply patch");
    throw optionsInvalid("PatchOptions", [problem]);
  }
  if (type === "apply" && !query.get("fieldManager")) {
    const problem = requiredValue("fieldManager", "is required for apply patch");
    throw optionsInvalid("PatchOptions", [problem]);
  }
  return options;
}

/** Throws 400 for what cannot be applied, as it is no object. */
export function appliedBody(body: unknown): Record<string, unknown> {
  if (isRecord(body)) return body;
  const kind = Array.isArray(body) ? "array" : typeof body;
  throw badRequest(
    "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal " +
      `${kind} into Go value of type map[string]interface {}`,
  );
}

/** Throws 415 for what is no patch. */
export function patchTypeOf({ request }: RequestContext, kind: KindType): PatchType {
  const type = patchTypes[mediaTypeOf(request.body)];
  if (!type) throw failure(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
  // How the parts of an object are merged must be known in advance.
  if (type === "strategic" && kind.dynamic) {
    const served = Object.keys(patchTypes).filter((media) => patchTypes[media] !== "strategic");
    throw unsupportedMediaType(served);
  }
  return type;
}

/** A new object; the current one stays. */
export function patchValue(
  type: Exclude<PatchType, "apply">,
  current: object,
  body: unknown,
  kind: KindType,
): unknown {
  switch (type) {
    case "json":
      return applyJsonPatch(current, body ?? []);
    case "merge":
      return applyMergePatch(current, body);
    case "strategic": {
      const { apiVersion, kind: named } = current as StoredObject;
      // The patch is for this kind, whatever it says.
      return { ...applyStrategicMergePatch(current, body ?? {}, kind), apiVersion, kind: named };
    }
    default:
      return type satisfies never;
  }
}

/** What an error shows: what the patch says, or what it made of the object. */
export function shownPatch(
  type: Exclude<PatchType, "apply">,
  patched: unknown,
  body: unknown,
): unknown {
  return type === "strategic" ? body : JSON.stringify(patched);
}

/** Decoded and defaulted, and still the object that the URL names. */
function changedObject(
  storage: ResourceStorage,
  context: RequestContext,
  patched: unknown,
  shown: unknown,
): StoredObject {
  if (!isRecord(patched)) throw doesNotApply("the patch makes no object");
  const object = completePatched(context, storage.definition, patched, shown);
  checkSamePlace(storage, context, object);
  return object;
}

function checkSamePlace(
  storage: ResourceStorage,
  context: RequestContext,
  object: StoredObject,
): void {
  const { name } = context.info;
  if (object.metadata.name !== name) {
    const given = object.metadata.name;
    throw badRequest(
      `the name of the object (${given}) does not match the name on the URL (${name})`,
    );
  }
  placeInNamespace(storage, context, object);
}

async function applyPatch(
  storage: ResourceStorage,
  context: RequestContext,
  options: WriteOptions,
  given: unknown,
): Promise<ApiResponse> {
  const body = appliedBody(given);
  const { namespace, name, subresource } = context.info;
  const entry = await storage.find(namespace, name);
  if (entry) {
    const written = await change(storage, context, options, {
      first: entry,
      next: (current) => appliedObject(storage, context, { options, body, current }),
      retries: attemptsMax,
      isPatch: true,
      applied: true,
    });
    return answerWritten(storage, context, written, 200);
  }
  if (subresource) throw notFound(storage.names, name);
  const object = await appliedObject(storage, context, { options, body, current: undefined });
  const { uid } = object.metadata;
  if (uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object`;
    throw conflict(storage.names, name, `${why} was found`);
  }
  const created = await createObject(storage, context, object, { ...options, track: "applied" });
  return answerWritten(storage, context, created, 201);
}

async function appliedObject(
  storage: ResourceStorage,
  context: RequestContext,
  work: {
    readonly options: WriteOptions;
    readonly body: Record<string, unknown>;
    readonly current: Readonly<StoredObject> | undefined;
  },
): Promise<StoredObject> {
  const { options, body, current } = work;
  const { name, subresource } = context.info;
  const { object } = await applyAcross({
    live: current,
    applied: body,
    type: storage.definition.type,
    versions: versionsOf(storage),
    manager: options.fieldManager,
    force: options.force,
    apiVersion: apiVersionOf(storage.info),
    kind: storage.info.kind,
    subresource,
    time: storage.timestamp(),
    ignored: ignoredFields(storage, subresource),
  });
  decodeInPlace(storage.definition.type, object);
  const completed = complete(storage.definition, object);
  completed.metadata.name ||= name;
  checkSamePlace(storage, context, completed);
  return current ? completed : draftOf(completed);
}
