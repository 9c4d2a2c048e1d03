import { Event } from "#api/core/v1.ts";
import { StatusError } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import { humanDuration } from "#machinery/age.ts";
import { listAll } from "./context.ts";
import type { DescribeContext } from "./context.ts";

/** Whom events are about. A kind or uid that is left out may be any. */
export interface EventSubject {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly kind?: string;
  readonly uid?: string;
}

/** The events of an object, unless none are wanted. */
export async function writeEvents(object: ApiObject, context: DescribeContext): Promise<void> {
  if (!context.showEvents) return;
  writeEventTable(await tolerantSearch(subjectOf(object), context), context);
}

export function subjectOf({ kind, metadata }: ApiObject): EventSubject {
  return { kind, name: metadata.name, namespace: metadata.namespace, uid: metadata.uid };
}

/** Whoever may not read events still gets the description, with no events, as from kubectl. */
export async function tolerantSearch(
  subject: EventSubject,
  context: DescribeContext,
): Promise<Event[]> {
  try {
    return await searchEvents(subject, context);
  } catch (error) {
    if (error instanceof StatusError) return [];
    throw error;
  }
}

export function searchEvents(subject: EventSubject, context: DescribeContext): Promise<Event[]> {
  const { kind, name, namespace = "", uid } = subject;
  const fieldSelector = [
    ...(kind ? [`involvedObject.kind=${kind}`] : []),
    `involvedObject.name=${name}`,
    `involvedObject.namespace=${namespace}`,
    ...(uid ? [`involvedObject.uid=${uid}`] : []),
  ].join(",");
  return listAll(context, Event, { ...(namespace && { namespace }), fieldSelector });
}

export function writeEventTable(events: readonly Event[], { writer, now }: DescribeContext): void {
  if (events.length === 0) {
    writer.field(0, "Events", "<none>");
    return;
  }
  writer.startColumnsAnew();
  writer.row(0, "Events:");
  const rows = events.toSorted(byLastTimestamp).map((event) => eventRow(event, now));
  writer.row(1, "Type", "Reason", "Age", "From", "Message");
  // One dash more than "Age" has letters.
  writer.row(1, "----", "------", "----", "----", "-------");
  for (const row of rows) writer.row(1, ...row);
}

function eventRow(event: Event, now: number): string[] {
  return [
    event.type ?? "",
    event.reason ?? "",
    eventAge(event, now),
    event.source?.component || (event.reportingComponent ?? ""),
    (event.message ?? "").trim(),
  ];
}

/** "3m", or "3m (x5 over 10m)" for what happened several times. */
function eventAge({ eventTime, firstTimestamp, lastTimestamp, series, count }: Event, now: number) {
  const first = timeSince(eventTime ?? firstTimestamp, now);
  if (series)
    return `${timeSince(series.lastObservedTime, now)} (x${series.count ?? 0} over ${first})`;
  if ((count ?? 0) > 1) return `${timeSince(lastTimestamp, now)} (x${count} over ${first})`;
  return first;
}

/** How long ago, as people read it. */
export function timeSince(time: string | undefined, now: number): string {
  return time === undefined ? "<unknown>" : humanDuration(now - Date.parse(time));
}

function byLastTimestamp(left: Event, right: Event): number {
  return milliseconds(left.lastTimestamp) - milliseconds(right.lastTimestamp);
}

/** No time counts as the beginning of time, which is how new events without one come first. */
function milliseconds(time: string | undefined): number {
  return time === undefined ? -62_135_596_800_000 : Date.parse(time);
}
