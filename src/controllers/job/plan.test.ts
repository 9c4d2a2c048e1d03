import { test } from "node:test";
import assert from "node:assert/strict";
import type { Job, JobSpec, JobStatus } from "#api/batch/v1.ts";
import type { Pod } from "#api/core/v1.ts";
import { msToNextTry, withEnded } from "./backoff.ts";
import { firstFree, formatIndexes, overlap, parseIndexes, union } from "./indexes.ts";
import { plan } from "./plan.ts";
import { indexKey, trackingFinalizer } from "./pods.ts";
import { judgeFailure, judgeSuccess } from "./policies.ts";
import { track } from "./tracking.ts";
import { viewOf } from "./view.ts";

const now = Date.UTC(2026, 0, 2);
const noFailures = { failuresSinceSuccess: 0, lastFailureAt: undefined };

function job(spec: Partial<JobSpec>, status: JobStatus = {}): Job {
  return {
    metadata: { name: "work", namespace: "default", uid: "1" },
    spec: { parallelism: 1, backoffLimit: 6, template: { spec: {} }, ...spec },
    status,
  } as unknown as Job;
}

interface Look {
  readonly phase?: string;
  readonly index?: number;
  readonly deleted?: boolean;
  readonly restarts?: number;
  readonly tracked?: boolean;
  readonly failures?: number;
}

