import type { Job, JobCondition, JobStatus } from "#api/batch/v1.ts";
import type { Pod } from "#api/core/v1.ts";
import type { ReconcileContext } from "#component/context.ts";
import { attempt } from "#component/controller.ts";
import { trueCondition } from "../common/jobs.ts";
import { orMissing } from "../common/numbers.ts";
import { jobCondition, withJobCondition } from "./conditions.ts";
import { countOf, formatIndexes, hasIndex, indexesOf, union } from "./indexes.ts";
import type { Ending } from "./plan.ts";
import { hasFailed, indexOf, isIndexed, isTracked, validIndexOf } from "./pods.ts";
import { isCounted } from "./policies.ts";
import { removeFinalizer } from "./act.ts";
import type { JobView } from "./view.ts";

/**
 * Pods are counted so that none counts twice or never, whatever fails in between: their uids go
 * into the status, then their finalizers are removed, then the uids turn into numbers.
 */
export interface Tracking {
  /** The status with the uids of pods that ended, to be written before `release`. */
  readonly status: JobStatus;
  /** The pods whose finalizers may go once that is written. */
  readonly release: readonly Pod[];
  /** Whether all pods that ended are in it: there is a limit for one pass. */
  readonly isComplete: boolean;
}

/** More uids would make the status too large. */
const uncountedMax = 500;

export function track(
  view: JobView,
  status: JobStatus,
  ending: Ending | undefined,
  now: number,
): Tracking {
  const { job } = view;
  const tracked = view.pods.filter(isTracked);
  const counted = count(status, new Set(tracked.map(({ metadata }) => metadata.uid)));
  const succeeded = new Set(counted.uncountedTerminatedPods?.succeeded);
  const failed = new Set(counted.uncountedTerminatedPods?.failed);
  const newIndexes = new Set<number>();
  const release: Pod[] = [];
  let isComplete = true;
  for (const pod of byIndex(tracked, job)) {
    if (!mayGo(pod, view, ending)) continue;
    release.push(pod);
    const { uid } = pod.metadata;
    const index = validIndexOf(pod, job);
    if (pod.status.phase === "Succeeded" && !failed.has(uid)) {
      if (!isIndexed(job)) succeeded.add(uid);
      else if (index !== undefined && !hasIndex(view.indexes?.counted ?? [], index)) {
        newIndexes.add(index);
      }
    } else if (countsAsFailed(pod, view, ending)) failed.add(uid);
    if (newIndexes.size + succeeded.size + failed.size >= uncountedMax) {
      isComplete = false;
      break;
    }
  }
  const interim = ending ? withInterim(counted, job, ending, now) : counted;
  return {
    status: {
      ...interim,
      uncountedTerminatedPods: uncounted([...succeeded], [...failed]),
      ...indexStatus(view, newIndexes),
    },
    release,
    isComplete,
  };
}

/** Of a Job that ends, all pods; else those that ended and whose count of failures nobody needs. */
function mayGo(pod: Pod, { indexes, job }: JobView, ending: Ending | undefined): boolean {
  if (job.metadata.deletionTimestamp || ending || pod.status.phase === "Succeeded") return true;
  if (!hasFailed(pod, job)) return false;
  const index = indexOf(pod);
  return index === undefined || indexes?.toReplace.get(index)?.metadata.uid !== pod.metadata.uid;
}

/** When the Job fails, what has not ended yet counts as failed too. */
function countsAsFailed(pod: Pod, { job }: JobView, ending: Ending | undefined): boolean {
  if (!hasFailed(pod, job) && ending?.result !== "failure") return false;
  if (isIndexed(job) && validIndexOf(pod, job) === undefined) return false;
  return isCounted(job.spec.podFailurePolicy, pod);
}

function byIndex(pods: readonly Pod[], job: Job): readonly Pod[] {
  if (!isIndexed(job)) return pods;
  return pods.toSorted((left, right) => (indexOf(left) ?? -1) - (indexOf(right) ?? -1));
}

/** Says how the Job will end, before its last pods are let go. */
function withInterim(status: JobStatus, job: Job, ending: Ending, now: number): JobStatus {
  const type = ending.result === "success" ? "SuccessCriteriaMet" : "FailureTarget";
  if (trueCondition(job, type)) return status;
  return { ...status, conditions: [...(status.conditions ?? []), jobCondition(type, ending, now)] };
}

function indexStatus({ indexes }: JobView, newIndexes: ReadonlySet<number>): Partial<JobStatus> {
  if (!indexes) return {};
  const succeeded = union(indexes.succeeded, indexesOf(newIndexes));
  const total = orMissing(countOf(succeeded));
  const text = formatIndexes(succeeded);
  return {
    ...(total !== undefined && { succeeded: total }),
    ...(text && { completedIndexes: text }),
    ...(indexes.failed && { failedIndexes: formatIndexes(indexes.failed) }),
  };
}

/** Turns the uids of pods that are not tracked any more into numbers. */
export function count(status: JobStatus, tracked: ReadonlySet<string>): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const keep = (uids: readonly string[]) => uids.filter((uid) => tracked.has(uid));
  const still = { succeeded: keep(succeeded), failed: keep(failed) };
  const { succeeded: oldSucceeded = 0, failed: oldFailed = 0, ...rest } = status;
  const succeededNow = orMissing(oldSucceeded + succeeded.length - still.succeeded.length);
  const failedNow = orMissing(oldFailed + failed.length - still.failed.length);
  return {
    ...rest,
    ...(succeededNow !== undefined && { succeeded: succeededNow }),
    ...(failedNow !== undefined && { failed: failedNow }),
    uncountedTerminatedPods: uncounted(still.succeeded, still.failed),
  };
}

function uncounted(succeeded: string[], failed: string[]) {
  return {
    ...(succeeded.length > 0 && { succeeded }),
    ...(failed.length > 0 && { failed }),
  };
}

/** Removes finalizers; returns the uids that are tracked still, and what went wrong. */
export async function releasePods(
  { pods }: JobView,
  release: readonly Pod[],
  context: ReconcileContext<Job>,
): Promise<{ tracked: ReadonlySet<string>; failure: Error | undefined }> {
  const tracked = new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid));
  const failures = await Promise.all(
    release.map((pod) => attempt(() => removeFinalizer(pod, context))),
  );
  for (const [at, { metadata }] of release.entries()) {
    if (failures[at] === undefined) tracked.delete(metadata.uid);
  }
  return { tracked, failure: failures.find((failure) => failure !== undefined) };
}

/** The last word: it has ended, all its pods are counted, and none of them runs. */
export function finish(status: JobStatus, ending: Ending, now: number): JobStatus | undefined {
  const { failed = [], succeeded = [] } = status.uncountedTerminatedPods ?? {};
  if (failed.length + succeeded.length + (status.terminating ?? 0) > 0) return undefined;
  const success = ending.result === "success";
  const condition: JobCondition = jobCondition(success ? "Complete" : "Failed", ending, now);
  const { lastTransitionTime } = condition;
  return {
    ...status,
    conditions: [...withJobCondition(status.conditions ?? [], condition)],
    ...(success && lastTransitionTime && { completionTime: lastTransitionTime }),
  };
}
