import { describe, test } from "node:test";
import assert from "node:assert/strict";
import { OverflowError } from "#base/channel.ts";
import { VirtualClock } from "#base/clock.ts";
import { Batch, Feed, Progress } from "./feed.ts";
import type { Change, FollowQuery } from "./feed.ts";
import { revision } from "./store.ts";

describe("followers", () => {
  test("that stand at the same place get the same batch, of their prefix alone", async () => {
    const { feed, publish, follow } = setUp();
    const [first, second, other] = [follow(), follow(), follow({ prefix: "/b/" })];
    for (const key of ["/a/1", "/b/1", "/a/2"]) publish(key);
    const [one, two] = [await next(first), await next(second)];
    assert.equal(one, two);
    assert.deepEqual(keysOf(one), ["/a/1", "/a/2"]);
    assert.deepEqual(keysOf(await next(other)), ["/b/1"]);
    one.made.set("lines", "shared");
    publish("/a/3");
    const later = await next(first);
    assert.deepEqual(keysOf(later), ["/a/3"]);
    assert.equal(later.made.size, 0);
    feed.close();
  });

  test("get everything in order, however late they come for it", async () => {
    const { feed, publish, follow } = setUp();
    const [prompt, slow] = [follow(), follow({ patient: true })];
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of prompt) if (item instanceof Batch) seen.push(...numbersOf(item));
    })();
    for (let number = 2; number <= 1_001; number++) {
      publish(`/a/${number}`);
      if (number % 7 === 0) await Promise.resolve();
    }
    const late: number[] = [];
    while (late.length < 1_000) {
      const batch = await next(slow);
      assert(batch.changes.length <= 64, "one who is behind takes its turn");
      late.push(...numbersOf(batch));
    }
    await settled();
    feed.close();
    await reading;
    const all = Array.from({ length: 1_000 }, (_, index) => index + 2);
    assert.deepEqual(seen, all);
    assert.deepEqual(late, all);
  });

  test("that are to see nothing before a revision that is still to come do not", async () => {
    const { publish, follow } = setUp();
    const follower = follow({ after: revision(3) });
    for (const key of ["/a/2", "/a/3", "/a/4"]) publish(key);
    assert.deepEqual(numbersOf(await next(follower)), [4]);
  });

  test("that have seen more elsewhere are not told of less", async () => {
    const { feed, publish, follow } = setUp();
    const follower = follow({ after: revision(3) });
    const first = follower.next();
    await settled();
    feed.tick(); // Here it is revision 1 yet.
    await settled();
    for (const key of ["/a/2", "/a/3", "/a/4"]) publish(key);
    const { value } = await first;
    assert(value instanceof Batch);
    assert.deepEqual(numbersOf(value), [4]);
    feed.tick();
    assert.deepEqual((await follower.next()).value, new Progress(revision(4)));
    feed.close();
  });

  test("are ended when the log's tail passes them", async () => {
    const { feed, publish, follow } = setUp();
    const follower = follow();
    for (let count = 0; count < 200; count++) publish("/a/x");
    assert.equal((await next(follower)).changes.length, 64);
    feed.keep(100);
    await assert.rejects(follower.next(), OverflowError);
  });

  test("hear of progress, and leave nothing behind when they go", async () => {
    const { feed, publish, follow } = setUp();
    const controller = new AbortController();
    const follower = follow({ patient: true }, controller.signal);
    const waiting = follower.next();
    await settled();
    feed.tick();
    assert((await waiting).value instanceof Progress);
    const ended = follower.next();
    controller.abort();
    assert.equal((await ended).done, true);
    publish("/a/1");
  });
});

describe("the patient", () => {
  test("are told at once after a quiet time, then of several changes together", async () => {
    const { clock, publish, follow } = setUp();
    const many = Array.from({ length: 1_000 }, () => follow({ patient: true }));
    const prompt = follow();
    const told: string[] = [];
    for (const [index, follower] of many.entries()) void tellOf(follower, told, index);
    void tellOf(prompt, told, -1);
    await settled();
    publish("/a/1");
    await clock.advance(1);
    assert.equal(told.length, 1_001);
    assert(told.every((line) => line.endsWith("2")));
    told.length = 0;
    for (const key of ["/a/2", "/a/3"]) {
      publish(key);
      await clock.advance(10);
    }
    assert.deepEqual(told, ["-1: 3", "-1: 4"], "only who is not patient has heard");
    await clock.advance(100);
    assert.equal(told.length, 2 + 1_000);
    assert(told.slice(2).every((line) => line.endsWith("3,4")));
  });

  test("do not miss what comes while the others are being told", async () => {
    const { clock, publish, follow } = setUp();
    const heard: string[] = [];
    const many = Array.from({ length: 1_200 }, () => follow({ patient: true }));
    let isFirst = true;
    for (const [index, follower] of many.entries()) {
      void (async () => {
        for await (const item of follower) {
          if (item instanceof Batch) heard.push(...item.changes.map(({ key }) => key));
          if (isFirst && index === 0) {
            isFirst = false;
            publish("/a/during");
          }
        }
      })();
    }
    await settled();
    publish("/a/before");
    await clock.advance(500);
    assert.equal(heard.filter((key) => key === "/a/during").length, 1_200);
    assert.equal(heard.filter((key) => key === "/a/before").length, 1_200);
  });
});

type Follower = AsyncGenerator<Batch<Change> | Progress, void, undefined>;

function setUp() {
  const clock = new VirtualClock();
  let current = revision(1);
  const feed = new Feed<Change>({ floor: current, current: () => current, clock });
  return {
    clock,
    feed,
    publish: (key: string) => {
      current = revision(current + 1);
      feed.publish({ key, revision: current, previous: undefined });
    },
    follow: (query: Partial<FollowQuery> = {}, signal = new AbortController().signal): Follower =>
      feed.batches({ prefix: "/a/", after: revision(1), ...query }, signal),
  };
}

async function next(follower: Follower): Promise<Batch<Change>> {
  const { value } = await follower.next();
  assert(value instanceof Batch);
  return value;
}

async function tellOf(follower: Follower, told: string[], index: number): Promise<void> {
  for await (const item of follower) {
    if (item instanceof Batch) told.push(`${index}: ${numbersOf(item).join()}`);
  }
}

const keysOf = ({ changes }: Batch<Change>) => changes.map(({ key }) => key);
const numbersOf = ({ changes }: Batch<Change>) => changes.map((change) => Number(change.revision));

async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
}
