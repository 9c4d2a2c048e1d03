import { int32, list, microTime, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { EventSource } from "#api/core/v1/event.ts";
import { ObjectReference } from "#api/core/v1/shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class Event extends kind(
  "io.k8s.api.events.v1.Event",
  {
    group: "events.k8s.io",
    version: "v1",
    kind: "Event",
    resource: "events",
    singular: "event",
    namespaced: true,
    shortNames: ["ev"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** Missing in events that were recorded in the older way. */
    eventTime: microTime(2).optional(),
    series: object(3, () => EventSeries).optional(),
    reportingController: string(4).optional(),
    reportingInstance: string(5).optional(),
    action: string(6).optional(),
    reason: string(7).optional(),
    regarding: object(8, () => ObjectReference)
      .atomic()
      .optional(),
    related: object(9, () => ObjectReference)
      .atomic()
      .optional(),
    note: string(10).optional(),
    type: string(11).optional(),
    deprecatedSource: object(12, () => EventSource).optional(),
    deprecatedFirstTimestamp: time(13).optional(),
    deprecatedLastTimestamp: time(14).optional(),
    deprecatedCount: int32(15).optional(),
  },
) {}

export abstract class EventSeries extends message("io.k8s.api.events.v1.EventSeries", {
  count: int32(1),
  lastObservedTime: microTime(2).optional(),
}) {}

export abstract class EventList extends kind(
  "io.k8s.api.events.v1.EventList",
  { group: "events.k8s.io", version: "v1", kind: "EventList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Event),
  },
) {}
