import { test } from "node:test";
import assert from "node:assert/strict";
import { Lease } from "#api/coordination/v1.ts";
import { Node } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { createClient } from "#client/typed.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { NodeFacts, NodeHealth } from "./node-status.ts";

const facts: NodeFacts = {
  cpus: 2,
  memoryBytes: 4 * 1024 ** 3,
  diskBytes: 1000 * 1024,
  podsMax: 110,
  address: "192.168.0.1",
  kubeletPort: 10250,
  machineId: "m",
  systemUuid: "s",
  bootId: "b",
  kernelVersion: "6.1",
  osImage: "Debian",
  architecture: "amd64",
  runtimeVersion: "containerd://1.6",
  kubeletVersion: "v1.36.0",
  swapBytes: 0,
};
const well: NodeHealth = {
  problems: [],
  memoryAvailableBytes: 2 * 1024 ** 3,
  diskAvailableBytes: 900 * 1024,
  images: [],
};

function setUp() {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const api = new FakeApi({ clock, random });
  const client = createClient(api);
  const events: string[] = [];
  const stop = new AbortController();
  let health = well;
  const heartbeat = new Heartbeat({
    client,
    clock,
    random,
    logger: silentLogger,
    name: "node",
    labels: { zone: "a" },
    podCidr: "10.244.0.0/24",
    facts,
    health: async () => health,
    event: (_node, type, reason, message) => events.push(`${type} ${reason} ${message}`),
  });
  const node = () => client.get(Node, { name: "node" });
  return {
    clock,
    api,
    client,
    events,
    heartbeat,
    node,
    stop,
    become: (next: NodeHealth) => (health = next),
    condition: async (type: string) => {
      const found = (await node()).status.conditions?.find((one) => one.type === type);
      return `${found?.status} ${found?.reason} ${found?.lastTransitionTime}`;
    },
  };
}

test("a node registers itself, ready at once", async () => {
  const { heartbeat, node, events, condition, stop } = setUp();
  await heartbeat.register(stop.signal);
  const { metadata, spec, status } = await node();
  assert.equal(metadata.labels?.zone, "a");
  assert.equal(metadata.labels?.["kubernetes.io/hostname"], "node");
  assert.equal(spec.podCIDR, "10.244.0.0/24");
  assert.deepEqual(status.capacity, {
    cpu: "2",
    "ephemeral-storage": "1000Ki",
    memory: "4194304Ki",
    pods: "110",
  });
  assert.equal(status.allocatable?.memory, "4091904Ki");
  assert.equal(await condition("Ready"), "True KubeletReady 2026-01-01T00:00:00Z");
  assert.deepEqual(events, ["Normal Starting Starting kubelet."]);
});

test("a node that was here before keeps its range, and gets its labels", async () => {
  const { client, heartbeat, stop } = setUp();
  await client.create(Node, {
    metadata: { name: "node", labels: { mine: "yes" } },
    spec: { podCIDR: "10.244.9.0/24", unschedulable: true },
  });
  const { metadata, spec } = await heartbeat.register(stop.signal);
  assert.deepEqual([metadata.labels?.mine, metadata.labels?.zone], ["yes", "a"]);
  assert.deepEqual([spec.podCIDR, spec.unschedulable], ["10.244.9.0/24", true]);
});

test("the server is asked until it takes the node", async () => {
  const { clock, api, client, heartbeat, stop } = setUp();
  let away = true;
  api.intercept = () => {
    if (away) throw new Error("connection refused");
    return undefined;
  };
  const registered = heartbeat.register(stop.signal);
  await clock.advance(10_000);
  away = false;
  await clock.advance(10_000);
  assert.equal((await registered).metadata.name, "node");
  assert.notEqual(await client.find(Node, { name: "node" }), undefined);
});

test("the status is written when something changes, and now and then", async () => {
  const { clock, api, heartbeat, become, condition, events, stop } = setUp();
  await heartbeat.register(stop.signal);
  const running = heartbeat.runStatus(stop.signal);
  const writes = () => api.requests.filter((request) => request.startsWith("PATCH")).length;
  await clock.advance(1000);
  const first = writes();
  await clock.advance(60_000);
  assert.equal(writes(), first);
  become({ ...well, problems: ["container runtime is down"] });
  heartbeat.poke();
  await clock.advance(0);
  assert.equal(writes(), first + 1);
  assert.equal(await condition("Ready"), "False KubeletNotReady 2026-01-01T00:01:01Z");
  assert.equal(events.at(-1), "Normal NodeNotReady Node node status is now: NodeNotReady");
  become({ ...well, memoryAvailableBytes: 1024 });
  await clock.advance(10_000);
  assert.match(await condition("MemoryPressure"), /^True KubeletHasInsufficientMemory/);
  const before = writes();
  await clock.advance(6 * 60_000);
  assert.equal(writes(), before + 1);
  stop.abort();
  await running;
});

test("the lease is renewed, and owned by the node", async () => {
  const { clock, client, heartbeat, stop } = setUp();
  const node = await heartbeat.register(stop.signal);
  const running = heartbeat.runLease(stop.signal);
  await clock.advance(1000);
  const reference = { namespace: "kube-node-lease", name: "node" };
  const first = await client.get(Lease, reference);
  assert.equal(first.metadata.ownerReferences?.[0]?.uid, node.metadata.uid);
  assert.equal(first.spec?.renewTime, "2026-01-01T00:00:00.000000Z");
  await clock.advance(10_000);
  // Somebody deletes it: it comes back.
  await client.delete(Lease, reference);
  await clock.advance(15_000);
  assert.equal((await client.get(Lease, reference)).spec?.holderIdentity, "node");
  stop.abort();
  await running;
});
