import type { CronJob, CronJobStatus, Job } from "#api/batch/v1.ts";
import type { Draft } from "#schema/message.ts";
import { formatInZone } from "#machinery/cron/zone.ts";
import type { TimeZone } from "#machinery/cron/zone.ts";
import { endOf } from "../common/jobs.ts";
import { compare, msOf } from "../common/time.ts";

/** Jobs that have ended and are too many to keep: the oldest go, of each kind of end. */
export function jobsToForget({ spec }: CronJob, jobs: readonly Job[]): readonly Job[] {
  const limits = [
    ["Complete", spec.successfulJobsHistoryLimit],
    ["Failed", spec.failedJobsHistoryLimit],
  ] as const;
  return limits.flatMap(([end, limit]) => {
    const ended = jobs.filter((job) => endOf(job) === end).toSorted(byStart);
    return ended.slice(0, Math.max(0, ended.length - limit));
  });
}

/** Oldest first; those that never started last. */
function byStart(left: Job, right: Job): number {
  const [a, b] = [left, right].map(({ status }) => msOf(status.startTime) ?? Infinity);
  return a === b ? compare(left.metadata.name, right.metadata.name) : (a ?? 0) - (b ?? 0);
}

/** What to do about a start that is due. */
export type StartPlan = "start" | "tooLate" | "madeAlready" | "othersRun" | "replaceOthers";

export function planStart(
  cronJob: CronJob,
  status: CronJobStatus,
  startAt: number,
  now: number,
): StartPlan {
  const { concurrencyPolicy, startingDeadlineSeconds = Infinity } = cronJob.spec;
  const active = status.active ?? [];
  if (startAt + startingDeadlineSeconds * 1000 < now) return "tooLate";
  const name = jobName(cronJob, startAt);
  const isMade = active.some((job) => job.name === name);
  if (isMade || msOf(status.lastScheduleTime) === startAt) return "madeAlready";
  if (active.length === 0 || concurrencyPolicy === "Allow") return "start";
  return concurrencyPolicy === "Forbid" ? "othersRun" : "replaceOthers";
}

/** Each start has a name of its own, the number of its minute: none is made twice. */
export function jobName({ metadata }: CronJob, startAt: number): string {
  return `${metadata.name}-${Math.floor(startAt / 60_000)}`;
}

export function jobOf(cronJob: CronJob, startAt: number, zone: TimeZone): Draft<Job> {
  const { metadata, spec } = cronJob.spec.jobTemplate;
  const { annotations, labels } = metadata;
  return {
    metadata: {
      name: jobName(cronJob, startAt),
      ...(labels && { labels }),
      annotations: {
        ...annotations,
        "batch.kubernetes.io/cronjob-scheduled-timestamp": formatInZone(startAt, zone),
      },
    },
    spec: spec ?? { template: {} },
  };
}
