import { test } from "node:test";
import assert from "node:assert/strict";
import type { HorizontalPodAutoscalerSpec } from "#api/autoscaling/v2.ts";
import type { Pod } from "#api/core/v1.ts";
import { normalize, withChange } from "./behavior.ts";
import type { History } from "./behavior.ts";
import {
  proposeByAverage,
  proposeByShare,
  proposeByTotal,
  proposeByUtilization,
} from "./replicas.ts";
import type { PodMetrics } from "./replicas.ts";

const now = Date.UTC(2026, 0, 2);
const tolerance = { up: 0.1, down: 0.1 };

interface Look {
  readonly phase?: string;
  readonly ready?: boolean;
  readonly ageMs?: number;
  readonly deleted?: boolean;
}

/** Pods that request one CPU each, started an hour ago and ready since. */
function podsOf(...looks: Look[]): Pod[] {
  return looks.map(({ ageMs = 3_600_000, deleted, phase = "Running", ready = true }, at) => {
    const startTime = new Date(now - ageMs).toISOString();
    return {
      metadata: { name: `p${at}`, ...(deleted && { deletionTimestamp: startTime }) },
      spec: { containers: [{ name: "main", resources: { requests: { cpu: "1" } } }] },
      status: {
        phase,
        startTime,
        conditions: [
          { type: "Ready", status: ready ? "True" : "False", lastTransitionTime: startTime },
        ],
      },
    } as unknown as Pod;
  });
}

const usageOf = (...milli: (number | undefined)[]): PodMetrics =>
  new Map(
    milli.flatMap((value, at) =>
      value === undefined ? [] : [[`p${at}`, { milli: value, at: now, windowMs: 30_000 }]],
    ),
  );

const same = (count: number): Look[] => Array.from({ length: count }, () => ({}));

test("how many replicas bring the pods to half of what they request", () => {
  const cases: [string, number, Look[], (number | undefined)[]][] = [
    ["as it is", 3, same(3), [500, 500, 500]],
    ["nearly", 3, same(3), [540, 540, 540]],
    ["too much", 5, same(3), [800, 800, 800]],
    ["too little", 1, same(3), [100, 100, 100]],
    ["those on their way out do not count", 2, [{}, {}, { deleted: true }], [500, 500, 900]],
    ["those that failed do not either", 4, [{}, {}, { phase: "Failed" }], [1000, 1000, 0]],
    ["one that is missing uses nothing, when more are wanted", 4, same(3), [900, 900, undefined]],
    ["one that is missing uses all it may, when fewer are", 3, same(3), [200, 200, undefined]],
    ["one that starts is no reason for more", 3, [{}, {}, { phase: "Pending" }], [600, 700, 0]],
    ["nor is what it uses at its start", 2, [{}, { ready: false, ageMs: 60_000 }], [800, 3000]],
  ];
  for (const [name, expected, looks, usage] of cases) {
    const pods = podsOf(...looks);
    const active = looks.filter(({ deleted, phase }) => !deleted && phase !== "Failed").length;
    const { replicas } = proposeByUtilization(
      usageOf(...usage),
      { pods, current: active, tolerance, now },
      { resource: "cpu", target: 50 },
    );
    assert.equal(replicas, expected, name);
  }
});

test("what cannot be computed is told", () => {
  const propose = (looks: Look[], usage: number[], resource = "cpu", container?: string) =>
    proposeByUtilization(
      usageOf(...usage),
      { pods: podsOf(...looks), current: 1, tolerance, now },
      { resource, target: 50, container },
    );
  assert.throws(() => propose([], [1]), /^Error: no pods returned by selector while calculating/);
  assert.throws(() => propose([{}], [], "cpu"), /did not receive metrics for targeted pods/);
  assert.throws(
    () => propose([{}], [1], "memory"),
    /missing request for memory in container main of Pod p0/,
  );
  assert.throws(() => propose([{}], [1], "cpu", "other"), /container other not found in Pod p0/);
});

