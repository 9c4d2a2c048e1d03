import type { Job, JobCondition } from "#api/batch/v1.ts";
import { msOf } from "./time.ts";

export function trueCondition({ status }: Job, type: string): JobCondition | undefined {
  return status.conditions?.find((one) => one.type === type && one.status === "True");
}

/** How a Job has ended for good; undefined while it has not. */
export function endOf(job: Job): "Complete" | "Failed" | undefined {
  if (trueCondition(job, "Complete")) return "Complete";
  return trueCondition(job, "Failed") ? "Failed" : undefined;
}

/** When it has ended for good. */
export function endedAt(job: Job): number | undefined {
  const end = endOf(job);
  return end && msOf(trueCondition(job, end)?.lastTransitionTime);
}
