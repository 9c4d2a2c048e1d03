import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lease } from "#api/coordination/v1.ts";
import type { Node } from "#api/core/v1.ts";
import { observe, silentConditions } from "./health.ts";

const hour = 3_600_000;
const noon = Date.UTC(2026, 0, 1, 12);
const node = {
  metadata: { name: "a", creationTimestamp: new Date(noon - hour).toISOString() },
  status: { conditions: [{ type: "Ready", status: "True", lastHeartbeatTime: "12:00" }] },
} as unknown as Node;
const renewedAt = (at: number) =>
  ({ spec: { renewTime: new Date(at).toISOString() } }) as unknown as Lease;

for (const [how, jumpMs] of [
  ["forwards", hour],
  ["back", -hour],
] as const) {
  test(`a clock that is set ${how} makes no node silent`, () => {
    let times = { now: noon, monotonic: 0 };
    let heartbeat = observe(undefined, node, renewedAt(noon), times);
    times = { now: noon + jumpMs + 10_000, monotonic: 10_000 };
    // Before the node has said anything more, and after.
    assert.equal(silentConditions(node, heartbeat, times), undefined);
    for (let seconds = 20; seconds < 120; seconds += 10) {
      times = { now: noon + jumpMs + seconds * 1000, monotonic: seconds * 1000 };
      heartbeat = observe(heartbeat, node, renewedAt(times.now), times);
      assert.equal(silentConditions(node, heartbeat, times), undefined, `${seconds} s`);
    }
    // And none that is silent lives on.
    const { monotonic } = times;
    assert.ok(silentConditions(node, heartbeat, { now: 0, monotonic: monotonic + 60_000 }));
  });
}

test("of a node that never said anything, the time counts from its creation", () => {
  const silent = { ...node, status: {} } as Node;
  const times = { now: noon, monotonic: 5 };
  assert.ok(silentConditions(silent, observe(undefined, silent, undefined, times), times));
});
