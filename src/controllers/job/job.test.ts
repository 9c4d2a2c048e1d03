import { test } from "node:test";
import assert from "node:assert/strict";
import { Job } from "#api/batch/v1.ts";
import type { JobSpec } from "#api/batch/v1.ts";
import { Pod } from "#api/core/v1.ts";
import { podTemplate, startCluster } from "../testing/cluster.ts";
import type { TestCluster } from "../testing/cluster.ts";
import { jobControllers } from "./controller.ts";
import { indexKey, indexOf, trackingFinalizer } from "./pods.ts";

const place = { namespace: "default", name: "work" };

/** A Job as the server would store it. */
function job(spec: Partial<JobSpec>, name = "work") {
  const labels = { "job-name": name };
  return {
    metadata: { namespace: "default", name },
    spec: {
      parallelism: 1,
      backoffLimit: 6,
      completionMode: "NonIndexed" as const,
      suspend: false,
      selector: { matchLabels: labels },
      template: podTemplate(labels),
      ...spec,
    },
  };
}

/** Pods end after ten seconds, as `exits` says by index or by the order in which they were made. */
async function setUp(exits: (pod: Pod, count: number) => number | undefined = () => 0) {
  const cluster = await startCluster(jobControllers());
  let count = 0;
  cluster.kubelet.endOf = (pod) => {
    const exitCode = exits(pod, count++);
    return exitCode === undefined ? undefined : { afterMs: 10_000, exitCode };
  };
  return cluster;
}

