import type { Container, Pod } from "#api/core/v1.ts";
import { podLimits, podQosClass, podRequests } from "#machinery/pod-resources.ts";
import { compareQuantities, quantityMilli, quantityValue } from "#schema/quantity.ts";

/** What a pod's cgroup is set to; undefined where it has no limit of its own. */
export interface PodCgroup {
  readonly qosClass: "Guaranteed" | "Burstable" | "BestEffort";
  /** Weight against other pods while the CPUs are busy: 1024 for each CPU that was asked for. */
  readonly cpuShares: number;
  readonly cpuQuotaUs: number | undefined;
  readonly memoryBytes: number | undefined;
}

export const cpuPeriodUs = 100_000;
const sharesMin = 2;
const sharesMax = 262_144;
const quotaUsMin = 1000;

export function podCgroup(pod: Pod): PodCgroup {
  const qosClass = podQosClass(pod);
  const cpuMilli = quantityMilli(podRequests(pod.spec).cpu ?? "0");
  const quotaMilli = limited(pod, "cpu") ? quantityMilli(podLimits(pod.spec).cpu ?? "0") : 0;
  return {
    qosClass,
    cpuShares: qosClass === "BestEffort" ? sharesMin : sharesOf(cpuMilli),
    cpuQuotaUs:
      quotaMilli > 0 ? Math.max(quotaUsMin, (quotaMilli * cpuPeriodUs) / 1000) : undefined,
    memoryBytes: podMemoryLimitBytes(pod),
  };
}

/** A pod's memory is limited as a whole only where each of its containers is. */
export function podMemoryLimitBytes(pod: Pod): number | undefined {
  if (!limited(pod, "memory")) return undefined;
  return quantityValue(podLimits(pod.spec).memory ?? "0");
}

export function sharesOf(cpuMilli: number): number {
  return Math.min(sharesMax, Math.max(sharesMin, Math.floor((cpuMilli * 1024) / 1000)));
}

/** Shares are from 2 to 262144, the weights of cgroup v2 from 1 to 10000. */
export function weightOf(shares: number): number {
  return Math.floor(1 + ((shares - sharesMin) * 9999) / (sharesMax - sharesMin));
}

function limited(pod: Pod, resource: "cpu" | "memory"): boolean {
  const has = ({ resources }: Pick<Container, "resources">) =>
    compareQuantities(resources.limits?.[resource] ?? "0", "0") > 0;
  const whole = pod.spec.resources;
  if (whole && has({ resources: whole })) return true;
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].every(has);
}
