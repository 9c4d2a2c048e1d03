import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap } from "#api/core/v1.ts";
import { StorageVersionMigration } from "#api/storagemigration/v1beta1.ts";
import { defineResource } from "#server/resources/define.ts";
import { tellUnfinished } from "./unfinished-kinds.ts";

test("who makes an object that nothing acts on is told so, once", () => {
  const [migrations, maps] = tellUnfinished([
    defineResource<StorageVersionMigration>({
      type: StorageVersionMigration,
      warnings: () => ["another"],
    }),
    defineResource<ConfigMap>({ type: ConfigMap }),
  ]);
  const expected = "this cluster stores it, but no objects are written again yet";
  assert.deepEqual(migrations?.warnings?.({}, undefined), [expected, "another"]);
  assert.deepEqual(migrations?.warnings?.({}, {}), ["another"]);
  assert.equal(maps && "warnings" in maps, false);
});
