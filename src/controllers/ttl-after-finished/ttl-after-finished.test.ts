import { test } from "node:test";
import assert from "node:assert/strict";
import { Job } from "#api/batch/v1.ts";
import type { JobCondition } from "#api/batch/v1.ts";
import { timestamp } from "../common/time.ts";
import { podTemplate, startCluster } from "../testing/cluster.ts";
import { expiry, ttlAfterFinishedController } from "./controller.ts";

const at = "2026-01-01T00:00:00Z";

function jobWith(options: {
  ttl?: number;
  conditions?: JobCondition[];
  deletionTimestamp?: string;
}): Job {
  const { conditions = [], deletionTimestamp, ttl } = options;
  return {
    metadata: { name: "work", ...(deletionTimestamp && { deletionTimestamp }) },
    spec: { ...(ttl !== undefined && { ttlSecondsAfterFinished: ttl }) },
    status: { conditions },
  } as unknown as Job;
}

test("when a Job expires", () => {
  const end = (type: string, status: "True" | "False" = "True") => [
    { type, status, lastTransitionTime: at },
  ];
  const cases: [string, number | undefined, Job][] = [
    ["complete", 100_000, jobWith({ ttl: 100, conditions: end("Complete") })],
    ["failed, at once", 0, jobWith({ ttl: 0, conditions: end("Failed") })],
    ["it has no limit", undefined, jobWith({ conditions: end("Complete") })],
    ["it runs", undefined, jobWith({ ttl: 100 })],
    ["it is about to end", undefined, jobWith({ ttl: 1, conditions: end("FailureTarget") })],
    ["it did not end", undefined, jobWith({ ttl: 100, conditions: end("Complete", "False") })],
    [
      "it goes already",
      undefined,
      jobWith({ ttl: 1, conditions: end("Complete"), deletionTimestamp: at }),
    ],
  ];
  for (const [name, afterMs, job] of cases) {
    const expected = afterMs === undefined ? undefined : Date.parse(at) + afterMs;
    assert.equal(expiry(job), expected, name);
  }
});

test("a Job goes some time after its end, with what it owns", async () => {
  const cluster = await startCluster([ttlAfterFinishedController]);
  const { client, clock } = cluster;
  const place = { namespace: "default", name: "work" };
  const created = await client.create(Job, {
    metadata: place,
    spec: { ttlSecondsAfterFinished: 60, template: podTemplate({}) },
  });
  await cluster.advance(3_600_000);
  const current = await client.get(Job, place);
  const lastTransitionTime = timestamp(clock.now());
  const conditions = [{ type: "Complete", status: "True", lastTransitionTime } as const];
  await client.update(Job, { ...current, status: { conditions } }, { subresource: "status" });
  await cluster.advance(30_000);
  // Its life is prolonged before it is over.
  const patch = { spec: { ttlSecondsAfterFinished: 120 } };
  await client.patch(Job, place, { type: "merge", patch });
  await cluster.advance(60_000);
  assert.equal((await client.get(Job, place)).metadata.deletionTimestamp, undefined);
  await cluster.advance(31_000);
  const gone = await client.get(Job, place);
  assert.equal(gone.metadata.uid, created.metadata.uid);
  assert.deepEqual(gone.metadata.finalizers, ["foregroundDeletion"]);
  await cluster.stop();
});
