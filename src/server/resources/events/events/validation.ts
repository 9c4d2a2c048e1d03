import type { Event } from "#api/events/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid } from "#machinery/validation/field-error.ts";
import { validateEvent } from "../../core/events/validation.ts";
import { toCoreEvent } from "./conversion.ts";

export function validateNewEvent(event: Event): FieldError[] {
  return validateEvent(toCoreEvent(event));
}

/** Only this version is strict: what the older one writes must not be written here. */
export function validateEventCreate(event: Event): FieldError[] {
  const errors: FieldError[] = [];
  if (event.eventTime === undefined) {
    errors.push({ path: "eventTime", type: "FieldValueRequired", detail: "" });
  }
  if (event.type !== "Normal" && event.type !== "Warning") {
    errors.push(invalid("type", "", `has invalid value: ${event.type ?? ""}`));
  }
  const unset = "needs to be unset";
  if (event.deprecatedFirstTimestamp) errors.push(invalid("firstTimestamp", "", unset));
  if (event.deprecatedLastTimestamp) errors.push(invalid("lastTimestamp", "", unset));
  if (event.deprecatedCount) errors.push(invalid("count", "", unset));
  if (event.deprecatedSource?.component || event.deprecatedSource?.host) {
    errors.push(invalid("source", "", unset));
  }
  return errors;
}
