import type { Pod } from "#api/core/v1.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import type { ContainerStats } from "../cri/v1.ts";
import { latestRun } from "../pod-worker/runtime-state.ts";
import type { RuntimeState } from "../pod-worker/runtime-state.ts";
import { rfc3339 } from "../status/time.ts";

/** What the whole machine uses: a node of this cluster promises all of it. */
export interface MachineUsage {
  readonly atMs: number;
  /** Since the machine started, of all its processors. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly memoryAvailableBytes: number;
  readonly diskBytes: number;
  /** To programs that are not root: less than what is not used. */
  readonly diskAvailableBytes: number;
  readonly diskUsedBytes: number;
  readonly startedAtMs: number;
}

/** One container that runs, and what it uses; undefined where the runtime cannot tell. */
interface ContainerUsage {
  readonly name: string;
  readonly startedAtMs: number;
  readonly cpuNanos: number | undefined;
  readonly cpuAtMs: number;
  readonly memoryBytes: number | undefined;
  readonly memoryAtMs: number;
  readonly writtenBytes: number | undefined;
}

interface PodUsage {
  readonly pod: Pod;
  readonly containers: readonly ContainerUsage[];
}

export interface StatsInput {
  readonly node: string;
  readonly machine: MachineUsage;
  readonly pods: readonly { readonly pod: Pod; readonly state: RuntimeState }[];
  /** As the runtime lists them. */
  readonly stats: readonly ContainerStats[];
}

/** `/stats/summary`: what is not measured (networks, inodes, rates) is left out, not made up. */
export function statsSummary(input: StatsInput): object {
  const { node, machine } = input;
  const time = rfc3339(machine.atMs);
  return {
    node: {
      nodeName: node,
      startTime: rfc3339(machine.startedAtMs),
      cpu: { time, usageCoreNanoSeconds: Math.round(machine.cpuSeconds * 1e9) },
      memory: {
        time,
        availableBytes: machine.memoryAvailableBytes,
        workingSetBytes: machine.memoryBytes - machine.memoryAvailableBytes,
      },
      fs: {
        time,
        availableBytes: machine.diskAvailableBytes,
        capacityBytes: machine.diskBytes,
        usedBytes: machine.diskUsedBytes,
      },
    },
    pods: usages(input).map(({ pod, containers }) => ({
      podRef: podReference(pod),
      ...(pod.status.startTime && { startTime: pod.status.startTime }),
      containers: containers.map(containerSummary),
      cpu: { time, usageCoreNanoSeconds: sum(containers, ({ cpuNanos }) => cpuNanos) },
      memory: { time, workingSetBytes: sum(containers, ({ memoryBytes }) => memoryBytes) },
    })),
  };
}

const podLabels = ["namespace", "pod"];
const containerLabels = ["container", ...podLabels];

/** `/metrics/resource`: what a metrics server reads, for `kubectl top` and autoscalers. */
export function resourceMetrics(input: StatsInput): string {
  const metrics = new MetricsRegistry();
  const { machine } = input;
  const gauge = (name: string, help: string, labels: readonly string[] = []) =>
    metrics.gauge({ name, help: `[STABLE] ${help}`, labels });
  const counter = (name: string, help: string, labels: readonly string[] = []) =>
    metrics.counter({ name, help: `[STABLE] ${help}`, labels });
  counter(
    "node_cpu_usage_seconds_total",
    "Cumulative cpu time consumed by the node in core-seconds",
  ).add(machine.cpuSeconds);
  gauge("node_memory_working_set_bytes", "Current working set of the node in bytes").set(
    machine.memoryBytes - machine.memoryAvailableBytes,
  );
  const cpu = counter(
    "container_cpu_usage_seconds_total",
    "Cumulative cpu time consumed by the container in core-seconds",
    containerLabels,
  );
  const memory = gauge(
    "container_memory_working_set_bytes",
    "Current working set of the container in bytes",
    containerLabels,
  );
  const started = gauge(
    "container_start_time_seconds",
    "Start time of the container since unix epoch in seconds",
    containerLabels,
  );
  const podCpu = counter(
    "pod_cpu_usage_seconds_total",
    "Cumulative cpu time consumed by the pod in core-seconds",
    podLabels,
  );
  const podMemory = gauge(
    "pod_memory_working_set_bytes",
    "Current working set of the pod in bytes",
    podLabels,
  );
  for (const { pod, containers } of usages(input)) {
    const { name, namespace = "" } = pod.metadata;
    for (const container of containers) {
      const own = [container.name, namespace, name];
      started.set(container.startedAtMs / 1000, ...own);
      if (container.cpuNanos !== undefined) cpu.add(container.cpuNanos / 1e9, ...own);
      if (container.memoryBytes !== undefined) memory.set(container.memoryBytes, ...own);
    }
    podCpu.add(sum(containers, ({ cpuNanos }) => cpuNanos) / 1e9, namespace, name);
    podMemory.set(
      sum(containers, ({ memoryBytes }) => memoryBytes),
      namespace,
      name,
    );
  }
  gauge("resource_scrape_error", "1 if there was an error while getting container metrics").set(0);
  return metrics.render();
}

/** Pods that run, by name of their running containers. */
function usages({ pods, stats }: StatsInput): readonly PodUsage[] {
  const byId = new Map(stats.map((stat) => [stat.attributes?.id ?? "", stat]));
  return pods.flatMap(({ pod, state }) => {
    const names = new Set(state.runs.map(({ name }) => name));
    const containers = [...names].flatMap((name) => {
      const run = latestRun(state, name);
      if (run?.state !== "running") return [];
      const stat = byId.get(run.id);
      const { cpu, memory, writableLayer } = stat ?? {};
      return {
        name,
        startedAtMs: run.startedAtMs,
        cpuNanos: cpu?.usageCoreNanoSeconds?.value,
        cpuAtMs: (cpu?.timestamp ?? 0) / 1e6,
        memoryBytes: memory?.workingSetBytes?.value,
        memoryAtMs: (memory?.timestamp ?? 0) / 1e6,
        writtenBytes: writableLayer?.usedBytes?.value,
      };
    });
    return containers.length > 0 ? [{ pod, containers }] : [];
  });
}

function containerSummary(usage: ContainerUsage): object {
  const { name, startedAtMs, cpuNanos, cpuAtMs, memoryBytes, memoryAtMs, writtenBytes } = usage;
  return {
    name,
    startTime: rfc3339(startedAtMs),
    ...(cpuNanos !== undefined && {
      cpu: { time: rfc3339(cpuAtMs), usageCoreNanoSeconds: cpuNanos },
    }),
    ...(memoryBytes !== undefined && {
      memory: { time: rfc3339(memoryAtMs), workingSetBytes: memoryBytes },
    }),
    ...(writtenBytes !== undefined && {
      rootfs: { time: rfc3339(memoryAtMs), usedBytes: writtenBytes },
    }),
  };
}

function podReference({ metadata }: Pod) {
  return { name: metadata.name, namespace: metadata.namespace ?? "", uid: metadata.uid };
}

function sum(
  containers: readonly ContainerUsage[],
  part: (usage: ContainerUsage) => number | undefined,
): number {
  return containers.reduce((total, usage) => total + (part(usage) ?? 0), 0);
}
