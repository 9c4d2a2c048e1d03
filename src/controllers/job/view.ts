import type { Job } from "#api/batch/v1.ts";
import type { Pod } from "#api/core/v1.ts";
import { isActive, isTerminating } from "../common/pods.ts";
import { countOf, hasIndex, indexesOf, parseIndexes, union } from "./indexes.ts";
import type { Indexes } from "./indexes.ts";
import {
  finishedAt,
  hasFailed,
  indexFailuresOf,
  indexOf,
  isIndexed,
  isTracked,
  validIndexOf,
} from "./pods.ts";
import { isCounted, judgeFailure } from "./policies.ts";

/** A Job and its pods, counted: what each decision of a pass is made from. */
export interface JobView {
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  /** Pods that ended and that the status does not know of yet. */
  readonly ended: { readonly succeeded: readonly Pod[]; readonly failed: readonly Pod[] };
  /** Of an Indexed Job: how many indexes. */
  readonly succeeded: number;
  readonly failed: number;
  readonly indexes: IndexView | undefined;
}

export interface IndexView {
  readonly completions: number;
  /** What the status knows of. */
  readonly counted: Indexes;
  readonly succeeded: Indexes;
  /** Undefined where indexes have no limit of their own. */
  readonly failed: Indexes | undefined;
  /** The failed pods whose successors are yet to take over their count of failures. */
  readonly toReplace: ReadonlyMap<number, Pod>;
}

export function viewOf(job: Job, pods: readonly Pod[]): JobView {
  const { status } = job;
  const active = pods.filter(isActive);
  const uncounted = {
    succeeded: new Set(status.uncountedTerminatedPods?.succeeded),
    failed: new Set(status.uncountedTerminatedPods?.failed),
  };
  const valid = pods.filter(
    (pod) => isTracked(pod) && (!isIndexed(job) || validIndexOf(pod, job) !== undefined),
  );
  const ended = {
    succeeded: valid.filter(
      ({ metadata, status }) =>
        status.phase === "Succeeded" && !uncounted.succeeded.has(metadata.uid),
    ),
    failed: valid.filter((pod) => hasFailed(pod, job) && !uncounted.failed.has(pod.metadata.uid)),
  };
  const counted = ended.failed.filter((pod) => isCounted(job.spec.podFailurePolicy, pod));
  const indexes = isIndexed(job) ? indexViewOf(job, valid, active) : undefined;
  return {
    job,
    pods,
    active,
    terminating: pods.filter(isTerminating),
    ended,
    succeeded: indexes
      ? countOf(indexes.succeeded)
      : (status.succeeded ?? 0) + ended.succeeded.length + uncounted.succeeded.size,
    failed: (status.failed ?? 0) + counted.length + uncounted.failed.size,
    indexes,
  };
}

function indexViewOf(job: Job, valid: readonly Pod[], active: readonly Pod[]): IndexView {
  const { spec, status } = job;
  const completions = spec.completions ?? 0;
  const indexesWhere = (matches: (pod: Pod) => boolean) =>
    indexesOf(valid.filter(matches).flatMap((pod) => indexOf(pod) ?? []));
  const counted = parseIndexes(status.completedIndexes ?? "", completions);
  const succeeded = union(
    counted,
    indexesWhere(({ status }) => status.phase === "Succeeded"),
  );
  const limit = spec.backoffLimitPerIndex;
  if (limit === undefined) {
    return { completions, counted, succeeded, failed: undefined, toReplace: new Map() };
  }
  const failed = union(
    parseIndexes(status.failedIndexes ?? "", completions),
    indexesWhere((pod) => failsIndex(pod, job, limit)),
  );
  const settled = union(
    union(succeeded, failed),
    indexesOf(active.flatMap((p) => indexOf(p) ?? [])),
  );
  return { completions, counted, succeeded, failed, toReplace: toReplace(job, valid, settled) };
}

function failsIndex(pod: Pod, job: Job, limit: number): boolean {
  if (!hasFailed(pod, job)) return false;
  const { action } = judgeFailure(job.spec.podFailurePolicy, pod);
  if (action === "FailIndex") return true;
  return action !== "Ignore" && indexFailuresOf(pod).counted >= limit;
}

/** The last failed pod of each index that is to be tried again. */
function toReplace(job: Job, valid: readonly Pod[], settled: Indexes): ReadonlyMap<number, Pod> {
  const last = new Map<number, Pod>();
  for (const pod of valid) {
    const index = indexOf(pod);
    if (index === undefined || !hasFailed(pod, job) || hasIndex(settled, index)) continue;
    const previous = last.get(index);
    if (!previous || isLater(pod, previous)) last.set(index, pod);
  }
  return last;
}

function isLater(pod: Pod, previous: Pod): boolean {
  const failures = (of: Pod) => indexFailuresOf(of).counted + indexFailuresOf(of).ignored;
  return failures(previous) <= failures(pod) && finishedAt(pod) >= finishedAt(previous);
}
