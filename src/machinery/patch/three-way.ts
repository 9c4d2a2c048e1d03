import type { FieldSpec, Kind } from "#schema/field.ts";
import type { MessageType } from "#schema/message.ts";
import { deepEqual } from "../deep-equal.ts";
import { fieldMapOf } from "../field-map.ts";
import { isRow, setKey } from "../json.ts";
import type { Row } from "../json.ts";

/** The three states that `kubectl apply` knows of an object, or of a part of it. */
export interface ThreeWay {
  /** What was applied the last time. */
  readonly original: Row;
  /** What is applied now. */
  readonly modified: Row;
  /** What the server has, with what others put there. */
  readonly current: Row;
}

/**
 * The patch that brings what is applied now into what the server has: additions and changes against
 * the server's state, deletions against what was applied before, so that what others added stays.
 * With the object's type it is a strategic merge patch; without it, a merge patch. Empty where
 * nothing is to be done.
 */
export function threeWayPatch(states: ThreeWay, type?: MessageType): Row {
  const patch: Row = {};
  const fields = type && fieldMapOf(type);
  for (const [key, modified] of Object.entries(states.modified)) {
    if (modified === undefined || modified === null) continue;
    const original = own(states.original, key);
    const current = own(states.current, key);
    const spec = fields?.get(key);
    if (current === undefined || current === null) setKey(patch, key, modified);
    else patchField(patch, key, { original, modified, current }, spec, type !== undefined);
  }
  for (const key of Object.keys(states.original)) {
    // Null in the file asks for its removal, too.
    const modified = own(states.modified, key);
    if (modified === undefined || modified === null) patch[key] = null;
  }
  return patch;
}

interface Values {
  readonly original: unknown;
  readonly modified: unknown;
  readonly current: unknown;
}

function patchField(
  patch: Row,
  key: string,
  { original, modified, current }: Values,
  spec: FieldSpec | undefined,
  strategic: boolean,
): void {
  if (isRow(modified) && isRow(current)) {
    if (spec?.patchStrategy === "replace") {
      // Equal or not: upstream never looks inside, and so always has something to send.
      setKey(patch, key, modified);
      return;
    }
    const before = isRow(original) ? original : {};
    const inner = threeWayPatch({ original: before, modified, current }, typeOf(spec?.of));
    if (spec?.patchStrategy?.includes("retainKeys")) retainKeys(inner, current, modified);
    if (Object.keys(inner).length > 0) setKey(patch, key, inner);
    return;
  }
  const merges = strategic && spec?.patchStrategy?.includes("merge") === true;
  if (merges && Array.isArray(modified) && Array.isArray(current)) {
    const before: unknown[] = Array.isArray(original) ? original : [];
    const lists = { original: before, modified, current };
    if (spec.mergeKey === undefined) patchScalars(patch, key, lists);
    else patchItems(patch, key, lists, spec, spec.mergeKey);
    return;
  }
  if (!deepEqual(modified, current)) setKey(patch, key, modified);
}

interface Lists {
  readonly original: readonly unknown[];
  readonly modified: readonly unknown[];
  readonly current: readonly unknown[];
}

/** Items that belong together by their key are merged; what is gone from the file is deleted. */
function patchItems(
  patch: Row,
  key: string,
  { original, modified, current }: Lists,
  spec: FieldSpec,
  mergeKey: string,
): void {
  const type = spec.of.kind === "list" ? typeOf(spec.of.item) : undefined;
  const find = (list: readonly unknown[], item: Row) =>
    list.find((other): other is Row => isRow(other) && other[mergeKey] === item[mergeKey]);
  const items: Row[] = [];
  for (const item of modified.filter(isRow)) {
    const existing = find(current, item);
    if (!existing) {
      items.push(item);
      continue;
    }
    const states = { original: find(original, item) ?? {}, modified: item, current: existing };
    const inner = threeWayPatch(states, type);
    if (spec.patchStrategy?.includes("retainKeys")) retainKeys(inner, existing, item);
    if (Object.keys(inner).length > 0) items.push({ ...inner, [mergeKey]: item[mergeKey] });
  }
  for (const item of original.filter(isRow)) {
    if (!find(modified, item)) items.push({ $patch: "delete", [mergeKey]: item[mergeKey] });
  }
  if (items.length > 0) setKey(patch, key, items);
  const keysOf = (list: readonly unknown[]) =>
    list.filter(isRow).map((item) => ({ [mergeKey]: item[mergeKey] }));
  const order = keysOf(modified);
  if (items.length > 0 || !deepEqual(order, keysOf(current))) {
    patch[`$setElementOrder/${key}`] = order;
  }
}

function patchScalars(patch: Row, key: string, { original, modified, current }: Lists): void {
  const added = modified.filter((value) => !current.includes(value));
  const gone = original.filter((value) => !modified.includes(value));
  if (added.length > 0) setKey(patch, key, added);
  if (gone.length > 0) patch[`$deleteFromPrimitiveList/${key}`] = gone;
  if (added.length > 0 || gone.length > 0 || !deepEqual(modified, current)) {
    patch[`$setElementOrder/${key}`] = modified;
  }
}

/** Of a union, only the member that the file names may stay. */
function retainKeys(inner: Row, current: Row, modified: Row): void {
  const surplus = Object.keys(current).some((name) => !Object.hasOwn(modified, name));
  if (Object.keys(inner).length > 0 || surplus) {
    inner.$retainKeys = Object.keys(modified).toSorted();
  }
}

function typeOf(kind: Kind | undefined): MessageType | undefined {
  if (kind?.kind === "message") return kind.type();
  return undefined;
}

function own(row: Row, key: string): unknown {
  return Object.hasOwn(row, key) ? row[key] : undefined;
}
