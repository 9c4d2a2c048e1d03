import { test } from "node:test";
import type { TestContext } from "node:test";
import assert from "node:assert/strict";
import { Node, Pod } from "#api/core/v1.ts";
import { DeviceClass, ResourceClaim, ResourceSlice } from "#api/resource/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { InformerFactory } from "#client/informer/factory.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { createClient } from "#client/typed.ts";
import { runScheduler } from "../run.ts";
import { nodeOf, podOf } from "../testing/fixtures.ts";

const namespace = "default";

/** A scheduler of two nodes on a fake server; the second has one device. */
async function open(t: TestContext) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const client = createClient(new FakeApi({ clock, random }));
  const environment = { client, clock, random, logger: silentLogger };
  for (const name of ["n-1", "n-2"]) await client.create(Node, nodeOf(name));
  await client.create(DeviceClass, { metadata: { name: "gpu" }, spec: {} });
  await client.create(ResourceSlice, {
    metadata: { name: "s" },
    spec: {
      driver: "d",
      nodeName: "n-2",
      pool: { name: "n-2", generation: 1, resourceSliceCount: 1 },
      devices: [{ name: "g0" }],
    },
  });
  const stop = new AbortController();
  const informers = new InformerFactory(environment);
  const running = runScheduler(
    { ...environment, informers, events: () => ({ event: () => {} }) },
    stop.signal,
  );
  informers.start(stop.signal);
  const advance = async (ms: number) => {
    for (let turn = 0; turn < 20; turn++) await clock.advance(0);
    await clock.advance(ms);
    for (let turn = 0; turn < 20; turn++) await clock.advance(0);
  };
  t.after(async () => {
    stop.abort();
    await advance(0);
    await running;
    await informers.close();
  });
  return {
    client,
    advance,
    claim: (name: string) =>
      client.create(ResourceClaim, {
        metadata: { namespace, name },
        spec: { devices: { requests: [{ name: "r", exactly: { deviceClassName: "gpu" } }] } },
      }),
    claimOf: (name: string) => client.get(ResourceClaim, { namespace, name }),
    pod: (name: string, resourceClaimName: string) =>
      client.create(
        Pod,
        podOf(name, { resourceClaims: [{ name: "c", resourceClaimName }], cpu: "100m" }),
      ),
    podNamed: (name: string) => client.get(Pod, { namespace, name }),
  };
}

const messageOf = ({ status }: Pod) =>
  status.conditions?.find(({ type }) => type === "PodScheduled")?.message;

test("a pod waits for its claim, gets the device and the node that has it", async (t) => {
  const { pod, podNamed, claim, claimOf, advance } = await open(t);
  await pod("p", "c");
  await advance(2000);
  assert.equal((await podNamed("p")).spec.nodeName, undefined);
  await claim("c");
  await advance(2000);
  const placed = await podNamed("p");
  assert.equal(placed.spec.nodeName, "n-2");
  const { metadata, status } = await claimOf("c");
  assert.deepEqual(metadata.finalizers, ["resource.kubernetes.io/delete-protection"]);
  assert.deepEqual(
    status.reservedFor?.map(({ name }) => name),
    ["p"],
  );
  assert.deepEqual(status.allocation?.devices?.results, [
    { request: "r", driver: "d", pool: "n-2", device: "g0" },
  ]);
  assert.ok(status.allocation?.allocationTimestamp);
  assert.deepEqual(status.allocation.nodeSelector?.nodeSelectorTerms, [
    { matchFields: [{ key: "metadata.name", operator: "In", values: ["n-2"] }] },
  ]);
});

test("what one claim has another one waits for, until it is free", async (t) => {
  const { client, pod, podNamed, claim, claimOf, advance } = await open(t);
  await claim("one");
  await claim("two");
  await pod("p", "one");
  await advance(2000);
  await pod("q", "two");
  await pod("r", "one");
  await advance(2000);
  const waiting = await podNamed("q");
  assert.equal(
    messageOf(waiting),
    "0/2 nodes are available: 2 cannot allocate all claims. preemption: 0/2 nodes are " +
      "available: 2 Preemption is not helpful for scheduling.",
  );
  assert.equal((await podNamed("r")).spec.nodeName, "n-2");
  const used = await claimOf("one");
  assert.deepEqual(
    used.status.reservedFor?.map(({ name }) => name),
    ["p", "r"],
  );
  await client.update(ResourceClaim, { ...used, status: {} }, { subresource: "status" });
  await advance(60_000);
  assert.equal((await podNamed("q")).spec.nodeName, "n-2");
});
