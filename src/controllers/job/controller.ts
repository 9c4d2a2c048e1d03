import { Job } from "#api/batch/v1.ts";
import type { JobStatus } from "#api/batch/v1.ts";
import { Pod } from "#api/core/v1.ts";
import { keyOf } from "#client/object.ts";
import type { ReconcileContext } from "#component/context.ts";
import { defineController } from "#component/controller.ts";
import type { Controller } from "#component/controller.ts";
import { endOf } from "../common/jobs.ts";
import { isReady } from "../common/pods.ts";
import { timestamp } from "../common/time.ts";
import { act } from "./act.ts";
import type { Outcome } from "./act.ts";
import { withEnded } from "./backoff.ts";
import type { FailureRecord } from "./backoff.ts";
import { jobCondition, withJobCondition } from "./conditions.ts";
import { orphanController } from "./orphans.ts";
import { completionOf, msToDeadline, plan } from "./plan.ts";
import type { Ending, Plan } from "./plan.ts";
import { isManagedElsewhere, trackingFinalizer } from "./pods.ts";
import { count, finish, releasePods, track } from "./tracking.ts";
import { viewOf } from "./view.ts";
import type { JobView } from "./view.ts";

type Context = ReconcileContext<Job>;

/** What is remembered of a Job from one pass to the next. */
interface Memory {
  readonly failures: FailureRecord | undefined;
  readonly generation: number | undefined;
  /** Changes of its pods wait until then, and are looked at together. */
  readonly nextAt: number;
}

/** Each pass reads all pods: one with many of them is not looked at for each single change. */
const pauseMsPerPod = 2;
const pauseMsMax = 1_000;

/** Run pods until enough of them have succeeded. */
export function jobControllers(): readonly Controller[] {
  const memories = new Map<string, Memory>();
  const jobs = defineController({
    name: "job-controller",
    for: Job,
    owns: [Pod],
    adopts: (job) => (isManagedElsewhere(job) ? undefined : job.spec.selector),

    async reconcileKey(reference, ctx: Context) {
      const job = ctx.object;
      const key = keyOf(reference);
      if (!job || endOf(job)) memories.delete(key);
      if (!job || endOf(job) || isManagedElsewhere(job)) return {};
      const { generation } = job.metadata;
      const memory = memories.get(key);
      if (memory && memory.generation === generation && ctx.now < memory.nextAt) {
        return { requeueAfterMs: memory.nextAt - ctx.now };
      }
      const pods = await ctx.claim(Pod, job.spec.selector, { finalizer: trackingFinalizer });
      const view = viewOf(started(job, ctx.now), pods);
      const failures = withEnded(memory?.failures, view.ended.succeeded, view.ended.failed);
      const intent = plan(view, failures, ctx.now);
      const outcome = await act(intent, view, ctx);
      await report(view, intent, outcome, ctx, () => {
        const nextAt = ctx.now + Math.min(pauseMsMax, pods.length * pauseMsPerPod);
        memories.set(key, { failures, generation, nextAt });
      });
      if (outcome.failure) throw outcome.failure;
      return { requeueAfterMs: msToNextLook(view, intent, ctx.now) };
    },
  });
  return [jobs, orphanController];
}

/** A Job starts when it is first seen and not suspended. */
function started(job: Job, now: number): Job {
  if (job.status.startTime !== undefined || job.spec.suspend) return job;
  return { ...job, status: { ...job.status, startTime: timestamp(now) } };
}

function msToNextLook({ job }: JobView, intent: Plan, now: number): number | undefined {
  if (intent.kind === "end") return undefined;
  const times = [intent.kind === "wait" ? intent.ms : undefined, msToDeadline(job, now)].filter(
    (ms) => ms !== undefined,
  );
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** Writes what is and what was done, counts the pods that ended, and says when all is over. */
async function report(
  view: JobView,
  intent: Plan,
  outcome: Outcome,
  ctx: Context,
  counted: () => void,
): Promise<void> {
  const active = view.active.length + outcome.created - outcome.deleted;
  // A Job whose pods could not all be told to stop has not ended.
  const ending =
    intent.kind === "end" ? (active === 0 ? intent.ending : undefined) : completionOf(view, active);
  const { events, status } = withSuspension(view, statusOf(view, active, outcome), ending, ctx);
  const tracking = track(view, status, ending, ctx.now);
  await ctx.updateStatus(tracking.status);
  counted();
  for (const [reason, message] of events) ctx.event("Normal", reason, message);
  const { failure, tracked } = await releasePods(view, tracking.release, ctx);
  const final = count(tracking.status, tracked);
  if (failure) {
    await ctx.updateStatus(final);
    throw failure;
  }
  const finished = ending && tracking.isComplete ? finish(final, ending, ctx.now) : undefined;
  await ctx.updateStatus(finished ?? final);
  if (finished && ending) tellEnd(view, ending, finished, ctx);
}

function statusOf(view: JobView, active: number, outcome: Outcome): JobStatus {
  const { active: _old, ...rest } = view.job.status;
  return {
    ...rest,
    ...(active > 0 && { active }),
    ready: view.active.filter(isReady).length - outcome.deletedReady,
    terminating: view.terminating.length + outcome.deleted,
  };
}

/** A Job that goes on says whether it is suspended. Its time starts anew when it is resumed. */
function withSuspension(
  { job }: JobView,
  status: JobStatus,
  ending: Ending | undefined,
  { now }: Context,
): { status: JobStatus; events: readonly (readonly [reason: string, message: string])[] } {
  if (ending || job.metadata.deletionTimestamp) return { status, events: [] };
  const { suspend } = job.spec;
  const why = suspend
    ? { reason: "JobSuspended", message: "Job suspended" }
    : { reason: "JobResumed", message: "Job resumed" };
  const condition = jobCondition("Suspended", why, now, suspend ? "True" : "False");
  const old = status.conditions ?? [];
  const conditions = withJobCondition(old, condition);
  if (conditions === old) return { status, events: [] };
  const { startTime: _old, ...rest } = status;
  return {
    status: {
      ...rest,
      conditions: [...conditions],
      ...(!suspend && { startTime: timestamp(now) }),
    },
    events: [suspend ? ["Suspended", why.message] : ["Resumed", why.message]],
  };
}

function tellEnd({ job }: JobView, ending: Ending, status: JobStatus, ctx: Context): void {
  if (ending.result === "failure") {
    ctx.event("Warning", ending.reason, ending.message);
    return;
  }
  if ((status.succeeded ?? 0) > (job.spec.completions ?? Infinity)) {
    const message = "Too many succeeded pods running after completion count reached";
    ctx.event("Warning", "TooManySucceededPods", message);
  }
  ctx.event("Normal", "Completed", "Job completed");
}
