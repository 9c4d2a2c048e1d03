import type { FieldSpec, Kind } from "#schema/field.ts";
import { zeroOf } from "#schema/decode.ts";
import type { MessageType } from "#schema/message.ts";
import { hasPresence } from "#schema/protobuf-presence.ts";
import { fieldMapOf } from "../field-map.ts";
import { isRow, setKey } from "../json.ts";
import type { Row } from "../json.ts";

/** How server-side apply sees a value. Without a schema, lists are one value and maps are many. */
export type Shape =
  | { readonly kind: "leaf"; readonly numeric?: boolean }
  | { readonly kind: "struct"; readonly type: MessageType }
  | FieldsShape
  | { readonly kind: "map"; readonly value: Shape }
  | { readonly kind: "items"; readonly item: Shape; readonly keys: readonly string[] }
  | { readonly kind: "set" }
  | { readonly kind: "unknown" };

/** A struct that is known only at run time. */
export interface FieldsShape {
  readonly kind: "fields";
  readonly fields: ReadonlyMap<string, Shape>;
  /** Of fields that are not named; without it there may be none. */
  readonly rest?: Shape;
  /** Values that a field has where an item of a list leaves it out. */
  readonly defaults?: ReadonlyMap<string, unknown>;
}

/** A type that says itself how apply sees its values. */
export interface ShapedType extends MessageType {
  readonly applyShape: Shape;
}

const leafShape: Shape = { kind: "leaf" };
export const unknownShape: Shape = { kind: "unknown" };

/** An object that does not fit its schema; upstream's text, with the path in front. */
export class TypedError extends Error {
  override name = "TypedError";
}

export function shapeOfType(type: MessageType | undefined): Shape {
  if (!type) return unknownShape;
  return isShaped(type) ? type.applyShape : { kind: "struct", type };
}

function isShaped(type: MessageType): type is ShapedType {
  return "applyShape" in type;
}

/** The shape of a field of a struct, or of the key of a map. */
export function shapeOfField(shape: Shape, key: string): Shape {
  switch (shape.kind) {
    case "struct": {
      const spec = fieldMapOf(shape.type).get(key);
      return spec ? shapeOfSpec(spec) : unknownShape;
    }
    case "fields":
      return shape.fields.get(key) ?? shape.rest ?? unknownShape;
    case "map":
      return shape.value;
    default:
      return unknownShape;
  }
}

/** Whether the key is a field that the schema names, unlike the key of a map. */
export function isNamedField(shape: Shape, key: string): boolean {
  if (shape.kind === "fields") return shape.fields.has(key);
  return shape.kind === "struct" && fieldMapOf(shape.type).has(key);
}

/** Whether the shape has no place for a field of that name. */
export function isUndeclared(shape: Shape, key: string): boolean {
  if (shape.kind === "fields") return !shape.rest && !shape.fields.has(key);
  return shape.kind === "struct" && !fieldMapOf(shape.type).has(key);
}

function shapeOfSpec(spec: FieldSpec): Shape {
  let shape = specShapes.get(spec);
  if (!shape) {
    shape = computeShape(spec);
    specShapes.set(spec, shape);
  }
  return shape;
}

const specShapes = new WeakMap<FieldSpec, Shape>();

function computeShape(spec: FieldSpec): Shape {
  const { of } = spec;
  if (spec.mapType === "atomic") return leafShape;
  if (of.kind !== "list") return shapeOfKind(of);
  if (spec.listType === "set") return { kind: "set" };
  if (spec.listType === "map" && spec.mapKeys) {
    return { kind: "items", item: shapeOfKind(of.item), keys: spec.mapKeys };
  }
  return leafShape;
}

function shapeOfKind(of: Kind): Shape {
  if (of.kind === "message") {
    const type = of.type();
    const name = type.schemaName.slice(type.schemaName.lastIndexOf(".") + 1);
    return atomicTypes.has(name) ? leafShape : { kind: "struct", type };
  }
  return of.kind === "map" ? { kind: "map", value: shapeOfKind(of.value) } : leafShape;
}

