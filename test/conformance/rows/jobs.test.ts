import assert from "node:assert/strict";
import type { FakeContainerSpec } from "#kubelet/cri/fake/behaviour.ts";
import type { Loose } from "#testkit/requests.ts";
import { conformance, operations, quickly, withNodes } from "./row.ts";
import type { Row } from "./row.ts";
import { condition, isReady, podsOf, strategic, watched } from "./workloads.ts";

const indexKey = "batch.kubernetes.io/job-completion-index";

/** What the pods of these rows do, as their annotation tells. */
function behaviour({ annotations, attempt }: FakeContainerSpec) {
  const index = Number(annotations[indexKey] ?? 0);
  const ends = (exitCode: number) => ({ runsForMs: 200, exitCode });
  switch (annotations["does"]) {
    case "succeed":
      return ends(0);
    case "fail":
      return ends(1);
    case "fail once":
      return ends(attempt === 0 ? 1 : 0);
    case "fail odd, succeed even":
      return ends(index % 2);
    default:
      return undefined;
  }
}

withNodes(2, behaviour);

const jobsOf = (row: Row) => `/apis/batch/v1/namespaces/${row.namespace}/jobs`;

function jobOf(does: string, spec: Loose = {}, restartPolicy = "Never") {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "work", labels: {} as Record<string, string> },
    spec: {
      parallelism: 2,
      completions: 4,
      template: {
        metadata: { annotations: { does } },
        spec: {
          restartPolicy,
          terminationGracePeriodSeconds: 1,
          containers: [{ name: "c", image: "busybox:1" }],
        },
      },
      ...spec,
    },
  };
}

/** Creates the Job, and returns its path. */
async function createJob(row: Row, job: Loose): Promise<string> {
  await row.create(jobsOf(row), job);
  return `${jobsOf(row)}/${job.metadata.name}`;
}

const ended = (row: Row, path: string, type: "Complete" | "Failed"): Promise<Loose> =>
  row.until(path, (job) => assert.equal(condition(job, type)?.status, "True"));

const label = "job-name=work";

const runningPods = (row: Row, count: number): Promise<Loose[]> =>
  quickly(async () => {
    const pods = (await podsOf(row, label)).filter(isReady);
    assert.equal(pods.length, count);
    return pods;
  });

const indexed = { completionMode: "Indexed" };

conformance(
  "Job should allow to use the pod failure policy on exit code to fail the job early",
  async (row) => {
    const onExitCodes = { operator: "In", values: [1] };
    const podFailurePolicy = { rules: [{ action: "FailJob", onExitCodes }] };
    const path = await createJob(row, jobOf("fail once", { podFailurePolicy }));
    const job = await ended(row, path, "Failed");
    assert.equal(condition(job, "Failed").reason, "PodFailurePolicy");
  },
);

conformance(
  "Job should create pods for an Indexed job with completion indexes and specified hostname",
  async (row) => {
    const path = await createJob(row, jobOf("succeed", indexed));
    const job = await ended(row, path, "Complete");
    assert.equal(condition(job, "Complete").reason, "CompletionsReached");
    const pods = await podsOf(row, label);
    assert.deepEqual(
      pods.map(({ metadata, spec, status }) => [
        status.phase,
        metadata.annotations[indexKey],
        spec.hostname,
      ]),
      ["0", "1", "2", "3"].map((index) => ["Succeeded", index, `work-${index}`]),
    );
  },
);

/** The Job has succeeded by its policy, and nothing of it is left running. */
async function succeedsByPolicy(row: Row, path: string, succeeded: number): Promise<void> {
  const met = await row.until(path, (job) => assert.ok(condition(job, "SuccessCriteriaMet")));
  assert.equal(condition(met, "SuccessCriteriaMet").reason, "SuccessPolicy");
  const job = await ended(row, path, "Complete");
  assert.equal(condition(job, "Complete").reason, "SuccessPolicy");
  const { status } = job;
  assert.equal(status.succeeded, succeeded);
  assert.deepEqual([status.active ?? 0, status.ready, status.terminating], [0, 0, 0]);
}

conformance("Job with successPolicy should succeeded when all indexes succeeded", async (row) => {
  const successPolicy = { rules: [{ succeededCount: 2 }] };
  const spec = { ...indexed, completions: 2, successPolicy };
  const path = await createJob(row, jobOf("succeed", spec));
  await succeedsByPolicy(row, path, 2);
  assert.equal((await row.get(path)).status.failed ?? 0, 0);
});

