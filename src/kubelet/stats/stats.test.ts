import assert from "node:assert/strict";
import { test } from "node:test";
import { Pod } from "#api/core/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import type { ContainerStats } from "../cri/v1.ts";
import type { ContainerRun } from "../pod-worker/runtime-state.ts";
import { resourceMetrics, statsSummary } from "./stats.ts";
import type { StatsInput } from "./stats.ts";

function run(name: string, state: ContainerRun["state"], attempt: number): ContainerRun {
  return {
    id: `${name}-${attempt}`,
    name,
    sandboxId: "s",
    state,
    attempt,
    createdAtMs: 1000,
    startedAtMs: 2000,
    finishedAtMs: 0,
    exitCode: 0,
    reason: "",
    message: "",
    image: "i",
    imageId: "i",
    hash: "",
    logPath: "",
  };
}

function stat(id: string, cpuSeconds: number, memoryBytes: number): ContainerStats {
  return {
    attributes: { id, labels: {}, annotations: {} },
    cpu: { timestamp: 9e9, usageCoreNanoSeconds: { value: cpuSeconds * 1e9 } },
    memory: { timestamp: 9e9, workingSetBytes: { value: memoryBytes } },
  };
}

const pod = applyDefaults(Pod, {
  metadata: { name: "web", namespace: "shop", uid: "u" },
  spec: { containers: [{ name: "app", image: "i" }] },
} satisfies Draft<Pod>);

const input: StatsInput = {
  node: "one",
  machine: {
    atMs: 10_000,
    cpuSeconds: 12.5,
    memoryBytes: 1000,
    memoryAvailableBytes: 400,
    diskBytes: 5000,
    diskAvailableBytes: 2000,
    diskUsedBytes: 2500,
    startedAtMs: 0,
  },
  pods: [
    {
      pod,
      state: {
        sandboxes: [],
        runs: [
          run("app", "running", 1),
          run("app", "exited", 0),
          run("side", "running", 0),
          run("init", "exited", 0),
          run("new", "running", 0),
        ],
      },
    },
    {
      pod: { ...pod, metadata: { ...pod.metadata, name: "idle" } },
      state: { sandboxes: [], runs: [] },
    },
  ],
  // Nothing is known of "new" yet.
  stats: [stat("app-1", 2, 100), stat("app-0", 50, 9999), stat("side-0", 0.5, 20)],
};

test("the summary tells of what runs, and leaves out what is not known", () => {
  const time = "1970-01-01T00:00:10Z";
  const startTime = "1970-01-01T00:00:02Z";
  const known = (seconds: number, workingSetBytes: number) => ({
    startTime,
    cpu: { time: "1970-01-01T00:00:09Z", usageCoreNanoSeconds: seconds * 1e9 },
    memory: { time: "1970-01-01T00:00:09Z", workingSetBytes },
  });
  assert.deepEqual(statsSummary(input), {
    node: {
      nodeName: "one",
      startTime: "1970-01-01T00:00:00Z",
      cpu: { time, usageCoreNanoSeconds: 12.5e9 },
      memory: { time, availableBytes: 400, workingSetBytes: 600 },
      fs: { time, availableBytes: 2000, capacityBytes: 5000, usedBytes: 2500 },
    },
    pods: [
      {
        podRef: { name: "web", namespace: "shop", uid: "u" },
        containers: [
          { name: "app", ...known(2, 100) },
          { name: "side", ...known(0.5, 20) },
          { name: "new", startTime },
        ],
        cpu: { time, usageCoreNanoSeconds: 2.5e9 },
        memory: { time, workingSetBytes: 120 },
      },
    ],
  });
});

test("a metrics server reads the same", () => {
  const lines = resourceMetrics(input).split("\n");
  for (const line of [
    "node_cpu_usage_seconds_total 12.5",
    "node_memory_working_set_bytes 600",
    'container_cpu_usage_seconds_total{container="app",namespace="shop",pod="web"} 2',
    'container_memory_working_set_bytes{container="side",namespace="shop",pod="web"} 20',
    'container_start_time_seconds{container="new",namespace="shop",pod="web"} 2',
    'pod_cpu_usage_seconds_total{namespace="shop",pod="web"} 2.5',
    'pod_memory_working_set_bytes{namespace="shop",pod="web"} 120',
  ]) {
    assert.ok(lines.includes(line), line);
  }
  assert.ok(!lines.some((line) => line.includes('"idle"') || line.includes('container="init"')));
});
