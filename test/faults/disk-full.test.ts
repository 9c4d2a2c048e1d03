import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { ApiStatus } from "../support/api.ts";
import { eventually } from "../support/eventually.ts";
import { Writers, configMaps, listOf, versionOf } from "./load.ts";
import { Place, mountMissing } from "./place.ts";

test("a full disk", { skip: mountMissing, timeout: 120_000 }, async (context) => {
  const place = await Place.make(context);
  const mount = await place.mountImage(24);
  const ballast = join(mount, "ballast");
  await writeFile(ballast, new Uint8Array(8 << 20));
  const server = await place.makeServer();
  // The server's log is on the same disk.
  await server.start();
  const { metadata: first } = await server.api.create(configMaps, { metadata: { name: "first" } });
  const writers = new Writers(server, { bytes: 50_000 });
  await eventually(() => assert.ok(writers.refused.size > 0), { intervalMs: 20 });
  const isFull = async () => {
    const readyz = await server.api.send({ path: "/readyz" });
    assert.match(readyz.text, /^\[-\]storage failed/m);
    assert.equal(readyz.status, 500);
  };

  const assertWhole = async () => {
    const list = await listOf(server);
    const stored = new Map(list.items.map((item) => [item.metadata.name, item]));
    for (const [name, { metadata, data }] of writers.acknowledged) {
      assert.deepEqual(stored.get(name)?.metadata, metadata, `${name} was acknowledged`);
      assert.deepEqual(stored.get(name)?.data, data);
    }
  };

  await context.test("writes are refused, by who is full and what to do", async () => {
    await eventually(isFull, { intervalMs: 20 });
    const [[status, text] = [0, ""], ...others] = writers.refused;
    assert.deepEqual([status, others], [507, []]);
    const { message, reason } = JSON.parse(text) as ApiStatus;
    assert.equal(reason, "InsufficientStorage");
    const folder = dirname(place.paths.store);
    assert.ok(message.startsWith(`${place.paths.store} cannot grow: the disk is full`), message);
    assert.ok(message.includes(`make room in ${folder}; then it takes writes again`), message);
    const { text: why } = await server.api.send({ path: "/readyz/storage" });
    assert.ok(why.includes("the disk is full"), why);
  });

  await context.test("reads and watches go on, of all that was acknowledged", async () => {
    await writers.stop();
    assert.equal((await server.api.send({ path: "/livez" })).status, 200);
    await assertWhole();
    const query = `watch=true&labelSelector=made%3Dhere&resourceVersion=${first.resourceVersion}`;
    const path = `${configMaps}?${query}`;
    const [object] = [...writers.acknowledged.values()].toSorted(
      (a, b) => versionOf(a) - versionOf(b),
    );
    for await (const event of server.api.watch(path, AbortSignal.timeout(20_000))) {
      assert.equal(event.object.metadata.name, object?.metadata.name);
      break;
    }
  });

  await context.test("with room again, writes go on by themselves", async () => {
    await rm(ballast);
    const { metadata } = await eventually(
      () => server.api.create(configMaps, { metadata: { name: "last" } }),
      { intervalMs: 100 },
    );
    assert.ok(Number(metadata.resourceVersion) > Number(first.resourceVersion));
    await eventually(async () => {
      assert.equal((await server.api.send({ path: "/readyz" })).text, "ok");
    });
    const told = (await server.logLines()).filter((line) => /the store (has|is)/.test(line));
    assert.match(told.join("\n"), /has failed .*\n.* is well again$/);
    await assertWhole();
  });

  await context.test("after a crash nothing is lost either", async () => {
    await server.kill();
    await server.start();
    await assertWhole();
  });
});
