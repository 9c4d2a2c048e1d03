import type { Pod } from "#api/core/v1.ts";
import { finishedAt, indexFailuresOf } from "./pods.ts";

/** How a Job's pods failed lately. Kept in memory: who starts anew forgives. */
export interface FailureRecord {
  readonly failuresSinceSuccess: number;
  readonly lastFailureAt: number | undefined;
}

const delayMsFirst = 10_000;
const delayMsMax = 600_000;

const noFailures: FailureRecord = { failuresSinceSuccess: 0, lastFailureAt: undefined };

/** The record with the pods that ended since. A success forgives what failed before it. */
export function withEnded(
  record: FailureRecord = noFailures,
  succeeded: readonly Pod[],
  failed: readonly Pod[],
): FailureRecord {
  const failures = failed.map(finishedAt);
  if (succeeded.length === 0) {
    if (failures.length === 0) return record;
    return {
      failuresSinceSuccess: record.failuresSinceSuccess + failures.length,
      lastFailureAt: Math.max(...failures),
    };
  }
  const lastSuccessAt = Math.max(...succeeded.map(finishedAt));
  const since = failures.filter((at) => at > lastSuccessAt);
  if (since.length === 0) return noFailures;
  return { failuresSinceSuccess: since.length, lastFailureAt: Math.max(...since) };
}

/** How long until the next pod may be made: the wait doubles with each failure. */
export function msToNextTry(record: FailureRecord, now: number): number {
  const { failuresSinceSuccess, lastFailureAt } = record;
  if (failuresSinceSuccess === 0 || lastFailureAt === undefined) return 0;
  const delayMs = Math.min(delayMsMax, delayMsFirst * 2 ** (failuresSinceSuccess - 1));
  return Math.max(0, lastFailureAt + delayMs - now);
}

/** The same for an index with a limit of its own, by its last failed pod. */
export function msToNextTryOfIndex(lastFailed: Pod | undefined, now: number): number {
  if (!lastFailed) return 0;
  const { counted, ignored } = indexFailuresOf(lastFailed);
  const record = {
    failuresSinceSuccess: counted + ignored + 1,
    lastFailureAt: finishedAt(lastFailed),
  };
  return msToNextTry(record, now);
}
