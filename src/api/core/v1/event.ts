import { int32, list, microTime, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ObjectReference } from "./shared.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * A report of something that happened to an object. Events go away after an hour; programs should
 * not rely on them.
 */
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
    /** The object that the event is about. */
    involvedObject: object(2, () => ObjectReference).atomic(),
    /** What happened, in one word in upper camel case: Scheduled, Pulled, BackOff. */
    reason: string(3).optional(),
    /** What happened, for people. */
    message: string(4).optional(),
    /** The component that reported it. Superseded by reportingComponent. */
    source: object(5, () => EventSource)
      .implicit()
      .optional(),
    /** When it first happened. Recorded in the older way. */
    firstTimestamp: time(6).optional(),
    /** When it last happened. Recorded in the older way. */
    lastTimestamp: time(7).optional(),
    /** How often it happened so far. Recorded in the older way. */
    count: int32(8).implicit().optional(),
    /** Normal, or Warning for what needs attention. */
    type: string(9).optional(),
    /** When it first happened, for events recorded in the newer way. */
    eventTime: microTime(10).optional(),
    /** Set when it keeps happening; missing for a single occurrence. */
    series: object(11, () => EventSeries).optional(),
    /** What was done or failed, in a word. */
    action: string(12).optional(),
    /** A second object that has to do with it. */
    related: object(13, () => ObjectReference)
      .atomic()
      .optional(),
    /** The controller that reported it, such as kubelet. */
    reportingComponent: string(14).always().optional(),
    /** Which instance of it, such as its pod's or node's name. */
    reportingInstance: string(15).always().optional(),
  },
) {}

/** How often an event came again. */
export abstract class EventSeries extends message("io.k8s.api.core.v1.EventSeries", {
  /** How often it happened so far. */
  count: int32(1).implicit().optional(),
  /** When it last happened. */
  lastObservedTime: microTime(2).optional(),
}) {}

/** Who reported an event. */
export abstract class EventSource extends message("io.k8s.api.core.v1.EventSource", {
  /** The component, such as kubelet. */
  component: string(1).optional(),
  /** Name of the node that the component runs on. */
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
