import { test } from "node:test";
import assert from "node:assert/strict";
import type { DaemonSet } from "#api/apps/v1.ts";
import type { Node, Pod, Taint } from "#api/core/v1.ts";
import { podTemplate } from "../testing/cluster.ts";
import { FailedPods } from "./failed-pods.ts";
import { plan } from "./plan.ts";
import type { Situation } from "./plan.ts";
import { nodeOf, placementOn, podFor, tolerationsOf } from "./pod.ts";
import { statusOf } from "./status.ts";

const now = Date.UTC(2026, 0, 2);

type Spec = Partial<DaemonSet["spec"]>;

function daemonSet(spec: Spec = {}): DaemonSet {
  return {
    metadata: { namespace: "default", name: "log", uid: "uid-log", generation: 2 },
    spec: {
      selector: { matchLabels: { app: "log" } },
      template: podTemplate({ app: "log" }),
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
      ...spec,
    },
  } as unknown as DaemonSet;
}

/** "b noisy:NoSchedule": its name, and its taint. */
function node(words: string): Node {
  const [name = "", taint] = words.split(" ");
  const [key, effect] = (taint ?? "").split(":") as [string, Taint["effect"]];
  const metadata = { name, labels: { "kubernetes.io/hostname": name } };
  return { metadata, spec: taint ? { taints: [{ key, effect }] } : {} } as unknown as Node;
}

type State = "ready" | "running" | "waiting" | "failed" | "succeeded" | "going" | "young";

/** "a new ready": its node, version and state. Pods are named by their node and number there. */
function pods(all: readonly string[]): Pod[] {
  const counts = new Map<string, number>();
  return all.map((words) => {
    const [place, version, state] = words.split(" ") as [string, string, State];
    const number = (counts.get(place) ?? 0) + 1;
    counts.set(place, number);
    const phases = { failed: "Failed", succeeded: "Succeeded", waiting: "Pending" };
    const since = state === "young" ? "2026-01-01T23:59:55Z" : "2026-01-01T00:00:00Z";
    const name = { key: "metadata.name", operator: "In", values: [place] };
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [name] }],
      },
    };
    return {
      metadata: {
        namespace: "default",
        name: `${place}${number}`,
        creationTimestamp: `2026-01-01T00:00:0${number}Z`,
        labels: { "controller-revision-hash": version },
        ...(state === "going" && { deletionTimestamp: "2026-01-02T00:00:00Z" }),
      },
      spec: state === "waiting" ? { affinity: { nodeAffinity } } : { nodeName: place },
      status: {
        phase: phases[state as keyof typeof phases] ?? "Running",
        conditions:
          state === "ready" || state === "young"
            ? [{ type: "Ready", status: "True", lastTransitionTime: since }]
            : [],
      },
    } as unknown as Pod;
  });
}

function situation(spec: Spec, nodes: readonly string[], there: readonly string[]): Situation {
  return {
    daemonSet: daemonSet(spec),
    nodes: nodes.map(node),
    pods: pods(there),
    hash: "new",
    msToRetry: (name) => (name === "paused" ? 4_000 : 0),
    now,
  };
}

/** "+a -b1": a pod for a, and b's first one goes. */
function planned(...args: Parameters<typeof situation>): string {
  const { create, remove, retryAfterMs } = plan(situation(...args));
  return [
    ...create.map((name) => `+${name}`),
    ...remove.map(({ pod }) => `-${pod.metadata.name}`),
    ...(retryAfterMs === undefined ? [] : [`again in ${retryAfterMs}`]),
  ].join(" ");
}

const rolling = (maxUnavailable: number | string, maxSurge: number | string = 0): Spec => ({
  updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable, maxSurge } },
});
const surge = (count: number | string) => rolling(0, count);

test("what a daemon set does next", () => {
  const cases: [string, Spec, string[], string[], string][] = [
    ["one on each node", {}, ["a", "b"], ["b new ready"], "+a"],
    ["not where it is not wanted", {}, ["a", "b noisy:NoSchedule"], [], "+a"],
    ["where it may stay", {}, ["b noisy:NoSchedule"], ["b new ready"], ""],
    ["unless it must go", {}, ["b noisy:NoExecute"], ["b new ready", "b new going"], "-b1"],
    ["none before the last one is gone", {}, ["a"], ["a new going"], ""],
    ["one is enough: the oldest", {}, ["a"], ["a new ready", "a new ready"], "-a2"],
    [
      "one that is there before one that waits",
      {},
      ["a"],
      ["a new waiting", "a new running"],
      "-a1",
    ],
    ["what waits for a node that is gone", {}, [], ["a new waiting", "b new ready"], "-a1"],
    ["one that failed", {}, ["a"], ["a new failed"], "-a1"],
    ["or is done", {}, ["a"], ["a new succeeded"], "-a1"],
    ["after a pause", {}, ["paused"], ["paused new failed"], "again in 4000"],
    ["one of another version", {}, ["a", "b"], ["a old ready", "b old ready"], "-a1"],
    ["but not all", {}, ["a", "b"], ["a new running", "b old ready"], ""],
    [
      "those that do not work anyway, all",
      {},
      ["a", "b"],
      ["a old running", "b old running"],
      "-a1 -b1",
    ],
    [
      "ready is not yet available",
      { minReadySeconds: 10 },
      ["a", "b"],
      ["a new young", "b old ready"],
      "",
    ],
    [
      "as many as the share",
      rolling("34%"),
      ["a", "b", "c"],
      ["a old ready", "b old ready", "c old ready"],
      "-a1 -b1",
    ],
    [
      "when somebody deletes it",
      { updateStrategy: { type: "OnDelete" } },
      ["a"],
      ["a old ready"],
      "",
    ],
    ["first what is missing", {}, ["a", "b"], ["a old ready"], "+b"],
    ["neither is one", rolling(0), ["a", "b"], ["a old ready", "b old ready"], "-a1"],
    ["by surge a new one first", surge(1), ["a", "b"], ["a old ready", "b old ready"], "+a"],
    ["one at a time", surge(1), ["a", "b"], ["a old ready", "a new running", "b old ready"], ""],
    ["then the old one goes", surge(1), ["a"], ["a old ready", "a new ready"], "-a1"],
    [
      "when it is available",
      { ...surge(1), minReadySeconds: 10 },
      ["a"],
      ["a old ready", "a new young"],
      "",
    ],
    ["or the old one is not ready", surge(1), ["a"], ["a old running", "a new running"], "-a1"],
    [
      "where it does not work, beyond the share",
      surge(1),
      ["a", "b"],
      ["a old running", "b old running"],
      "+a +b",
    ],
    ["also while one is going", surge(1), ["a"], ["a new going"], "+a"],
    ["a third one goes", surge(1), ["a"], ["a old ready", "a new running", "a new running"], "-a3"],
    [
      "leaving a node that it may stay on, only when others do its work",
      surge(1),
      ["a", "b noisy:NoSchedule"],
      ["a new running", "b old ready"],
      "",
    ],
    [
      "which they do now",
      surge(1),
      ["a", "b noisy:NoSchedule"],
      ["a new ready", "b old ready"],
      "-b1",
    ],
  ];
  for (const [name, spec, nodes, there, expected] of cases) {
    assert.equal(planned(spec, nodes, there), expected, name);
  }
  const many = Array.from({ length: 300 }, (_, index) => `n${index}`);
  assert.equal(plan(situation({}, many, [])).create.length, 250);
});

