import type { Container, Pod } from "#api/core/v1.ts";
import { quantityMilli } from "#schema/quantity.ts";
import { isReady, podCondition } from "../common/pods.ts";
import { msOf } from "../common/time.ts";

/** One pod's value of a metric, in thousandths. */
export interface PodMetric {
  readonly milli: number;
  /** When it was measured, over what time. */
  readonly at: number;
  readonly windowMs: number;
}

export type PodMetrics = ReadonlyMap<string, PodMetric>;

/** How far from 1 the ratio of usage to target may be without consequence. */
export interface Tolerance {
  readonly up: number;
  readonly down: number;
}

/** Why a metric gives no number of replicas; told in events and conditions. */
export class MetricProblem extends Error {}

/** A number of replicas, and the average usage per pod that it comes from. */
export interface Proposal {
  readonly replicas: number;
  readonly averageMilli: number;
  /** In percent of what the pods request. */
  readonly utilization?: number;
}

export interface Situation {
  readonly pods: readonly Pod[];
  readonly current: number;
  readonly tolerance: Tolerance;
  readonly now: number;
}

/** What the pods' usage amounts to: where the target is, by what the pods are measured. */
interface Measure {
  /** Usage to target, of pods by name. */
  ratioOf(usage: ReadonlyMap<string, number>): Omit<Proposal, "replicas"> & { ratio: number };
  /** What a pod without a value is taken to use when there seems to be too much. */
  assumedMilli(pod: string): number;
}

/** By usage in percent of requests. */
export function proposeByUtilization(
  metrics: PodMetrics,
  situation: Situation,
  options: { resource: string; container?: string | undefined; target: number },
): Proposal {
  const { container, resource, target } = options;
  const groups = groupPods(metrics, situation, resource === "cpu");
  const requests = requestsOf(situation.pods, resource, container);
  return propose(groups, situation, {
    ratioOf(usage) {
      const known = [...usage].filter(([pod]) => requests.has(pod));
      const requested = sumOf(known.map(([pod]) => requests.get(pod) ?? 0));
      if (requested === 0) throw new MetricProblem("no metrics returned matched known pods");
      const used = sumOf(known.map(([, milli]) => milli));
      const utilization = Math.trunc((used * 100) / requested);
      const averageMilli = Math.trunc(used / known.length);
      return { ratio: utilization / target, utilization, averageMilli };
    },
    assumedMilli: (pod) => Math.trunc(((requests.get(pod) ?? 0) * Math.max(100, target)) / 100),
  });
}

/** By average usage. */
export function proposeByAverage(
  metrics: PodMetrics,
  situation: Situation,
  options: { resource?: string; targetMilli: number },
): Proposal {
  const { resource, targetMilli } = options;
  const groups = groupPods(metrics, situation, resource === "cpu");
  return propose(groups, situation, {
    ratioOf(usage) {
      const averageMilli = Math.trunc(sumOf([...usage.values()]) / usage.size);
      return { ratio: averageMilli / targetMilli, averageMilli };
    },
    assumedMilli: () => targetMilli,
  });
}

/** By one value for all pods together, of an object or of something outside. */
export function proposeByTotal(
  totalMilli: number,
  { current, pods, tolerance }: Situation,
  targetMilli: number,
): number {
  const ratio = totalMilli / targetMilli;
  if (current === 0) return Math.ceil(ratio);
  if (isWithin(ratio, tolerance)) return current;
  if (pods.length === 0) {
    const message = "no pods returned by selector while calculating replica count";
    throw new MetricProblem(`unable to calculate ready pods: ${message}`);
  }
  const ready = pods.filter((pod) => pod.status.phase === "Running" && isReady(pod)).length;
  return Math.min(2 ** 31 - 1, Math.ceil(ratio * ready));
}

/** By one value that is to be shared evenly. */
export function proposeByShare(
  totalMilli: number,
  replicas: number,
  tolerance: Tolerance,
  targetMilli: number,
): Proposal {
  const ratio = totalMilli / (targetMilli * replicas);
  return {
    replicas: isWithin(ratio, tolerance)
      ? replicas
      : Math.min(2 ** 31 - 1, Math.ceil(totalMilli / targetMilli)),
    averageMilli: Math.ceil(totalMilli / replicas),
  };
}

export function isWithin(ratio: number, { down, up }: Tolerance): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

interface Groups {
  /** Usage of the pods that count. */
  readonly usage: ReadonlyMap<string, number>;
  readonly readyCount: number;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
}