conformance(
  "Job with successPolicy succeededIndexes rule should succeeded even when some indexes remain pending",
  async (row) => {
    const successPolicy = { rules: [{ succeededIndexes: "0" }] };
    const spec = { ...indexed, completions: 5, successPolicy };
    const path = await createJob(row, jobOf("fail odd, succeed even", spec));
    await succeedsByPolicy(row, path, 1);
    assert.equal((await row.get(path)).status.completedIndexes, "0");
  },
);

conformance(
  "Job with successPolicy succeededCount rule should succeeded even when some indexes remain pending",
  async (row) => {
    const successPolicy = { rules: [{ succeededCount: 1 }] };
    const spec = { ...indexed, completions: 5, successPolicy };
    const path = await createJob(row, jobOf("fail odd, succeed even", spec));
    await succeedsByPolicy(row, path, 1);
    assert.equal((await row.get(path)).status.completedIndexes, "0");
  },
);

conformance(
  "Job should execute all indexes despite some failing when using backoffLimitPerIndex",
  async (row) => {
    const spec = { ...indexed, backoffLimitPerIndex: 1 };
    const path = await createJob(row, jobOf("fail odd, succeed even", spec));
    // A failed index is tried again ten seconds later; meanwhile the others have their turn.
    await row.until(path, ({ status }) => assert.equal(status.completedIndexes, "0,2"));
    await row.until(path, ({ status }) => assert.ok((status.failed ?? 0) > 2));
    const { status } = await ended(row, path, "Failed");
    const { completedIndexes, failed, failedIndexes, succeeded } = status;
    assert.deepEqual([failedIndexes, completedIndexes, failed, succeeded], ["1,3", "0,2", 4, 2]);
  },
);

conformance(
  "Job should terminate job execution when the number of failed indexes exceeds maxFailedIndexes",
  async (row) => {
    const limits = { backoffLimitPerIndex: 0, maxFailedIndexes: 0, parallelism: 1 };
    const path = await createJob(row, jobOf("fail", { ...indexed, ...limits }));
    const { status } = await ended(row, path, "Failed");
    assert.deepEqual([status.failedIndexes, status.failed], ["0", 1]);
  },
);

conformance(
  "Job should mark indexes as failed when the FailIndex action is matched in podFailurePolicy",
  async (row) => {
    const onExitCodes = { operator: "In", values: [1] };
    const podFailurePolicy = { rules: [{ action: "FailIndex", onExitCodes }] };
    const spec = { ...indexed, completions: 2, backoffLimitPerIndex: 1, podFailurePolicy };
    const path = await createJob(row, jobOf("fail odd, succeed even", spec));
    const { status } = await ended(row, path, "Failed");
    const { completedIndexes, failed, failedIndexes, succeeded } = status;
    assert.deepEqual([failedIndexes, completedIndexes, failed, succeeded], ["1", "0", 1, 1]);
  },
);

conformance(
  "Job should run a job to completion when tasks sometimes fail and are locally restarted",
  async (row) => {
    const path = await createJob(row, jobOf("fail once", {}, "OnFailure"));
    const job = await ended(row, path, "Complete");
    assert.equal(job.status.succeeded, 4);
    const restarts = (await podsOf(row, label)).map(
      ({ status }) => status.containerStatuses[0].restartCount,
    );
    assert.deepEqual(restarts, [1, 1, 1, 1]);
  },
);

conformance("Job should delete a job", async (row) => {
  const path = await createJob(row, jobOf("run on"));
  await runningPods(row, 2);
  await row.remove(path, { propagationPolicy: "Foreground" });
  await row.gone(path);
  assert.deepEqual(await podsOf(row, label), []);
});

const ownerOf = ({ metadata }: Loose) =>
  metadata.ownerReferences?.find((owner: Loose) => owner.controller)?.uid;

conformance("Job should adopt matching orphans and release non-matching pods", async (row) => {
  const path = await createJob(row, jobOf("run on"));
  const { uid } = (await row.get(path)).metadata;
  const [pod] = await runningPods(row, 2);
  const podPath = `${row.core}/pods/${pod.metadata.name}`;
  await row.patch(podPath, { metadata: { ownerReferences: null } });
  await row.until(podPath, (object) => assert.equal(ownerOf(object), uid));
  await row.patch(podPath, { metadata: { labels: null } });
  await row.until(podPath, (object) => assert.equal(ownerOf(object), undefined));
});

