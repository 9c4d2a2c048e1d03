import type { MessageType } from "#schema/message.ts";
import { isRow } from "../json.ts";
import { isLeafValue, itemShape, shapeOfField, shapeOfType } from "./typed.ts";
import type { Shape } from "./typed.ts";

/** So many outlines of a type are remembered for each use. */
const outlinesMax = 8;

/**
 * Remembers what was found out about the fields of objects. Most objects of a type set the very
 * fields that one before them has set (pods of a template, the same file applied again), and to see
 * that takes a sixth of the time of finding them.
 */
export class ByOutline<T> {
  readonly #known = new WeakMap<MessageType, Known<T>[]>();

  /** What `find` finds must depend on nothing but the type, and on which fields the object sets. */
  of(type: MessageType | undefined, object: object, find: () => T): T {
    if (!type) return find();
    const known = this.#known.get(type) ?? [];
    for (const [index, { outline, found }] of known.entries()) {
      if (!fits(outline, object)) continue;
      if (index > 0) known.unshift(...known.splice(index, 1));
      return found;
    }
    const found = find();
    const outline = outlineOf(shapeOfType(type), object);
    if (!outline) return found;
    known.unshift({ outline, found });
    known.length = Math.min(known.length, outlinesMax);
    this.#known.set(type, known);
    return found;
  }
}

interface Known<T> {
  readonly outline: Outline;
  readonly found: T;
}

/** What of a value decides which fields it sets: names and what tells list items apart. */
type Outline =
  /** One value, of whatever form. */
  | { readonly kind: "leaf" }
  /** One value where several fields could be. */
  | { readonly kind: "scalar" }
  | { readonly kind: "number" }
  | { readonly kind: "row"; readonly names: readonly string[]; readonly inner: readonly Outline[] }
  | {
      readonly kind: "items";
      readonly keys: readonly string[];
      readonly items: readonly { readonly key: readonly unknown[]; readonly inner: Outline }[];
    }
  | { readonly kind: "set"; readonly members: readonly unknown[] };

function fits(outline: Outline, value: unknown): boolean {
  switch (outline.kind) {
    case "leaf":
      return value !== undefined && value !== null;
    case "scalar":
      return isScalar(value);
    case "number":
      return typeof value === "number";
    case "row": {
      if (!isRow(value)) return false;
      const { names, inner } = outline;
      let index = 0;
      for (const name in value) {
        const expected = inner[index];
        if (!expected || names[index] !== name || !fits(expected, value[name])) return false;
        index++;
      }
      return index === names.length;
    }
    case "items": {
      const { keys, items } = outline;
      if (!Array.isArray(value) || value.length !== items.length) return false;
      return items.every(({ key, inner }, index) => {
        const item: unknown = value[index];
        return isRow(item) && keys.every((name, at) => item[name] === key[at]) && fits(inner, item);
      });
    }
    case "set": {
      const { members } = outline;
      if (!Array.isArray(value) || value.length !== members.length) return false;
      return members.every((member, index) => member === value[index]);
    }
    default:
      return outline satisfies never;
  }
}

/** Undefined for what is rare, and not worth to be told apart. */
function outlineOf(shape: Shape, value: unknown): Outline | undefined {
  if (value === undefined || value === null) return undefined;
  if (isLeafValue(shape, value)) {
    if (shape.kind === "leaf" && !shape.numeric) return { kind: "leaf" };
    if (shape.kind === "leaf") return typeof value === "number" ? { kind: "number" } : undefined;
    return isScalar(value) ? { kind: "scalar" } : undefined;
  }
  if (isRow(value)) {
    const names = Object.keys(value);
    const inner = names.map((name) => outlineOf(shapeOfField(shape, name), value[name]));
    return inner.every(isKnown) ? { kind: "row", names, inner } : undefined;
  }
  const list = value as readonly unknown[];
  if (shape.kind === "set") {
    return list.every(isScalar) ? { kind: "set", members: [...list] } : undefined;
  }
  if (shape.kind !== "items") return undefined;
  const { keys } = shape;
  const items = list.map((item) => {
    const key = isRow(item) ? keys.map((name) => item[name]) : [{}];
    const inner = outlineOf(itemShape(shape), item);
    return inner && key.every((part) => part === undefined || isScalar(part))
      ? { key, inner }
      : undefined;
  });
  return items.every(isKnown) ? { kind: "items", keys, items } : undefined;
}

function isScalar(value: unknown): boolean {
  return value !== undefined && typeof value !== "object";
}

function isKnown<T>(value: T | undefined): value is T {
  return value !== undefined;
}