async function statusOf({ client }: TestCluster) {
  const { status } = await client.get(Job, place);
  return {
    ...status,
    conditions: (status.conditions ?? []).map(
      ({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`,
    ),
  };
}

const podsOf = async ({ client }: TestCluster) => (await client.list(Pod)).items;

/** Events without the generated ends of names. */
const eventsOf = async (cluster: TestCluster) =>
  (await cluster.events()).map((event) => event.replace(/-[a-z0-9]{5}$/, "-?????"));

test("runs two at a time until three have succeeded", async () => {
  const cluster = await setUp();
  await cluster.client.create(Job, job({ completions: 3, parallelism: 2 }));
  await cluster.advance(5_000);
  const running = await statusOf(cluster);
  assert.deepEqual([running.active, running.ready, running.terminating], [2, 2, 0]);
  assert.ok((await podsOf(cluster)).every(({ metadata }) => metadata.finalizers?.length === 1));
  await cluster.advance(60_000);
  const done = await statusOf(cluster);
  assert.deepEqual(done, {
    conditions: [
      "SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods",
      "Complete=True CompletionsReached: Reached expected number of succeeded pods",
    ],
    startTime: done.startTime,
    completionTime: done.completionTime,
    succeeded: 3,
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
  });
  assert.ok(done.startTime && done.completionTime && done.startTime < done.completionTime);
  assert.deepEqual(
    (await podsOf(cluster)).map(({ metadata }) => metadata.finalizers ?? []),
    [[], [], []],
  );
  assert.deepEqual(await eventsOf(cluster), [
    "SuccessfulCreate: Created pod: work-?????",
    "SuccessfulCreate: Created pod: work-?????",
    "SuccessfulCreate: Created pod: work-?????",
    "Completed: Job completed",
  ]);
  await cluster.stop();
});

test("failures are tried again, ever later, until there are too many", async () => {
  const cluster = await setUp(() => 1);
  await cluster.client.create(Job, job({ completions: 1, backoffLimit: 2 }));
  const created = async () => (await podsOf(cluster)).length;
  // Each pod starts in one second and fails ten later; then it waits for 10 s, and for 20 s.
  await cluster.advance(20_900);
  assert.equal(await created(), 1);
  await cluster.advance(1_000);
  assert.equal(await created(), 2);
  await cluster.advance(29_000);
  assert.equal(await created(), 2);
  await cluster.advance(2_000);
  assert.equal(await created(), 3);
  await cluster.advance(60_000);
  const status = await statusOf(cluster);
  assert.equal(status.failed, 3);
  assert.deepEqual(status.conditions, [
    "FailureTarget=True BackoffLimitExceeded: Job has reached the specified backoff limit",
    "Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit",
  ]);
  const message = "Job has reached the specified backoff limit";
  assert.deepEqual((await eventsOf(cluster)).at(-1), `BackoffLimitExceeded: ${message}`);
  await cluster.stop();
});

test("every index succeeds once, in pods that know theirs", async () => {
  const failures = new Set(["1"]);
  const cluster = await setUp((pod) =>
    failures.delete(pod.metadata.annotations?.[indexKey] ?? "") ? 1 : 0,
  );
  const spec = { completionMode: "Indexed", completions: 4, parallelism: 3 } as const;
  await cluster.client.create(Job, job(spec));
  await cluster.advance(5_000);
  const [first] = await podsOf(cluster);
  assert.match(first?.metadata.name ?? "", /^work-0-[a-z0-9]{5}$/);
  assert.equal(first?.metadata.labels?.[indexKey], "0");
  assert.equal(first?.spec.hostname, "work-0");
  assert.deepEqual(
    first?.spec.containers[0]?.env?.map(({ name, valueFrom }) => [
      name,
      valueFrom?.fieldRef?.fieldPath,
    ]),
    [["JOB_COMPLETION_INDEX", `metadata.labels['${indexKey}']`]],
  );
  await cluster.advance(8_000);
  const half = await statusOf(cluster);
  assert.deepEqual([half.completedIndexes, half.failed, half.succeeded], ["0,2", 1, 2]);
  await cluster.advance(60_000);
  const done = await statusOf(cluster);
  assert.deepEqual([done.completedIndexes, done.failed, done.succeeded], ["0-3", 1, 4]);
  await cluster.stop();
});

test("an index has its own limit, and the others go on", async () => {
  const cluster = await setUp((pod) => (indexOf(pod) === 1 ? 1 : 0));
  const spec = {
    completionMode: "Indexed",
    completions: 3,
    parallelism: 3,
    backoffLimit: 2 ** 31 - 1,
    backoffLimitPerIndex: 1,
  } as const;
  await cluster.client.create(Job, job(spec));
  await cluster.advance(15_000);
  const half = await statusOf(cluster);
  assert.deepEqual([half.completedIndexes, half.failedIndexes], ["0,2", ""]);
  const waiting = (await podsOf(cluster)).find((pod) => indexOf(pod) === 1);
  assert.deepEqual(waiting?.metadata.finalizers, [trackingFinalizer], "its count is needed yet");
  await cluster.advance(60_000);
  const done = await statusOf(cluster);
  assert.deepEqual([done.completedIndexes, done.failedIndexes, done.failed], ["0,2", "1", 2]);
  assert.equal(done.conditions.at(-1), "Failed=True FailedIndexes: Job has failed indexes");
  const counts = (await podsOf(cluster))
    .filter((pod) => indexOf(pod) === 1)
    .map(({ metadata }) => metadata.annotations?.["batch.kubernetes.io/job-index-failure-count"]);
  assert.deepEqual(counts, ["0", "1"]);
  await cluster.stop();
});

test("a leader's success is enough: the others are told to stop", async () => {
  const cluster = await setUp((pod) => (indexOf(pod) === 0 ? 0 : undefined));
  const spec = {
    completionMode: "Indexed",
    completions: 3,
    parallelism: 3,
    successPolicy: { rules: [{ succeededIndexes: "0" }] },
  } as const;
  await cluster.client.create(
    Job,
    job({ ...spec, successPolicy: { rules: [...spec.successPolicy.rules] } }),
  );
  await cluster.advance(60_000);
  const { conditions, failed, succeeded } = await statusOf(cluster);
  assert.deepEqual([succeeded, failed], [1, undefined]);
  assert.deepEqual(conditions, [
    "SuccessCriteriaMet=True SuccessPolicy: Matched rules at index 0",
    "Complete=True SuccessPolicy: Matched rules at index 0",
  ]);
  assert.equal((await podsOf(cluster)).length, 1);
  await cluster.stop();
});

test("a failure that cannot be mended ends the Job; one that is nobody's fault is free", async () => {
  const cluster = await setUp((_pod, count) => [137, 42][count]);
  const onExitCodes = (values: number[]) => ({ operator: "In", values });
  const podFailurePolicy = {
    rules: [
      { action: "Ignore", onExitCodes: onExitCodes([137]) },
      { action: "FailJob", onExitCodes: onExitCodes([42]) },
    ],
  };
  await cluster.client.create(Job, job({ completions: 5, backoffLimit: 0, podFailurePolicy }));
  await cluster.advance(15_000);
  assert.equal((await statusOf(cluster)).failed, undefined);
  await cluster.advance(60_000);
  const { conditions, failed } = await statusOf(cluster);
  assert.equal(failed, 1);
  assert.match(
    conditions.at(-1) ?? "",
    /^Failed=True PodFailurePolicy: Container main for pod default\/work-[a-z0-9]{5} failed with exit code 42 matching FailJob rule at index 1$/,
  );
  await cluster.stop();
});

test("suspended pods go uncounted, and time starts anew", async () => {
  const cluster = await setUp(() => undefined);
  const { client } = cluster;
  await client.create(Job, job({ completions: 2, parallelism: 2, activeDeadlineSeconds: 30 }));
  await cluster.advance(20_000);
  const set = (suspend: boolean) =>
    client.patch(Job, place, { type: "merge", patch: { spec: { suspend } } });
  await set(true);
  await cluster.advance(40_000);
  const off = await statusOf(cluster);
  assert.deepEqual(off.conditions, ["Suspended=True JobSuspended: Job suspended"]);
  assert.deepEqual([off.active, off.failed, off.startTime], [undefined, undefined, undefined]);
  assert.equal((await podsOf(cluster)).length, 0);
  await set(false);
  await cluster.advance(20_000);
  const on = await statusOf(cluster);
  assert.deepEqual(on.conditions, ["Suspended=False JobResumed: Job resumed"]);
  assert.deepEqual([on.active, on.ready], [2, 2]);
  await cluster.advance(20_000);
  const over = await statusOf(cluster);
  assert.equal(
    over.conditions.at(-1),
    "Failed=True DeadlineExceeded: Job was active longer than specified deadline",
  );
  assert.equal(over.failed, 2);
  assert.deepEqual(
    (await eventsOf(cluster)).filter((event) => /Suspended|Resumed|Deadline/.test(event)),
    [
      "Suspended: Job suspended",
      "Resumed: Job resumed",
      "DeadlineExceeded: Job was active longer than specified deadline",
    ],
  );
  await cluster.stop();
});

test("a pod on its way out is replaced at once, or when it has ended", async () => {
  for (const [podReplacementPolicy, pods] of [
    ["TerminatingOrFailed", 2],
    ["Failed", 1],
  ] as const) {
    const cluster = await setUp(() => undefined);
    cluster.kubelet.stopMs = 30_000;
    await cluster.client.create(Job, job({ completions: 1, podReplacementPolicy }));
    await cluster.advance(5_000);
    const [pod] = await podsOf(cluster);
    assert.ok(pod);
    await cluster.client.delete(Pod, pod.metadata);
    await cluster.advance(12_000);
    const status = await statusOf(cluster);
    assert.equal((await podsOf(cluster)).length, pods, podReplacementPolicy);
    assert.equal(status.terminating, 1);
    await cluster.stop();
  }
});

test("nobody's pods are let go, and another's Job is let be", async () => {
  const cluster = await setUp();
  const { client } = cluster;
  await client.create(Job, job({ completions: 1, managedBy: "example.com/other" }));
  const owner = (uid: string) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    name: "gone",
    uid,
    controller: true,
    blockOwnerDeletion: true,
  });
  for (const [name, ownerReferences] of [
    ["orphan", []],
    ["forgotten", [owner("1-2-3")]],
  ] as const) {
    await client.create(Pod, {
      metadata: {
        namespace: "default",
        name,
        finalizers: [trackingFinalizer],
        ownerReferences: [...ownerReferences],
      },
      spec: { containers: [{ name: "main" }] },
    });
  }
  await cluster.advance(5_000);
  const pods = await podsOf(cluster);
  assert.deepEqual(
    pods.map(({ metadata }) => [metadata.name, metadata.finalizers ?? []]),
    [
      ["orphan", []],
      ["forgotten", []],
    ],
  );
  assert.deepEqual((await client.get(Job, place)).status, {});
  await cluster.stop();
});

test("pods that match are taken in and counted; those that no longer do are let go", async () => {
  const cluster = await setUp(() => undefined);
  const { client } = cluster;
  const spec = podTemplate({}).spec ?? { containers: [] };
  const labels = { "job-name": "work" };
  await client.create(Pod, { metadata: { namespace: "default", name: "stray", labels }, spec });
  await client.create(Job, job({ completions: 1 }));
  await cluster.advance(5_000);
  const reference = { namespace: "default", name: "stray" };
  const taken = await client.get(Pod, reference);
  assert.deepEqual(taken.metadata.finalizers, [trackingFinalizer]);
  assert.equal(taken.metadata.ownerReferences?.[0]?.name, "work");
  const patch = { metadata: { labels: { "job-name": null } } };
  await client.patch(Pod, reference, { type: "merge", patch });
  await cluster.advance(5_000);
  const free = await client.get(Pod, reference);
  assert.deepEqual([free.metadata.finalizers ?? [], free.metadata.ownerReferences ?? []], [[], []]);
  assert.equal((await podsOf(cluster)).length, 2);
  await cluster.stop();
});

test("the ends of many pods are counted together", async () => {
  const cluster = await setUp();
  const spec = { completionMode: "Indexed", completions: 300, parallelism: 100 } as const;
  await cluster.client.create(Job, job(spec));
  await cluster.advance(120_000);
  assert.equal((await statusOf(cluster)).completedIndexes, "0-299");
  const writes = cluster.api.requests.filter((request) => request.endsWith("/work/status"));
  assert.ok(writes.length < 50, `${writes.length} writes of the status`);
  await cluster.stop();
});
