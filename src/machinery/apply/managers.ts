import type { ManagedFieldsEntry } from "#api/meta/v1.ts";
import { deepEqual } from "../deep-equal.ts";
import { isRow } from "../json.ts";
import { emptySet, isEmptySet, union } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import { storedSet } from "./stored-set.ts";

/** Who wrote which fields, and when last. One for each way in which somebody writes. */
export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

export type Identity = Pick<Manager, "name" | "operation" | "apiVersion" | "subresource">;

/** Undefined for entries that nobody can read: upstream then starts over. */
export function decodeManagers(
  entries: readonly ManagedFieldsEntry[] | undefined,
): Manager[] | undefined {
  const managers: Manager[] = [];
  for (const entry of entries ?? []) {
    const { operation, fieldsV1 } = entry;
    if (operation !== "Apply" && operation !== "Update") return undefined;
    if (entry.fieldsType !== "FieldsV1" || !isRow(fieldsV1)) return undefined;
    managers.push({
      name: entry.manager ?? "",
      operation,
      apiVersion: entry.apiVersion ?? "",
      subresource: entry.subresource ?? "",
      time: entry.time,
      fields: fieldsV1 as FieldSet,
    });
  }
  return managers;
}

/** In upstream's order: appliers first, then by time and name. Managers of nothing are left out. */
export function encodeManagers(managers: readonly Manager[]): ManagedFieldsEntry[] {
  return managers
    .filter((manager) => !isEmptySet(manager.fields))
    .toSorted(compareManagers)
    .map((manager) => ({
      manager: manager.name,
      operation: manager.operation,
      apiVersion: manager.apiVersion,
      ...(manager.time !== undefined && { time: manager.time }),
      fieldsType: "FieldsV1",
      fieldsV1: storedSet(manager.fields),
      ...(manager.subresource && { subresource: manager.subresource }),
    }));
}

function compareManagers(left: Manager, right: Manager): number {
  return (
    compareTexts(left.operation, right.operation) ||
    compareTexts(left.time ?? "", right.time ?? "") ||
    compareTexts(left.name, right.name) ||
    compareTexts(left.apiVersion, right.apiVersion) ||
    compareTexts(left.subresource, right.subresource)
  );
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Appliers stay the same over all versions; writers by update do not. */
export function isSameManager(left: Identity, right: Identity): boolean {
  return (
    left.name === right.name &&
    left.operation === right.operation &&
    left.subresource === right.subresource &&
    (left.operation === "Apply" || left.apiVersion === right.apiVersion)
  );
}

/** `"kubectl" using apps/v1`: how conflicts name a manager. */
export function managerText(manager: Manager): string {
  let text = JSON.stringify(manager.name);
  if (manager.subresource) text += ` with subresource ${JSON.stringify(manager.subresource)}`;
  return manager.operation === "Update" ? `${text} using ${manager.apiVersion}` : text;
}

const updatersMax = 10;
const bucketName = "ancient-changes";

/** Joins the oldest writers of each version, so that an object's history stays bounded. */
export function capManagers(managers: readonly Manager[]): readonly Manager[] {
  const updaters = managers.filter((manager) => manager.operation === "Update");
  if (updaters.length <= updatersMax) return managers;
  let surplus = updaters.length - updatersMax;
  const result = [...managers];
  const first = new Map<string, Manager>();
  for (const manager of updaters.toSorted(compareManagers)) {
    if (surplus === 0) break;
    const known = first.get(manager.apiVersion);
    if (!known) {
      first.set(manager.apiVersion, manager);
      continue;
    }
    const bucket: Manager = {
      ...manager,
      name: bucketName,
      subresource: "",
      fields: union(known.fields, manager.fields),
    };
    result.splice(result.indexOf(manager), 1);
    result.splice(result.indexOf(known), 1, bucket);
    first.set(manager.apiVersion, bucket);
    surplus--;
  }
  return result;
}

/**
 * The managers to start from: those that the request brings, if it brings any that can be read;
 * otherwise those that are stored. A single empty entry resets them all.
 */
export function startingManagers(
  stored: readonly ManagedFieldsEntry[] | undefined,
  given: readonly ManagedFieldsEntry[] | undefined,
): Manager[] {
  if (given !== stored && given !== undefined && given.length > 0) {
    const [only] = given;
    if (given.length === 1 && only && Object.keys(only).length === 0) return [];
    const managers = decodeManagers(given);
    if (managers) return managers;
  }
  return decodeManagers(stored) ?? [];
}

/** Adds the fields to those of the manager, who writes now. */
export function withFields(
  managers: readonly Manager[],
  identity: Identity,
  fields: FieldSet,
  time: string,
): Manager[] {
  const at = managers.findIndex((manager) => isSameManager(manager, identity));
  const existing = managers[at];
  const updated = { ...identity, time, fields: union(existing?.fields ?? emptySet, fields) };
  return existing ? managers.with(at, updated) : [...managers, updated];
}

export function sameEntries(
  left: readonly ManagedFieldsEntry[] | undefined,
  right: readonly ManagedFieldsEntry[] | undefined,
): boolean {
  return left === right || deepEqual(left ?? [], right ?? []);
}
