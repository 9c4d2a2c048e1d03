import { int32, list, microTime, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ObjectReference } from "./shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class Event extends kind(
  "io.k8s.api.core.v1.Event",
  {
    group: "",
    version: "v1",
    kind: "Event",
    resource: "events",
    singular: "event",
    namespaced: true,
    shortNames: ["ev"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    involvedObject: object(2, () => ObjectReference).atomic(),
    reason: string(3).optional(),
    message: string(4).optional(),
    source: object(5, () => EventSource).optional(),
    firstTimestamp: time(6).optional(),
    lastTimestamp: time(7).optional(),
    count: int32(8).optional(),
    type: string(9).optional(),
    eventTime: microTime(10).optional(),
    series: object(11, () => EventSeries).optional(),
    action: string(12).optional(),
    related: object(13, () => ObjectReference)
      .atomic()
      .optional(),
    reportingComponent: string(14).optional(),
    reportingInstance: string(15).optional(),
  },
) {}

export abstract class EventSeries extends message("io.k8s.api.core.v1.EventSeries", {
  count: int32(1).optional(),
  lastObservedTime: microTime(2).optional(),
}) {}

export abstract class EventSource extends message("io.k8s.api.core.v1.EventSource", {
  component: string(1).optional(),
  host: string(2).optional(),
}) {}

export abstract class EventList extends kind(
  "io.k8s.api.core.v1.EventList",
  { group: "", version: "v1", kind: "EventList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Event),
  },
) {}
