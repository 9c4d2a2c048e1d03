import { test } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { ConfigMap, Event } from "#api/core/v1.ts";
import { createClient } from "../typed.ts";
import { FakeApi } from "../testing/fake-api.ts";
import { EventWriter } from "./event-writer.ts";

async function setUp() {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const api = new FakeApi({ clock, random });
  const client = createClient(api);
  const writer = new EventWriter({ client, clock, random, logger: silentLogger });
  const object = await client.create(ConfigMap, { metadata: { name: "a", namespace: "default" } });
  const stop = new AbortController();
  const done = writer.run(stop.signal);
  const recorder = writer.recorder({ component: "tester" });
  const events = async () => {
    await clock.advance(0);
    return (await client.list(Event)).items;
  };
  return { clock, api, client, object, recorder, events, stop: () => (stop.abort(), done) };
}

test("counts what happens again on the event there is", async () => {
  const { clock, client, object, recorder, events, stop } = await setUp();
  recorder.event(object, "Normal", "Tested", "it works");
  assert.equal((await events()).length, 1);
  await clock.advance(60_000);
  recorder.event(object, "Normal", "Tested", "it works");
  const [event, ...others] = await events();
  assert.equal(others.length, 0);
  assert.match(event?.metadata.name ?? "", /^a\.[0-9a-f]{16}$/);
  assert.deepEqual(
    [event?.count, event?.firstTimestamp, event?.lastTimestamp, event?.reportingComponent],
    [2, "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z", "tester"],
  );
  await client.delete(Event, { namespace: "default", name: event?.metadata.name ?? "" });
  recorder.event(object, "Normal", "Tested", "it works");
  assert.equal((await events())[0]?.count, 1, "one that expired starts anew");
  await stop();
});

test("names events in the order of what happened, within a moment too", async () => {
  const { object, recorder, events, stop } = await setUp();
  const reasons = ["One", "Two", "Three", "Four", "Five", "Six"];
  for (const reason of reasons) recorder.event(object, "Normal", reason, "x");
  const byName = (await events()).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  assert.deepEqual(
    byName.map(({ reason }) => reason),
    reasons,
  );
  await stop();
});

test("joins events that differ in their message only, and silences the loud", async () => {
  const { object, recorder, events, stop } = await setUp();
  for (let index = 1; index <= 12; index++) {
    recorder.event(object, "Warning", "Failed", `attempt ${index}`);
  }
  const some = await events();
  assert.equal(some.length, 10);
  const joined = some.find(({ message }) => message?.startsWith("(combined"));
  assert.deepEqual(
    [joined?.message, joined?.count],
    ["(combined from similar events): attempt 12", 3],
  );
  for (let index = 0; index < 50; index++) recorder.event(object, "Normal", `Reason${index}`, "x");
  assert.equal((await events()).length, 10 + 13, "25 in all, of which 12 are above");
  await stop();
});

test("survives a server that refuses and one that is away", async () => {
  const { clock, api, object, recorder, events, stop } = await setUp();
  let away = true;
  api.intercept = (request) => {
    if (away && request.method === "POST") throw new Error("connection refused");
    return undefined;
  };
  recorder.event(object, "Normal", "Tested", "it works");
  await clock.advance(5_000);
  away = false;
  await clock.advance(30_000);
  assert.equal((await events()).length, 1);
  await stop();
});
