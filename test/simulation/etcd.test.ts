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

/** A link whose next transaction stays on its way, beyond its deadline, until it is let through. */
class HoldingLink implements MemberLink {
  readonly #world: World;
  readonly #link: MemberLink;
  #holds = false;
  #held: (() => Promise<unknown>) | undefined;
  /** Lets what is held through just before the next transaction. */
  #overtakes = false;

  constructor(world: World, link: MemberLink) {
    this.#world = world;
    this.#link = link;
  }

  hold(options: { readonly untilNext: boolean }): void {
    this.#holds = true;
    this.#overtakes = options.untilNext;
  }

  async arrive(): Promise<void> {
    const held = this.#held;
    assert.ok(held, "nothing is on its way");
    this.#held = undefined;
    await held();
  }

  call: MemberLink["call"] = async (asked, request, timeoutMs, signal) => {
    const send = () => this.#link.call(asked, request, timeoutMs, signal);
    if (asked.path !== calls.txn.path) return send();
    if (this.#holds) {
      this.#holds = false;
      this.#held = send;
      await this.#world.sleep(timeoutMs);
      throw serviceError(status.DEADLINE_EXCEEDED, "too late");
    }
    if (this.#held && this.#overtakes) await this.arrive();
    return send();
  };

  watch: MemberLink["watch"] = (request) => this.#link.watch(request);

  close(): void {
    this.#link.close();
  }
}

async function openStore() {
  const world = new World(1);
  const ledger = new Ledger(world, { isShared: true });
  const etcd = new SimulatedEtcd({ world, ledger, weather });
  const link = new HoldingLink(
    world,
    etcd.open(() => true),
  );
  const clock = world.clock();
  const network = { clock, open: () => link };
  const random = world.randomOf(1);
  const opening = EtcdStore.open({ endpoints: ["http://one:2379"], clock, random, network });
  return { world, ledger, link, store: await within(world, opening) };
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
  const { world, ledger, link, store } = await openStore();
  const create = { key: "/registry/pods/a", value: utf8("1"), expected: revision(0) };
  link.hold({ untilNext: false });
  const created = await within(world, store.commit(create));
  assert.ok(created.ok, "it was sent again");
  const expected = created.revision;
  const deleted = await within(world, store.commit({ ...create, value: undefined, expected }));
  assert.ok(deleted.ok);
  await within(world, link.arrive());
  assert.equal(await within(world, store.get(create.key)), undefined);
  const again = await within(world, store.commit(create));
  assert.ok(again.ok, "creates go on");
  const writes = [...ledger.between(create.key, 0)].map(({ value }) => value !== undefined);
  assert.deepEqual(writes, [true, false, true]);
  await within(world, store[Symbol.asyncDispose]());
});

test("an update that arrives just before it is repeated is no conflict with itself", async () => {
  const { world, ledger, link, store } = await openStore();
  const key = "/registry/pods/a";
  const created = await within(world, store.commit({ key, value: utf8("1") }));
  link.hold({ untilNext: true });
  const update = { key, value: utf8("2"), expected: created.revision };
  const updated = await within(world, store.commit(update));
  assert.ok(updated.ok, "it has happened");
  assert.equal(updated.revision, ledger.newest);
  assert.equal([...ledger.between(key, 0)].length, 2, "once");
  await within(world, store[Symbol.asyncDispose]());
});
