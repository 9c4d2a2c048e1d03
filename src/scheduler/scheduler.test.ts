import { test } from "node:test";
import assert from "node:assert/strict";
import { Node, Pod } from "#api/core/v1.ts";
import { PodDisruptionBudget } from "#api/policy/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { InformerFactory } from "#client/informer/factory.ts";
import { createClient } from "#client/typed.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { runScheduler } from "./run.ts";
import type { Scheduler } from "./scheduler.ts";
import { readConfiguration } from "./settings/configuration.ts";
import { nodeOf, podOf } from "./testing/fixtures.ts";
import type { NodeOptions, PodOptions } from "./testing/fixtures.ts";

/** A scheduler at work on a fake API, with what it says written down. */
async function open(configuration?: string) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const api = new FakeApi({ clock, random });
  const client = createClient(api);
  const said: string[] = [];
  const stop = new AbortController();
  const informers = new InformerFactory({ client, clock, random, logger: silentLogger });
  informers.start(stop.signal);
  let explain: Scheduler["explain"] | undefined;
  const running = runScheduler(
    {
      client,
      informers,
      clock,
      random,
      logger: silentLogger,
      events: (component) => ({
        event(object, _type, reason, message) {
          const name = "metadata" in object ? object.metadata.name : object.name;
          said.push(`${component}: ${name} ${reason}: ${message}`);
        },
      }),
      explainer: (given) => (explain = given),
      ...(configuration && { configuration: readConfiguration(configuration) }),
    },
    stop.signal,
  );
  await clock.advance(10);
  const place = (name: string) => ({ namespace: "default", name });
  return {
    api,
    client,
    said,
    explain: (name: string) => explain?.(`default/${name}`),
    after: (ms: number) => clock.advance(ms),
    node: (name: string, options?: NodeOptions) => client.create(Node, nodeOf(name, options)),
    pod: (name: string, options?: PodOptions) => client.create(Pod, podOf(name, options)),
    get: (name: string) => client.get(Pod, place(name)),
    /** As a kubelet that has ended the pod does. */
    end: (name: string) => client.delete(Pod, place(name), { gracePeriodSeconds: 0 }),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await clock.advance(0);
      await running;
      await informers.close();
    },
  };
}

const scheduledOf = ({ status }: Pod) =>
  status.conditions?.find(({ type }) => type === "PodScheduled");

test("binds what fits, explains what does not, and tries again when a node comes", async () => {
  await using cluster = await open();
  await cluster.pod("p", { cpu: "3" });
  await cluster.after(10);
  assert.equal(scheduledOf(await cluster.get("p"))?.message, "no nodes available to schedule pods");
  await cluster.node("small");
  await cluster.after(2000);
  assert.deepEqual(cluster.explain("p")?.wouldHelp, [
    "a bigger node, or a request of at most 2 cpu in place of 3",
  ]);
  await cluster.node("large", { cpu: "4" });
  await cluster.after(2000);
  assert.equal((await cluster.get("p")).spec.nodeName, "large");
  assert.equal(cluster.explain("p"), undefined);
  assert.equal(
    cluster.said.at(-1),
    "default-scheduler: p Scheduled: Successfully assigned default/p to large",
  );
});

test("preemption: victims are told why, the node is promised, and kept until they are gone", async () => {
  await using cluster = await open();
  await cluster.node("a");
  await cluster.pod("low", { cpu: "2", priority: 1 });
  await cluster.after(10);
  await cluster.pod("high", { cpu: "1", priority: 10 });
  await cluster.after(10);
  const low = await cluster.get("low");
  const target = low.status.conditions?.find(({ type }) => type === "DisruptionTarget");
  assert.ok(low.metadata.deletionTimestamp);
  assert.deepEqual(
    [target?.status, target?.reason, target?.message],
    [
      "True",
      "PreemptionByScheduler",
      "default-scheduler: preempting to accommodate a higher priority pod",
    ],
  );
  const high = await cluster.get("high");
  assert.equal(high.status.nominatedNodeName, "a");
  assert.equal(scheduledOf(high)?.message, "0/1 nodes are available: 1 Insufficient cpu.");
  assert.ok(
    cluster.said.includes(
      `default-scheduler: low Preempted: Preempted by pod ${high.metadata.uid} on node a`,
    ),
  );
  await cluster.pod("middle", { cpu: "2", priority: 5 });
  await cluster.after(10);
  await cluster.end("low");
  await cluster.after(3000);
  assert.equal((await cluster.get("high")).spec.nodeName, "a");
  assert.equal((await cluster.get("middle")).spec.nodeName, undefined);
});

test("a budget protects its pods as long as others can go", async () => {
  await using cluster = await open();
  await cluster.client.create(PodDisruptionBudget, {
    metadata: { name: "b", namespace: "default" },
    spec: { selector: { matchLabels: { app: "safe" } } },
    status: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  });
  await cluster.node("a");
  await cluster.pod("safe", { cpu: "1", labels: { app: "safe" } });
  await cluster.pod("other", { cpu: "1", priority: 5, labels: { app: "other" } });
  await cluster.after(10);
  await cluster.pod("high", { cpu: "1", priority: 10 });
  await cluster.after(10);
  assert.equal((await cluster.get("safe")).metadata.deletionTimestamp, undefined);
  assert.ok((await cluster.get("other")).metadata.deletionTimestamp);
});

test("gated pods are not tried until the last gate is gone", async () => {
  await using cluster = await open();
  await cluster.node("a");
  const gated = await cluster.pod("g", { schedulingGates: [{ name: "quota" }] });
  await cluster.after(60_000);
  assert.equal((await cluster.get("g")).spec.nodeName, undefined);
  assert.deepEqual(cluster.explain("g")?.heldBackBy, {
    plugin: "SchedulingGates",
    message: "waiting for scheduling gates: [quota]",
  });
  await cluster.client.update(Pod, { ...gated, spec: { ...gated.spec, schedulingGates: [] } });
  await cluster.after(10);
  assert.equal((await cluster.get("g")).spec.nodeName, "a");
});

test("each profile schedules the pods that name it, under its own name", async () => {
  await using cluster = await open(`
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
- schedulerName: spread
- schedulerName: pack
  pluginConfig:
  - name: NodeResourcesFit
    args: {scoringStrategy: {type: MostAllocated}}
`);
  await cluster.node("busy");
  await cluster.pod("x", { cpu: "1", schedulerName: "pack" });
  await cluster.after(10);
  await cluster.node("idle");
  await cluster.pod("packed", { cpu: "100m", schedulerName: "pack" });
  await cluster.pod("spread", { cpu: "100m", schedulerName: "spread" });
  await cluster.pod("strange", { schedulerName: "default-scheduler" });
  await cluster.after(10);
  assert.equal((await cluster.get("packed")).spec.nodeName, "busy");
  assert.equal((await cluster.get("spread")).spec.nodeName, "idle");
  assert.equal((await cluster.get("strange")).spec.nodeName, undefined);
  assert.ok(cluster.said.some((line) => line.startsWith("pack: packed Scheduled")));
});
