import type { ApiResponse } from "#client/transport.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { badRequest, conflict, invalid, notFound, refused } from "#machinery/status.ts";
import { invalid as invalidField } from "#machinery/validation/field-error.ts";
import type { Entry } from "#storage/store.ts";
import type { KindType } from "#schema/message.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { admissionRequest, admit, draftOf, mutate, validateChanged, warnOf } from "./admit.ts";
import { readObject } from "./body.ts";
import { answerWritten, createObject, hasGeneration, placeInNamespace } from "./create.ts";
import type { Written } from "./create.ts";
import { trackUpdate } from "./managed-fields.ts";
import { writeOptionsOf } from "./options.ts";
import type { WriteOptions } from "./options.ts";
import type { ResourceStorage } from "./storage.ts";
import type { StoredObject } from "./stored-object.ts";

/** Somebody writes the same object all the time: give up rather than wait for them. */
const attemptsMax = 20;

export async function update(
  storage: ResourceStorage,
  context: RequestContext,
): Promise<ApiResponse> {
  const { definition, info } = storage;
  const { namespace, name, subresource } = context.info;
  const options = writeOptionsOf(context, "UpdateOptions");
  const object = await readObject(context, definition);
  checkName(context, object);
  placeInNamespace(storage, context, object);
  const entry = await storage.find(namespace, name);
  if (!entry) {
    if (!definition.allowCreateOnUpdate || subresource) throw notFound(storage.names, name);
    if (object.metadata.uid) {
      throw otherUid(storage, { namespace, name }, object.metadata.uid, "");
    }
    if (!info.namespaced) delete object.metadata.namespace;
    const created = await createObject(storage, context, object, { ...options, track: "update" });
    return answerWritten(storage, context, created, 201);
  }
  const pristine = object.metadata.resourceVersion ? undefined : draftOf(object);
  const written = await change(storage, context, options, {
    first: entry,
    // Every attempt changes its object; only an unconditional update has more than one.
    next: () => (pristine ? draftOf(pristine) : object),
    retries: pristine ? attemptsMax : 1,
    isPatch: false,
  });
  return answerWritten(storage, context, written, 200);
}

