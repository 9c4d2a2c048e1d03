import type { ManagedFieldsEntry, StatusCause } from "#api/meta/v1.ts";
import { required } from "#base/invariant.ts";
import { decode, DecodeError } from "#schema/decode.ts";
import { isJsonTooDeep } from "#schema/nesting.ts";
import type { MessageType } from "#schema/message.ts";
import { deepEqual } from "../deep-equal.ts";
import { goText } from "../go-text.ts";
import { cloneJson, isRow, setKey } from "../json.ts";
import type { Row } from "../json.ts";
import { applyConflict, badRequest, refused } from "../status.ts";
import type { StatusError } from "../status.ts";
import { compareObjects, unmanaged } from "./compare.ts";
import type { Comparison } from "./compare.ts";
import { fieldSetOf } from "./extract.ts";
import {
  difference,
  emptySet,
  intersection,
  isEmptySet,
  paths,
  pathText,
  recursiveDifference,
} from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import {
  capManagers,
  decodeManagers,
  encodeManagers,
  isSameManager,
  managerText,
  withFields,
} from "./managers.ts";
import type { Identity, Manager } from "./managers.ts";
import { mergeTyped, shapeOfType, TypedError } from "./typed.ts";
import { prune } from "./prune.ts";
import { ByOutline } from "./outline.ts";
import { storedSet } from "./stored-set.ts";
import { managedFieldsOf } from "./update.ts";
import { inVersion, refuseUnknown, runAcross, runWithin } from "./versions.ts";
import type { Steps, Versions } from "./versions.ts";

export interface ApplyRequest {
  /** The stored object; undefined where the apply creates it. Not changed. */
  readonly live: object | undefined;
  /** What the user applies, as parsed. Not changed. */
  readonly applied: object;
  /** Undefined for kinds without a schema. */
  readonly type: MessageType | undefined;
  readonly manager: string;
  /** Take what others own, instead of a conflict. */
  readonly force: boolean;
  /** "apps/v1": of the request. */
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for the object itself. */
  readonly subresource?: string | undefined;
  /** RFC 3339, whole seconds. */
  readonly time: string;
  /** Fields that this way of writing does not change: nobody comes to own them by it. */
  readonly ignored?: FieldSet | undefined;
}

/** One of an object whose managers may have written in other versions of its kind. */
export interface VersionedApplyRequest extends ApplyRequest {
  readonly versions: Versions;
}

export interface ApplyResult {
  /** The object to default, validate and store; metadata.managedFields are set. */
  readonly object: Row;
  readonly managedFields: readonly ManagedFieldsEntry[];
  /** Whether the apply changes more than managedFields. */
  readonly changed: boolean;
}

/**
 * Server-side apply. Throws `StatusError`: a conflict (409) where others own what would change, a
 * bad request for what cannot be applied.
 */
export function apply(request: ApplyRequest): ApplyResult {
  return typed(() => runWithin(steps({ ...request, versions: undefined })));
}

/** The same, where whoever owns a field may have written it in another version. */
export async function applyAcross(request: VersionedApplyRequest): Promise<ApplyResult> {
  try {
    return await runAcross(steps(request), request.versions);
  } catch (error) {
    throw refusal(error);
  }
}

type Request = ApplyRequest & { readonly versions: Versions | undefined };

function* steps(request: Request): Steps<ApplyResult> {
  const { applied, set } = readApplied(request);
  const live = liveOf(request);
  const managers = managersOf(request, live);
  const isKubectl = request.manager === kubectl;
  // kubectl may take over what its own client-side apply wrote, as long as nobody changed it.
  const allowed = isKubectl && !request.force ? fieldsOfLastApplied(request.type, live) : undefined;
  const result = yield* applyTo({ request, applied, set, live, managers, allowed });
  const { object, managers: next } = result;
  if (isKubectl) renewLastApplied(object, request.applied);
  const changed = !request.live || !sameObject(object, live);
  // An apply that changes nothing leaves the times of all entries alone.
  const managedFields = encodeManagers(capManagers(changed ? next : withOldTimes(next, managers)));
  setManagedFields(object, managedFields);
  return { object, managedFields, changed };
}

function typed<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    throw refusal(error);
  }
}

/** What is stored may have items without their keys, which cannot be told apart. */
function refusal(error: unknown): unknown {
  return error instanceof TypedError ? refused(error.message) : error;
}

interface Work {
  readonly request: Request;
  readonly applied: Row;
  /** Its fields. */
  readonly set: FieldSet;
  readonly live: Row;
  readonly managers: readonly Manager[];
  /** Conflicts over these do not count. */
  readonly allowed: FieldSet | undefined;
}

