import type { Pod } from "#api/core/v1.ts";
import { isReady, podCondition } from "../common/pods.ts";
import { compare, msOf } from "../common/time.ts";

/**
 * Which pods go first when there are too many: those that cost the least to lose. `related` are
 * the pods that do the same work (of a Deployment's other ReplicaSets too): of crowded nodes more
 * go.
 */
export function podsToDelete(
  pods: readonly Pod[],
  related: readonly Pod[],
  count: number,
  now: number,
): readonly Pod[] {
  if (count >= pods.length) return pods;
  const crowd = new Map<string, number>();
  for (const { spec } of related) {
    if (spec.nodeName) crowd.set(spec.nodeName, (crowd.get(spec.nodeName) ?? 0) + 1);
  }
  const onNode = (pod: Pod) => crowd.get(pod.spec.nodeName ?? "") ?? 0;
  return [...pods].sort((a, b) => comparePods(a, b, onNode, now)).slice(0, count);
}

function comparePods(a: Pod, b: Pod, onNode: (pod: Pod) => number, now: number): number {
  return (
    Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)) ||
    phaseRank(a) - phaseRank(b) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    onNode(b) - onNode(a) ||
    (isReady(a) && isReady(b) ? compareAges(a, b, readySince(a), readySince(b), now) : 0) ||
    restarts(b) - restarts(a) ||
    sidecarRestarts(b) - sidecarRestarts(a) ||
    compareAges(a, b, createdAt(a), createdAt(b), now)
  );
}

const phaseRank = (pod: Pod) =>
  pod.status.phase === "Running" ? 2 : pod.status.phase === "Unknown" ? 1 : 0;

function deletionCost(pod: Pod): number {
  const cost = pod.metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"];
  return cost && /^(0|-?[1-9]\d*)$/.test(cost) ? Number(cost) : 0;
}

const readySince = (pod: Pod) => msOf(podCondition(pod, "Ready")?.lastTransitionTime);
const createdAt = (pod: Pod) => msOf(pod.metadata.creationTimestamp);

const restarts = ({ status }: Pod) => mostRestarts(status.containerStatuses);

function sidecarRestarts({ spec, status }: Pod): number {
  const sidecars = (spec.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === "Always",
  );
  const names = new Set(sidecars.map(({ name }) => name));
  return mostRestarts(status.initContainerStatuses?.filter(({ name }) => names.has(name)));
}

const mostRestarts = (statuses: readonly { readonly restartCount: number }[] | undefined) =>
  Math.max(0, ...(statuses ?? []).map(({ restartCount }) => restartCount));

/** Younger first. Ages of the same magnitude count as equal, so that the choice is spread. */
function compareAges(
  a: Pod,
  b: Pod,
  left: number | undefined,
  right: number | undefined,
  now: number,
): number {
  if (left === right) return 0;
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  return magnitude(now - left) - magnitude(now - right) || compare(a.metadata.uid, b.metadata.uid);
}

const magnitude = (ms: number) => (ms <= 0 ? -1 : Math.floor(Math.log2(ms * 1e6)));