test("by average, by one value for all, and by one to share", () => {
  const situation = { pods: podsOf({}, {}), current: 2, tolerance, now };
  const average = proposeByAverage(usageOf(30_000, 50_000), situation, { targetMilli: 10_000 });
  assert.deepEqual(average, { replicas: 8, averageMilli: 40_000 });
  assert.equal(proposeByTotal(30_000, situation, 10_000), 6);
  assert.equal(proposeByTotal(10_500, situation, 10_000), 2);
  assert.equal(proposeByTotal(30_000, { ...situation, current: 0 }, 10_000), 3);
  assert.deepEqual(proposeByShare(50_000, 2, tolerance, 10_000), {
    replicas: 5,
    averageMilli: 25_000,
  });
});

const empty: History = { recommendations: [], ups: [], downs: [] };

test("what is allowed of what is wanted", () => {
  const spec = { minReplicas: 2, maxReplicas: 20 } as HorizontalPodAutoscalerSpec;
  const pods = (value: number) => ({ type: "Pods", value, periodSeconds: 60 });
  const percent = (value: number) => ({ type: "Percent", value, periodSeconds: 60 });
  const behavior = (
    scaleUp: { policies: object[]; selectPolicy?: string; stabilizationWindowSeconds?: number },
    scaleDown = scaleUp,
  ) =>
    ({
      ...spec,
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: "Max", ...scaleUp },
        scaleDown: { stabilizationWindowSeconds: 0, selectPolicy: "Max", ...scaleDown },
      },
    }) as HorizontalPodAutoscalerSpec;
  const seen = (...replicas: number[]): History => ({
    ...empty,
    recommendations: replicas.map((one) => ({ replicas: one, at: now - 60_000 })),
  });
  const ups = (by: number): History => ({ ...empty, ups: [{ by, at: now - 10_000 }] });
  const slow = { policies: [pods(1)], stabilizationWindowSeconds: 300 };
  const cases: [string, string, HorizontalPodAutoscalerSpec, History, number, number][] = [
    ["in range", "5 ReadyForNewScale DesiredWithinRange", spec, empty, 4, 5],
    ["twice as many at once", "8 ReadyForNewScale ScaleUpLimit", spec, empty, 4, 15],
    ["four at least", "4 ReadyForNewScale ScaleUpLimit", spec, empty, 1, 15],
    ["the maximum", "20 ReadyForNewScale TooManyReplicas", spec, empty, 15, 25],
    ["the minimum", "2 ReadyForNewScale TooFewReplicas", spec, empty, 4, 1],
    [
      "fewer only after a while",
      "6 ScaleDownStabilized DesiredWithinRange",
      spec,
      seen(6, 5),
      8,
      3,
    ],
    [
      "more by rules",
      "6 ReadyForNewScale ScaleUpLimit",
      behavior({ policies: [pods(2)] }),
      empty,
      4,
      9,
    ],
    [
      "the largest rule",
      "8 ReadyForNewScale ScaleUpLimit",
      behavior({ policies: [pods(2), percent(100)] }),
      empty,
      4,
      9,
    ],
    [
      "the smallest rule",
      "6 ReadyForNewScale ScaleUpLimit",
      behavior({ policies: [pods(2), percent(100)], selectPolicy: "Min" }),
      empty,
      4,
      9,
    ],
    [
      "not at all",
      "4 ReadyForNewScale ScaleUpLimit",
      behavior({ policies: [pods(2)], selectPolicy: "Disabled" }),
      empty,
      4,
      9,
    ],
    [
      "what was added lately counts",
      "5 ReadyForNewScale ScaleUpLimit",
      behavior({ policies: [pods(2)] }),
      ups(1),
      4,
      9,
    ],
    [
      "fewer by rules",
      "5 ReadyForNewScale ScaleDownLimit",
      behavior({ policies: [percent(50)] }),
      empty,
      10,
      3,
    ],
    [
      "more only after a while",
      "5 ScaleUpStabilized DesiredWithinRange",
      behavior(slow),
      seen(5),
      4,
      9,
    ],
  ];
  for (const [name, expected, of, history, current, desired] of cases) {
    const { limit, replicas, stabilization } = normalize(of, history, { current, desired }, now);
    assert.equal(`${replicas} ${stabilization.reason} ${limit.reason}`, expected, name);
    assert.equal(limit.isLimited, limit.reason !== "DesiredWithinRange", name);
  }
  const change = { current: 4, desired: 7 };
  assert.deepEqual(withChange(empty, behavior({ policies: [] }), change, now).ups, [
    { by: 3, at: now },
  ]);
  assert.equal(withChange(empty, spec, change, now), empty);
});