function* applyTo({ request, applied, set, live, managers, allowed }: Work) {
  const { type, versions, apiVersion } = request;
  const shape = shapeOfType(type);
  const identity: Identity = {
    name: request.manager,
    operation: "Apply",
    apiVersion,
    subresource: request.subresource ?? "",
  };
  const lives = yield* inTheirVersions(request, live, managers);
  const known = managers.filter((manager) => lives.has(manager.apiVersion));
  const last = known.find((manager) => isSameManager(manager, identity));
  const others = known.filter((manager) => manager !== last);
  const applier: Manager = { ...identity, time: request.time, fields: set };
  const merged = mergeTyped(shape, live, applied) as Row;
  const everybody = [...others, applier];
  const givesUp =
    last && (last.apiVersion !== apiVersion || !isEmptySet(difference(last.fields, set)));
  const object = givesUp
    ? yield* prune({ versions, type, apiVersion, merged, last, managers: everybody })
    : merged;
  const changes = yield* changesByVersion(request, { lives, object, others });
  const kept = others.map((manager): Manager => {
    const { changed, removed } = required(changes.get(manager.apiVersion), "all are compared");
    const fields = difference(difference(manager.fields, changed), removed);
    return fields === manager.fields ? manager : { ...manager, fields };
  });
  const conflicts = request.force ? [] : conflictsOf(others, changes, allowed);
  if (conflicts.length > 0) throw conflictError(conflicts);
  return { object: { ...object }, managers: [...kept, applier] };
}

/** The stored object as each manager knows it, for those whose versions are still there. */
function* inTheirVersions(
  { versions }: Request,
  live: Row,
  managers: readonly Manager[],
): Steps<Map<string, Row>> {
  const lives = new Map<string, Row>();
  for (const { apiVersion } of managers) {
    if (lives.has(apiVersion)) continue;
    const object = yield* inVersion(versions, live, { apiVersion, failure: "" });
    if (object) lives.set(apiVersion, object);
  }
  return lives;
}

type Change = Pick<Comparison, "changed" | "removed">;

/** What the others see changing, each in the version in which he wrote. */
function* changesByVersion(
  request: Request,
  work: {
    readonly lives: ReadonlyMap<string, Row>;
    readonly object: Row;
    readonly others: readonly Manager[];
  },
): Steps<Map<string, Change>> {
  const { versions, type } = request;
  const changes = new Map<string, Change>();
  for (const { apiVersion } of work.others) {
    const live = work.lives.get(apiVersion);
    if (!live || changes.has(apiVersion)) continue;
    const failure = "failed to convert new object";
    const object = yield* inVersion(versions, work.object, { apiVersion, failure });
    const typeThere = versions ? versions.typeOf(apiVersion) : type;
    if (object) changes.set(apiVersion, compareWithin(request, typeThere, live, object));
  }
  return changes;
}

function compareWithin(
  { ignored }: ApplyRequest,
  type: MessageType | undefined,
  live: Row,
  object: Row,
): Change {
  const { changed, removed } = compareObjects(type, live, object);
  if (!ignored) return { changed, removed };
  return {
    changed: recursiveDifference(changed, ignored),
    removed: recursiveDifference(removed, ignored),
  };
}

/**
 * The fields that the applier comes to own: most applies of an object set what the last one has
 * set. Also refuses items without their keys, and those that are there twice.
 */
function appliedSet({ type, ignored = emptySet }: ApplyRequest, applied: Row): FieldSet {
  let found = appliedSets.get(ignored);
  if (!found) appliedSets.set(ignored, (found = new ByOutline()));
  const set = found.of(type, applied, () => {
    const managed = difference(fieldSetOf(shapeOfType(type), applied), unmanaged);
    return storedSet(recursiveDifference(managed, ignored));
  });
  return storedSet(set);
}

/** By the fields that are left out. */
const appliedSets = new WeakMap<FieldSet, ByOutline<FieldSet>>();

/** A copy of the stored object, but for its managedFields, which are made anew. */
function liveOf({ live }: ApplyRequest): Row {
  if (!live) return {};
  const { metadata, ...rest } = live as Row;
  if (!isRow(metadata)) return cloneJson(live as Row);
  const { managedFields: _managedFields, ...others } = metadata;
  return cloneJson({ ...rest, metadata: others });
}

/** Parses and checks what the user applies. */
function readApplied(request: ApplyRequest): { readonly applied: Row; readonly set: FieldSet } {
  const { applied: given, type, apiVersion } = request;
  const applied = cloneJson(given as Row);
  if (applied["apiVersion"] !== apiVersion || applied["kind"] !== request.kind) {
    throw badRequest(`invalid object type: ${kindText(applied)}`);
  }
  if ((managedFieldsOf(applied)?.length ?? 0) > 0) {
    throw badRequest("metadata.managedFields must be nil");
  }
  try {
    if (type) decode(type, applied, { onUnknown: refuseUnknown, keepEmpty: true });
    return { applied, set: appliedSet(request, applied) };
  } catch (error) {
    if (error instanceof TypedError) throw typedFailure(applied, error.message);
    if (error instanceof DecodeError)
      throw typedFailure(applied, `.${error.path}: ${error.message}`);
    throw error;
  }
}

function typedFailure(applied: Row, why: string): StatusError {
  const { name = "", namespace = "" } = metadataOf(applied);
  return refused(
    `failed to create typed patch object (${goText(namespace)}/${goText(name)}; ` +
      `${kindText(applied)}): ${why}`,
  );
}

