import { test } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import type { Pod } from "#api/core/v1.ts";
import { podOf } from "../testing/fixtures.ts";
import { SchedulingQueue } from "./queue.ts";
import type { QueuedPod, QueueOptions } from "./queue.ts";

const nodeEvent = { kind: "PodDeleted", pod: podOf("gone") } as const;
const otherEvent = { kind: "PodAdded", pod: podOf("new") } as const;

function open(options: Partial<QueueOptions> = {}) {
  const clock = new VirtualClock();
  const queue = new SchedulingQueue({
    clock,
    mayFit: (event, { refusedBy }) => event.kind === "PodDeleted" && refusedBy.has("Fit"),
    ...options,
  });
  return { clock, queue };
}

const fit = new Set(["Fit"]);

/** Takes the next pod, which must be there. */
async function take(queue: SchedulingQueue): Promise<QueuedPod> {
  const aborted = new AbortController();
  const next = queue.next(aborted.signal);
  await Promise.resolve();
  aborted.abort();
  const queued = await next;
  assert.ok(queued, "no pod is ready");
  return queued;
}

const pod = (name: string, priority = 0): Pod => podOf(name, { priority });

test("the most important pod goes first, then the one that waits longest", async () => {
  const { clock, queue } = open();
  for (const [name, priority] of [
    ["a", 0],
    ["b", 5],
    ["c", 0],
    ["d", 5],
  ] as const) {
    queue.set(pod(name, priority));
    await clock.advance(1);
  }
  const order = [];
  for (let count = 0; count < 4; count++) order.push((await take(queue)).pod.metadata.name);
  assert.deepEqual(order, ["b", "d", "a", "c"]);
});

test("an unschedulable pod waits for an event that helps it, and backs off longer each time", async () => {
  const { clock, queue } = open();
  queue.set(pod("a"));
  const waits = [1000, 2000, 4000, 8000, 10_000, 10_000];
  for (const waitMs of waits) {
    queue.unschedulable(await take(queue), fit);
    queue.notice(otherEvent);
    assert.deepEqual(queue.sizes, { active: 0, backoff: 0, unschedulable: 1, gated: 0 });
    queue.notice(nodeEvent);
    assert.deepEqual(queue.sizes, { active: 0, backoff: 1, unschedulable: 0, gated: 0 });
    await clock.advance(waitMs - 1);
    assert.equal(queue.sizes.backoff, 1);
    await clock.advance(1);
    assert.equal(queue.sizes.active, 1, `after ${waitMs} ms`);
  }
});

test("who has waited out the delay goes on at once", async () => {
  const { clock, queue } = open();
  queue.set(pod("a"));
  queue.unschedulable(await take(queue), fit);
  await clock.advance(1500);
  queue.notice(nodeEvent);
  assert.equal(queue.sizes.active, 1);
});

test("with nothing else to do, a pod does not wait out its back-off, but after errors it does", async () => {
  const { clock, queue } = open();
  queue.set(pod("a"));
  queue.unschedulable(await take(queue), fit);
  queue.notice(nodeEvent);
  const again = await take(queue);
  assert.equal(again.attempts, 2);
  queue.retry(again);
  await assert.rejects(take(queue), /no pod is ready/);
  await clock.advance(1000);
  assert.equal((await take(queue)).attempts, 3);
});

test("what happens while a pod is tried is not missed", async () => {
  const { queue } = open();
  queue.set(pod("a"));
  queue.set(pod("b"));
  const first = await take(queue);
  queue.notice(nodeEvent);
  const second = await take(queue);
  queue.unschedulable(first, fit);
  queue.unschedulable(second, fit);
  assert.deepEqual(queue.sizes, { active: 0, backoff: 1, unschedulable: 1, gated: 0 });
});

test("after five minutes a pod is tried in any case", async () => {
  const { clock, queue } = open();
  queue.set(pod("a"));
  queue.unschedulable(await take(queue), fit);
  await clock.advance(4 * 60_000);
  assert.equal(queue.sizes.unschedulable, 1);
  await clock.advance(61_000 + 30_000);
  assert.equal(queue.sizes.active, 1);
});

test("a gate holds a pod back until it changes; status changes do not count", async () => {
  const { queue } = open({
    gate: ({ spec }) =>
      spec.schedulingGates?.length ? { plugin: "SchedulingGates", message: "gated" } : undefined,
  });
  const gated = podOf("a", { schedulingGates: [{ name: "g" }] });
  queue.set(gated);
  queue.notice(nodeEvent);
  assert.deepEqual(queue.sizes, { active: 0, backoff: 0, unschedulable: 0, gated: 1 });
  queue.set({ ...gated, status: { ...gated.status, phase: "Pending", message: "x" } });
  assert.equal(queue.sizes.gated, 1);
  queue.set(pod("a"));
  assert.equal((await take(queue)).key, "default/a");
});

test("a pod that was freed behind a gate goes on when it opens", async () => {
  let isClosed = false;
  const { queue } = open({
    gate: () => (isClosed ? { plugin: "P", message: "closed" } : undefined),
  });
  queue.set(pod("a"));
  isClosed = true;
  queue.unschedulable(await take(queue), fit);
  queue.openGate("default/a");
  queue.notice(nodeEvent);
  assert.equal(queue.sizes.gated, 1);
  isClosed = false;
  queue.openGate("default/a");
  assert.equal(queue.sizes.backoff, 1);
});

test("a removed pod stays away, whatever becomes of its attempt", async () => {
  const { queue } = open();
  queue.set(pod("a"));
  const queued = await take(queue);
  queue.remove("default/a");
  queue.unschedulable(queued, fit);
  queue.retry(queued);
  assert.deepEqual(queue.sizes, { active: 0, backoff: 0, unschedulable: 0, gated: 0 });
  const aborted = new AbortController();
  const next = queue.next(aborted.signal);
  aborted.abort();
  assert.equal(await next, undefined);
});
