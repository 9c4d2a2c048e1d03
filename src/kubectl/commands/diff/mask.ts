import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import type { KubeObject } from "../../objects.ts";

const unchanged = "***";
const before = "*** (before)";
const after = "*** (after)";

/** A secret's two states, in which only is seen which values differ. */
export function masked(
  live: KubeObject | undefined,
  merged: KubeObject | undefined,
): [KubeObject | undefined, KubeObject | undefined] {
  const [from, to] = [dataOf(live), dataOf(merged)];
  const differs = (key: string) => key in from && key in to && from[key] !== to[key];
  const mask = (data: Row, word: string) =>
    Object.fromEntries(Object.keys(data).map((key) => [key, differs(key) ? word : unchanged]));
  return [withData(live, mask(from, before)), withData(merged, mask(to, after))];
}

function dataOf(object: KubeObject | undefined): Row {
  return isRow(object?.data) ? object.data : {};
}

function withData(object: KubeObject | undefined, data: Row): KubeObject | undefined {
  return isRow(object?.data) ? { ...object, data } : object;
}
