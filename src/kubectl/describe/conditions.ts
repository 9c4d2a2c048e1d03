import { formatTime } from "./go-values.ts";
import type { DescribeWriter } from "./writer.ts";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** The short table of controllers. */
export function writeConditionsWithReason(
  writer: DescribeWriter,
  conditions: readonly Condition[] = [],
): void {
  if (conditions.length === 0) return;
  writer.row(0, "Conditions:");
  const rows = conditions.map(({ type, status, reason = "" }) => [`${type} `, status, reason]);
  writer.table(1, ["Type", "Status", "Reason"], rows);
}

/** The table that says since when, and why. */
export function writeConditionsWithTime(
  writer: DescribeWriter,
  conditions: readonly Condition[],
): void {
  writer.row(0, "Conditions:");
  writer.table(
    1,
    ["Type", "Status", "LastTransitionTime", "Reason", "Message"],
    conditions.map(({ type, status, lastTransitionTime, reason = "", message = "" }) => [
      type,
      status,
      formatTime(lastTransitionTime),
      reason,
      message,
    ]),
  );
}
