import type { Event } from "#api/core/v1.ts";
import type { Column } from "../../../registry/resource.ts";
import { column, since, wideColumn } from "../../common/columns.ts";

export const eventColumns: readonly Column<Event>[] = [
  column("Last Seen", lastSeen),
  column("Type", (event) => event.type ?? ""),
  column("Reason", (event) => event.reason ?? ""),
  column("Object", ({ involvedObject: { kind = "", name } }) =>
    name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase(),
  ),
  wideColumn("Subobject", (event) => event.involvedObject.fieldPath ?? ""),
  wideColumn("Source", sourceText),
  column("Message", (event) => (event.message ?? "").trim()),
  wideColumn("First Seen", firstSeen),
  wideColumn("Count", (event) => event.series?.count ?? (event.count || 1)),
  {
    name: "Name",
    type: "string",
    format: "name",
    priority: 1,
    cell: (event) => event.metadata.name,
  },
];

function firstSeen(event: Event, now: number): string {
  return since(event.firstTimestamp ?? event.eventTime, now);
}

function lastSeen(event: Event, now: number): string {
  if (event.series) return since(event.series.lastObservedTime, now);
  return event.lastTimestamp === undefined
    ? firstSeen(event, now)
    : since(event.lastTimestamp, now);
}

function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  return [source?.component || reportingComponent, source?.host || reportingInstance]
    .filter(Boolean)
    .join(", ");
}
