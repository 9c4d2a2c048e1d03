import { test } from "node:test";
import assert from "node:assert/strict";
import type { ContainerStatus, Pod } from "#api/core/v1.ts";
import { podColumns, summarize } from "./columns.ts";

const container = (name: string, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  image: "nginx",
  imageID: "",
  ready: false,
  restartCount: 0,
  state: {},
  lastState: {},
  ...more,
});
const running = (name: string, more: Partial<ContainerStatus> = {}) =>
  container(name, {
    ready: true,
    started: true,
    state: { running: { startedAt: "2026-01-01T00:00:00Z" } },
    ...more,
  });

interface Case {
  readonly what: string;
  readonly spec?: Partial<Pod["spec"]>;
  readonly status: Pod["status"];
  readonly metadata?: Partial<Pod["metadata"]>;
  readonly expected: string;
}

const crashed = { terminated: { exitCode: 1, finishedAt: "2026-01-01T00:09:50Z" } };
const initSpec = { initContainers: [{ name: "i" }, { name: "j" }] } as Partial<Pod["spec"]>;
const sidecarSpec = {
  initContainers: [{ name: "side", restartPolicy: "Always" }],
} as Partial<Pod["spec"]>;

const cases: Case[] = [
  { what: "new", status: { phase: "Pending" }, expected: "0/1 Pending 0" },
  {
    what: "running",
    status: { phase: "Running", containerStatuses: [running("a")] },
    expected: "1/1 Running 0",
  },
  {
    what: "in a crash loop",
    status: {
      phase: "Running",
      containerStatuses: [
        container("a", {
          restartCount: 2,
          state: { waiting: { reason: "CrashLoopBackOff" } },
          lastState: crashed,
        }),
      ],
    },
    expected: "0/1 CrashLoopBackOff 2 (10s ago)",
  },
  {
    what: "completed",
    status: {
      phase: "Succeeded",
      containerStatuses: [
        container("a", { state: { terminated: { exitCode: 0, reason: "Completed" } } }),
      ],
    },
    expected: "0/1 Completed 0",
  },
  {
    what: "one of two completed, not ready",
    status: {
      phase: "Running",
      containerStatuses: [
        container("a", { state: { terminated: { exitCode: 0, reason: "Completed" } } }),
        running("b"),
      ],
    },
    expected: "1/1 NotReady 0",
  },
  {
    what: "exit code without a reason",
    status: {
      phase: "Failed",
      containerStatuses: [container("a", { state: { terminated: { exitCode: 3 } } })],
    },
    expected: "0/1 ExitCode:3 0",
  },
  {
    what: "killed by a signal without a reason",
    status: {
      phase: "Failed",
      containerStatuses: [container("a", { state: { terminated: { exitCode: 137, signal: 9 } } })],
    },
    expected: "0/1 Signal:9 0",
  },
  {
    what: "second init container waits",
    spec: initSpec,
    status: {
      phase: "Pending",
      initContainerStatuses: [
        container("i", { state: { terminated: { exitCode: 0, reason: "Completed" } } }),
        container("j", { state: { waiting: { reason: "PodInitializing" } } }),
      ],
    },
    expected: "0/1 Init:1/2 0",
  },
  {
    what: "init container failed",
    spec: initSpec,
    status: {
      phase: "Pending",
      initContainerStatuses: [
        container("i", {
          restartCount: 1,
          state: { terminated: { exitCode: 1, reason: "Error" } },
          lastState: crashed,
        }),
      ],
    },
    expected: "0/1 Init:Error 1 (10s ago)",
  },
  {
    what: "sidecar counts as a container",
    spec: sidecarSpec,
    status: {
      phase: "Running",
      initContainerStatuses: [running("side")],
      containerStatuses: [running("a")],
    },
    expected: "2/2 Running 0",
  },
  {
    what: "being deleted",
    metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" },
    status: { phase: "Running", containerStatuses: [running("a")] },
    expected: "1/1 Terminating 0",
  },
  {
    what: "deleted, node lost",
    metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" },
    status: { phase: "Running", reason: "NodeLost" },
    expected: "0/1 Unknown 0",
  },
  {
    what: "evicted",
    status: { phase: "Failed", reason: "Evicted" },
    expected: "0/1 Evicted 0",
  },
  {
    what: "gated",
    status: {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }],
    },
    expected: "0/1 SchedulingGated 0",
  },
];

const now = Date.parse("2026-01-01T00:10:00Z");

function podOf({ spec, status, metadata }: Case): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "x",
      uid: "u",
      resourceVersion: "1",
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
    },
    spec: { containers: [{ name: "a" }], ...spec } as Pod["spec"],
    status,
  };
}

for (const each of cases) {
  test(`a pod that is ${each.what}`, () => {
    const pod = podOf(each);
    const [name, ready, status, restarts, age] = podColumns.map((column) => column.cell(pod, now));
    assert.equal(`${ready} ${status} ${restarts}`, each.expected);
    assert.deepEqual([name, age], ["x", "10m"]);
    assert.equal(summarize(pod).status, status);
  });
}
