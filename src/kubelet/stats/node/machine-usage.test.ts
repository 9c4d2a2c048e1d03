import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "#base/node/system-clock.ts";
import { busyTicks, readMachineUsage } from "./machine-usage.ts";

test("waiting is not work", () => {
  assert.equal(busyTicks("cpu  10 1 5 1000 70 2 3 9 0 0\ncpu0 1 2 3 4\nbtime 5\n"), 21);
});

test("a machine uses something of everything", async () => {
  const usage = await readMachineUsage("/", systemClock());
  assert.ok(usage.cpuSeconds > 0);
  assert.ok(usage.memoryAvailableBytes > 0 && usage.memoryAvailableBytes < usage.memoryBytes);
  assert.ok(usage.diskUsedBytes <= usage.diskBytes);
  assert.ok(usage.startedAtMs > 0 && usage.startedAtMs < usage.atMs);
});
