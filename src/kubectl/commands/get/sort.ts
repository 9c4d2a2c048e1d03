import { compareQuantities, parseQuantity } from "#schema/quantity.ts";
import { CommandError } from "../../errors.ts";
import type { KubeObject } from "../../objects.ts";
import { pathOf } from "./custom-columns.ts";
import type { ServerRow, ServerTable } from "./tables.ts";

/** One table of all rows, sorted by a field of their objects. */
export function sortRows(tables: readonly ServerTable[], field: string): ServerTable {
  const [first] = tables;
  if (!first) throw new Error("there is no table to sort");
  const rows = tables.flatMap((table) => table.rows);
  return { ...first, rows: sortBy(rows, field, (row: ServerRow) => row.object) };
}

export function sortObjects(objects: readonly KubeObject[], field: string): KubeObject[] {
  return sortBy(objects, field, (object) => object);
}

function sortBy<T>(items: readonly T[], field: string, objectOf: (item: T) => unknown): T[] {
  const find = pathOf(field);
  const keyed = items.map((item) => ({ item, key: find(objectOf(item))[0] }));
  if (keyed.length > 0 && keyed.every(({ key }) => key === undefined)) {
    throw new CommandError(
      `couldn't find any field with path "{${bare(field)}}" in the list of objects`,
    );
  }
  return keyed.toSorted((left, right) => compare(left.key, right.key)).map(({ item }) => item);
}

function bare(field: string): string {
  const path = field.replace(/^\{(.*)\}$/s, "$1");
  return path.startsWith(".") || path.startsWith("[") ? path : `.${path}`;
}

/** What has no such field comes first. */
function compare(left: unknown, right: unknown): number {
  if (left === undefined || right === undefined) {
    return Number(left !== undefined) - Number(right !== undefined);
  }
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [one, other] = [textOf(left), textOf(right)];
  if (parseQuantity(one) && parseQuantity(other)) return compareQuantities(one, other);
  return one < other ? -1 : Number(one > other);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
