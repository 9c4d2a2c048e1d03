import { Job } from "#api/batch/v1.ts";
import { isNotFound } from "#client/client.ts";
import { defineController } from "#component/controller.ts";
import { endedAt } from "../common/jobs.ts";

/** Deletes Jobs some time after their end, with all that belongs to them. */
export const ttlAfterFinishedController = defineController({
  name: "ttl-after-finished-controller",
  for: Job,
  ignores: (job) => expiry(job) === undefined,

  async reconcile(job, ctx) {
    const expiresAt = expiry(job);
    if (expiresAt === undefined) return {};
    if (expiresAt > ctx.now) return { requeueAfterMs: expiresAt - ctx.now };
    // Somebody may have prolonged its life a moment ago.
    const live = await liveJob();
    const liveExpiry = live && expiry(live);
    if (!live || liveExpiry === undefined || liveExpiry > ctx.now) return {};
    await ctx.delete(Job, live, { propagationPolicy: "Foreground" });
    return {};

    async function liveJob(): Promise<Job | undefined> {
      try {
        return await ctx.client.get(Job, job.metadata, ctx.signal);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    }
  },
});

/** When a Job is to be deleted; undefined for one that has not ended or stays. */
export function expiry(job: Job): number | undefined {
  const { ttlSecondsAfterFinished } = job.spec;
  const since = endedAt(job);
  if (ttlSecondsAfterFinished === undefined || since === undefined) return undefined;
  return job.metadata.deletionTimestamp ? undefined : since + ttlSecondsAfterFinished * 1000;
}
