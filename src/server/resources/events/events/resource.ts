import { Event as CoreEvent } from "#api/core/v1.ts";
import { Event } from "#api/events/v1.ts";
import type { Column, ResourceDefinition } from "../../../registry/resource.ts";
import { eventColumns } from "../../core/events/columns.ts";
import { eventTtlSeconds } from "../../core/events/resource.ts";
import { defineResource } from "../../define.ts";
import { fromCoreEvent, toCoreEvent } from "./conversion.ts";
import { validateEventCreate, validateNewEvent } from "./validation.ts";

/** The same objects as the core group's events, with other names for the fields. */
export const newEvents: ResourceDefinition = defineResource<Event>({
  type: Event,
  storedAs: { type: CoreEvent, toStored: toCoreEvent, fromStored: fromCoreEvent },
  columns: eventColumns.map((column): Column<Event> => ({
    ...column,
    cell: (event, now) => column.cell(toCoreEvent(event), now),
  })),
  ttlSeconds: eventTtlSeconds,
  allowCreateOnUpdate: true,
  selectableFields: {
    "regarding.kind": (event) => event.regarding?.kind ?? "",
    "regarding.namespace": (event) => event.regarding?.namespace ?? "",
    "regarding.name": (event) => event.regarding?.name ?? "",
    "regarding.uid": (event) => event.regarding?.uid ?? "",
    "regarding.apiVersion": (event) => event.regarding?.apiVersion ?? "",
    "regarding.resourceVersion": (event) => event.regarding?.resourceVersion ?? "",
    "regarding.fieldPath": (event) => event.regarding?.fieldPath ?? "",
    reason: (event) => event.reason ?? "",
    reportingController: (event) => event.reportingController ?? "",
    type: (event) => event.type ?? "",
  },
  validate: validateNewEvent,
  validateCreate: validateEventCreate,
});
