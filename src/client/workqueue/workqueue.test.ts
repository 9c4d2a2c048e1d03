import { test } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import { WorkQueue } from "./workqueue.ts";

test("works on a key once, one worker at a time, and again when it was added meanwhile", async () => {
  const clock = new VirtualClock();
  const queue = new WorkQueue({ clock });
  const log: string[] = [];
  let release = () => {};
  const stop = new AbortController();
  queue.add("a");
  queue.add("a");
  const done = queue.run(
    3,
    async (key) => {
      log.push(`start ${key}`);
      if (key === "a") await new Promise<void>((resolve) => (release = resolve));
      log.push(`end ${key}`);
    },
    stop.signal,
  );
  await clock.advance(0);
  queue.add("a");
  queue.add("a");
  queue.add("b");
  await clock.advance(0);
  assert.deepEqual(log, ["start a", "start b", "end b"]);
  release();
  await clock.advance(0);
  assert.deepEqual(log.slice(3), ["end a", "start a"]);
  release();
  stop.abort();
  await done;
  assert.deepEqual(log.slice(5), ["end a"]);
});

test("retries later and later, until forgotten", async () => {
  const clock = new VirtualClock();
  const queue = new WorkQueue({ clock });
  const delays = [1, 2, 3].map(() => queue.addRateLimited("a"));
  assert.deepEqual(delays, [5, 10, 20]);
  await clock.advance(5);
  assert.equal(queue.depth, 1, "the earliest of several delays counts");
  queue.forget("a");
  assert.equal(queue.addRateLimited("a"), 5);
  for (let failure = 0; failure < 40; failure++) queue.addRateLimited("z");
  assert.equal(queue.addRateLimited("z"), 1_000_000);
});
