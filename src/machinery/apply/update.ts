import type { ManagedFieldsEntry, ObjectMeta } from "#api/meta/v1.ts";
import type { MessageType } from "#schema/message.ts";
import type { Row } from "../json.ts";
import { compareObjects } from "./compare.ts";
import type { Comparison } from "./compare.ts";
import { difference, emptySet, isEmptySet, recursiveDifference, union } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import {
  capManagers,
  decodeManagers,
  encodeManagers,
  isSameManager,
  sameEntries,
  startingManagers,
} from "./managers.ts";
import type { Manager } from "./managers.ts";
import { ByOutline } from "./outline.ts";
import { storedSet } from "./stored-set.ts";
import { TypedError } from "./typed.ts";
import { declared } from "./versions.ts";
import type { Versions } from "./versions.ts";

export interface UpdateRequest {
  /** The stored object; undefined where one is created. */
  readonly before: object | undefined;
  /** What is about to be stored. Its managedFields are what the user sent. */
  readonly after: object;
  /** Undefined for kinds without a schema. */
  readonly type: MessageType | undefined;
  readonly manager: string;
  /** "apps/v1": of the request. */
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource?: string | undefined;
  /** RFC 3339, whole seconds. */
  readonly time: string;
  /** An object without managers is tracked from now on, and not left alone. */
  readonly startsAnew?: boolean;
  /** Fields that this way of writing does not change, and whose differences do not count. */
  readonly ignored?: FieldSet | undefined;
  /**
   * The same write in other versions of the kind, for managers who wrote in those. Who wrote in a
   * version that is not among them owns nothing any longer; all wrote in one where it is missing.
   */
  readonly elsewhere?: ReadonlyMap<string, VersionedWrite>;
}

export type VersionedWrite = Pick<UpdateRequest, "before" | "after" | "type">;

/**
 * The managedFields of an object after an ordinary write (create, update, patch): the writer owns
 * what it added or changed, and others lose that and what is gone. Returns the stored array itself
 * where nothing changes, which is cheap. An object that nobody tracks stays untracked.
 */
export function updateManagers(request: UpdateRequest): readonly ManagedFieldsEntry[] {
  const { before, after, subresource = "" } = request;
  const stored = managedFieldsOf(before);
  const given = subresource ? stored : managedFieldsOf(after);
  const unchanged = given === undefined || given.length === 0 || sameEntries(given, stored);
  const starting = startingManagers(stored, unchanged ? stored : given);
  if (before && starting.length === 0 && !request.startsAnew) return [];
  const isNew = !before && starting.length === 0;
  const comparison = isNew ? compareNew(request) : compare(request);
  if (!comparison) return unchanged ? (stored ?? []) : encodeManagers(starting);
  const { changed, removed } = comparison;
  const identity = {
    name: request.manager,
    operation: "Update" as const,
    apiVersion: request.apiVersion,
    subresource,
  };
  let known = false;
  const isHere = ({ apiVersion }: Manager) => apiVersion === request.apiVersion;
  const { elsewhere, ignored } = request;
  const left = starting.filter((one) => !elsewhere || isHere(one) || elsewhere.has(one.apiVersion));
  const managers = left.map((manager): Manager => {
    const isWriter = isSameManager(manager, identity);
    known ||= isWriter;
    const there = isHere(manager) ? undefined : elsewhere?.get(manager.apiVersion);
    const seen = there ? compare({ ...there, ignored }) : comparison;
    const lost = isWriter ? removed : union(seen?.removed ?? emptySet, seen?.changed ?? emptySet);
    const kept = isEmptySet(lost) ? manager.fields : difference(manager.fields, lost);
    if (!isWriter || isEmptySet(changed)) {
      return kept === manager.fields ? manager : { ...manager, fields: kept };
    }
    return { ...manager, fields: union(kept, changed), time: request.time };
  });
  if (!known && !isEmptySet(changed)) {
    managers.push({ ...identity, time: request.time, fields: changed });
  }
  if (unchanged && isUntouched(starting, managers)) return stored ?? [];
  return encodeManagers(capManagers(managers));
}

/** The versions, other than that of the write, in which managers of the object wrote. */
export function otherVersions({ before, after, apiVersion }: UpdateRequest): Set<string> {
  const entries = [...(managedFieldsOf(before) ?? []), ...(managedFieldsOf(after) ?? [])];
  const found = new Set(entries.map((entry) => entry.apiVersion ?? ""));
  found.delete(apiVersion);
  return found;
}

/**
 * As `updateManagers`, where managers wrote in other versions. When the write cannot be said in
 * one of those, nobody owns anything any longer: a write never fails for this.
 */
export async function updateManagersAcross(
  request: UpdateRequest,
  versions: Versions,
): Promise<readonly ManagedFieldsEntry[]> {
  const elsewhere = new Map<string, VersionedWrite>();
  for (const apiVersion of otherVersions(request)) {
    const type = versions.typeOf(apiVersion);
    if (!type) continue;
    const there = async (object: object) =>
      declared(type, await versions.convert(object as Row, apiVersion));
    try {
      const before = request.before && (await there(request.before));
      elsewhere.set(apiVersion, { type, before, after: await there(request.after) });
    } catch {
      return []; // Whatever the reason: upstream forgets the managers, too.
    }
  }
  return updateManagers({ ...request, elsewhere });
}

/** Undefined where nothing differs, or where the objects cannot be compared. */
function compare({
  before,
  after,
  type,
  ignored,
}: VersionedWrite & Pick<UpdateRequest, "ignored">): Changes | undefined {
  try {
    const comparison = compareObjects(type, (before ?? {}) as Row, after as Row);
    const without = (set: FieldSet) => (ignored ? recursiveDifference(set, ignored) : set);
    const changed = without(comparison.changed);
    const removed = without(comparison.removed);
    return isEmptySet(changed) && isEmptySet(removed) ? undefined : { changed, removed };
  } catch (error) {
    // Items without their keys in a stored object: the write goes through, untracked.
    if (error instanceof TypedError) return undefined;
    throw error;
  }
}

type Changes = Pick<Comparison, "changed" | "removed">;

/** As `compare`, of an object that was not there: that most of a kind set the same fields, helps. */
function compareNew(request: UpdateRequest): Changes | undefined {
  const { after, type, ignored = emptySet } = request;
  let found = ofNew.get(ignored);
  if (!found) ofNew.set(ignored, (found = new ByOutline()));
  return found.of(type, after, () => {
    const changes = compare(request);
    return changes && { ...changes, changed: storedSet(changes.changed) };
  });
}

/** By the fields that do not count. */
const ofNew = new WeakMap<FieldSet, ByOutline<Changes | undefined>>();

function isUntouched(starting: readonly Manager[], managers: readonly Manager[]): boolean {
  return (
    starting.length === managers.length &&
    managers.every((manager, index) => manager === starting[index])
  );
}

/** Undefined where the object has none. */
export function managedFieldsOf(
  object: object | undefined,
): readonly ManagedFieldsEntry[] | undefined {
  if (!object || !("metadata" in object)) return undefined;
  const { metadata } = object as { metadata?: Partial<ObjectMeta> };
  return metadata?.managedFields;
}

/** The fields that a manager of the object owns; empty where it owns none. */
export function fieldsOwnedBy(object: object, name: string): FieldSet {
  const managers = decodeManagers(managedFieldsOf(object)) ?? [];
  return managers
    .filter((manager) => manager.name === name)
    .reduce((set, manager) => union(set, manager.fields), emptySet);
}