conformance("Job should apply changes to a job status", async (row) => {
  const path = await createJob(row, jobOf("run on"));
  await runningPods(row, 2);
  const type = "CustomConditionType";
  const at = (second: number) => `2026-01-01T00:00:0${second}Z`;
  const patched = await row.patch(`${path}/status`, {
    metadata: { annotations: { patchedstatus: "true" } },
    status: { conditions: [{ type, status: "True", lastTransitionTime: at(1) }] },
  });
  assert.equal(condition(patched, type).lastTransitionTime, at(1));
  assert.equal(patched.metadata.annotations.patchedstatus, "true");
  const updated = await quickly(async () => {
    const current = await row.get(path);
    condition(current, type).lastTransitionTime = at(2);
    return row.replace(`${path}/status`, current);
  });
  assert.equal(condition(updated, type).lastTransitionTime, at(2));
  assert.equal((await row.get(`${path}/status`)).metadata.uid, patched.metadata.uid);
});

conformance("Job should manage the lifecycle of a job", async (row) => {
  const selector = `labelSelector=row%3D${row.namespace}`;
  const { metadata } = await row.get(`${jobsOf(row)}?${selector}`);
  const job = jobOf("succeed", { suspend: true });
  job.metadata.labels = { row: row.namespace };
  const path = await createJob(row, job);
  await strategic(row, path, { metadata: { labels: { work: "patched" } } });
  const watch = `${jobsOf(row)}?${selector}&watch=1&resourceVersion=`;
  await watched(row, watch + metadata.resourceVersion, ({ object, type }) => {
    return type === "MODIFIED" && object.metadata.labels.work === "patched";
  });
  const updated = await quickly(async () => {
    const current = await row.get(path);
    current.spec.suspend = false;
    current.metadata.annotations = { ...current.metadata.annotations, updated: "true" };
    return row.replace(path, current);
  });
  assert.equal(updated.metadata.annotations.updated, "true");
  assert.equal((await row.get(`/apis/batch/v1/jobs?${selector}`)).items.length, 1);
  const complete = await ended(row, path, "Complete");
  assert.equal(complete.status.succeeded, 4);
  await row.remove(`${jobsOf(row)}?${selector}`, { propagationPolicy: "Background" });
  await watched(row, watch + updated.metadata.resourceVersion, ({ type }) => type === "DELETED");
  assert.deepEqual((await row.get(`/apis/batch/v1/jobs?${selector}`)).items, []);
});

const cronJob = (spec: object) => ({
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name: "tick" },
  spec: { jobTemplate: { spec: jobOf("succeed").spec }, ...spec },
});

const cronJobsOf = (row: Row) => `/apis/batch/v1/namespaces/${row.namespace}/cronjobs`;

conformance("CronJob should support CronJob API operations", async (row) => {
  await operations(row, cronJobsOf(row), cronJob({ schedule: "0 0 1 1 *", suspend: true }));
  await row.create(cronJobsOf(row), cronJob({ schedule: "0 0 1 1 *", suspend: true }));
  const path = `${cronJobsOf(row)}/tick`;
  const lastScheduleTime = "2026-01-01T00:00:00Z";
  const patched = await row.patch(`${path}/status`, {
    metadata: { annotations: { patchedstatus: "true" } },
    status: { lastScheduleTime },
  });
  assert.equal(patched.status.lastScheduleTime, lastScheduleTime);
  assert.equal(patched.metadata.annotations.patchedstatus, "true");
  patched.status.lastScheduleTime = "2026-01-01T00:00:01Z";
  const updated = await row.replace(`${path}/status`, patched);
  assert.equal(updated.status.lastScheduleTime, "2026-01-01T00:00:01Z");
  assert.equal((await row.get(`${path}/status`)).metadata.uid, patched.metadata.uid);
});

conformance("CronJob should not schedule jobs when suspended [Slow]", async (row) => {
  // Its twin shows that it would have been time.
  const schedule = "@every 1s";
  for (const [name, suspend] of [
    ["quiet", true],
    ["loud", false],
  ] as const) {
    const object = cronJob({ schedule, suspend });
    await row.create(cronJobsOf(row), { ...object, metadata: { name } });
  }
  await row.until(`${cronJobsOf(row)}/loud`, ({ status }) => assert.ok(status.lastScheduleTime));
  const quiet = `${cronJobsOf(row)}/quiet`;
  const { metadata, status } = await row.get(quiet);
  assert.deepEqual(status, {});
  const jobs = async () =>
    (await row.get(jobsOf(row))).items.filter((job: Loose) => ownerOf(job) === metadata.uid);
  assert.deepEqual(await jobs(), []);
  await row.patch(quiet, { spec: { suspend: false } });
  await quickly(async () => assert.equal((await jobs()).length, 1));
});
