import assert from "node:assert/strict";
import { CronJob, Job } from "#api/batch/v1.ts";
import type { CronJobSpec } from "#api/batch/v1.ts";
import { required } from "#base/invariant.ts";
import { isNotFound } from "#client/client.ts";
import type { TestCluster } from "#controllers/testing/cluster.ts";
import { conformance } from "./clockwork.ts";

const minuteMs = 60_000;
const place = { namespace: "default", name: "tick" };

/** A Job each minute that is not done within five: only its policy keeps the next from starting. */
async function createCronJob(
  { client, clock, kubelet }: TestCluster,
  concurrencyPolicy: CronJobSpec["concurrencyPolicy"],
): Promise<void> {
  kubelet.endOf = () => ({ afterMs: 5 * minuteMs, exitCode: 0 });
  await client.create(CronJob, {
    metadata: place,
    spec: {
      schedule: "*/1 * * * ?",
      concurrencyPolicy,
      jobTemplate: {
        spec: {
          parallelism: 1,
          completions: 1,
          template: {
            spec: {
              restartPolicy: "OnFailure",
              containers: [{ name: "c", image: "busybox:1", command: ["sleep", "300"] }],
            },
          },
        },
      },
    },
  });
  assert.notEqual(clock.now() % minuteMs, 0, "a start is not just now");
}

const activeOf = async ({ client }: TestCluster) =>
  (await client.get(CronJob, place)).status.active ?? [];

/** Those that are not done. */
async function running({ client }: TestCluster): Promise<Job[]> {
  const { items } = await client.list(Job, { namespace: place.namespace });
  return items.filter(({ status }) => !status.completionTime);
}

/** Looks again each quarter of a minute; how many looks it took says how long. */
async function within(
  cluster: TestCluster,
  minutes: number,
  check: () => Promise<boolean>,
): Promise<void> {
  for (let left = minutes * 4; left > 0; left--) {
    if (await check()) return;
    await cluster.advance(minuteMs / 4);
  }
  assert.ok(await check(), `not so within ${minutes} minutes`);
}

async function removed(cluster: TestCluster): Promise<void> {
  const { client } = cluster;
  await client.delete(CronJob, place, { propagationPolicy: "Background" });
  await cluster.advance(minuteMs);
  await assert.rejects(client.get(CronJob, place), isNotFound);
  assert.deepEqual((await client.list(Job)).items, []);
}

conformance(
  "CronJob should not schedule new jobs when ForbidConcurrent [Slow]",
  async (cluster) => {
    await createCronJob(cluster, "Forbid");
    await within(cluster, 2, async () => (await activeOf(cluster)).length === 1);
    assert.equal((await running(cluster)).length, 1);
    const [first] = await activeOf(cluster);
    for (let quarter = 0; quarter < 4 * 4; quarter++) {
      await cluster.advance(minuteMs / 4);
      const active = await activeOf(cluster);
      assert.deepEqual(
        active.map(({ name }) => name),
        [first?.name],
      );
    }
    const told = (await cluster.events()).filter((event) => event.startsWith("JobAlreadyActive"));
    assert.ok(told.length > 0, "it would have been time");
    // It is put off and not forbidden for good: the next starts when this one has ended.
    await within(cluster, 3, async () => {
      const [active] = await activeOf(cluster);
      return active !== undefined && active.name !== first?.name;
    });
    await removed(cluster);
  },
);

conformance("CronJob should replace jobs when ReplaceConcurrent", async (cluster) => {
  await createCronJob(cluster, "Replace");
  await within(cluster, 2, async () => (await activeOf(cluster)).length === 1);
  const [first] = await running(cluster);
  assert.equal((await running(cluster)).length, 1);
  const { name } = required(first, "one Job runs").metadata;
  await within(cluster, 2, async () => {
    const [job] = await running(cluster);
    return job !== undefined && job.metadata.name !== name;
  });
  assert.equal((await running(cluster)).length, 1);
  assert.equal((await activeOf(cluster)).length, 1);
  await removed(cluster);
});

conformance("CronJob should schedule multiple jobs concurrently", async (cluster) => {
  await createCronJob(cluster, "Allow");
  await within(cluster, 4, async () => (await activeOf(cluster)).length >= 2);
  assert.ok((await running(cluster)).length >= 2);
  await removed(cluster);
});
