import type { Condition } from "#api/meta/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  duplicate,
  invalid,
  notSupported,
  requiredValue,
  tooLong,
} from "#machinery/validation/field-error.ts";
import { exceedsBytes, isQualifiedName } from "#machinery/validation/names.ts";
import { by } from "./validation.ts";

const reasonBytesMax = 1024;
const messageBytesMax = 32 * 1024;
const reason = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
const reasonPattern = new RegExp(`^${reason}$`);

/** Each type once, and each condition complete. */
export function validateConditions(
  conditions: readonly Condition[] | undefined,
  path: string,
): FieldError[] {
  const seen = new Set<string>();
  return (conditions ?? []).flatMap((condition, index) => {
    const at = `${path}[${index}]`;
    const isRepeated = seen.has(condition.type);
    seen.add(condition.type);
    return [
      ...(isRepeated ? [duplicate(`${at}.type`, condition.type)] : []),
      ...validateCondition(condition, at),
    ];
  });
}

function validateCondition(condition: Condition, at: string): FieldError[] {
  const errors = by(`${at}.type`, condition.type, isQualifiedName);
  const statuses = ["False", "True", "Unknown"];
  if (!statuses.includes(condition.status)) {
    const { status = "" } = condition as { status?: string };
    errors.push(notSupported(`${at}.status`, status, statuses));
  }
  if ((condition.observedGeneration ?? 0) < 0) {
    const detail = "must be greater than or equal to zero";
    errors.push(invalid(`${at}.observedGeneration`, condition.observedGeneration, detail));
  }
  if (!condition.lastTransitionTime) errors.push(requiredValue(`${at}.lastTransitionTime`));
  if (!condition.reason) errors.push(requiredValue(`${at}.reason`));
  else {
    errors.push(...by(`${at}.reason`, condition.reason, isReason));
    if (condition.reason.length > reasonBytesMax) {
      errors.push(tooLong(`${at}.reason`, reasonBytesMax));
    }
  }
  if (exceedsBytes(condition.message, messageBytesMax)) {
    errors.push(tooLong(`${at}.message`, messageBytesMax));
  }
  return errors;
}

function isReason(value: string): string[] {
  if (reasonPattern.test(value)) return [];
  const examples = ["my_name", "MY_NAME", "MyName", "ReasonA,ReasonB", "ReasonA:ReasonB"];
  return [
    "a condition reason must start with alphabetic character, optionally followed by a string of " +
      "alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. " +
      `${examples.map((example) => `'${example}'`).join(",  or ")}, ` +
      `regex used for validation is '${reason}')`,
  ];
}

/** Whether there is a condition of the type, and it is true. */
export const isTrue = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;

/** As a message shows it: fields in the order in which the API defines them. */
export function shownCondition(condition: Condition): object {
  const { lastTransitionTime, message, observedGeneration, reason, status, type } = condition;
  return {
    type,
    status,
    ...(observedGeneration && { observedGeneration }),
    lastTransitionTime,
    reason,
    message,
  };
}
