import { Event } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { defineResource } from "../../define.ts";
import { eventColumns } from "./columns.ts";
import { validateEvent } from "./validation.ts";

/** Events are for people who look soon; they go by themselves. */
export const eventTtlSeconds = 3600;

export const events: ResourceDefinition = defineResource<Event>({
  type: Event,
  nameRule: "pathSegment",
  columns: eventColumns,
  ttlSeconds: eventTtlSeconds,
  allowCreateOnUpdate: true,
  selectableFields: {
    "involvedObject.kind": (event) => event.involvedObject.kind ?? "",
    "involvedObject.namespace": (event) => event.involvedObject.namespace ?? "",
    "involvedObject.name": (event) => event.involvedObject.name ?? "",
    "involvedObject.uid": (event) => event.involvedObject.uid ?? "",
    "involvedObject.apiVersion": (event) => event.involvedObject.apiVersion ?? "",
    "involvedObject.resourceVersion": (event) => event.involvedObject.resourceVersion ?? "",
    "involvedObject.fieldPath": (event) => event.involvedObject.fieldPath ?? "",
    reason: (event) => event.reason ?? "",
    reportingComponent: (event) => event.reportingComponent ?? "",
    source: (event) => event.source?.component || event.reportingComponent || "",
    type: (event) => event.type ?? "",
  },
  validate: validateEvent,
});
