import type { CronJob } from "#api/batch/v1.ts";
import type { Schedule } from "#machinery/cron/schedule.ts";
import { msOf } from "../common/time.ts";

/** The starts that a CronJob has not made yet. */
export interface Starts {
  /** What they are counted from. */
  readonly since: number;
  /** The last one that is due; undefined if none is. */
  readonly latest: number | undefined;
  readonly missed: "none" | "few" | "many";
}

const manyMissed = 100;

/**
 * The starts that are due now. Not each is looked at: after a long stop there may be millions. A
 * text tells why the schedule can have none.
 */
export function startsDue(
  { metadata, spec, status }: CronJob,
  schedule: Schedule,
  now: number,
  options: { readonly withinDeadline: boolean },
): Starts | string {
  const { startingDeadlineSeconds } = spec;
  let since = msOf(status.lastScheduleTime) ?? Date.parse(metadata.creationTimestamp);
  if (options.withinDeadline && startingDeadlineSeconds !== undefined) {
    since = Math.max(since, now - startingDeadlineSeconds * 1000);
  }
  const first = schedule.next(since);
  const second = first === undefined ? undefined : schedule.next(first);
  if (first === undefined || second === undefined) {
    return "time difference between two schedules is less than 1 second";
  }
  if (now < first) return { since, latest: undefined, missed: "none" };
  if (now < second) return { since, latest: first, missed: "none" };
  const between = second - first;
  const count = Math.floor((now - first) / between) + 1;
  let latest: number | undefined;
  let next = schedule.next(first + (count - 2) * between);
  while (next !== undefined && next <= now) {
    latest = next;
    next = schedule.next(next);
  }
  return { since, latest, missed: count > manyMissed ? "many" : "few" };
}

/** Clocks of machines differ a little: nobody should be woken just before it is time. */
const marginMs = 100;

/** How long until the next start. */
export function msToNextStart(
  cronJob: CronJob,
  schedule: Schedule,
  now: number,
): number | undefined {
  const starts = startsDue(cronJob, schedule, now, { withinDeadline: false });
  const from =
    typeof starts === "string"
      ? now
      : (starts.latest ?? (starts.missed === "none" ? starts.since : now));
  const next = schedule.next(from);
  return next === undefined ? undefined : next + marginMs - now;
}
