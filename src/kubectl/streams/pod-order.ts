import type { ContainerStatusObject, PodObject } from "./pod-object.ts";

type Order = (left: PodObject, right: PodObject) => number;

/**
 * Which of an object's pods is the best: one on a node before one without, one that runs before
 * one that does not, one that is ready, and has been for long, before others. Logs are asked of
 * dying pods as of any other; attaching to them is the last resort.
 */
export function podOrder(doing: "logging" | "attaching"): Order {
  const orders: Order[] = [
    (left, right) => rank(!left.spec.nodeName, !right.spec.nodeName),
    (left, right) => phaseRank(left) - phaseRank(right),
    (left, right) => rank(readyMs(left) === undefined, readyMs(right) === undefined),
    ...(doing === "attaching" ? [byDeletion] : []),
    (left, right) => (readyMs(left) ?? Infinity) - (readyMs(right) ?? Infinity) || 0,
    (left, right) => (doing === "logging" ? 1 : -1) * compareRestarts(left, right),
    (left, right) => createdMs(left) - createdMs(right) || 0,
  ];
  return (left, right) => {
    for (const order of orders) {
      const result = order(left, right);
      if (result !== 0 && !Number.isNaN(result)) return result;
    }
    return 0;
  };
}

function rank(left: boolean, right: boolean): number {
  return Number(left) - Number(right);
}

/** Ended ones count as running: there is something to see of them. */
function phaseRank({ status }: PodObject): number {
  if (status.phase === "Pending") return 2;
  return status.phase === "Unknown" ? 1 : 0;
}

function readyMs({ status }: PodObject): number | undefined {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") return undefined;
  return Date.parse(ready.lastTransitionTime ?? "") || Infinity;
}

function byDeletion(left: PodObject, right: PodObject): number {
  const [a, b] = [left.metadata.deletionTimestamp, right.metadata.deletionTimestamp];
  if (a === undefined || b === undefined) return rank(a !== undefined, b !== undefined);
  return Date.parse(b) - Date.parse(a);
}

/** The one with more restarts first. */
function compareRestarts(left: PodObject, right: PodObject): number {
  const most = (statuses: readonly ContainerStatusObject[] = []) =>
    Math.max(0, ...statuses.map(({ restartCount = 0 }) => restartCount));
  const sidecars = ({ spec, status }: PodObject) => {
    const names = (spec.initContainers ?? [])
      .filter(({ restartPolicy }) => restartPolicy === "Always")
      .map(({ name }) => name);
    return most(status.initContainerStatuses?.filter(({ name }) => names.includes(name)));
  };
  const regular = most(right.status.containerStatuses) - most(left.status.containerStatuses);
  return regular || sidecars(right) - sidecars(left);
}

function createdMs({ metadata }: PodObject): number {
  return Date.parse(metadata.creationTimestamp ?? "") || Infinity;
}
