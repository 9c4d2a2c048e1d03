import type { Event } from "#api/core/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, requiredValue } from "#machinery/validation/field-error.ts";
import { isQualifiedName } from "#machinery/validation/names.ts";
import { by } from "../../common/validation.ts";

const wordsMax = 128;
const messageMax = 1024;

/** Events that say when they happened in the newer way must say the rest, too. */
export function validateEvent(event: Event): FieldError[] {
  const mismatch = (): FieldError =>
    invalid(
      "involvedObject.namespace",
      event.involvedObject.namespace ?? "",
      "does not match event.namespace",
    );
  const about = event.involvedObject?.namespace ?? "";
  const own = event.metadata.namespace ?? "";
  if (event.eventTime === undefined) {
    // An object without a namespace has its events in "default".
    if (about === "") return own === "" || own === "default" ? [] : [mismatch()];
    return about === own ? [] : [mismatch()];
  }
  const errors: FieldError[] = [];
  if (about === "" ? own !== "kube-system" && own !== "default" : about !== own) {
    errors.push(mismatch());
  }
  const { reportingComponent = "", reportingInstance = "", action = "", reason = "" } = event;
  if (!reportingComponent) errors.push(requiredValue("reportingController"));
  else errors.push(...by("reportingController", reportingComponent, isQualifiedName));
  for (const [path, value] of [
    ["reportingInstance", reportingInstance],
    ["action", action],
    ["reason", reason],
  ] as const) {
    if (!value) errors.push(requiredValue(path));
    else if (value.length > wordsMax) {
      errors.push(invalid(path, "", `can have at most ${wordsMax} characters`));
    }
  }
  if ((event.message ?? "").length > messageMax) {
    errors.push(invalid("message", "", `can have at most ${messageMax} characters`));
  }
  return errors;
}