/** Types that are one value wherever they occur, also as items of a list. */
const atomicTypes = new Set([
  "OwnerReference",
  "LocalObjectReference",
  "ObjectReference",
  "SecretReference",
  "Variable",
]);

/** Whether a value is one for this shape, without anything below that could have another owner. */
export function isLeafValue(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case "leaf":
      return true;
    case "struct":
    case "fields":
    case "map":
    case "unknown":
      return !isRow(value);
    case "items":
    case "set":
      return !Array.isArray(value);
    default:
      return shape satisfies never;
  }
}

/** The element of a set of fields that names a list item. */
export function elementOf(shape: Shape, item: unknown, index: number): string {
  if (shape.kind === "set") return `v:${JSON.stringify(item)}`;
  if (shape.kind !== "items") return `i:${index}`;
  if (!isRow(item)) {
    throw new TypedError(
      `element ${index}: associative list with keys may not have non-map elements`,
    );
  }
  const keys: Row = {};
  for (const key of shape.keys.toSorted()) {
    const value = item[key] ?? defaultOf(shape.item, key);
    if (value !== undefined) setKey(keys, key, value);
    else if (shape.keys.length === 1) {
      throw new TypedError(
        `element ${index}: associative list with keys has an element that omits key field ` +
          `${JSON.stringify(key)} (and doesn't have default value)`,
      );
    }
  }
  return `k:${JSON.stringify(keys)}`;
}

/** A list's items by their elements. Where two share an element, the last one counts. */
export function itemsByElement(shape: Shape, list: readonly unknown[]): Map<string, unknown> {
  const items = new Map<string, unknown>();
  for (const [index, item] of list.entries()) items.set(elementOf(shape, item, index), item);
  return items;
}

export function itemShape(shape: Shape): Shape {
  return shape.kind === "items" ? shape.item : leafShape;
}

function defaultOf(shape: Shape, key: string): unknown {
  if (shape.kind === "fields") return shape.defaults?.get(key);
  if (shape.kind !== "struct") return undefined;
  const spec = fieldMapOf(shape.type).get(key);
  if (!spec || spec.defaultValue !== undefined) return spec?.defaultValue;
  // What is required and missing is zero, and found out by validation.
  return spec.optional || hasPresence(spec) ? undefined : zeroOf(spec.of);
}

/**
 * What apply makes of the live object: the applied fields, and all the others as they are. Shares
 * with both.
 */
export function mergeTyped(shape: Shape, live: unknown, applied: unknown): unknown {
  if (live === undefined || isLeafValue(shape, live) || isLeafValue(shape, applied)) return applied;
  if (isRow(live) && isRow(applied)) {
    const result: Row = { ...live };
    for (const key of Object.keys(applied)) {
      const existing = Object.hasOwn(live, key) ? live[key] : undefined;
      setKey(result, key, mergeTyped(shapeOfField(shape, key), existing, applied[key]));
    }
    return result;
  }
  if (Array.isArray(live) && Array.isArray(applied)) return mergeItems(shape, live, applied);
  return applied;
}

/** Applied items keep their order; live ones that were not applied stay before what followed. */
function mergeItems(
  shape: Shape,
  live: readonly unknown[],
  applied: readonly unknown[],
): unknown[] {
  const liveItems = itemsByElement(shape, live);
  const appliedItems = itemsByElement(shape, applied);
  const liveOrder = [...liveItems.keys()];
  const result: unknown[] = [];
  const taken = new Set<string>();
  let at = 0;
  const takeLiveOnly = () => {
    for (; at < liveOrder.length; at++) {
      const element = liveOrder[at] ?? "";
      if (taken.has(element)) continue;
      if (appliedItems.has(element)) return;
      result.push(liveItems.get(element));
    }
  };
  for (const [element, item] of appliedItems) {
    takeLiveOnly();
    taken.add(element);
    result.push(mergeTyped(itemShape(shape), liveItems.get(element), item));
  }
  takeLiveOnly();
  return result;
}
