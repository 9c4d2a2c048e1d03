import assert from "node:assert/strict";
import { test } from "node:test";
import { getHeapSpaceStatistics } from "node:v8";
import { VirtualClock } from "#base/clock.ts";
import { Scope } from "#base/scope.ts";
import { settleMemory } from "./settle-memory.ts";

const youngBytes = () =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;

test("the young generation is small again once a process has started", async () => {
  const clock = new VirtualClock();
  await using scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  const kept: unknown[] = [];
  for (let index = 0; youngBytes() < 2_000_000; index++) {
    kept.push(Array.from({ length: 1_000 }, () => ({ index })));
    if (kept.length > 100) kept.shift();
  }
  let busyShare = 0.5;
  settleMemory(clock, scope, () => busyShare);
  await clock.advance(25_000);
  assert.ok(youngBytes() >= 2_000_000, "nobody is kept waiting");
  busyShare = 0;
  await clock.advance(5_000);
  assert.ok(youngBytes() < 2_000_000, `${youngBytes()} bytes`);
});

test("a process that ends before is left alone", async () => {
  const clock = new VirtualClock();
  const scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  settleMemory(clock, scope);
  await scope.close();
  assert.equal(clock.waiting, 0);
});
