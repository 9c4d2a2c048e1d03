import assert from "node:assert/strict";
import { test } from "node:test";
import { TimeoutError } from "#base/clock.ts";
import { Pod } from "#api/core/v1.ts";
import type { Client } from "#client/client.ts";
import type { EventRecorder } from "#client/events/event-writer.ts";
import type { ApiObject } from "#client/object.ts";
import { silentLogger } from "#base/log.ts";
import { conflict } from "#machinery/status.ts";
import { ReconcileContext } from "./context.ts";
import { Expectations } from "./expectations.ts";

const { signal } = new AbortController();

test("what is never shown is waited for several times, and then no more", async () => {
  let waits = 0;
  const informer = {
    get: () => undefined,
    resourceVersion: "5",
    until: (isMet: () => boolean, timeoutMs: number) => {
      waits++;
      return isMet() ? Promise.resolve() : Promise.reject(new TimeoutError(timeoutMs));
    },
  };
  const expectations = new Expectations();
  const reference = { namespace: "default", name: "web" };
  expectations.expect("default/web", { informer, reference, uid: "1", resourceVersion: "7" });
  let failures = 0;
  for (let pass = 0; pass < 20; pass++) {
    await expectations.settled("default/web", 30_000, signal).catch((error: unknown) => {
      assert.ok(error instanceof TimeoutError);
      failures++;
    });
  }
  assert.deepEqual([failures, waits], [10, 10]);
});

const pod = {
  metadata: { namespace: "default", name: "web", uid: "1" },
} as unknown as Pod;

function contextOver(left: ApiObject | undefined): ReconcileContext<Pod> {
  const client = {
    delete: () => Promise.reject(conflict({ group: "", resource: "pods" }, "web", "busy")),
    find: () => Promise.resolve(left),
  };
  return new ReconcileContext<Pod>({
    key: "default/web",
    object: pod,
    resource: Pod,
    owns: [],
    informers: {
      of: () => assert.fail("nothing is read"),
      find: () => undefined,
    },
    expectations: new Expectations(),
    events: {} as unknown as EventRecorder,
    client: client as unknown as Client,
    logger: silentLogger,
    now: 0,
    monotonic: 0,
    signal,
  });
}

test("a deletion that met a conflict has happened only if the object is gone", async () => {
  await assert.rejects(contextOver(pod).delete(Pod, pod), /Operation cannot be fulfilled/);
  const next = { ...pod, metadata: { ...pod.metadata, uid: "2" } };
  await contextOver(next).delete(Pod, pod);
  await contextOver(undefined).delete(Pod, pod);
});
