import assert from "node:assert/strict";
import { test } from "node:test";
import { Lease } from "#api/coordination/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { createClient } from "#client/typed.ts";
import { whileLeading } from "./leadership.ts";

function setUp() {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const api = new FakeApi({ clock, random });
  const client = createClient(api);
  const log: string[] = [];
  const candidate = (identity: string, exclusive = false) => {
    const stop = new AbortController();
    const options = { client, clock, random, identity, exclusive, logger: silentLogger };
    const done = whileLeading(
      { ...options, name: "kube-scheduler" },
      async (signal) => {
        log.push(`${identity} leads`);
        await new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        log.push(`${identity} stops`);
      },
      stop.signal,
    );
    return { stop, done };
  };
  const lease = () => client.get(Lease, { namespace: "kube-system", name: "kube-scheduler" });
  return { clock, api, log, candidate, lease };
}

test("a server that steps down is followed at once, one that crashed after its lease", async () => {
  const { clock, log, candidate, lease } = setUp();
  const a = candidate("a");
  await clock.advance(100);
  const b = candidate("b");
  await clock.advance(20_000);
  a.stop.abort();
  await clock.advance(0);
  await a.done;
  assert.equal((await lease()).spec.holderIdentity, "");
  await clock.advance(3_000);
  assert.deepEqual(log, ["a leads", "a stops", "b leads"]);
  assert.equal((await lease()).spec.leaseDurationSeconds, 15);

  // Nothing of the first server's is left: only its Lease, which b has taken by now.
  const c = candidate("c");
  await clock.advance(60_000);
  assert.deepEqual(log.slice(3), []);
  b.stop.abort();
  await clock.advance(3_000);
  c.stop.abort();
  await clock.advance(1_000);
  await Promise.all([b.done, c.done]);
  assert.deepEqual(log.slice(3), ["b stops", "c leads", "c stops"]);
  assert.equal((await lease()).spec.leaseTransitions, 2);
});

test("who has lost the leadership stops first, and is a candidate again", async () => {
  const { clock, api, log, candidate } = setUp();
  const a = candidate("a");
  await clock.advance(100);
  const b = candidate("b");
  let cut = "";
  api.intercept = (request) => {
    const body = request.body.kind === "object" ? JSON.stringify(request.body.object) : "";
    if (cut && body.includes(`"holderIdentity":"${cut}"`)) throw new Error("no route");
    return undefined;
  };
  cut = "a";
  await clock.advance(12_000);
  assert.deepEqual(log, ["a leads", "a stops"], "nobody leads until the lease has run out");
  await clock.advance(10_000);
  cut = "b";
  await clock.advance(30_000);
  assert.deepEqual(log, ["a leads", "a stops", "b leads", "b stops", "a leads"]);
  a.stop.abort();
  b.stop.abort();
  await clock.advance(1_000);
  await Promise.all([a.done, b.done]);
});

test("the only server of a store need not wait for itself after a crash", async () => {
  const { clock, log, candidate, lease } = setUp();
  // It never stops, as one that was killed does not.
  const crashed = candidate("here", true);
  await clock.advance(30_000);
  const { renewTime } = (await lease()).spec;
  assert.ok(clock.now() - Date.parse(renewTime ?? "") <= 15_000, "kubectl sees a current lease");
  const again = candidate("here", true);
  await clock.advance(100);
  assert.deepEqual(log, ["here leads", "here leads"]);
  crashed.stop.abort();
  again.stop.abort();
  await clock.advance(1_000);
  await Promise.all([crashed.done, again.done]);
});
