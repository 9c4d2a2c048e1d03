import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { createClient } from "#client/typed.ts";
import { keepTokenTracking, noteTokenTracking } from "./token-tracking.ts";

test("the day since when uses are noted stays, and comes back", async () => {
  const clock = new VirtualClock();
  const client = createClient(new FakeApi({ clock, random: seededRandom(1) }));
  const place = {
    namespace: "kube-system",
    name: "kube-apiserver-legacy-service-account-token-tracking",
  };
  const since = async () => (await client.get(ConfigMap, place)).data;
  const day = 24 * 60 * 60_000;
  await noteTokenTracking(client, clock.now());
  await noteTokenTracking(client, clock.now() + day);
  assert.deepEqual(await since(), { since: "2026-01-01" });

  const stop = new AbortController();
  const done = keepTokenTracking({ client, clock, logger: silentLogger }, stop.signal);
  await client.patch(ConfigMap, place, {
    type: "merge",
    patch: { data: { since: "yesterday", more: "kept" } },
  });
  await clock.advance(day);
  assert.deepEqual(await since(), { since: "2026-01-01", more: "kept" });
  await client.delete(ConfigMap, place);
  await clock.advance(60 * 60_000);
  assert.deepEqual(await since(), { since: "2026-01-02" });
  stop.abort();
  await clock.advance(0);
  await done;
});
