import { test } from "node:test";
import assert from "node:assert/strict";
import { Lease } from "#api/coordination/v1.ts";
import { Event, Node, Pod } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { createClient } from "#client/typed.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import type { Draft } from "#schema/message.ts";
import { runSimulatedNodes } from "./simulated-node.ts";
import type { SimulatedNodesOptions } from "./simulated-node.ts";

async function setUp(options: Partial<SimulatedNodesOptions> = {}) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const api = new FakeApi({ clock, random });
  const client = createClient(api);
  const stop = new AbortController();
  const started: boolean[] = [];
  const nodes = {
    client,
    clock,
    random,
    logger: silentLogger,
    count: 3,
    kubeletVersion: "v1.36.0+kijabi",
    started: () => started.push(true),
    ...options,
  };
  const running = runSimulatedNodes(nodes, stop.signal);
  for (let round = 0; round < 100 && started.length === 0; round++) await clock.advance(1);
  assert.equal(started.length, 1);
  const create = (name: string, spec: Partial<Draft<Pod["spec"]>> = {}) =>
    client.create(Pod, {
      metadata: { name, namespace: "default" },
      spec: { nodeName: "simulated-1", containers: [{ name: "app", image: "nginx:1" }], ...spec },
      status: { phase: "Pending" },
    });
  const find = (name: string) => client.find(Pod, { namespace: "default", name });
  return {
    clock,
    api,
    client,
    create,
    find,
    close: async () => {
      stop.abort(new Error("the test is over"));
      await running;
    },
  };
}

test("nodes are ready, and say that they are simulated", async () => {
  const { client, clock, close } = await setUp();
  await clock.advance(1000);
  const { items } = await client.list(Node);
  assert.deepEqual(
    items.map(({ metadata, spec, status }) => [
      metadata.name,
      metadata.labels?.["kijabi.io/simulated"],
      spec.podCIDR,
      status.addresses?.[0]?.address,
      status.nodeInfo?.containerRuntimeVersion,
      status.nodeInfo?.osImage,
      status.nodeInfo?.kernelVersion,
      status.conditions?.find(({ type }) => type === "Ready")?.status,
    ]),
    [0, 1, 2].map((index) => [
      `simulated-${index}`,
      "true",
      `10.128.${index}.0/24`,
      `198.18.0.${index + 1}`,
      "simulated://1.0",
      "Kijabi simulated node",
      "simulated",
      "True",
    ]),
  );
  const renewTime = async () =>
    (await client.get(Lease, { namespace: "kube-node-lease", name: "simulated-2" })).spec
      ?.renewTime;
  const before = await renewTime();
  await clock.advance(60_000);
  assert.notEqual(await renewTime(), before);
  await close();
});

test("a pod runs on its node, and ends when it is deleted", async () => {
  const { clock, client, create, find, close } = await setUp();
  await create("web");
  await clock.advance(2000);
  const pod = await find("web");
  assert.equal(pod?.status.phase, "Running");
  assert.equal(pod.status.podIP, "10.128.1.2");
  assert.equal(pod.status.hostIP, "198.18.0.2");
  assert.equal(pod.status.conditions?.find(({ type }) => type === "Ready")?.status, "True");
  const { items } = await client.list(Event, { namespace: "default" });
  assert.deepEqual(
    items
      .filter(({ involvedObject }) => involvedObject.kind === "Pod")
      .map(({ reason, source, involvedObject: { fieldPath } }) => [
        reason,
        source?.host,
        fieldPath,
      ]),
    ["Pulling", "Pulled", "Created", "Started"].map((reason) => [
      reason,
      "simulated-1",
      "spec.containers{app}",
    ]),
  );
  await client.delete(Pod, { namespace: "default", name: "web" });
  await clock.advance(2000);
  assert.equal(await find("web"), undefined);
  await close();
});

test("a job's pod ends by itself, and an image may be missing", async () => {
  const { clock, create, find, close } = await setUp();
  const busybox = { name: "app", image: "busybox:1" };
  await create("job", {
    restartPolicy: "Never",
    containers: [{ ...busybox, command: ["sleep", "5"] }],
  });
  await create("missing", { containers: [{ name: "app", image: "missing/app:1" }] });
  await clock.advance(4000);
  assert.equal((await find("job"))?.status.phase, "Running");
  await clock.advance(3000);
  assert.equal((await find("job"))?.status.phase, "Succeeded");
  const missing = (await find("missing"))?.status.containerStatuses?.[0]?.state.waiting;
  assert.equal(missing?.reason, "ImagePullBackOff");
  await close();
});

test("many pods on many nodes cost little more than their own requests", async () => {
  const { clock, api, client, create, close } = await setUp({ count: 20, events: false });
  await clock.advance(1000);
  api.requests.length = 0;
  for (let index = 0; index < 200; index++) {
    await create(`web-${index}`, { nodeName: `simulated-${index % 20}` });
  }
  // Each step lets promises settle once: two hundred pods have long chains of them.
  for (let step = 0; step < 40; step++) await clock.advance(50);
  const { items } = await client.list(Pod);
  assert.equal(items.filter(({ status }) => status.phase === "Running").length, 200);
  const patches = api.requests.filter((request) => /^PATCH .*\/pods\//.test(request)).length;
  assert.ok(patches <= 3 * 200, `${patches} statuses were written`);
  api.requests.length = 0;
  await clock.advance(60_000);
  const again = api.requests.filter((request) => request.includes("/pods")).length;
  assert.equal(again, 0, "pods at rest cost nothing");
  await close();
});
