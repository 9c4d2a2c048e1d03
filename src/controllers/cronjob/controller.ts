import type { CronJobStatus } from "#api/batch/v1.ts";
import { CronJob, Job } from "#api/batch/v1.ts";
import { isAlreadyExists } from "#client/client.ts";
import { controllerOf } from "#client/object.ts";
import type { ReconcileContext } from "#component/context.ts";
import { attempt, defineController } from "#component/controller.ts";
import type { Controller } from "#component/controller.ts";
import { parseSchedule } from "#machinery/cron/schedule.ts";
import type { Schedule } from "#machinery/cron/schedule.ts";
import { timeZone, utc } from "#machinery/cron/zone.ts";
import type { TimeZone } from "#machinery/cron/zone.ts";
import { isNamespaceTerminating } from "../common/pod-control.ts";
import { timestamp } from "../common/time.ts";
import { jobName, jobOf, jobsToForget, planStart } from "./plan.ts";
import { msToNextStart, startsDue } from "./starts.ts";
import { observe, withoutActive } from "./status.ts";

type Context = ReconcileContext<CronJob>;

/** What a schedule said when it was last seen, and since when. */
interface Seen {
  readonly uid: string;
  readonly text: string;
  /** When it was changed; undefined for one that was there from the beginning. */
  readonly changedAt: number | undefined;
}

/** Makes Jobs at the times of a schedule: in UTC, unless the CronJob names a time zone. */
export function cronJobController(): Controller {
  const seen = new Map<string, Seen>();

  /** When the schedule last changed: its starts before that were nobody's. */
  const changedAt = ({ metadata, spec }: CronJob, now: number): number | undefined => {
    const key = `${metadata.namespace}/${metadata.name}`;
    const text = `${spec.timeZone ?? ""} ${spec.schedule}`;
    const last = seen.get(key);
    if (last?.uid === metadata.uid && last.text === text) return last.changedAt;
    const changedAt = last?.uid === metadata.uid ? now : undefined;
    seen.set(key, { uid: metadata.uid, text, changedAt });
    return changedAt;
  };

  return defineController({
    name: "cronjob-controller",
    for: CronJob,
    owns: [Job],

    async reconcileKey({ name, namespace }, ctx: Context) {
      const cronJob = ctx.object;
      if (!cronJob) {
        seen.delete(`${namespace}/${name}`);
        return {};
      }
      const jobs = ctx.owned(Job);
      const kept = await forget(cronJob, jobs, ctx);
      const status = await observe(cronJob, kept, jobs, ctx);
      const outcome = await makeStart(cronJob, status, changedAt(cronJob, ctx.now), ctx);
      await ctx.updateStatus(outcome.status);
      if (outcome.failure) throw outcome.failure;
      return { requeueAfterMs: outcome.nextMs };
    },
  });
}

/** Deletes what is more than is to be kept. */
async function forget(
  cronJob: CronJob,
  jobs: readonly Job[],
  context: Context,
): Promise<CronJobStatus> {
  let { status } = cronJob;
  for (const job of jobsToForget(cronJob, jobs)) {
    const failure = await attempt(() => deleteJob(job, context));
    if (!failure) status = withoutActive(status, job.metadata.uid);
  }
  return status;
}

async function deleteJob(job: Job, context: Context): Promise<void> {
  const failure = await attempt(() =>
    context.delete(Job, job, { propagationPolicy: "Background" }),
  );
  if (failure) {
    context.event("Warning", "FailedDelete", `Deleted job: ${failure.message}`);
    throw failure;
  }
  context.event("Normal", "SuccessfulDelete", `Deleted job ${job.metadata.name}`);
}

interface Outcome {
  readonly status: CronJobStatus;
  /** How long until the next start; undefined where none is to be waited for. */
  readonly nextMs?: number | undefined;
  readonly failure?: Error;
}

