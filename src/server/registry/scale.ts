import { Scale } from "#api/autoscaling/v1.ts";
import type { ApiResponse } from "#client/transport.ts";
import { badRequest, invalid } from "#machinery/status.ts";
import { invalid as invalidField } from "#machinery/validation/field-error.ts";
import { isRecord } from "#schema/decode.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { draftOf } from "./admit.ts";
import { answerValue } from "./answers.ts";
import { completePatched, readObject, readPatch } from "./body.ts";
import type { Written } from "./create.ts";
import { writeOptionsOf } from "./options.ts";
import { patchTypeOf, patchValue } from "./patch.ts";
import type { ScaleMapping } from "./resource.ts";
import type { ResourceStorage } from "./storage.ts";
import type { StoredObject } from "./stored-object.ts";
import { change } from "./update.ts";

/** `/scale`: how many replicas, whatever the kind calls it. */
export async function scale(
  storage: ResourceStorage,
  context: RequestContext,
  mapping: ScaleMapping<unknown>,
): Promise<ApiResponse> {
  const { namespace, name, verb } = context.info;
  const entry = await storage.require(namespace, name);
  if (verb === "get") {
    const object = storage.form.decode(entry);
    mapping.requireReplicas?.(object);
    return answerValue(context, scaleOf(object, mapping));
  }
  // The rules of a custom resource say for themselves which numbers it may have.
  const isDynamic = storage.definition.type.dynamic !== undefined;
  const isPatch = verb === "patch";
  const options = writeOptionsOf(context, isPatch ? "PatchOptions" : "UpdateOptions");
  const read = isPatch ? await patchReader(context, storage) : await updateReader(context);
  const isGuarded = !isPatch && read(blank).metadata.resourceVersion !== undefined;
  const written = await change(storage, context, options, {
    first: entry,
    next(current) {
      const wanted = read(scaleOf(current, mapping));
      const object = draftOf(current);
      const { uid, resourceVersion } = wanted.metadata;
      object.metadata.resourceVersion = resourceVersion ?? "";
      if (uid) object.metadata.uid = uid;
      mapping.setReplicas(object, replicasOf(name, wanted, isDynamic));
      return object;
    },
    retries: isGuarded ? 1 : 5,
    isPatch: !isGuarded,
    view: {
      type: Scale,
      of: (object) => scaleOf(object, mapping),
      put: (object, view) => mapping.setReplicas(object, replicasOf(name, view, isDynamic)),
    },
  });
  return answerValue(context, scaleOf(objectOf(storage, written), mapping));
}

const blank: StoredObject = {
  apiVersion: "autoscaling/v1",
  kind: "Scale",
  metadata: { name: "", uid: "", resourceVersion: "", creationTimestamp: "" },
};

function objectOf({ form }: ResourceStorage, written: Written): Readonly<StoredObject> {
  return written.kind === "stored" ? form.decode(written.entry) : written.object;
}

function scaleOf(object: Readonly<StoredObject>, mapping: ScaleMapping<unknown>): StoredObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = mapping.selector(object);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: { replicas: mapping.replicas(object) },
    status: { replicas: mapping.statusReplicas(object), ...(selector && { selector }) },
  };
}

type ScaleReader = (current: StoredObject) => StoredObject;

async function updateReader(context: RequestContext): Promise<ScaleReader> {
  const wanted = await readObject(context, { type: Scale });
  if (wanted.metadata.name !== context.info.name) {
    throw badRequest(
      `the name of the object (${wanted.metadata.name ?? ""}) does not match the name on the ` +
        `URL (${context.info.name})`,
    );
  }
  return () => wanted;
}

async function patchReader(
  context: RequestContext,
  { definition }: ResourceStorage,
): Promise<ScaleReader> {
  // A custom resource takes no more kinds of patches here than elsewhere.
  const type = patchTypeOf(context, definition.type.dynamic ? definition.type : Scale);
  if (type === "apply") {
    throw badRequest("server-side apply of the scale subresource is not supported by this server");
  }
  const body = await readPatch(context);
  return (current) => {
    const patched = patchValue(type, current, body, Scale);
    if (!isRecord(patched)) throw badRequest("the patch makes no Scale");
    return completePatched(context, { type: Scale }, patched, body);
  };
}

function replicasOf(name: string, { spec }: StoredObject, isDynamic: boolean): number {
  const replicas = isRecord(spec) ? (spec["replicas"] ?? 0) : 0;
  if (typeof replicas === "number" && (isDynamic || replicas >= 0)) return replicas;
  const detail = "must be greater than or equal to 0";
  throw invalid({ group: "autoscaling", kind: "Scale" }, name, [
    invalidField("spec.replicas", replicas, detail),
  ]);
}
