import { test } from "node:test";
import assert from "node:assert/strict";
import { Pod } from "#api/core/v1.ts";
import type { PodStatus } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { createClient } from "#client/typed.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import * as status from "#machinery/status.ts";
import { createStatusReporter } from "./reporter.ts";

const reference = { namespace: "default", name: "web" };

async function setUp() {
  const clock = new VirtualClock();
  const api = new FakeApi({ clock, random: seededRandom(1) });
  const client = createClient(api);
  const failures: string[] = [];
  const scope = new Scope({
    onFailure: (task, error) => failures.push(`${task}: ${String(error)}`),
  });
  const reporter = createStatusReporter({
    client,
    clock,
    logger: silentLogger,
    scope,
    target: ({ metadata: { name, namespace = "", uid } }) => ({ name, namespace, uid }),
  });
  const pod = await client.create(Pod, {
    metadata: reference,
    spec: { nodeName: "node", containers: [{ name: "app", image: "i" }] },
    status: { conditions: [{ type: "example.com/own", status: "True" }] },
  });
  api.requests.length = 0;
  return { clock, api, client, scope, reporter, pod, failures };
}

const running = (podIP?: string): PodStatus => ({
  phase: "Running",
  conditions: [{ type: "Ready", status: "True" }],
  ...(podIP && { podIP, podIPs: [{ ip: podIP }] }),
});

test("sends the newest status once, and leaves what others wrote", async () => {
  const { clock, api, client, scope, reporter, pod, failures } = await setUp();
  const reason = "ContainersNotReady";
  const waiting: PodStatus["conditions"] = [
    { type: "Ready", status: "False", reason, message: "not yet" },
    { type: "example.com/own", status: "False" },
  ];
  reporter.report(pod, { phase: "Pending", conditions: waiting });
  reporter.report(pod, running("10.0.0.2"));
  reporter.report(pod, running("10.0.0.3"));
  await clock.advance(0);
  reporter.report(pod, running("10.0.0.3"));
  await clock.advance(5000);
  // The first went out at once, and the last when that had come back.
  assert.equal(api.requests.length, 2);
  const stored = await client.get(Pod, reference);
  assert.deepEqual(stored.status.podIPs, [{ ip: "10.0.0.3" }]);
  assert.deepEqual(stored.status.conditions?.map(({ type }) => type).sort(), [
    "Ready",
    "example.com/own",
  ]);
  await scope.close();
  assert.deepEqual(failures, []);
});

test("goes back to an older status although it is the one that was sent before", async () => {
  const { clock, client, scope, reporter, pod } = await setUp();
  reporter.report(pod, running("10.0.0.1"));
  await clock.advance(0);
  reporter.report(pod, running("10.0.0.2"));
  reporter.report(pod, running("10.0.0.1"));
  await clock.advance(0);
  assert.equal((await client.get(Pod, reference)).status.podIP, "10.0.0.1");
  await scope.close();
});

test("tries again until the server takes it, and then deletes a finished pod", async () => {
  const { clock, api, client, scope, reporter, pod } = await setUp();
  await client.delete(Pod, reference);
  let refusals = 3;
  api.intercept = (request) => {
    if (request.method !== "PATCH" || refusals-- <= 0) return undefined;
    const object = status.toStatus(
      status.conflict({ group: "", resource: "pods" }, "web", status.objectModified),
    );
    return { status: 409, headers: {}, body: { kind: "object", object } };
  };
  reporter.finish(pod, { phase: "Succeeded" });
  // What comes after the end does not undo it.
  reporter.report(pod, { phase: "Succeeded" });
  await clock.advance(5000);
  assert.notEqual(await client.find(Pod, reference), undefined);
  await clock.advance(5000);
  assert.equal(await client.find(Pod, reference), undefined);
  await scope.close();
});

test("leaves another pod of the same name alone", async () => {
  const { clock, client, scope, reporter, pod } = await setUp();
  await client.delete(Pod, reference, { gracePeriodSeconds: 0 });
  await client.create(Pod, { metadata: reference, spec: { containers: pod.spec.containers } });
  reporter.finish(pod, { phase: "Failed" });
  await clock.advance(10_000);
  const other = await client.get(Pod, reference);
  assert.notEqual(other.status.phase, "Failed");
  await scope.close();
});