/** Makes the Job that is due, if one is and may be. */
async function makeStart(
  cronJob: CronJob,
  status: CronJobStatus,
  changedAt: number | undefined,
  context: Context,
): Promise<Outcome> {
  const { now } = context;
  if (cronJob.metadata.deletionTimestamp) return { status };
  const read = readSchedule(cronJob, context);
  if (!read || cronJob.spec.suspend) return { status };
  const { schedule, zone } = read;
  const starts = startsDue(cronJob, schedule, now, { withinDeadline: true });
  if (typeof starts === "string") {
    const message = `invalid schedule: ${cronJob.spec.schedule} : ${starts}`;
    context.event("Warning", "InvalidSchedule", message);
    return { status };
  }
  const wait = (status: CronJobStatus): Outcome => ({
    status,
    nextMs: msToNextStart({ ...cronJob, status }, schedule, now),
  });
  const startAt = starts.latest;
  if (startAt === undefined || startAt <= (changedAt ?? -Infinity)) return wait(status);
  if (starts.missed === "many") {
    const message =
      "too many missed start times. Set or decrease .spec.startingDeadlineSeconds " +
      "or check clock skew";
    context.event("Warning", "TooManyMissedTimes", message);
  }
  const intent = planStart(cronJob, status, startAt, now);
  switch (intent) {
    case "madeAlready":
      return wait(status);
    case "tooLate": {
      const time = new Date(startAt).toUTCString().replace("GMT", "+0000");
      const message = `Missed scheduled time to start a job: ${time}`;
      context.event("Warning", "MissSchedule", message);
      return wait(status);
    }
    case "othersRun": {
      const message =
        "Not starting job because prior execution is running and concurrency policy is Forbid";
      context.event("Normal", "JobAlreadyActive", message);
      return wait(status);
    }
    case "start":
    case "replaceOthers": {
      const { failure, status: free } =
        intent === "start" ? { status } : await endOthers(cronJob, status, context);
      if (failure) return { status: free, failure };
      const started = await start(cronJob, free, { startAt, zone }, context);
      return started.failure ? started : wait(started.status);
    }
    default:
      return intent satisfies never;
  }
}

/** What the CronJob's schedule says; undefined, with an event, where it cannot be read. */
function readSchedule(
  { spec }: CronJob,
  context: Context,
): { schedule: Schedule; zone: TimeZone } | undefined {
  const zone = spec.timeZone === undefined ? utc : timeZone(spec.timeZone);
  if (!zone) {
    const name = JSON.stringify(spec.timeZone);
    const message = `invalid timeZone: ${name}: unknown time zone ${spec.timeZone}`;
    context.event("Warning", "UnknownTimeZone", message);
    return undefined;
  }
  const schedule = parseSchedule(spec.schedule, zone);
  if (typeof schedule !== "string") return { schedule, zone };
  if (spec.suspend) return undefined;
  const message = `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${schedule}`;
  context.event("Warning", "UnparseableSchedule", message);
  return undefined;
}

/** Ends the Jobs that still run. */
async function endOthers(
  { metadata }: CronJob,
  status: CronJobStatus,
  context: Context,
): Promise<Outcome> {
  let left = status;
  for (const { name = "", uid } of status.active ?? []) {
    const failure = await attempt(async () => {
      let job: Job;
      try {
        job = await context.client.get(Job, { namespace: metadata.namespace, name });
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        context.event("Warning", "FailedGet", `Get job: ${message}`);
        throw error;
      }
      await deleteJob(job, context);
    });
    if (failure) return { status: left, failure };
    left = withoutActive(left, uid);
  }
  return { status: left };
}

/** Makes the Job of one start. One of that name that is ours already was only forgotten. */
async function start(
  cronJob: CronJob,
  status: CronJobStatus,
  { startAt, zone }: { readonly startAt: number; readonly zone: TimeZone },
  context: Context,
): Promise<Outcome> {
  const { namespace, uid } = cronJob.metadata;
  let job: Job;
  try {
    job = await context.create(Job, jobOf(cronJob, startAt, zone));
    context.event("Normal", "SuccessfulCreate", `Created job ${job.metadata.name}`);
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    if (isNamespaceTerminating(error)) return { status, failure };
    if (!isAlreadyExists(error)) {
      context.event("Warning", "FailedCreate", `Error creating job: ${failure.message}`);
      return { status, failure };
    }
    const name = jobName(cronJob, startAt);
    job = await context.client.get(Job, { namespace, name });
    if (controllerOf(job)?.uid !== uid) return { status };
  }
  const { metadata } = job;
  const reference = {
    kind: "Job",
    ...(namespace && { namespace }),
    name: metadata.name,
    uid: metadata.uid,
    apiVersion: "batch/v1",
    resourceVersion: metadata.resourceVersion,
  };
  return {
    status: {
      ...status,
      active: [...(status.active ?? []), reference],
      lastScheduleTime: timestamp(startAt),
    },
  };
}