function checkName(context: RequestContext, object: StoredObject): void {
  const { name } = context.info;
  if (!object.metadata.name) {
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (object.metadata.name !== name) {
    throw badRequest(
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`,
    );
  }
}

export interface Change {
  /** The object as read before, to save reading it again. */
  readonly first: Entry;
  /** The new object, owned by the caller. Called again where somebody else wrote in between. */
  next(current: Readonly<StoredObject>, entry: Entry): StoredObject | Promise<StoredObject>;
  readonly retries: number;
  readonly isPatch: boolean;
  /** An apply has recorded the managers already. */
  readonly applied?: boolean;
  /** What admission sees instead of the object. */
  readonly view?: ChangeView;
}

/** A subresource of another kind, such as Scale, that stands for a part of the object. */
export interface ChangeView {
  readonly type: KindType;
  of(object: Readonly<StoredObject>): StoredObject;
  /** Takes over what admission made of the view. */
  put(object: StoredObject, view: Readonly<StoredObject>): void;
}

/** The steps from "mutate" to "store" for every kind of change, again on conflicts. */
export async function change(
  storage: ResourceStorage,
  context: RequestContext,
  options: WriteOptions,
  wanted: Change,
): Promise<Written> {
  const { namespace, name } = context.info;
  let entry = wanted.first;
  for (let attempt = 1; ; attempt++) {
    const old = storage.form.decode(entry);
    const object = await wanted.next(old, entry);
    const isGuarded = checkVersion(storage, object, old, wanted.isPatch);
    const written = await changeOnce(storage, context, options, {
      entry,
      old,
      object,
      applied: wanted.applied ?? false,
      view: wanted.view,
    });
    if (written) return written;
    if (isGuarded || attempt >= wanted.retries) throw conflict(storage.names, name);
    entry = await storage.require(namespace, name);
  }
}

/** Whether the writer insists on the version that it has read. */
function checkVersion(
  storage: ResourceStorage,
  { metadata }: StoredObject,
  old: Readonly<StoredObject>,
  isPatch: boolean,
): boolean {
  const { resourceVersion, uid, name } = old.metadata;
  const given = metadata.resourceVersion;
  if (given && !/^\d+$/.test(given)) {
    throw refused(`strconv.ParseUint: parsing ${JSON.stringify(given)}: invalid syntax`);
  }
  if (given && given !== resourceVersion) throw conflict(storage.names, name);
  if (!given && storage.definition.allowUnconditionalUpdate === false && !isPatch) {
    const detail = "must be specified for an update";
    const { group, resource } = storage.names;
    const problem = invalidField("metadata.resourceVersion", 0, detail);
    throw invalid({ group, kind: resource }, name, [problem]);
  }
  if (metadata.uid && metadata.uid !== uid && !isPatch) {
    throw otherUid(storage, old.metadata, metadata.uid, uid);
  }
  metadata.resourceVersion = resourceVersion;
  // A patch may not change it either, but says so as of every field that stays.
  if (!metadata.uid || !isPatch) metadata.uid = uid;
  // A patch is made from the version that it finds, and says so without insisting.
  return !isPatch && !!given;
}

/** The object is not the one that the writer has read. */
function otherUid(
  storage: ResourceStorage,
  { namespace = "", name }: { readonly namespace?: string; readonly name: string },
  wanted: string,
  found: string,
) {
  return conflict(
    storage.names,
    name,
    `StorageError: invalid object, Code: 4, Key: ${storage.key(namespace, name)}, ` +
      "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: " +
      `${wanted}, UID in object meta: ${found}`,
  );
}

interface Attempt {
  readonly entry: Entry;
  readonly old: Readonly<StoredObject>;
  readonly object: StoredObject;
  readonly applied: boolean;
  readonly view: ChangeView | undefined;
}

/** Undefined when somebody else wrote in between. */
async function changeOnce(
  storage: ResourceStorage,
  context: RequestContext,
  { dryRun, fieldManager }: WriteOptions,
  { entry, old, object, applied, view }: Attempt,
): Promise<Written | undefined> {
  const { definition } = storage;
  const { subresource } = context.info;
  const seen = view ? view.of(object) : object;
  const request = admissionRequest(storage, context, {
    operation: "UPDATE",
    object: seen,
    oldObject: view ? view.of(old) : old,
    dryRun,
    ...(view && { type: view.type }),
  });
  await mutate(storage, request);
  view?.put(object, seen);
  keepMetadata(object, old);
  let isStored = false;
  try {
    await prepare(storage, context, object, old);
    if (hasGeneration(definition) && isNewGeneration(definition, object, old, subresource)) {
      object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    }
    if (!applied) await trackUpdate(storage, context, { object, old, manager: fieldManager });
    await validateChanged(storage, context, object, old);
    warnOf(storage, context, object, old);
    await admit(storage, request);
    const written = await store(storage, { entry, old, object, dryRun });
    isStored = written?.kind === "stored";
    return written;
  } finally {
    if (!isStored && !subresource) await definition.rollback?.(object);
  }
}

function isNewGeneration(
  definition: ResourceStorage["definition"],
  object: StoredObject,
  old: Readonly<StoredObject>,
  subresource: string,
): boolean {
  if (!deepEqual(desired(object), desired(old))) return true;
  return subresource === "" && (definition.isNewGeneration?.(object, old) ?? false);
}

/** What a change of counts as a new generation: the spec, or everything where there is none. */
function desired(object: Readonly<StoredObject>): unknown {
  if (object["spec"] !== undefined) return object["spec"];
  const { metadata: _metadata, status: _status, ...rest } = object;
  return rest;
}

function keepMetadata({ metadata }: StoredObject, { metadata: old }: Readonly<StoredObject>): void {
  metadata.creationTimestamp = old.creationTimestamp;
  if (old.generation === undefined) delete metadata.generation;
  else metadata.generation = old.generation;
  if (old.deletionTimestamp) metadata.deletionTimestamp = old.deletionTimestamp;
  const grace = metadata.deletionGracePeriodSeconds ?? old.deletionGracePeriodSeconds;
  if (grace !== undefined) metadata.deletionGracePeriodSeconds = grace;
}

/** Puts back what this resource or subresource may not change. */
async function prepare(
  { definition }: ResourceStorage,
  context: RequestContext,
  object: StoredObject,
  old: Readonly<StoredObject>,
): Promise<void> {
  const { subresource } = context.info;
  if (subresource === "status") {
    for (const key of new Set([...Object.keys(object), ...Object.keys(old)])) {
      if (key === "status" || key === "metadata") continue;
      putBack(object, old, key);
    }
    definition.status?.prepareForUpdate?.(object, old);
    return;
  }
  const view = definition.views?.[subresource];
  if (view) return view.prepareForUpdate(object, old);
  if (definition.status) putBack(object, old, "status");
  await definition.prepareForUpdate?.(object, old, context);
}

function putBack(object: StoredObject, old: Readonly<StoredObject>, key: string): void {
  if (old[key] === undefined) delete object[key];
  else object[key] = old[key];
}

async function store(
  storage: ResourceStorage,
  change: {
    entry: Entry;
    old: Readonly<StoredObject>;
    object: StoredObject;
    dryRun: boolean;
  },
): Promise<Written | undefined> {
  const { definition, form } = storage;
  const { entry, old, object, dryRun } = change;
  // Who writes the same again wants it stored as things are stored today.
  const isCurrent = !entry.stale && !form.isOutdated(entry);
  if (isCurrent && deepEqual(object, old)) return { kind: "stored", entry };
  const isLast = isReleased(definition, object, old);
  if (dryRun) return { kind: "object", object: await form.asStored(object) };
  const { key, modified: expected } = entry;
  const result = isLast
    ? await storage.commit({ key, value: undefined, expected })
    : await storage.put(object, { key, expected });
  if (!result.ok) return undefined;
  if (result.entry) return { kind: "stored", entry: result.entry };
  await definition.afterDelete?.(object);
  return { kind: "object", object };
}

/** The update takes away what kept a deleted object. */
function isReleased(
  definition: ResourceStorage["definition"],
  object: StoredObject,
  { metadata: old }: Readonly<StoredObject>,
): boolean {
  if (!old.deletionTimestamp || old.deletionGracePeriodSeconds) return false;
  return !object.metadata.finalizers?.length && !definition.holdsDeletion?.(object);
}
