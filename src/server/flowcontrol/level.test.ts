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
  for (let index = 0; index < 6; index++) assert(enter("greedy") instanceof Promise);
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

const wide = (seats: number, finalSeats = 0, finalMs = 0) => ({ seats, finalSeats, finalMs });

test("a wide request takes its seats, and is not overtaken by narrow ones", async () => {
  const { level } = open({ seats: 4, queuing: { queues: 1, handSize: 1, lengthMax: 50 } });
  const { signal } = new AbortController();
  const enter = (seats: number) => level.enter("a", signal, wide(seats));
  const first = await enter(3);
  assert(typeof first === "function");
  assert.equal(level.executing, 3);
  const second = enter(2);
  const third = enter(1);
  assert.equal(level.queued, 2);
  first();
  assert.equal(typeof (await second), "function");
  assert.equal(typeof (await third), "function");
  assert.equal(level.executing, 3);
});

test("one that is wider than the level gets in alone", async () => {
  const { level } = open({ seats: 2 });
  const { signal } = new AbortController();
  const leave = await level.enter("a", signal, wide(5));
  assert(typeof leave === "function");
  assert.equal(await level.enter("a", signal), "concurrency-limit");
  leave();
  assert.equal(level.executing, 0);
});

test("seats are kept for what comes after the answer", async () => {
  const { clock, level } = open({ seats: 4 });
  const { signal } = new AbortController();
  const leave = await level.enter("a", signal, wide(1, 3, 10));
  assert(typeof leave === "function");
  assert.equal(level.executing, 3);
  leave();
  assert.equal(level.executing, 3);
  await clock.advance(10);
  assert.equal(level.executing, 0);
});

test("one request takes a part of its level at most", () => {
  const seatsMax = (seats: number, handSize: number) =>
    open({ seats, queuing: { queues: 64, handSize, lengthMax: 50 } }).level.seatsMax;
  assert.equal(seatsMax(245, 6), 37);
  assert.equal(seatsMax(20, 8), 2);
  assert.equal(seatsMax(4, 8), 1);
  assert.equal(open({ seats: 4 }).level.seatsMax, Infinity);
});
