import type { CronJob, CronJobStatus } from "#api/batch/v1.ts";
import { CronJob as CronJobType, Job } from "#api/batch/v1.ts";
import { isNotFound } from "#client/client.ts";
import type { ReconcileContext } from "#component/context.ts";
import { endOf } from "../common/jobs.ts";

/** The status with one of its Jobs gone from those that run. */
export function withoutActive(status: CronJobStatus, uid: string | undefined): CronJobStatus {
  const { active = [], ...rest } = status;
  const left = active.filter((job) => job.uid !== uid);
  return left.length > 0 ? { ...rest, active: left } : rest;
}

/** The status brought in line with the Jobs there are; events tell what was found. */
export async function observe(
  cronJob: CronJob,
  status: CronJobStatus,
  jobs: readonly Job[],
  context: ReconcileContext<CronJob>,
): Promise<CronJobStatus> {
  let observed = status;
  for (const job of jobs) {
    const { name, uid } = job.metadata;
    const isKnown = observed.active?.some((active) => active.uid === uid) ?? false;
    const end = endOf(job);
    if (end === undefined) {
      if (!isKnown && !(await isKnownToServer(cronJob, uid, context))) {
        const message = `Saw a job that the controller did not create or forgot: ${name}`;
        context.event("Warning", "UnexpectedJob", message);
      }
      continue;
    }
    if (isKnown) {
      observed = withoutActive(observed, uid);
      const message = `Saw completed job: ${name}, condition: ${end}`;
      context.event("Normal", "SawCompletedJob", message);
    }
    const { completionTime } = job.status;
    const last = observed.lastSuccessfulTime;
    if (end === "Complete" && completionTime && (!last || completionTime > last)) {
      observed = { ...observed, lastSuccessfulTime: completionTime };
    }
  }
  const present = new Set(jobs.map(({ metadata }) => metadata.uid));
  for (const { name = "", uid } of observed.active ?? []) {
    if (uid !== undefined && present.has(uid)) continue;
    // The cache may be late.
    if (await jobExists(cronJob, name, context)) continue;
    context.event("Normal", "MissingJob", `Active job went missing: ${name}`);
    observed = withoutActive(observed, uid);
  }
  return observed;
}

async function isKnownToServer(
  { metadata }: CronJob,
  uid: string,
  { client, signal }: ReconcileContext<CronJob>,
): Promise<boolean> {
  const live = await client.get(CronJobType, metadata, signal);
  return live.status.active?.some((active) => active.uid === uid) ?? false;
}

async function jobExists(
  { metadata }: CronJob,
  name: string,
  { client, signal }: ReconcileContext<CronJob>,
): Promise<boolean> {
  try {
    await client.get(Job, { namespace: metadata.namespace, name }, signal);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