/**
 * Pods that are too new to be measured would pull the average down, and those without a value
 * make it uncertain: both are taken to be such that less is done, never more.
 */
function propose(groups: Groups, { current, tolerance }: Situation, measure: Measure): Proposal {
  const { missing, readyCount, unready, usage } = groups;
  const { ratio, ...seen } = measure.ratioOf(usage);
  const grows = ratio > 1;
  const withUnready = unready.length > 0 && grows;
  if (!withUnready && missing.length === 0) {
    const replicas = isWithin(ratio, tolerance) ? current : Math.ceil(ratio * readyCount);
    return { ...seen, replicas };
  }
  const assumed = new Map(usage);
  if (ratio !== 1) {
    for (const pod of missing) assumed.set(pod, grows ? 0 : measure.assumedMilli(pod));
  }
  if (withUnready) for (const pod of unready) assumed.set(pod, 0);
  const { ratio: cautious } = measure.ratioOf(assumed);
  const turns = (ratio < 1 && cautious > 1) || (grows && cautious < 1);
  if (isWithin(cautious, tolerance) || turns) return { ...seen, replicas: current };
  const replicas = Math.ceil(cautious * assumed.size);
  const isBackward = cautious < 1 ? replicas > current : replicas < current;
  return { ...seen, replicas: cautious !== 1 && isBackward ? current : replicas };
}

/** A pod's first minutes are spent with starting, which costs much and tells little. */
const initializationMs = 300_000;
const readinessDelayMs = 30_000;

function groupPods(metrics: PodMetrics, { now, pods }: Situation, isCpu: boolean): Groups {
  if (pods.length === 0) {
    throw new MetricProblem("no pods returned by selector while calculating replica count");
  }
  const unready: string[] = [];
  const missing: string[] = [];
  const excluded = new Set<string>();
  let readyCount = 0;
  for (const pod of pods) {
    const { deletionTimestamp, name } = pod.metadata;
    const metric = metrics.get(name);
    if (deletionTimestamp || pod.status.phase === "Failed") excluded.add(name);
    else if (pod.status.phase === "Pending") unready.push(name);
    else if (!metric) missing.push(name);
    else if (isCpu && isStarting(pod, metric, now)) unready.push(name);
    else readyCount++;
  }
  for (const name of unready) excluded.add(name);
  const usage = new Map(
    [...metrics].flatMap(([name, { milli }]) => (excluded.has(name) ? [] : [[name, milli]])),
  );
  if (usage.size === 0) {
    throw new MetricProblem("did not receive metrics for targeted pods (pods might be unready)");
  }
  return { usage, readyCount, unready, missing };
}

function isStarting(pod: Pod, metric: PodMetric, now: number): boolean {
  const ready = podCondition(pod, "Ready");
  const startedAt = msOf(pod.status.startTime);
  if (!ready || startedAt === undefined) return true;
  const since = msOf(ready.lastTransitionTime) ?? 0;
  if (startedAt + initializationMs > now) {
    return ready.status === "False" || metric.at < since + metric.windowMs;
  }
  return ready.status === "False" && startedAt + readinessDelayMs > since;
}

/** What each pod requests, or one container of it. */
function requestsOf(
  pods: readonly Pod[],
  resource: string,
  container: string | undefined,
): ReadonlyMap<string, number> {
  return new Map(pods.map((pod) => [pod.metadata.name, requestOf(pod, resource, container)]));
}

function requestOf({ metadata, spec }: Pod, resource: string, container?: string): number {
  const ofPod = spec.resources?.requests ?? {};
  if (container === undefined && Object.keys(ofPod).length > 0) {
    const request = ofPod[resource];
    if (request !== undefined) return quantityMilli(request);
    throw new MetricProblem(`missing pod-level request for ${resource} in Pod ${metadata.name}`);
  }
  const sidecars = (spec.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === "Always",
  );
  const containers = [...spec.containers, ...sidecars].filter(
    ({ name }) => container === undefined || name === container,
  );
  if (container !== undefined && containers.length === 0) {
    throw new MetricProblem(`container ${container} not found in Pod ${metadata.name}`);
  }
  return sumOf(
    containers.map(({ name, resources }: Container) => {
      const request = resources?.requests?.[resource];
      if (request !== undefined) return quantityMilli(request);
      const place = `container ${name} of Pod ${metadata.name}`;
      throw new MetricProblem(`missing request for ${resource} in ${place}`);
    }),
  );
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
