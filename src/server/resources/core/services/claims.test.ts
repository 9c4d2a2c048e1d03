import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { createServiceAllocator } from "./allocator.ts";
import { storeClaims } from "./claims.ts";

const service = (uid: string, spec: object = {}) =>
  ({
    metadata: { namespace: "default", name: uid, uid },
    spec: { type: "ClusterIP", ports: [{ port: 80, protocol: "TCP" }], ...spec },
    status: {},
  }) as unknown as Service;

/** Two servers over one store, and the services that are stored there. */
function setUp() {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  const stored = new Map<string, Service>();
  const server = (seed: number) =>
    createServiceAllocator({
      networks: () => Promise.resolve(["10.96.0.0/28"]),
      nodePortRange: { from: 30_000, to: 30_003 },
      clock,
      random: seededRandom(seed),
      list: async () => [...stored.values()],
      claims: storeClaims(store),
    });
  return { clock, store, stored, one: server(1), two: server(1) };
}

test("servers that choose at the same time choose different addresses", async () => {
  const { stored, one, two } = setUp();
  const made = Array.from({ length: 14 }, (_, n) => service(`u${n}`));
  await Promise.all(
    made.map(async (each, n) => {
      await (n % 2 ? one : two).allocate(each, { dryRun: false });
      stored.set(each.metadata.uid, each);
    }),
  );
  assert.equal(new Set(made.map(({ spec }) => spec.clusterIP)).size, 14);
  await assert.rejects(two.allocate(service("more"), { dryRun: false }), /range is full/);
});

test("of two that want the same port, one gets it", async () => {
  const { one, two } = setUp();
  const wanted = (uid: string) =>
    service(uid, { type: "NodePort", ports: [{ port: 80, protocol: "TCP", nodePort: 30_001 }] });
  const results = await Promise.allSettled([
    one.allocate(wanted("a"), { dryRun: false }),
    two.allocate(wanted("b"), { dryRun: false }),
  ]);
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
});

test("what is stored is taken on every server, after its claim has ended as well", async () => {
  const { clock, stored, one, two } = setUp();
  const address = { clusterIP: "10.96.0.5", clusterIPs: ["10.96.0.5"] };
  await two.allocate(service("first"), { dryRun: false });
  const mine = service("a", address);
  await one.allocate(mine, { dryRun: false });
  await assert.rejects(two.allocate(service("b", address), { dryRun: false }), /already allocated/);
  stored.set("a", mine);
  await clock.advance(120_000);
  await assert.rejects(two.allocate(service("b", address), { dryRun: false }), /already allocated/);

  // Deleted through one server, it is free on the other at once.
  stored.delete("a");
  await one.release(mine);
  await two.allocate(service("b", address), { dryRun: false });
});

test("a port that was given up on one server is nobody's on the other", async () => {
  const { stored, one, two } = setUp();
  const ports = [{ port: 80, protocol: "TCP", nodePort: 30_002 }];
  const old = service("a", { type: "NodePort", ports });
  await two.allocate(old, { dryRun: false });
  stored.set("a", old);
  await one.allocate(service("x"), { dryRun: false });
  // The first server turns it into a ClusterIP, and gives the port to another service.
  await one.release(old);
  stored.set("a", service("a"));
  const next = service("b", { type: "NodePort", ports });
  await one.allocate(next, { dryRun: false });
  stored.set("b", next);
  const back = service("a", { type: "NodePort", ports: structuredClone(ports) });
  await assert.rejects(two.allocate(back, { dryRun: false }), /already allocated/);
});

test("what failed, was only tried, or belongs to a crashed server becomes free", async () => {
  const { clock, store, one, two } = setUp();
  const address = { clusterIP: "10.96.0.5", clusterIPs: ["10.96.0.5"] };
  const failed = service("a", address);
  await one.allocate(failed, { dryRun: false });
  await one.rollback(failed);
  await two.allocate(service("b", address), { dryRun: true });
  assert.equal((await store.range({ prefix: "/" })).entries.length, 0, "no claim is left");
  // This one is never heard of again.
  await one.allocate(service("c", address), { dryRun: false });
  await assert.rejects(two.allocate(service("d", address), { dryRun: false }));
  await clock.advance(61_000);
  await two.allocate(service("d", address), { dryRun: false });
});
