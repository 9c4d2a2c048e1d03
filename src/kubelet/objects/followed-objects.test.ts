import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { createClient } from "#client/typed.ts";
import { FollowedObjects } from "./followed-objects.ts";

function setUp() {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const api = new FakeApi({ clock, random });
  const client = createClient(api);
  const scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  const changes: string[] = [];
  const changed = (namespace: string) => changes.push(namespace);
  const objects = new FollowedObjects(
    { client, clock, random, logger: silentLogger, changed },
    scope,
  );
  const { signal } = new AbortController();
  const get = async (name: string) => (await objects.configMap("ns", name, signal))?.data?.["k"];
  return { clock, api, client, scope, changes, get };
}

test("an object is asked for once, and its changes are heard of", async () => {
  const { clock, api, client, scope, changes, get } = setUp();
  const map = await client.create(ConfigMap, {
    metadata: { name: "a", namespace: "ns" },
    data: { k: "1" },
  });
  assert.equal(await get("a"), "1");
  await clock.advance(0);
  api.requests.length = 0;
  assert.equal(await get("a"), "1");
  await client.update(ConfigMap, { ...map, data: { k: "2" } });
  await clock.advance(0);
  assert.deepEqual(changes, ["ns"]);
  assert.equal(await get("a"), "2");
  assert.deepEqual(api.requests, ["PUT /api/v1/namespaces/ns/configmaps/a"]);
  await scope.close();
});

test("an object that is missing is waited for", async () => {
  const { clock, client, scope, changes, get } = setUp();
  assert.equal(await get("late"), undefined);
  await clock.advance(0);
  await client.create(ConfigMap, { metadata: { name: "late", namespace: "ns" }, data: { k: "1" } });
  await clock.advance(0);
  assert.deepEqual(changes, ["ns"]);
  assert.equal(await get("late"), "1");
  await scope.close();
});

test("an object that nobody asks for any more is let go", async () => {
  const { clock, client, scope, changes, get } = setUp();
  const reference = { name: "a", namespace: "ns" };
  await client.create(ConfigMap, { metadata: reference, data: { k: "1" } });
  await get("a");
  await clock.advance(60_000);
  await get("a");
  await clock.advance(100_000);
  await client.patch(ConfigMap, reference, { type: "merge", patch: { data: { k: "2" } } });
  await clock.advance(0);
  assert.deepEqual(changes, ["ns"]);
  await clock.advance(250_000);
  await client.patch(ConfigMap, reference, { type: "merge", patch: { data: { k: "3" } } });
  await clock.advance(0);
  assert.deepEqual(changes, ["ns"]);
  assert.equal(await get("a"), "3");
  await scope.close();
});
