import type { Pod } from "#api/core/v1.ts";
import { podRequests } from "#machinery/pod-resources.ts";
import { quantityMilli, quantityValue } from "#schema/quantity.ts";

/** Amounts as numbers: milli-CPUs, and whole units of everything else. */
export type Amounts = ReadonlyMap<string, number>;

export interface HostPort {
  readonly address: string;
  readonly protocol: string;
  readonly port: number;
}

/** A pod with what the plugins need of it, computed once. */
export interface PodInfo {
  readonly pod: Pod;
  readonly key: string;
  readonly requests: Amounts;
  /** For scores: containers that ask for nothing still count as something. */
  readonly scoreRequests: { readonly cpu: number; readonly memory: number };
  readonly hostPorts: readonly HostPort[];
  readonly images: readonly string[];
  readonly priority: number;
}

/** What a container without requests counts as in scores: 0.1 CPU and 200 MB. */
const assumedMilliCpu = 100;
const assumedMemoryBytes = 200 * 1024 * 1024;

export function podInfo(pod: Pod): PodInfo {
  const requests = new Map<string, number>();
  for (const [name, amount] of Object.entries(podRequests(pod.spec))) {
    requests.set(name, name === "cpu" ? quantityMilli(amount) : quantityValue(amount));
  }
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  return {
    pod,
    key: podKey(pod),
    requests,
    scoreRequests: scoreRequestsOf(pod),
    hostPorts: containers.flatMap((container) =>
      (container.ports ?? [])
        .filter((port) => (port.hostPort ?? 0) > 0)
        .map((port) => ({
          address: port.hostIP || "0.0.0.0",
          protocol: port.protocol,
          port: port.hostPort ?? 0,
        })),
    ),
    images: containers.flatMap((container) => (container.image ? [container.image] : [])),
    priority: pod.spec.priority ?? 0,
  };
}

export function podKey(pod: Pod): string {
  return `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`;
}

function scoreRequestsOf(pod: Pod): { cpu: number; memory: number } {
  let cpu = 0;
  let memory = 0;
  for (const container of pod.spec.containers) {
    const requests = container.resources?.requests ?? {};
    cpu += requests.cpu === undefined ? assumedMilliCpu : quantityMilli(requests.cpu);
    memory += requests.memory === undefined ? assumedMemoryBytes : quantityValue(requests.memory);
  }
  return { cpu, memory };
}
