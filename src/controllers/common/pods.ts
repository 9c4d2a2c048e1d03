import type { Pod, PodCondition, PodTemplateSpec } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import { msOf } from "./time.ts";

/** Counts for its owner: it is neither finished nor on its way out. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !pod.metadata.deletionTimestamp;
}

/** Still takes up resources although it is on its way out. */
export function isTerminating(pod: Pod): boolean {
  return !isFinished(pod) && pod.metadata.deletionTimestamp !== undefined;
}

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status.conditions?.find((condition) => condition.type === type);
}

export function isReady(pod: Pod): boolean {
  return podCondition(pod, "Ready")?.status === "True";
}

/** Ready for at least `minReadySeconds`. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const waitMs = msToAvailable(pod, minReadySeconds, now);
  return waitMs !== undefined && waitMs <= 0;
}

/** How long until a ready pod is available, if it stays ready; undefined when it is not ready. */
export function msToAvailable(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  const condition = podCondition(pod, "Ready");
  if (condition?.status !== "True") return undefined;
  if (minReadySeconds === 0) return 0;
  const since = msOf(condition.lastTransitionTime);
  return since === undefined ? undefined : since + minReadySeconds * 1000 - now;
}

/** When the next of the pods becomes available, if that is in the future. */
export function msToNextAvailable(
  pods: readonly Pod[],
  minReadySeconds: number,
  now: number,
): number | undefined {
  let next: number | undefined;
  for (const pod of pods) {
    const waitMs = msToAvailable(pod, minReadySeconds, now);
    if (waitMs !== undefined && waitMs > 0 && (next === undefined || waitMs < next)) next = waitMs;
  }
  return next;
}

/** A pod of a controller: the template's content under a generated name. */
export function podFromTemplate(
  template: PodTemplateSpec | undefined,
  controllerName: string,
): Draft<Pod> {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  // A name that is cut short keeps room for the generated end.
  return {
    metadata: {
      generateName: `${controllerName.slice(0, 57)}-`,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
    },
    spec: template?.spec ?? { containers: [] },
  };
}
