import { isRow } from "../json.ts";
import type { Row } from "../json.ts";
import { children, emptySet, isMember, leaf, node } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import {
  elementOf,
  isLeafValue,
  isNamedField,
  isUndeclared,
  itemShape,
  shapeOfField,
  TypedError,
} from "./typed.ts";
import type { Shape } from "./typed.ts";

/** The fields that an object sets. Throws `TypedError` for what its schema does not know. */
export function fieldSetOf(shape: Shape, object: Row): FieldSet {
  return fieldsOfRow(shape, object, "") ?? emptySet;
}

function fieldsOfValue(
  shape: Shape,
  value: unknown,
  path: string,
  member: boolean,
): FieldSet | undefined {
  if (isLeafValue(shape, value)) {
    checkNumeric(shape, value, path);
    return leaf;
  }
  if (isRow(value)) return node(member, fieldsOfRow(shape, value, path));
  return node(member, fieldsOfList(shape, value as readonly unknown[], path));
}

function checkNumeric(shape: Shape, value: unknown, path: string): void {
  if (shape.kind !== "leaf" || !shape.numeric) return;
  if (value === null || typeof value === "number") return;
  const given = Array.isArray(value)
    ? "[]interface {}"
    : typeof value === "object"
      ? "map[string]interface {}"
      : typeof value === "boolean"
        ? "bool"
        : typeof value;
  throw new TypedError(`${path}: expected numeric (int or float), got ${given}`);
}

function fieldsOfRow(shape: Shape, row: Row, path: string): Record<string, FieldSet> | undefined {
  const below: Record<string, FieldSet> = {};
  for (const key of Object.keys(row)) {
    const value = row[key];
    const at = `${path}.${key}`;
    const named = isNamedField(shape, key);
    if (isUndeclared(shape, key)) throw new TypedError(`${at}: field not declared in schema`);
    // A key of a map is a member beside what is below it; a field of a struct only when empty.
    const member = !named || value === null || (isRow(value) && Object.keys(value).length === 0);
    const found = fieldsOfValue(shapeOfField(shape, key), value, at, member);
    if (found) below[`f:${key}`] = found;
  }
  return below;
}

function fieldsOfList(
  shape: Shape,
  list: readonly unknown[],
  path: string,
): Record<string, FieldSet> {
  const below: Record<string, FieldSet> = {};
  for (const [index, item] of list.entries()) {
    const element = elementAt(shape, item, index, path);
    if (Object.hasOwn(below, element)) {
      throw new TypedError(`${path}: duplicate entries for key ${duplicateText(element)}`);
    }
    const found = fieldsOfValue(itemShape(shape), item, `${path}[${index}]`, true);
    below[element] = found ?? leaf;
  }
  return below;
}

function elementAt(shape: Shape, item: unknown, index: number, path: string): string {
  try {
    return elementOf(shape, item, index);
  } catch (error) {
    if (error instanceof TypedError) throw new TypedError(`${path}: ${error.message}`);
    throw error;
  }
}

function duplicateText(element: string): string {
  if (element.startsWith("v:")) return `[=${element.slice(2)}]`;
  const keys = Object.entries(JSON.parse(element.slice(2)) as Row);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
}

/**
 * Adds to a set the named fields that hold something of it: removing the last thing from a struct
 * removes the struct, while items of lists and keys of maps have owners of their own.
 */
export function withNamedFields(shape: Shape, set: FieldSet): FieldSet {
  return namedChildren(shape, set);
}

function namedChildren(shape: Shape, set: FieldSet): Record<string, FieldSet> {
  const below: Record<string, FieldSet> = {};
  for (const [element, child] of children(set)) {
    const key = element.startsWith("f:") ? element.slice(2) : undefined;
    const inner = key === undefined ? itemShape(shape) : shapeOfField(shape, key);
    const member = isMember(child) || (key !== undefined && isNamedField(shape, key));
    const found = node(member, namedChildren(inner, child));
    if (found) below[element] = found;
  }
  return below;
}

/** The object without the fields of a set. What becomes empty goes, too. Shares what stays. */
export function removeFields(shape: Shape, row: Row, set: FieldSet): Row {
  return (remove(shape, row, set) as Row | undefined) ?? {};
}

function remove(shape: Shape, value: unknown, set: FieldSet): unknown {
  if (isLeafValue(shape, value)) return value;
  if (isRow(value)) {
    let result: Row | undefined;
    for (const [element, child] of children(set)) {
      const key = element.slice(2);
      if (!element.startsWith("f:") || !Object.hasOwn(value, key)) continue;
      const existing = value[key];
      const kept = isMember(child) ? undefined : remove(shapeOfField(shape, key), existing, child);
      if (kept === existing) continue;
      result ??= { ...value };
      if (kept === undefined) delete result[key];
      else result[key] = kept;
    }
    if (!result) return value;
    return Object.keys(result).length > 0 ? result : undefined;
  }
  const list = value as readonly unknown[];
  let changed = false;
  const result: unknown[] = [];
  for (const [index, item] of list.entries()) {
    const element = elementOf(shape, item, index);
    const child = Object.hasOwn(set, element) ? set[element] : undefined;
    if (!child) result.push(item);
    else {
      const kept = isMember(child) ? undefined : remove(itemShape(shape), item, child);
      changed ||= kept !== item;
      if (kept !== undefined) result.push(kept);
    }
  }
  if (!changed) return list;
  return result.length > 0 ? result : undefined;
}
