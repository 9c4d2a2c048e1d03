import { JsonPathError, relaxedJsonPath } from "#machinery/jsonpath/jsonpath.ts";
import { compareQuantities, parseQuantity } from "#schema/quantity.ts";
import { CommandError, messageOf } from "../../errors.ts";
import { finderOf } from "./custom-columns.ts";
import type { ServerRow, ServerTable } from "./tables.ts";

/**
 * One table of all rows, sorted by a field of their objects. Undefined where none of them has the
 * field, or where the path is none: then the stock kubectl shows no rows, and no error either.
 */
export function sortRows(tables: readonly ServerTable[], field: string): ServerTable | undefined {
  const [first] = tables;
  if (!first) throw new Error("there is no table to sort");
  const rows = tables.flatMap((table) => table.rows);
  // A single row is in order, whatever the field.
  if (rows.length < 2) return { ...first, rows };
  try {
    return { ...first, rows: sortBy(rows, tableField(field), (row: ServerRow) => row.object) };
  } catch (error) {
    if (error instanceof NoFieldError) return undefined;
    throw error;
  }
}

/** Nothing has the field that was asked for. */
class NoFieldError extends CommandError {
  override name = "NoFieldError";
}

/** By a field of what is given, be it objects or whole tables. Throws `CommandError`. */
export function sortObjects<T extends object>(objects: readonly T[], field: string): T[] {
  if (objects.length === 0) return [];
  try {
    return sortBy(objects, relaxedJsonPath(field), (object) => object);
  } catch (error) {
    if (error instanceof JsonPathError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

/** Of rows, what is no path in braces is tried as a template. */
function tableField(field: string): string {
  try {
    return relaxedJsonPath(field);
  } catch (error) {
    if (error instanceof JsonPathError) return field;
    throw error;
  }
}

interface Keyed<T> {
  readonly item: T;
  /** Undefined where the object has no such field. */
  readonly key: unknown;
}

function sortBy<T>(items: readonly T[], path: string, objectOf: (item: T) => unknown): T[] {
  const keyed = keysOf(items, path, objectOf);
  try {
    return inOrder(keyed).map(({ item }) => item);
  } catch (error) {
    if (!(error instanceof UnsortableError)) throw error;
    const problem = `Field ${path} in *unstructured.Unstructured is an unsortable type: interface, err: ${messageOf(error)}`;
    throw new CommandError(problem, { cause: error });
  }
}

function keysOf<T>(items: readonly T[], path: string, objectOf: (item: T) => unknown): Keyed<T>[] {
  let keyed: Keyed<T>[];
  try {
    const find = finderOf(path);
    keyed = items.map((item) => ({ item, key: find(objectOf(item))[0]?.[0] }));
  } catch (error) {
    if (error instanceof CommandError) throw new NoFieldError(error.message, { cause: error });
    throw error;
  }
  if (keyed.some(({ key }) => key !== undefined)) return keyed;
  throw new NoFieldError(
    `couldn't find any field with path ${JSON.stringify(path)} in the list of objects`,
  );
}

class UnsortableError extends Error {
  override name = "UnsortableError";
}

/** Up to here upstream sorts by insertion, which shows where the order is none. */
const insertionMax = 12;

function inOrder<T>(items: readonly Keyed<T>[]): Keyed<T>[] {
  if (items.length > insertionMax) {
    return items.toSorted((left, right) => {
      if (isLess(left, right)) return isLess(right, left) ? 0 : -1;
      return isLess(right, left) ? 1 : 0;
    });
  }
  const sorted: Keyed<T>[] = [];
  for (const item of items) {
    const at = sorted.findLastIndex((other) => !isLess(item, other));
    sorted.splice(at + 1, 0, item);
  }
  return sorted;
}

/** What has no such field comes first, the last of them in front. */
function isLess({ key: left }: Keyed<unknown>, { key: right }: Keyed<unknown>): boolean {
  if (left === undefined) return true;
  if (right === undefined || right === null) return false;
  if (left === null) return true;
  if (typeof left === "number" && typeof right === "number") {
    if (Number.isInteger(left) === Number.isInteger(right)) return left < right;
  } else if (typeof left === "string" && typeof right === "string") {
    if (!parseQuantity(left) || !parseQuantity(right)) return left < right;
    return compareQuantities(left, right) < 0;
  }
  const isSortable = typeof left === "number" || typeof left === "string";
  throw new UnsortableError(
    isSortable ? "unsortable interface: interface" : `unsortable type: ${typeName(left)}`,
  );
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  return typeof value === "boolean" ? "bool" : "map[string]interface {}";
}
