import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";

/** The map at a path; an empty one where there is none. */
export function rowAt(object: Row, ...path: readonly string[]): Row {
  let row = object;
  for (const name of path) {
    const next = row[name];
    row = isRow(next) ? next : {};
  }
  return row;
}

/** The maps in a list; none where there is no list. */
export function rowsOf(list: unknown): Row[] {
  return Array.isArray(list) ? list.filter(isRow) : [];
}
