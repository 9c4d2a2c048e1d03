import assert from "node:assert/strict";
import { test } from "node:test";
import { DaemonSet, StatefulSet } from "#api/apps/v1.ts";
import { Job } from "#api/batch/v1.ts";
import { ConfigMap } from "#api/core/v1.ts";
import { LeaseCandidate } from "#api/coordination/v1beta1.ts";
import { defineResource } from "#server/resources/define.ts";
import { tellUnfinished } from "./unfinished-kinds.ts";

test("who makes an object that nothing acts on is told so, once", () => {
  const [candidates, maps] = tellUnfinished([
    defineResource<LeaseCandidate>({
      type: LeaseCandidate,
      warnings: () => ["another"],
    }),
    defineResource<ConfigMap>({ type: ConfigMap }),
  ]);
  const expected = "this cluster stores it, but nobody is elected from LeaseCandidates yet";
  assert.deepEqual(candidates?.warnings?.({}, undefined), [expected, "another"]);
  assert.deepEqual(candidates?.warnings?.({}, {}), ["another"]);
  assert.equal(maps && "warnings" in maps, false);
});

test("kinds that controllers act on carry no such warning", () => {
  const definitions = tellUnfinished([
    defineResource<DaemonSet>({ type: DaemonSet }),
    defineResource<StatefulSet>({ type: StatefulSet }),
    defineResource<Job>({ type: Job }),
  ]);
  for (const definition of definitions) {
    assert.equal("warnings" in definition, false, definition.type.info.kind);
  }
});