/** "apps/v1, Kind=Deployment"; of the core group "/v1, Kind=Pod". */
function kindText({ apiVersion = "", kind = "" }: Row): string {
  const version = goText(apiVersion);
  return `${version.includes("/") ? "" : "/"}${version}, Kind=${goText(kind)}`;
}

const beforeFirstApply = "before-first-apply";

/** An object that nobody tracked so far is taken to be written by somebody unknown. */
function managersOf(request: ApplyRequest, live: Row): readonly Manager[] {
  const managers = decodeManagers(managedFieldsOf(request.live)) ?? [];
  if (managers.length > 0 || !request.live) return managers;
  const { changed } = compareObjects(request.type, {}, live);
  if (isEmptySet(changed)) return [];
  const { apiVersion, time } = request;
  const identity = {
    name: beforeFirstApply,
    operation: "Update" as const,
    apiVersion,
    subresource: "",
  };
  return withFields([], identity, changed, time);
}

interface Conflict {
  readonly manager: Manager;
  readonly path: string;
}

function conflictsOf(
  others: readonly Manager[],
  changes: ReadonlyMap<string, Change>,
  allowed: FieldSet | undefined,
): Conflict[] {
  return others.flatMap((manager) => {
    const changed = changes.get(manager.apiVersion)?.changed ?? emptySet;
    let taken = intersection(manager.fields, changed);
    if (allowed) taken = difference(taken, allowed);
    return paths(taken).map((path) => ({ manager, path: pathText(path) }));
  });
}

function conflictError(conflicts: readonly Conflict[]): StatusError {
  const causes: StatusCause[] = conflicts.map(({ manager, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${managerText(manager)}`,
    field: path,
  }));
  return applyConflict(conflictText(conflicts), causes);
}

function conflictText(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (first && conflicts.length === 1) {
    const { manager, path } = first;
    return `Apply failed with 1 conflict: conflict with ${managerText(manager)}: ${path}`;
  }
  const byManager = new Map<string, string[]>();
  for (const { manager, path } of conflicts) {
    const name = managerText(manager);
    byManager.set(name, [...(byManager.get(name) ?? []), path]);
  }
  const lines = [...byManager]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([name, list]) => [`conflicts with ${name}:`, ...list.map((path) => `- ${path}`)]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`;
}

const kubectl = "kubectl";
const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** What kubectl's client-side apply wrote and nobody changed since; undefined if it never did. */
function fieldsOfLastApplied(type: MessageType | undefined, live: Row): FieldSet | undefined {
  const text = annotationsOf(live)?.[lastAppliedAnnotation];
  if (typeof text !== "string" || text === "" || isJsonTooDeep(text)) return undefined;
  try {
    const lastApplied: unknown = JSON.parse(text);
    if (!isRow(lastApplied)) return undefined;
    if (type) decode(type, lastApplied, { keepEmpty: true });
    const set = fieldSetOf(shapeOfType(type), lastApplied);
    const { changed, removed } = compareObjects(type, lastApplied, live);
    return difference(difference(set, changed), removed);
  } catch (error) {
    // An annotation that cannot be read allows nothing.
    const isUnreadable =
      error instanceof SyntaxError || error instanceof DecodeError || error instanceof TypedError;
    if (isUnreadable) return undefined;
    throw error;
  }
}

/** So that going back to client-side apply finds what was applied last. */
function renewLastApplied(object: Row, applied: object): void {
  const annotations = annotationsOf(object);
  if (annotations?.[lastAppliedAnnotation] === undefined) return;
  const copy = cloneJson(applied as Row);
  const metadata = metadataOf(copy);
  delete metadata["managedFields"];
  const given = annotationsOf(copy);
  if (given) delete given[lastAppliedAnnotation];
  object["metadata"] = {
    ...metadataOf(object),
    annotations: { ...annotations, [lastAppliedAnnotation]: `${JSON.stringify(ordered(copy))}\n` },
  };
}

/** As Go writes maps: by key, at every depth. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isRow(value)) return value;
  const row: Row = {};
  for (const key of Object.keys(value).sort()) setKey(row, key, ordered(value[key]));
  return row;
}

/** Who comes to own something by an apply that changes nothing has written at no time. */
function withOldTimes(next: readonly Manager[], before: readonly Manager[]): readonly Manager[] {
  return next.map((manager) => {
    const old = before.find((other) => isSameManager(other, manager));
    return { ...manager, time: old?.time };
  });
}

function sameObject(left: Row, right: Row): boolean {
  const bare = (object: Row) => ({
    ...object,
    metadata: { ...metadataOf(object), managedFields: undefined },
  });
  return deepEqual(bare(left), bare(right));
}

function setManagedFields(object: Row, entries: readonly ManagedFieldsEntry[]): void {
  const metadata: Row = { ...metadataOf(object) };
  if (entries.length > 0) metadata["managedFields"] = entries;
  else delete metadata["managedFields"];
  object["metadata"] = metadata;
}

function metadataOf(object: Row): Row {
  const { metadata } = object;
  return isRow(metadata) ? metadata : {};
}

function annotationsOf(object: Row): Row | undefined {
  const { annotations } = metadataOf(object);
  return isRow(annotations) ? annotations : undefined;
}
