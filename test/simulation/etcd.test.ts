import assert from "node:assert/strict";
import { test } from "node:test";
import { status } from "@grpc/grpc-js";
import { utf8 } from "#base/bytes.ts";
import { EtcdStore } from "#storage/node/etcd/etcd-store.ts";
import { calls } from "#storage/node/etcd/messages.ts";
import type { MemberLink } from "#storage/node/etcd/member.ts";
import { revision } from "#storage/store.ts";
import { SimulatedEtcd, serviceError } from "./etcd.ts";
import { Ledger } from "./ledger.ts";
import { World } from "./world.ts";

const weather = {
  latencyMs: 1,
  losesRequestChance: 0,
  losesReplyChance: 0,
  delaysChance: 0,
  refusesChance: 0,
  breaksWatchChance: 0,
  neighbours: 0,
};

/** The first transaction stays on its way, beyond its deadline, until it is let through. */
function holdingFirst(world: World, link: MemberLink) {
  let arrive: (() => Promise<unknown>) | undefined;
  const call: MemberLink["call"] = (asked, request, timeoutMs, signal) => {
    const send = () => link.call(asked, request, timeoutMs, signal);
    if (asked.path !== calls.txn.path || arrive) return send();
    arrive = send;
    return new Promise((_, reject) => {
      world.after(timeoutMs, () => reject(serviceError(status.DEADLINE_EXCEEDED, "too late")));
    });
  };
  const held: MemberLink = { ...link, call };
  return { held, arrive: () => arrive?.() };
}

/** Lets the world go on until the promise has settled. */
async function within<T>(world: World, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settled = () => (isSettled = true);
  promise.then(settled, settled);
  assert.ok(await world.run(() => isSettled, 60_000), world.violation ?? "it never settles");
  return promise;
}

test("a create that arrives after it was given up does not bring the object back", async () => {
  const world = new World(1);
  const ledger = new Ledger(world);
  const etcd = new SimulatedEtcd({ world, ledger, weather });
  const { held, arrive } = holdingFirst(
    world,
    etcd.open(() => true),
  );
  const clock = world.clock();
  const store = await within(
    world,
    EtcdStore.open({
      endpoints: ["http://one:2379"],
      clock,
      random: world.randomOf(1),
      network: { clock, open: () => held },
    }),
  );
  const create = { key: "/registry/pods/a", value: utf8("1"), expected: revision(0) };
  const created = await within(world, store.commit(create));
  assert.ok(created.ok, "it was sent again");
  const expected = created.revision;
  const deleted = await within(world, store.commit({ ...create, value: undefined, expected }));
  assert.ok(deleted.ok);
  await within(world, arrive() ?? Promise.reject(new Error("nothing was on its way")));
  assert.equal(await within(world, store.get(create.key)), undefined);
  const again = await within(world, store.commit(create));
  assert.ok(again.ok, "creates go on");
  const writes = [...ledger.between(create.key, 0)].map(({ value }) => value !== undefined);
  assert.deepEqual(writes, [true, false, true]);
  await within(world, store[Symbol.asyncDispose]());
});
