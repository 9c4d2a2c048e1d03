import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { text, utf8 } from "#base/bytes.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { Cacher } from "../../cacher/cacher.ts";
import { CompactedError, revision } from "../../store.ts";
import { EtcdStore } from "./etcd-store.ts";
import { EtcdCluster, etcdMissing } from "./testing/etcd-cluster.ts";

const clock = systemClock();
const pods = "/registry/pods/";

async function servers(context: TestContext, members: number) {
  const cluster = await EtcdCluster.start({ members });
  context.after(() => cluster[Symbol.asyncDispose]());
  const open = async (first: number) => {
    const endpoints = [...cluster.endpoints.slice(first), ...cluster.endpoints.slice(0, first)];
    const store = await EtcdStore.open({ endpoints, clock, random: cryptoRandom });
    const cacher = new Cacher({ store, clock });
    context.after(async () => {
      await cacher[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    });
    await cacher.ready;
    return { store, cacher };
  };
  return { cluster, one: await open(0), two: await open(members - 1) };
}

describe("cachers over one etcd", { skip: etcdMissing }, () => {
  test("what one has acknowledged, the other reads", async (context) => {
    const { one, two } = await servers(context, 3);
    for (let n = 0; n < 60; n++) {
      const [writer, reader] = n % 2 ? [one, two] : [two, one];
      const key = `${pods}default/${n % 7}`;
      const before = await reader.cacher.get(key);
      const expected = before?.modified ?? revision(0);
      const written = await writer.cacher.commit({ key, value: utf8(`${n}`), expected });
      assert.ok(written.ok, `nobody else wrote ${key}`);
      // Changes that the cachers do not follow move the store's revision as well.
      if (n % 3 === 0) await writer.store.commit({ key: "/elsewhere", value: utf8(`${n}`) });
      const read = await reader.cacher.get(key);
      assert.equal(read && text(read.value), `${n}`);
      const { entries } = await reader.cacher.range({ prefix: pods });
      assert.ok(entries.some((entry) => text(entry.value) === `${n}`));
    }
  });

  test("pages of a list hold together across servers, until they are compacted", async (context) => {
    const { one, two } = await servers(context, 1);
    const write = (round: string) =>
      Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          one.cacher.commit({ key: `${pods}a/${n}`, value: utf8(round) }),
        ),
      );
    await write("old");
    const first = await one.cacher.range({ prefix: pods, limit: 4 });
    assert.equal(first.remaining, 6);
    await write("new");
    const rest = { prefix: pods, start: `${pods}a/3\0`, revision: first.revision };
    for (const server of [one, two]) {
      const page = await server.cacher.range({ ...rest, limit: 4 });
      assert.deepEqual(
        page.entries.map(({ key, value }) => `${key.slice(pods.length)}=${text(value)}`),
        ["a/4=old", "a/5=old", "a/6=old", "a/7=old"],
      );
      assert.equal(page.remaining, 2);
      assert.equal(page.revision, first.revision);
    }
    const now = await two.store.current();
    await two.store.compact(now);
    // A server that starts after it has nothing of that past.
    const late = new Cacher({ store: two.store, clock });
    context.after(() => late[Symbol.asyncDispose]());
    await late.ready;
    await assert.rejects(
      late.range(rest),
      (error) => error instanceof CompactedError && error.oldest === now,
    );
  });

  test("a cacher outlives the member that it watches", async (context) => {
    const { cluster, one, two } = await servers(context, 3);
    const stop = new AbortController();
    context.after(() => stop.abort());
    const seen: string[] = [];
    const query = { prefix: pods, after: one.cacher.current() };
    const watching = (async () => {
      for await (const event of one.cacher.watch(query, stop.signal)) {
        if (event.type !== "bookmark") seen.push(event.key);
      }
    })();
    for (let n = 0; n < 30; n++) {
      if (n === 10) await cluster.killMember(0);
      const key = `${pods}x/${n}`;
      const written = await two.cacher.commit({ key, value: utf8("1"), expected: revision(0) });
      assert.ok(written.ok);
    }
    assert.equal((await one.cacher.range({ prefix: pods })).entries.length, 30);
    // The list has waited for the watch: its follower has been handed the same events.
    while (seen.length < 30) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      seen,
      Array.from({ length: 30 }, (_, n) => `${pods}x/${n}`),
    );
    stop.abort();
    await watching;
  });

  test("a member that hangs is left by calls and watches", async (context) => {
    const { cluster, one, two } = await servers(context, 3);
    await one.cacher.commit({ key: `${pods}x/0`, value: utf8("1") });
    await cluster.signalMember(0, "SIGSTOP");
    const began = performance.now();
    const key = `${pods}x/1`;
    const written = await two.cacher.commit({ key, value: utf8("1"), expected: revision(0) });
    assert.ok(written.ok);
    assert.ok(await one.cacher.get(key));
    assert.ok(
      performance.now() - began < 10_000,
      "nobody waited for the connection to be given up",
    );
    await cluster.signalMember(0, "SIGCONT");
  });
});