let names = 0;
function pod(look: Look = {}): Pod {
  const { deleted, failures, index, phase = "Running", restarts = 0, tracked = true } = look;
  const name = `p${++names}`;
  return {
    metadata: {
      name,
      namespace: "default",
      uid: name,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...(tracked && { finalizers: [trackingFinalizer] }),
      ...(deleted && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      annotations: {
        ...(index !== undefined && { [indexKey]: String(index) }),
        ...(failures && { "batch.kubernetes.io/job-index-failure-count": String(failures) }),
      },
    },
    spec: { nodeName: "n1", containers: [] },
    status: { phase, containerStatuses: [{ restartCount: restarts, state: {} }] },
  } as unknown as Pod;
}

const pods = (...looks: Look[]) => looks.map(pod);
const times = (count: number, look: Look = {}) => Array.from({ length: count }, () => pod(look));

/** The plan in a few words. */
function decide(of: Job, all: readonly Pod[], failures = noFailures): string {
  const decision = plan(viewOf(of, all), failures, now);
  switch (decision.kind) {
    case "none":
      return "none";
    case "end":
      return `${decision.ending.result}: ${decision.ending.reason}`;
    case "delete":
      return `delete ${decision.pods.map((pod) => all.indexOf(pod)).join(" ")}`;
    case "create":
      return `create ${decision.indexes.map((index) => index ?? "one").join(" ")}`;
    case "wait":
      return `wait ${decision.ms}`;
    default:
      return decision satisfies never;
  }
}

const indexed = { completionMode: "Indexed" } as const;
const failed = (count: number) => ({ failed: count });

test("what to do about the pods", () => {
  const cases: [string, string, Job, readonly Pod[]][] = [
    ["as many as are wanted", "create one one", job({ parallelism: 2, completions: 5 }), []],
    [
      "no more than are left",
      "create one",
      job({ parallelism: 3, completions: 2 }, { succeeded: 1 }),
      [],
    ],
    ["none while enough run", "none", job({ completions: 1 }), times(1)],
    ["too many", "delete 0 1", job({ parallelism: 1, completions: 9 }), times(3)],
    ["a work queue", "create one one", job({ parallelism: 3 }), times(1)],
    [
      "a work queue that is done",
      "none",
      job({ parallelism: 3 }),
      pods({ phase: "Succeeded" }, {}),
    ],
    ["suspended", "delete 0 1", job({ parallelism: 2, completions: 2, suspend: true }), times(2)],
    ["replaced at once", "create one", job({ completions: 1 }), pods({ deleted: true })],
    [
      "replaced when it has ended",
      "none",
      job({ completions: 1, podReplacementPolicy: "Failed" }),
      pods({ deleted: true }),
    ],
    [
      "indexes that are free",
      "create 1 3",
      job({ ...indexed, completions: 4, parallelism: 4 }),
      pods({ index: 0 }, { index: 2 }),
    ],
    [
      "an index twice",
      "delete 0",
      job({ ...indexed, completions: 4, parallelism: 4 }),
      pods({ index: 0, phase: "Pending" }, { index: 0 }),
    ],
    [
      "an index that is too high",
      "delete 0",
      job({ ...indexed, completions: 2, parallelism: 4 }),
      pods({ index: 2 }),
    ],
    [
      "after the indexes that are done",
      "create 2",
      job({ ...indexed, completions: 3, parallelism: 3 }, { completedIndexes: "0,1" }),
      [],
    ],
    [
      "failed indexes are not tried again",
      "create 2",
      job(
        { ...indexed, completions: 3, parallelism: 1, backoffLimitPerIndex: 0 },
        { failedIndexes: "0,1" },
      ),
      [],
    ],
  ];
  for (const [name, expected, of, all] of cases) assert.equal(decide(of, all), expected, name);
});

test("when it ends", () => {
  const cases: [string, string, Job, readonly Pod[]][] = [
    [
      "too many failures",
      "failure: BackoffLimitExceeded",
      job({ backoffLimit: 1 }, failed(1)),
      pods({ phase: "Failed" }),
    ],
    ["as many as may be", "create one", job({ backoffLimit: 1 }), pods({ phase: "Failed" })],
    [
      "those counted do not count twice",
      "create one",
      job({ backoffLimit: 1 }, failed(1)),
      pods({ phase: "Failed", tracked: false }),
    ],
    [
      "restarts in place",
      "failure: BackoffLimitExceeded",
      job({
        backoffLimit: 3,
        template: { metadata: {}, spec: { restartPolicy: "OnFailure" } } as never,
      }),
      pods({ restarts: 2 }, { restarts: 1 }),
    ],
    [
      "out of time",
      "failure: DeadlineExceeded",
      job({ activeDeadlineSeconds: 60 }, { startTime: "2026-01-01T23:59:00Z" }),
      times(1),
    ],
    [
      "out of time, but suspended",
      "delete 0",
      job({ activeDeadlineSeconds: 60, suspend: true }, { startTime: "2026-01-01T23:00:00Z" }),
      times(1),
    ],
    [
      "too many failed indexes",
      "failure: MaxFailedIndexesExceeded",
      job(
        { ...indexed, completions: 9, backoffLimitPerIndex: 1, maxFailedIndexes: 1 },
        { failedIndexes: "3" },
      ),
      pods({ index: 1, phase: "Failed", failures: 1 }),
    ],
    [
      "all indexes have ended, some badly",
      "failure: FailedIndexes",
      job({ ...indexed, completions: 2, backoffLimitPerIndex: 1 }, { completedIndexes: "0" }),
      pods({ index: 1, phase: "Failed", failures: 1 }),
    ],
    [
      "success by policy",
      "success: SuccessPolicy",
      job(
        {
          ...indexed,
          completions: 9,
          parallelism: 1,
          successPolicy: { rules: [{ succeededCount: 2 }] },
        },
        { completedIndexes: "3,5" },
      ),
      times(1, { index: 7 }),
    ],
    [
      "what was decided stays so",
      "failure: DeadlineExceeded",
      job(
        {},
        { conditions: [{ type: "FailureTarget", status: "True", reason: "DeadlineExceeded" }] },
      ),
      [],
    ],
  ];
  for (const [name, expected, of, all] of cases) assert.equal(decide(of, all), expected, name);
});

test("waits twice as long after each failure, and forgets them at a success", () => {
  const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();
  const ended = (seconds: number): Pod => {
    const one = pod({ phase: "Failed" });
    const state = { terminated: { exitCode: 1, finishedAt: at(seconds) } };
    return { ...one, status: { containerStatuses: [{ state }] } } as unknown as Pod;
  };
  const waits = [1, 2, 3, 6, 7, 50].map((count) =>
    msToNextTry({ failuresSinceSuccess: count, lastFailureAt: now }, now),
  );
  assert.deepEqual(waits, [10_000, 20_000, 40_000, 320_000, 600_000, 600_000]);
  const twice = withEnded(undefined, [], [ended(1), ended(3)]);
  assert.deepEqual(twice, { failuresSinceSuccess: 2, lastFailureAt: now + 3_000 });
  assert.deepEqual(withEnded(twice, [ended(4)], []), noFailures);
  assert.deepEqual(withEnded(twice, [ended(4)], [ended(3), ended(5)]), {
    failuresSinceSuccess: 1,
    lastFailureAt: now + 5_000,
  });
});

test("pods are counted once, through their uids", () => {
  const of = job(
    { completions: 3 },
    { succeeded: 1, uncountedTerminatedPods: { failed: ["gone"] } },
  );
  const all = pods(
    { phase: "Succeeded" },
    { phase: "Failed" },
    { phase: "Succeeded", tracked: false },
    {},
  );
  const { release, status } = track(viewOf(of, all), of.status, undefined, now);
  assert.deepEqual(release, all.slice(0, 2));
  assert.deepEqual(status, {
    succeeded: 1,
    failed: 1,
    uncountedTerminatedPods: {
      succeeded: [all[0]?.metadata.uid],
      failed: [all[1]?.metadata.uid],
    },
  });
  const many = times(600, { phase: "Succeeded" });
  const some = track(viewOf(job({ completions: 600 }), many), {}, undefined, now);
  assert.deepEqual([some.release.length, some.isComplete], [500, false]);
});

test("intervals of indexes", () => {
  const read = (text: string) => parseIndexes(text, 10);
  assert.equal(formatIndexes(read("0,1,3-5,7,9-12")), "0,1,3-5,7,9");
  assert.equal(formatIndexes(read("11,12")), "");
  assert.equal(formatIndexes(union(read("0,2,4"), read("1,3,8"))), "0-4,8");
  assert.equal(overlap(read("0-4"), read("3-8")), 2);
  assert.deepEqual(firstFree(read("0,2-3,5"), 4, 8), [1, 4, 6, 7]);
  assert.deepEqual(firstFree([], 2, 1), [0]);
});

test("what a failure means", () => {
  const exit = (...codes: number[]) => {
    const containerStatuses = codes.map((exitCode, at) => ({
      name: `c${at}`,
      state: { terminated: { exitCode } },
    }));
    return { ...pod(), status: { containerStatuses } } as unknown as Pod;
  };
  const disrupted = {
    ...pod(),
    status: { conditions: [{ type: "DisruptionTarget", status: "True" }] },
  } as unknown as Pod;
  const rules = [
    { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
    { action: "FailIndex", onExitCodes: { operator: "In", values: [42], containerName: "c1" } },
    { action: "Count", onExitCodes: { operator: "In", values: [1, 2] } },
    { action: "FailJob", onExitCodes: { operator: "NotIn", values: [3] } },
  ];
  const judge = (pod: Pod) => judgeFailure({ rules }, pod).action;
  assert.equal(judge(disrupted), "Ignore");
  assert.equal(judge(exit(0, 42)), "FailIndex");
  assert.equal(judge(exit(42, 0)), "FailJob");
  assert.equal(judge(exit(2)), "Count");
  assert.equal(judge(exit(3)), "Count");
  assert.equal(judge(exit(0)), "Count");
});

test("what is enough", () => {
  const judge = (rules: object[], succeeded: string) =>
    judgeSuccess({ rules }, 10, parseIndexes(succeeded, 10));
  assert.equal(judge([{ succeededIndexes: "0-2" }], "0,1"), undefined);
  assert.equal(judge([{ succeededIndexes: "0-2" }], "0-3"), "Matched rules at index 0");
  assert.equal(
    judge([{ succeededIndexes: "0-2", succeededCount: 2 }], "1,2"),
    "Matched rules at index 0",
  );
  assert.equal(
    judge([{ succeededIndexes: "9" }, { succeededCount: 1 }], "5"),
    "Matched rules at index 1",
  );
  assert.equal(judge([{ succeededCount: 1 }], ""), undefined);
});
