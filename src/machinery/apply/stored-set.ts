import { isRow } from "../json.ts";
import { sorted } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";

/** Sets by their text that came lately. Then all are forgotten: objects that have one keep it. */
const known = new Map<string, FieldSet>();
const knownMax = 500;
/** Of those that came more than once. Many never do: pods' addresses are in their statuses' sets. */
const texts = new WeakMap<object, string>();

/**
 * A set as objects store it: in upstream's order, and frozen. Thousands of objects have equal ones
 * of fifty nodes each: they get the same one, whose text is made once.
 */
export function storedSet(set: FieldSet): FieldSet {
  if (texts.has(set)) return set;
  const ordered = sorted(set);
  const text = JSON.stringify(ordered);
  const equal = known.get(text);
  if (equal) {
    texts.set(equal, text);
    return equal;
  }
  if (known.size >= knownMax) known.clear();
  known.set(text, freeze(ordered));
  return ordered;
}

/** Its JSON, where that is at hand. */
export function storedSetText(set: unknown): string | undefined {
  return isRow(set) ? texts.get(set) : undefined;
}

function freeze(set: FieldSet): FieldSet {
  for (const element in set) freeze(set[element] ?? set);
  return Object.freeze(set);
}
