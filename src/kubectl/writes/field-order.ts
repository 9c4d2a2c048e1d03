import { sortedKeys } from "#machinery/codec/go-json.ts";
import type { Row } from "#machinery/json.ts";

/** Marks an object whose keys stand in the order of its type's fields; copies keep the mark. */
const inOrder: unique symbol = Symbol("in the order of the fields");

type Ordered = Row & { [inOrder]?: true };

export function markTyped<T extends Row>(row: T): T {
  (row as Ordered)[inOrder] = true;
  return row;
}

export function isTyped(row: Readonly<Row>): boolean {
  return (row as Ordered)[inOrder] === true;
}

/** For JSON: a type's fields as they are declared, the keys of all else in the alphabet's order. */
export function fieldOrder(row: Readonly<Row>): readonly string[] {
  if (!isTyped(row)) return sortedKeys(row);
  return Object.keys(row).filter((key) => row[key] !== undefined);
}
