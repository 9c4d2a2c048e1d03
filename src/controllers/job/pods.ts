import type { Job } from "#api/batch/v1.ts";
import type { ContainerStatus, Pod } from "#api/core/v1.ts";
import { isReady, podCondition } from "../common/pods.ts";
import { msOf } from "../common/time.ts";

/** Keeps a pod until it is counted. */
export const trackingFinalizer = "batch.kubernetes.io/job-tracking";
export const indexKey = "batch.kubernetes.io/job-completion-index";
const failuresKey = "batch.kubernetes.io/job-index-failure-count";
const ignoredFailuresKey = "batch.kubernetes.io/job-index-ignored-failure-count";

/** Who takes care of a Job when it names nobody else. */
const ownName = "kubernetes.io/job-controller";

export function isManagedElsewhere({ spec }: Job): boolean {
  return spec.managedBy !== undefined && spec.managedBy !== ownName;
}

export const isIndexed = ({ spec }: Job) => spec.completionMode === "Indexed";

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(trackingFinalizer) ?? false;
}

/** The completion index that a pod works on, if it names a possible one. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[indexKey];
  return text !== undefined && /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

/** The same, for one that its Job has (an Indexed one may have shrunk). */
export function validIndexOf(pod: Pod, { spec }: Job): number | undefined {
  const index = indexOf(pod);
  return index !== undefined && index < (spec.completions ?? 0) ? index : undefined;
}

/** A pod that ends counts as failed at once, unless the Job waits for its very end. */
export function hasFailed({ metadata, status }: Pod, job: Job): boolean {
  if (status.phase === "Failed") return true;
  if (replacesOnlyFailed(job)) return false;
  return metadata.deletionTimestamp !== undefined && status.phase !== "Succeeded";
}

export function replacesOnlyFailed({ spec }: Job): boolean {
  return spec.podReplacementPolicy === "Failed" || spec.podFailurePolicy !== undefined;
}

/** How often the pod's index has failed before it, as its annotations carry it on. */
export interface IndexFailures {
  readonly counted: number;
  readonly ignored: number;
}

export function indexFailuresOf({ metadata }: Pod): IndexFailures {
  const read = (key: string) => {
    const text = metadata.annotations?.[key] ?? "";
    const number = /^\+?\d+$/.test(text) ? Number(text) : 0;
    return number < 2 ** 31 ? number : 0;
  };
  return { counted: read(failuresKey), ignored: read(ignoredFailuresKey) };
}

export function indexFailureAnnotations({ counted, ignored }: IndexFailures) {
  return {
    [failuresKey]: String(counted),
    ...(ignored > 0 && { [ignoredFailuresKey]: String(ignored) }),
  };
}

/** When a pod ended, as near as its status lets it be known. */
export function finishedAt(pod: Pod): number {
  const ready = podCondition(pod, "Ready");
  const { creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  const deletedAt = msOf(deletionTimestamp);
  return (
    lastContainerEnd(pod) ??
    (ready?.status === "False" ? msOf(ready.lastTransitionTime) : undefined) ??
    (deletedAt === undefined ? undefined : deletedAt - deletionGracePeriodSeconds * 1000) ??
    Date.parse(creationTimestamp)
  );
}

/** When the last container ended; undefined while one runs. Sidecars end after the others. */
function lastContainerEnd({ spec, status }: Pod): number | undefined {
  const sidecars = new Set(
    (spec.initContainers ?? []).flatMap(({ name, restartPolicy }) =>
      restartPolicy === "Always" ? name : [],
    ),
  );
  const ends = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ].map(({ state }: ContainerStatus) => msOf(state?.terminated?.finishedAt));
  if (ends.length === 0 || ends.includes(undefined)) return undefined;
  return Math.max(...ends.map((end) => end ?? 0));
}

/** Of pods too many the first go: those that have come least far. */
export function byProgress(left: Pod, right: Pod): number {
  return (
    Number(Boolean(left.spec.nodeName)) - Number(Boolean(right.spec.nodeName)) ||
    phaseRank(left) - phaseRank(right) ||
    Number(isReady(left)) - Number(isReady(right)) ||
    readySince(right) - readySince(left) ||
    restartsOf(right) - restartsOf(left) ||
    Date.parse(right.metadata.creationTimestamp) - Date.parse(left.metadata.creationTimestamp)
  );
}

const phaseRank = ({ status }: Pod) =>
  status.phase === "Running" ? 2 : status.phase === "Unknown" ? 1 : 0;

const readySince = (pod: Pod) =>
  isReady(pod) ? (msOf(podCondition(pod, "Ready")?.lastTransitionTime) ?? 0) : 0;

const restartsOf = ({ status }: Pod) =>
  Math.max(0, ...(status.containerStatuses ?? []).map(({ restartCount }) => restartCount));
