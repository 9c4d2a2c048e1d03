import type { Container, Pod, PodSpec, PodStatus } from "#api/core/v1.ts";
import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  quantityMilli,
  quantityValue,
} from "#schema/quantity.ts";

/** Amounts by resource name, as quantities. */
export type ResourceAmounts = Readonly<Record<string, string>>;

/** The same as numbers: milli-CPUs, and whole units of everything else. */
export type Amounts = ReadonlyMap<string, number>;

export function amountsOf(quantities: ResourceAmounts): Map<string, number> {
  return new Map(
    Object.entries(quantities).map(([name, amount]) => [
      name,
      name === "cpu" ? quantityMilli(amount) : quantityValue(amount),
    ]),
  );
}

/**
 * What the scheduler sets aside for a pod: its containers at their most demanding moment. With its
 * status also what containers still have, or have been given, while they are resized.
 */
export function podRequests(spec: PodSpec, status?: PodStatus): ResourceAmounts {
  return podTotal(spec, "requests", status);
}

/** What the pod may use at most, for the resources that have limits. */
export function podLimits(spec: PodSpec, status?: PodStatus): ResourceAmounts {
  return podTotal(spec, "limits", status);
}

type Kind = "requests" | "limits";

function podTotal(spec: PodSpec, kind: Kind, status: PodStatus | undefined): ResourceAmounts {
  let total: ResourceAmounts = {};
  for (const container of spec.containers) {
    total = add(total, containerAmounts(container, kind, status));
  }

  // Init containers run one after the other, each beside the sidecars that started before it.
  let sidecars: ResourceAmounts = {};
  let initPeak: ResourceAmounts = {};
  for (const container of spec.initContainers ?? []) {
    const isSidecar = container.restartPolicy === "Always";
    const amounts = containerAmounts(container, kind, isSidecar ? status : undefined);
    if (isSidecar) {
      sidecars = add(sidecars, amounts);
      initPeak = largest(initPeak, sidecars);
    } else {
      initPeak = largest(initPeak, add(sidecars, amounts));
    }
  }
  total = largest(add(total, sidecars), initPeak);
  for (const [name, amount] of Object.entries(spec.resources?.[kind] ?? {})) {
    total = { ...total, [name]: amount };
  }
  // What has no limit has none with the overhead, either.
  const overhead = Object.entries(spec.overhead ?? {}).filter(
    ([name]) => kind === "requests" || !isZero(total[name]),
  );
  return add(total, Object.fromEntries(overhead));
}

/** What is wanted, unless the node cannot do it; and what there is, as long as it is more. */
function containerAmounts(
  { name, resources }: Container,
  kind: Kind,
  status: PodStatus | undefined,
): ResourceAmounts {
  const wanted = resources?.[kind] ?? {};
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const container = statuses.find((one) => one.name === name);
  if (!container?.resources) return wanted;
  const actual = container.resources[kind] ?? {};
  const given = kind === "requests" ? (container.allocatedResources ?? {}) : {};
  const pending = status?.conditions?.find(({ type }) => type === "PodResizePending");
  return largest(pending?.reason === "Infeasible" ? {} : wanted, largest(actual, given));
}

/** Extended resources are neither Kubernetes' own nor quota's names for others. */
export function isExtendedResource(name: string): boolean {
  if (!name.includes("/") || name.startsWith("requests.")) return false;
  const domain = name.split("/")[0] ?? "";
  return domain !== "kubernetes.io" && !domain.endsWith(".kubernetes.io");
}

/** Pods that ask for nothing go first when a node runs short, guaranteed ones last. */
export function podQosClass(pod: {
  readonly spec: PodSpec;
}): "Guaranteed" | "Burstable" | "BestEffort" {
  let guaranteed = true;
  let any = false;
  const { containers, initContainers = [], resources } = pod.spec;
  // A pod that speaks for itself as a whole is judged by that.
  const speaks = Object.keys({ ...resources?.requests, ...resources?.limits }).length > 0;
  for (const one of speaks ? [pod.spec] : [...containers, ...initContainers]) {
    const { requests = {}, limits = {} } = one.resources ?? {};
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
