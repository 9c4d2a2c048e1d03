import type { JobCondition } from "#api/batch/v1.ts";
import { timestamp } from "../common/time.ts";

export function jobCondition(
  type: "Complete" | "Failed" | "FailureTarget" | "SuccessCriteriaMet" | "Suspended",
  { reason, message }: { readonly reason?: string; readonly message?: string },
  now: number,
  status: JobCondition["status"] = "True",
): JobCondition {
  const at = timestamp(now);
  return {
    type,
    status,
    lastProbeTime: at,
    lastTransitionTime: at,
    ...(reason && { reason }),
    ...(message && { message }),
  };
}

/** With the condition in its place; the same list where it says so already. */
export function withJobCondition(
  conditions: readonly JobCondition[],
  condition: JobCondition,
): readonly JobCondition[] {
  const at = conditions.findIndex(({ type }) => type === condition.type);
  const current = conditions[at];
  // From nothing to False is no news.
  if (!current) return condition.status === "False" ? conditions : [...conditions, condition];
  const { message, reason, status } = current;
  if (status === condition.status && reason === condition.reason && message === condition.message) {
    return conditions;
  }
  return conditions.with(at, condition);
}
