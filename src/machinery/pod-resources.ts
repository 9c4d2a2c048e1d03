import type { Pod, PodSpec, ResourceRequirements } from "#api/core/v1.ts";
import { addQuantities, compareQuantities, parseQuantity } from "#schema/quantity.ts";

/** Amounts by resource name, as quantities. */
export type ResourceAmounts = Readonly<Record<string, string>>;

/** What the scheduler sets aside for a pod: its containers at their most demanding moment. */
export function podRequests(spec: PodSpec): ResourceAmounts {
  return podTotal(spec, (resources) => resources?.requests ?? {});
}

/** What the pod may use at most, for the resources that have limits. */
export function podLimits(spec: PodSpec): ResourceAmounts {
  return podTotal(spec, (resources) => resources?.limits ?? {});
}

function podTotal(
  spec: PodSpec,
  amountsOf: (resources: ResourceRequirements | undefined) => ResourceAmounts,
): ResourceAmounts {
  let total: ResourceAmounts = {};
  for (const container of spec.containers) total = add(total, amountsOf(container.resources));

  // Init containers run one after the other, each beside the sidecars that started before it.
  let sidecars: ResourceAmounts = {};
  let initPeak: ResourceAmounts = {};
  for (const container of spec.initContainers ?? []) {
    const amounts = amountsOf(container.resources);
    if (container.restartPolicy === "Always") {
      sidecars = add(sidecars, amounts);
      initPeak = largest(initPeak, sidecars);
    } else {
      initPeak = largest(initPeak, add(sidecars, amounts));
    }
  }
  total = largest(add(total, sidecars), initPeak);
  for (const [name, amount] of Object.entries(amountsOf(spec.resources))) {
    total = { ...total, [name]: amount };
  }
  return spec.overhead ? add(total, spec.overhead) : total;
}

/** Pods that ask for nothing go first when a node runs short, guaranteed ones last. */
export function podQosClass(pod: {
  readonly spec: PodSpec;
}): "Guaranteed" | "Burstable" | "BestEffort" {
  let guaranteed = true;
  let any = false;
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    const { requests = {}, limits = {} } = container.resources ?? {};
    for (const name of ["cpu", "memory"]) {
      const request = requests[name] ?? limits[name];
      const limit = limits[name];
      if (!isZero(request) || !isZero(limit)) any = true;
      if (isZero(limit) || compareQuantities(request ?? "0", limit ?? "0") !== 0) {
        guaranteed = false;
      }
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

/** Whether the pod still counts: it may run, or is running. */
export function isFinished(pod: Pod): boolean {
  return pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
}

function isZero(amount: string | undefined): boolean {
  return amount === undefined || parseQuantity(amount)?.nanos === 0n;
}

function add(left: ResourceAmounts, right: ResourceAmounts): ResourceAmounts {
  const sum: Record<string, string> = { ...left };
  for (const [name, amount] of Object.entries(right)) {
    sum[name] = sum[name] === undefined ? amount : addQuantities(sum[name], amount);
  }
  return sum;
}

function largest(left: ResourceAmounts, right: ResourceAmounts): ResourceAmounts {
  const result: Record<string, string> = { ...left };
  for (const [name, amount] of Object.entries(right)) {
    const other = result[name];
    if (other === undefined || compareQuantities(amount, other) > 0) result[name] = amount;
  }
  return result;
}
