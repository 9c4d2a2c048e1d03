import assert from "node:assert/strict";
import { test } from "node:test";
import { Job } from "#api/batch/v1.ts";
import { ConfigMap } from "#api/core/v1.ts";
import { defineResource } from "#server/resources/define.ts";
import { tellUnfinished } from "./unfinished-kinds.ts";

test("who makes an object that nothing acts on is told so, once", () => {
  const [jobs, maps] = tellUnfinished([
    defineResource<Job>({ type: Job, warnings: () => ["another"] }),
    defineResource<ConfigMap>({ type: ConfigMap }),
  ]);
  const expected = "this cluster stores it, but no pods are made for Jobs yet";
  assert.deepEqual(jobs?.warnings?.({}, undefined), [expected, "another"]);
  assert.deepEqual(jobs?.warnings?.({}, {}), ["another"]);
  assert.equal(maps && "warnings" in maps, false);
});
