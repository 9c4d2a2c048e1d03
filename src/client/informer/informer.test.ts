import { test } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { ConfigMap } from "#api/core/v1.ts";
import * as status from "#machinery/status.ts";
import { createClient } from "../typed.ts";
import { FakeApi } from "../testing/fake-api.ts";
import { Informer } from "./informer.ts";

function setUp() {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const api = new FakeApi({ clock, random });
  const client = createClient(api);
  const informer = new Informer({
    client,
    resource: ConfigMap,
    clock,
    random,
    logger: silentLogger,
  });
  const seen: string[] = [];
  informer.subscribe({
    added: (object) => seen.push(`added ${object.metadata.name}`),
    updated: (object, old) =>
      seen.push(`updated ${object.metadata.name} ${old.data?.k} -> ${object.data?.k}`),
    deleted: (object) => seen.push(`deleted ${object.metadata.name}`),
  });
  const put = (name: string, k: string) =>
    client.create(ConfigMap, { metadata: { name, namespace: "default" }, data: { k } });
  return { clock, api, client, informer, seen, put };
}

test("shows what was there, then every change, in order, frozen", async () => {
  const { clock, client, informer, seen, put } = setUp();
  await put("a", "1");
  const stop = new AbortController();
  const done = informer.run(stop.signal);
  await informer.synced;
  const b = await put("b", "1");
  await client.update(ConfigMap, { ...b, data: { k: "2" } });
  await client.delete(ConfigMap, { namespace: "default", name: "a" });
  await clock.advance(0);
  assert.deepEqual(seen, ["added a", "added b", "updated b 1 -> 2", "deleted a"]);
  const held = informer.get({ namespace: "default", name: "b" });
  assert.throws(() => {
    if (held?.data) held.data.k = "x";
  }, TypeError);
  assert.deepEqual(informer.list("default"), [held]);
  assert.deepEqual(informer.list("other"), []);
  stop.abort();
  await done;
});

test("resumes a watch that ended, and lists anew when its version is gone", async () => {
  const { clock, api, client, informer, seen, put } = setUp();
  await put("a", "1");
  await put("b", "1");
  const stop = new AbortController();
  const done = informer.run(stop.signal);
  await informer.synced;
  await clock.advance(2000);
  seen.length = 0;

  // The next watch is refused as too old: what changed meanwhile shows as a difference.
  let refused = 0;
  api.intercept = (request) => {
    if (request.query.get("watch") !== "true" || !request.query.get("resourceVersion")) {
      return undefined;
    }
    refused++;
    const object = status.toStatus(status.expired("too old"));
    return { status: 410, headers: {}, body: { kind: "object", object } };
  };
  api.dropWatches();
  await client.delete(ConfigMap, { namespace: "default", name: "a" });
  await put("c", "1");
  await clock.advance(5000);
  assert.equal(refused, 1);
  assert.deepEqual(seen, ["added c", "deleted a"]);
  stop.abort();
  await done;
});

test("falls back to list and watch where lists cannot be streamed", async () => {
  const { clock, api, informer, seen, put } = setUp();
  await put("a", "1");
  api.intercept = (request) => {
    if (!request.query.get("sendInitialEvents")) return undefined;
    const object = status.toStatus(status.badRequest("sendInitialEvents is forbidden"));
    return { status: 400, headers: {}, body: { kind: "object", object } };
  };
  const stop = new AbortController();
  const done = informer.run(stop.signal);
  await informer.synced;
  await put("b", "1");
  await clock.advance(0);
  assert.deepEqual(seen, ["added a", "added b"]);
  stop.abort();
  await done;
});

test("keeps asking a server that is away, and catches up", async () => {
  const { clock, api, informer, seen, put } = setUp();
  await put("a", "1");
  let away = true;
  api.intercept = () => {
    if (away) throw new Error("connection refused");
    return undefined;
  };
  const stop = new AbortController();
  const done = informer.run(stop.signal);
  await clock.advance(60_000);
  assert.equal(informer.hasSynced, false);
  assert.ok(api.requests.length < 12, "it backs off");
  away = false;
  await clock.advance(60_000);
  assert.deepEqual(seen, ["added a"]);
  stop.abort();
  await done;
});

test("finds objects by an index, and forgets old keys", async () => {
  const { clock, client, informer, put } = setUp();
  informer.addIndex("value", (object) => [object.data?.k ?? ""]);
  const stop = new AbortController();
  const done = informer.run(stop.signal);
  await informer.synced;
  const a = await put("a", "red");
  await clock.advance(0);
  assert.equal(informer.byIndex("value", "red").length, 1);
  await client.update(ConfigMap, { ...a, data: { k: "blue" } });
  await clock.advance(0);
  assert.equal(informer.byIndex("value", "red").length, 0);
  assert.equal(informer.byIndex("value", "blue").length, 1);
  stop.abort();
  await done;
});
