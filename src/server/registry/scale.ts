import { Scale } from "#api/autoscaling/v1.ts";
import type { ManagedFieldsEntry } from "#api/meta/v1.ts";
import type { ApiResponse } from "#client/transport.ts";
import { apply } from "#machinery/apply/apply.ts";
import { managersBehindScale, managersOfScale } from "#machinery/apply/scale.ts";
import type { ReplicasPlace } from "#machinery/apply/scale.ts";
import { updateManagers } from "#machinery/apply/update.ts";
import { doesNotApply } from "#machinery/patch/patch-error.ts";
import { badRequest, invalid } from "#machinery/status.ts";
import { invalid as invalidField } from "#machinery/validation/field-error.ts";
import { isRecord } from "#schema/decode.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { draftOf } from "./admit.ts";
import { answerValue } from "./answers.ts";
import { complete, completePatched, decodeInPlace, readObject, readPatch } from "./body.ts";
import type { Written } from "./create.ts";
import { writeOptionsOf } from "./options.ts";
import type { WriteOptions } from "./options.ts";
import { appliedBody, patchOptionsOf, patchTypeOf, patchValue, shownPatch } from "./patch.ts";
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
  if (verb === "get") {
    const object = storage.form.decode(await storage.require(namespace, name));
    mapping.requireReplicas?.(object);
    return answerValue(context, scaleOf(object, mapping));
  }
  // The rules of a custom resource say for themselves which numbers it may have.
  const isDynamic = storage.definition.type.dynamic !== undefined;
  const isPatch = verb === "patch";
  const { options, write } = isPatch
    ? await patchWriter(storage, context)
    : await updateWriter(storage, context);
  const isGuarded = !isPatch && !!write(blank).metadata.resourceVersion;
  const place: ReplicasPlace = {
    apiVersion: apiVersionOf(storage.info),
    path: mapping.replicasPath ?? ["spec", "replicas"],
  };
  const written = await change(storage, context, options, {
    first: await storage.require(namespace, name),
    next(current) {
      const { managedFields } = current.metadata;
      const owners = managersOfScale(managedFields, place);
      const wanted = write(withManagers(scaleOf(current, mapping), owners));
      const object = draftOf(current);
      const { uid, resourceVersion } = wanted.metadata;
      object.metadata.resourceVersion = resourceVersion ?? "";
      if (uid) object.metadata.uid = uid;
      mapping.setReplicas(object, replicasOf(name, wanted, isDynamic));
      const ownersNow = wanted.metadata.managedFields ?? [];
      return withManagers(object, managersBehindScale(managedFields, ownersNow, place));
    },
    retries: isGuarded ? 1 : 5,
    isPatch: !isGuarded,
    // Whose the replicas are is known from the Scale.
    applied: true,
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

function withManagers(object: StoredObject, entries: ManagedFieldsEntry[]): StoredObject {
  const { managedFields: _before, ...metadata } = object.metadata;
  const managedFields = entries.length > 0 && { managedFields: entries };
  return { ...object, metadata: { ...metadata, ...managedFields } };
}

/** What a request makes of the Scale, whose managers are then those after it. */
interface ScaleWriter {
  readonly options: WriteOptions;
  readonly write: (current: StoredObject) => StoredObject;
}

async function updateWriter(
  storage: ResourceStorage,
  context: RequestContext,
): Promise<ScaleWriter> {
  const options = writeOptionsOf(context, "UpdateOptions");
  const wanted = await readObject(context, { type: Scale });
  if (wanted.metadata.name !== context.info.name) {
    throw badRequest(
      `the name of the object (${wanted.metadata.name ?? ""}) does not match the name on the ` +
        `URL (${context.info.name})`,
    );
  }
  return { options, write: (current) => tracked(storage, options, current, wanted) };
}

async function patchWriter(
  storage: ResourceStorage,
  context: RequestContext,
): Promise<ScaleWriter> {
  // A custom resource takes no more kinds of patches here than elsewhere.
  const { type: kind } = storage.definition;
  const type = patchTypeOf(context, kind.dynamic ? kind : Scale);
  const options = patchOptionsOf(context, type);
  const body = await readPatch(context);
  if (type === "apply") {
    const applied = appliedBody(body);
    return { options, write: (current) => appliedScale(storage, options, current, applied) };
  }
  return {
    options,
    write(current) {
      const patched = patchValue(type, current, body, Scale);
      if (!isRecord(patched)) throw doesNotApply("the patch makes no Scale");
      const shown = shownPatch(type, patched, body);
      const wanted = completePatched(context, { type: Scale }, patched, shown);
      return tracked(storage, options, current, wanted);
    },
  };
}

const identity = {
  type: Scale,
  apiVersion: apiVersionOf(Scale.info),
  kind: Scale.info.kind,
  subresource: "scale",
};

function tracked(
  storage: ResourceStorage,
  { fieldManager: manager }: WriteOptions,
  before: StoredObject,
  after: StoredObject,
): StoredObject {
  const time = storage.timestamp();
  const entries = updateManagers({ ...identity, before, after, manager, time, startsAnew: true });
  return withManagers(after, [...entries]);
}

function appliedScale(
  storage: ResourceStorage,
  { fieldManager: manager, force }: WriteOptions,
  live: StoredObject,
  applied: Record<string, unknown>,
): StoredObject {
  const time = storage.timestamp();
  const { object } = apply({ ...identity, live, applied, manager, force, time });
  decodeInPlace(Scale, object);
  return complete({ type: Scale }, object);
}

function replicasOf(name: string, { spec }: StoredObject, isDynamic: boolean): number {
  const replicas = isRecord(spec) ? (spec["replicas"] ?? 0) : 0;
  if (typeof replicas === "number" && (isDynamic || replicas >= 0)) return replicas;
  const detail = "must be greater than or equal to 0";
  throw invalid({ group: "autoscaling", kind: "Scale" }, name, [
    invalidField("spec.replicas", replicas, detail),
  ]);
}
