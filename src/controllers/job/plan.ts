import type { Job } from "#api/batch/v1.ts";
import type { Pod } from "#api/core/v1.ts";
import { trueCondition } from "../common/jobs.ts";
import { msOf } from "../common/time.ts";
import { msToNextTry, msToNextTryOfIndex } from "./backoff.ts";
import type { FailureRecord } from "./backoff.ts";
import { countOf, firstFree, indexesOf, union } from "./indexes.ts";
import { byProgress, hasFailed, indexOf, replacesOnlyFailed, validIndexOf } from "./pods.ts";
import { judgeFailure, judgeSuccess } from "./policies.ts";
import type { IndexView, JobView } from "./view.ts";

/** How a Job will end, and why. */
export interface Ending {
  readonly result: "success" | "failure";
  readonly reason: string;
  readonly message: string;
}

/** What to do about the pods. */
export type Plan =
  | { readonly kind: "none" }
  /** The Job ends: its pods are told to stop, and are counted when they have. */
  | { readonly kind: "end"; readonly ending: Ending }
  /** Too many: they go without being counted. */
  | { readonly kind: "delete"; readonly pods: readonly Pod[] }
  | { readonly kind: "create"; readonly indexes: readonly (number | undefined)[] }
  /** Pods are missing, but failed too lately to be tried again. */
  | { readonly kind: "wait"; readonly ms: number };

/** So many pods are created or deleted in one pass at most. */
const burst = 500;
const waitMsMin = 1_000;

export function plan(view: JobView, failures: FailureRecord, now: number): Plan {
  const ending = endingOf(view, now);
  if (ending) return { kind: "end", ending };
  if (view.job.metadata.deletionTimestamp) return { kind: "none" };
  return planPods(view, failures, now);
}

/** Whether the Job is to end early, whatever still runs. What was decided once stays so. */
export function endingOf(view: JobView, now: number): Ending | undefined {
  const { job } = view;
  const success = trueCondition(job, "SuccessCriteriaMet");
  if (success) return endingFrom("success", success);
  const failure = trueCondition(job, "FailureTarget");
  if (failure) return endingFrom("failure", failure);
  return failureOf(view, now) ?? successOf(view);
}

function endingFrom(
  result: Ending["result"],
  { reason = "", message = "" }: { reason?: string; message?: string },
): Ending {
  return { result, reason, message };
}

function failureOf(view: JobView, now: number): Ending | undefined {
  const { indexes, job, pods } = view;
  const { spec } = job;
  const fails = (reason: string, message: string): Ending => ({
    result: "failure",
    reason,
    message,
  });
  if (spec.podFailurePolicy) {
    for (const pod of pods) {
      const verdict = hasFailed(pod, job) && judgeFailure(spec.podFailurePolicy, pod);
      if (verdict && verdict.action === "FailJob")
        return fails("PodFailurePolicy", verdict.message);
    }
  }
  if (view.failed > spec.backoffLimit || restartsTooOften(view)) {
    return fails("BackoffLimitExceeded", "Job has reached the specified backoff limit");
  }
  const left = msToDeadline(job, now);
  if (left !== undefined && left <= 0) {
    return fails("DeadlineExceeded", "Job was active longer than specified deadline");
  }
  if (!indexes?.failed) return undefined;
  const failed = countOf(indexes.failed);
  if (failed > (spec.maxFailedIndexes ?? Infinity)) {
    const message = "Job has exceeded the specified maximal number of failed indexes";
    return fails("MaxFailedIndexesExceeded", message);
  }
  if (failed > 0 && failed + countOf(indexes.succeeded) >= indexes.completions) {
    return fails("FailedIndexes", "Job has failed indexes");
  }
  return undefined;
}

function successOf({ indexes, job }: JobView): Ending | undefined {
  if (!indexes) return undefined;
  const message = judgeSuccess(job.spec.successPolicy, indexes.completions, indexes.succeeded);
  return message === undefined
    ? undefined
    : { result: "success", reason: "SuccessPolicy", message };
}

/** Enough pods have succeeded, and none runs that might be of use. */
export function completionOf(view: JobView, active: number): Ending | undefined {
  const { completions = 1 } = view.job.spec;
  if (view.succeeded < completions || active > 0) return undefined;
  return {
    result: "success",
    reason: "CompletionsReached",
    message: "Reached expected number of succeeded pods",
  };
}