test("which nodes suit it", () => {
  const on = (words: string, spec: object = {}) => {
    const template = podTemplate({ app: "log" });
    Object.assign(template.spec ?? {}, spec);
    return placementOn(node(words), daemonSet({ template }));
  };
  assert.equal(on("a"), "run");
  assert.equal(on("a", { nodeName: "b" }), "leave");
  assert.equal(on("a", { nodeSelector: { "kubernetes.io/hostname": "a" } }), "run");
  assert.equal(on("a", { nodeSelector: { "kubernetes.io/hostname": "b" } }), "leave");
  assert.equal(on("a node.kubernetes.io/unreachable:NoExecute"), "run");
  assert.equal(on("a node.kubernetes.io/unschedulable:NoSchedule"), "run");
  assert.equal(on("a node.kubernetes.io/network-unavailable:NoSchedule"), "stay");
  assert.equal(
    on("a node.kubernetes.io/network-unavailable:NoSchedule", { hostNetwork: true }),
    "run",
  );
  assert.equal(on("a noisy:PreferNoSchedule"), "run");
  const tolerations = [{ key: "noisy", operator: "Exists" }];
  assert.equal(on("a noisy:NoSchedule", { tolerations }), "run");
});

test("a pod for a node", () => {
  const template = podTemplate({ app: "log" });
  const limited = {
    key: "node.kubernetes.io/not-ready",
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 30,
  } as const;
  const preferred = [{ weight: 1, preference: { matchExpressions: [] } }];
  Object.assign(template.spec ?? {}, {
    tolerations: [limited, { key: "mine" }],
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: preferred,
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] },
      },
    },
  });
  const set = daemonSet({ template });
  set.metadata.annotations = { "deprecated.daemonset.template.generation": "3" };
  const made = podFor(set, "a", "hash");
  assert.deepEqual(made.metadata, {
    generateName: "log-",
    labels: { app: "log", "pod-template-generation": "3", "controller-revision-hash": "hash" },
  });
  assert.equal(nodeOf(made as Pod), "a");
  const { nodeAffinity } = made.spec.affinity ?? {};
  assert.deepEqual(nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution, preferred);
  const found = tolerationsOf(template.spec).map(({ key, tolerationSeconds }) => [
    key?.replace("node.kubernetes.io/", ""),
    tolerationSeconds,
  ]);
  assert.deepEqual(found, [
    ["mine", undefined],
    ["not-ready", undefined],
    ["unreachable", undefined],
    ["disk-pressure", undefined],
    ["memory-pressure", undefined],
    ["pid-pressure", undefined],
    ["unschedulable", undefined],
  ]);
});

test("the status that nodes amount to", () => {
  const at = situation(
    { minReadySeconds: 10 },
    ["a", "b", "c", "d noisy:NoSchedule"],
    ["a new ready", "b old young", "d new ready", "gone new ready"],
  );
  const old = { collisionCount: 2 } as unknown as DaemonSet["status"];
  assert.deepEqual(statusOf(at, old), {
    collisionCount: 2,
    currentNumberScheduled: 2,
    numberMisscheduled: 1,
    desiredNumberScheduled: 3,
    numberReady: 2,
    observedGeneration: 2,
    updatedNumberScheduled: 1,
    numberAvailable: 1,
    numberUnavailable: 2,
  });
});

test("failed pods of a node are deleted less and less often", () => {
  const failed = new FailedPods();
  const waits: number[] = [];
  let time = 0;
  for (let round = 0; round < 12; round++) {
    const waitMs = failed.msToRetry("a", time);
    waits.push(waitMs / 1000);
    time += waitMs;
    failed.deleted("a", time);
  }
  assert.deepEqual(waits, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
  assert.equal(failed.msToRetry("b", time), 0);
  time += 31 * 60_000;
  assert.equal(failed.msToRetry("a", time), 0);
  failed.deleted("a", time);
  assert.equal(failed.msToRetry("a", time), 1_000, "forgotten after half an hour");
});
