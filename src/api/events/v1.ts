import { int32, list, microTime, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { EventSource } from "#api/core/v1/event.ts";
import { ObjectReference } from "#api/core/v1/shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * A report of something that happened to an object. Events go away after an hour; programs should
 * not rely on them.
 */
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
    /** When it first happened. Missing in events that were recorded in the older way. */
    eventTime: microTime(2).optional(),
    /** Set when it keeps happening; missing for a single occurrence. */
    series: object(3, () => EventSeries).optional(),
    /** The controller that reported it, such as kubernetes.io/kubelet. Required for new events. */
    reportingController: string(4).optional(),
    /** Which instance of it. Required for new events; at most 128 characters. */
    reportingInstance: string(5).optional(),
    /** What was done or failed. Required for new events; at most 128 characters. */
    action: string(6).optional(),
    /** Why, in one word in upper camel case. Required for new events; at most 128 characters. */
    reason: string(7).optional(),
    /** What the event is about, mostly the object that the controller takes care of. */
    regarding: object(8, () => ObjectReference)
      .implicit()
      .atomic()
      .optional(),
    /** A second object that has to do with it. */
    related: object(9, () => ObjectReference)
      .atomic()
      .optional(),
    /** What happened, for people. At most 1 kB. */
    note: string(10).optional(),
    /** Normal, or Warning for what needs attention. */
    type: string(11).optional(),
    /** Who reported it, in the older way. */
    deprecatedSource: object(12, () => EventSource)
      .implicit()
      .optional(),
    /** When it first happened, in the older way. */
    deprecatedFirstTimestamp: time(13).optional(),
    /** When it last happened, in the older way. */
    deprecatedLastTimestamp: time(14).optional(),
    /** How often it happened, in the older way. */
    deprecatedCount: int32(15).implicit().optional(),
  },
) {}

/** How often an event came again. */
export abstract class EventSeries extends message("io.k8s.api.events.v1.EventSeries", {
  /** Occurrences so far. At least 2. */
  count: int32(1),
  /** When it last happened. */
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
