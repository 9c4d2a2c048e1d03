import type { LabelSelector, ObjectMeta } from "#api/meta/v1.ts";
import type { Container } from "#api/core/v1.ts";
import { humanDuration } from "#machinery/age.ts";
import type { Column } from "../../registry/resource.ts";

type Named = { readonly metadata: ObjectMeta };
type Cell = string | number | boolean | null;

/** The object's name, the first column of nearly every kind. */
export function nameColumn<T extends Named>(): Column<T> {
  return {
    name: "Name",
    type: "string",
    format: "name",
    cell: (object) => object.metadata.name,
  };
}

/** How long ago the object was created, worded by the server. */
export function ageColumn<T extends Named>(): Column<T> {
  return {
    name: "Age",
    type: "string",
    cell: (object, now) => since(object.metadata.creationTimestamp, now),
  };
}

/** For kinds that upstream has no printer for: the date as it is. */
export function createdAtColumn<T extends Named>(): Column<T> {
  return {
    name: "Created At",
    type: "date",
    cell: (object) => object.metadata.creationTimestamp,
  };
}

export function column<T>(
  name: string,
  cell: (object: T, now: number) => Cell,
  type: Column<T>["type"] = "string",
): Column<T> {
  return { name, type, cell };
}

/** A column that only `-o wide` shows. */
export function wideColumn<T>(
  name: string,
  cell: (object: T, now: number) => Cell,
  type: Column<T>["type"] = "string",
): Column<T> {
  return { name, type, priority: 1, cell };
}

/** "5m30s", or "<unknown>" where there is no time. */
export function since(time: string | undefined, now: number): string {
  return time === undefined ? "<unknown>" : humanDuration(now - Date.parse(time));
}

/** CONTAINERS and IMAGES of what has a pod template. */
export function containerColumns<T>(
  containersOf: (object: T) => readonly Container[] | undefined,
): Column<T>[] {
  return [
    wideColumn("Containers", (object) => joinNames(containersOf(object))),
    wideColumn("Images", (object) =>
      (containersOf(object) ?? []).map((container) => container.image ?? "").join(","),
    ),
  ];
}

function joinNames(containers: readonly Container[] | undefined): string {
  return (containers ?? []).map((container) => container.name).join(",");
}

/** "a=b,c=d", sorted; "<none>" when empty. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length ? pairs.sort().join(",") : "<none>";
}

/** A selector as text, the way `kubectl get` shows it and the scale subresource carries it. */
export function formatSelector(selector: LabelSelector | undefined): string {
  const text = selectorText(selector);
  if (selector === undefined || text === "") return "<none>";
  return text;
}

export function selectorText(selector: LabelSelector | undefined): string {
  const terms: { key: string; text: string }[] = [];
  for (const [key, value] of Object.entries(selector?.matchLabels ?? {})) {
    terms.push({ key, text: `${key}=${value}` });
  }
  for (const { key, operator, values } of selector?.matchExpressions ?? []) {
    const sorted = [...(values ?? [])].sort().join(",");
    switch (operator) {
      case "In":
        terms.push({ key, text: `${key} in (${sorted})` });
        break;
      case "NotIn":
        terms.push({ key, text: `${key} notin (${sorted})` });
        break;
      case "Exists":
        terms.push({ key, text: key });
        break;
      case "DoesNotExist":
        terms.push({ key, text: `!${key}` });
        break;
      default:
        operator satisfies never;
    }
  }
  terms.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return terms.map((term) => term.text).join(",");
}
