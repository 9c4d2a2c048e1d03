import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { EtcdCluster, etcdMissing } from "#storage/node/etcd/testing/etcd-cluster.ts";
import { eventually } from "../support/eventually.ts";
import { Follower } from "../ha/follower.ts";
import type { ServerProcess } from "../ha/server-process.ts";
import { Writers, configMaps, listOf, versionOf } from "./load.ts";
import { Place } from "./place.ts";

/**
 * `kill -9` of whatever holds the data, under a stream of creates. KIJABI_FAULTS_KILLS asks for
 * more of them than are done with each store by default: 200 is what a release is tried with.
 */
const kills = Number(process.env["KIJABI_FAULTS_KILLS"] ?? 0);
const timeout = 120_000 + kills * 10_000;
/** Acknowledged between one kill and the next; enough for kills in the midst of commits. */
const createsPerLife = 40;

/** Kills so many times, and compares what was acknowledged with what is there. */
async function killUnderLoad(
  server: ServerProcess,
  rounds: number,
  kill: (round: number) => Promise<void>,
): Promise<Writers> {
  const before = await listOf(server);
  const follower = new Follower(server, configMaps, before.metadata.resourceVersion);
  const writers = new Writers(server);
  let newest = versionOf(before);
  try {
    for (let round = 0; round < rounds; round++) {
      const enough = writers.acknowledged.size + createsPerLife;
      await eventually(() => assert.ok(writers.acknowledged.size >= enough), { intervalMs: 5 });
      await kill(round);
      const acknowledged = Math.max(...[...writers.acknowledged.values()].map(versionOf));
      const after = versionOf(await listOf(server));
      assert.ok(after >= Math.max(newest, acknowledged), `revision ${after} after kill ${round}`);
      newest = after;
    }
  } finally {
    await writers.stop();
  }
  const list = await listOf(server);
  const stored = new Map(list.items.map((item) => [item.metadata.name, item]));
  for (const [name, object] of writers.acknowledged) {
    assert.deepEqual(stored.get(name)?.metadata, object.metadata, `${name} was acknowledged`);
    assert.equal(stored.get(name)?.data?.["name"], name);
  }
  // Every object was told of once, in order, through all the interruptions.
  await eventually(() => assert.equal(follower.added.length, stored.size));
  await follower.stop();
  assert.deepEqual(follower.problems, []);
  const seen = follower.added.map(versionOf);
  assert.deepEqual(
    seen,
    seen.toSorted((left, right) => left - right),
  );
  const uidsOf = (objects: readonly { metadata: { uid: string } }[]) =>
    new Set(objects.map(({ metadata }) => metadata.uid));
  assert.deepEqual(uidsOf(follower.added), uidsOf(list.items));
  return writers;
}

const tell = (context: TestContext, rounds: number, { acknowledged, unanswered }: Writers) =>
  context.diagnostic(
    `${rounds} kills, ${acknowledged.size} creates acknowledged, ${unanswered} unanswered`,
  );

test("a server with its own file is killed again and again", { timeout }, async (context) => {
  const place = await Place.make(context);
  const server = await place.makeServer();
  await server.start();
  const rounds = kills || 10;
  const writers = await killUnderLoad(server, rounds, async () => {
    await server.kill();
    await server.start();
  });
  assert.deepEqual([...writers.refused.values()], []);
  tell(context, rounds, writers);
});

test("a server that is told to stop as soon as it is ready stops", { timeout }, async (context) => {
  const place = await Place.make(context);
  const server = await place.makeServer();
  for (let round = 0; round < 3; round++) {
    await server.start();
    await server.stop();
  }
});

test(
  "an etcd, and the server over it, are killed in turn",
  { timeout, skip: etcdMissing },
  async (context) => {
    const place = await Place.make(context);
    const etcd = await EtcdCluster.start();
    context.after(() => etcd[Symbol.asyncDispose]());
    const server = await place.makeServer({ etcd: etcd.endpoints });
    await server.start();
    const rounds = kills || 6;
    const writers = await killUnderLoad(server, rounds, async (round) => {
      if (round % 2 === 0) {
        await server.kill();
        return await server.start();
      }
      await etcd.killMember(0);
      await etcd.startMember(0);
      await eventually(() => listOf(server), { intervalMs: 50 });
    });
    tell(context, rounds, writers);
  },
);
