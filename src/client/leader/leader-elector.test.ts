import { test } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { createClient } from "../typed.ts";
import { FakeApi } from "../testing/fake-api.ts";
import { LeaderElector } from "./leader-elector.ts";

function candidates() {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const api = new FakeApi({ clock, random });
  const client = createClient(api);
  const log: string[] = [];
  const start = (identity: string) => {
    const elector = new LeaderElector({
      client,
      clock,
      random,
      logger: silentLogger,
      name: "tester",
      identity,
    });
    const stop = new AbortController();
    const done = elector
      .run(async (signal) => {
        log.push(`${identity} leads`);
        await new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        log.push(`${identity} stops`);
      }, stop.signal)
      .catch((error: unknown) => void log.push(`${identity}: ${String(error)}`));
    return { elector, stop, done };
  };
  return { clock, api, log, start };
}

test("one leads; the other follows when it steps down", async () => {
  const { clock, log, start } = candidates();
  const a = start("a");
  await clock.advance(100);
  const b = start("b");
  await clock.advance(60_000);
  assert.deepEqual(log, ["a leads"]);
  assert.equal(b.elector.leader, "a");
  a.stop.abort();
  await clock.advance(0);
  await a.done;
  await clock.advance(4_000);
  assert.deepEqual(log, ["a leads", "a stops", "b leads"]);
  b.stop.abort();
  await b.done;
});

test("a leader that cannot renew stops before the other starts", async () => {
  const { clock, api, log, start } = candidates();
  const a = start("a");
  await clock.advance(100);
  let cut = "";
  api.intercept = (request) => {
    const body = request.body.kind === "object" ? JSON.stringify(request.body.object) : "";
    if (cut && body.includes(`"holderIdentity":"${cut}"`)) throw new Error("no route");
    return undefined;
  };
  const b = start("b");
  await clock.advance(10_000);
  cut = "a";
  await clock.advance(60_000);
  assert.deepEqual(log, [
    "a leads",
    "a stops",
    "a: LeadershipLostError: leader election lost: tester",
    "b leads",
  ]);
  b.stop.abort();
  await Promise.all([a.done, b.done]);
});
