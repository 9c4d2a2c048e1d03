import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { PriorityLevel } from "./level.ts";
import type { LevelLimits } from "./level.ts";

const queuing = { queues: 8, handSize: 2, lengthMax: 2 };

function open(limits: Partial<LevelLimits>, offered = () => 0) {
  const clock = new VirtualClock();
  const whole = { seats: 1, lendable: 0, borrowable: Infinity, ...limits };
  const level = new PriorityLevel(whole, { clock, waitMs: 15_000, offered });
  const { signal } = new AbortController();
  return { clock, level, enter: (flow: string) => level.enter(flow, signal) };
}

test("without queues, what has no seat is refused", async () => {
  const { enter } = open({ seats: 2 });
  const seats = [await enter("a"), await enter("a")];
  assert.equal(await enter("a"), "concurrency-limit");
  for (const leave of seats) if (typeof leave === "function") leave();
  assert.equal(typeof (await enter("a")), "function");
});

test("with queues, what has no seat waits for one, at most as long as is allowed", async () => {
  const { clock, level, enter } = open({ queuing });
  const first = await enter("a");
  const second = enter("a");
  const third = enter("a");
  assert.equal(level.queued, 2);
  assert(typeof first === "function");
  first();
  const leave = await second;
  assert(typeof leave === "function");
  assert.equal(level.executing, 1);
  await clock.advance(15_000);
  assert.equal(await third, "time-out");
  assert.equal(level.queued, 0);
  leave();
  leave();
  assert.equal(level.executing, 0);
});

test("a flow that fills its queues is refused, and others still get in", async () => {
  const { level, enter } = open({ queuing: { queues: 64, handSize: 2, lengthMax: 3 } });
  assert.equal(typeof (await enter("greedy")), "function");
  const waiting: Promise<unknown>[] = [];
  for (let index = 0; index < 6; index++) waiting.push(enter("greedy"));
  assert.equal(await enter("greedy"), "queue-full");
  const before = level.queued;
  void enter("modest");
  assert.equal(level.queued, before + 1);
});

test("flows take turns, whoever came first", async () => {
  const { enter } = open({ queuing: { queues: 64, handSize: 1, lengthMax: 50 } });
  const order: string[] = [];
  const first = await enter("a");
  const work = async (flow: string) => {
    const leave = await enter(flow);
    order.push(flow);
    if (typeof leave === "function") leave();
  };
  const all = [work("a"), work("a"), work("a"), work("b")];
  if (typeof first === "function") first();
  await Promise.all(all);
  assert.ok(order.indexOf("b") < 3, order.join());
});

test("idle seats of others are borrowed, up to a limit", async () => {
  const { enter } = open({ seats: 1, borrowable: 1 }, () => 5);
  assert.equal(typeof (await enter("a")), "function");
  assert.equal(typeof (await enter("a")), "function");
  assert.equal(await enter("a"), "concurrency-limit");
});

test("a client that has gone gives its place up", async () => {
  const { level } = open({ queuing });
  const gone = new AbortController();
  await level.enter("a", gone.signal);
  const waiting = level.enter("a", gone.signal);
  gone.abort();
  assert.equal(await waiting, "cancelled");
  assert.equal(level.queued, 0);
});