/** Containers that are restarted in place never make a failed pod: they are counted themselves. */
function restartsTooOften({ job, pods }: JobView): boolean {
  const { backoffLimit, template } = job.spec;
  if (template.spec?.restartPolicy !== "OnFailure") return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status.phase !== "Running" && status.phase !== "Pending") continue;
    for (const { restartCount } of status.initContainerStatuses ?? []) restarts += restartCount;
    for (const { restartCount } of status.containerStatuses ?? []) restarts += restartCount;
  }
  return restarts >= Math.max(1, backoffLimit);
}

/** How much longer the Job may be active; undefined where nothing limits it. */
export function msToDeadline({ spec, status }: Job, now: number): number | undefined {
  const startedAt = msOf(status.startTime);
  if (spec.activeDeadlineSeconds === undefined || spec.suspend || startedAt === undefined) {
    return undefined;
  }
  return startedAt + spec.activeDeadlineSeconds * 1000 - now;
}

function planPods(view: JobView, failures: FailureRecord, now: number): Plan {
  const { active, indexes, job, terminating } = view;
  const wanted = job.spec.suspend ? 0 : wantedPods(view);
  const tooMany = podsToDelete(view, Math.max(0, active.length - wanted));
  if (tooMany.length > 0) {
    return { kind: "delete", pods: job.spec.suspend ? tooMany : tooMany.slice(0, burst) };
  }
  const stillHere = replacesOnlyFailed(job) ? terminating.length : 0;
  const missing = Math.min(burst, wanted - active.length - stillHere);
  if (missing <= 0) return { kind: "none" };
  if (indexes?.failed) return planIndexes(view, indexes, missing, now);
  const ms = msToNextTry(failures, now);
  if (ms > 0) return { kind: "wait", ms: Math.max(ms, waitMsMin) };
  return {
    kind: "create",
    indexes: indexes
      ? freeIndexes(view, indexes, missing)
      : Array.from({ length: missing }, () => undefined),
  };
}

function wantedPods({ active, job, succeeded }: JobView): number {
  const { completions, parallelism = 1 } = job.spec;
  if (completions !== undefined) return Math.max(0, Math.min(completions - succeeded, parallelism));
  // Without a number the first success says that the work is done: what runs may finish.
  return succeeded > 0 ? active.length : parallelism;
}

/** Indexes with limits of their own wait on their own. */
function planIndexes(view: JobView, indexes: IndexView, missing: number, now: number): Plan {
  const waits = freeIndexes(view, indexes, missing).map((index) => ({
    index,
    ms: msToNextTryOfIndex(indexes.toReplace.get(index), now),
  }));
  const ready = waits.filter(({ ms }) => ms === 0).map(({ index }) => index);
  if (ready.length > 0) return { kind: "create", indexes: ready };
  if (waits.length === 0) return { kind: "none" };
  return { kind: "wait", ms: Math.max(waitMsMin, Math.min(...waits.map(({ ms }) => ms))) };
}

function freeIndexes(view: JobView, indexes: IndexView, count: number): readonly number[] {
  const { active, job, terminating } = view;
  const occupied = replacesOnlyFailed(job) ? [...active, ...terminating] : active;
  const taken = union(
    union(indexes.succeeded, indexes.failed ?? []),
    indexesOf(occupied.flatMap((pod) => indexOf(pod) ?? [])),
  );
  return firstFree(taken, count, indexes.completions);
}

/** At least so many of the active pods, and those whose index is taken or none of the Job's. */
function podsToDelete({ active, indexes, job }: JobView, count: number): readonly Pod[] {
  if (!indexes) return count === 0 ? [] : active.toSorted(byProgress).slice(0, count);
  const keepers = new Map<number, Pod>();
  const surplus: Pod[] = [];
  for (const pod of active.toSorted(byProgress).reverse()) {
    const index = validIndexOf(pod, job);
    if (index === undefined || keepers.has(index)) surplus.push(pod);
    else keepers.set(index, pod);
  }
  const more = Math.max(0, count - surplus.length);
  return [...surplus, ...[...keepers.values()].reverse().slice(0, more)];
}
