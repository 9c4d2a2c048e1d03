import assert from "node:assert/strict";
import { open, readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { actionContext } from "../../src/cluster/actions/node/context.ts";
import { restoreSnapshot } from "../../src/cluster/actions/node/snapshot.ts";
import { eventually } from "../support/eventually.ts";
import { Writers, listOf } from "./load.ts";
import { Place } from "./place.ts";

/** More than SQLite keeps of the file in memory. */
const [objects, bytesEach] = [150, 100_000];
const snapshotFlags = ["--snapshot-interval=1s", "--snapshot-count=2"];

test("a store with a page that is not what was written", { timeout: 180_000 }, async (context) => {
  const place = await Place.make(context);
  const { snapshots, store } = place.paths;
  const server = await place.makeServer();
  await server.start(...snapshotFlags);
  const writers = new Writers(server, { bytes: bytesEach });
  await eventually(() => assert.ok(writers.acknowledged.size > objects), { intervalMs: 20 });
  await writers.stop();
  const names = async () =>
    (await readdir(snapshots)).filter((name) => name.endsWith(".snapshot")).toSorted();
  /** The newest that is left, of when nothing was damaged. */
  let good = "";

  await context.test("the server saves it by itself, and keeps some of that", async () => {
    // Named after when they were begun: of these, both hold all that was written.
    const written = new Date().toISOString().replaceAll(":", "-");
    await eventually(async () => {
      const found = await names();
      assert.ok(found.length === 2 && found.every((name) => name > written), found.join());
    });
    assert.equal((await stat(snapshots)).mode & 0o777, 0o700);
  });

  await context.test("a running server that meets it says so, and saves nothing more", async () => {
    await server.stop();
    await server.start(...snapshotFlags);
    await damage(store, "x".repeat(50), 0.5);
    const why = await eventually(async () => {
      const { status, text } = await server.api.send({ path: "/readyz/storage" });
      assert.equal(status, 500);
      return text;
    });
    assert.match(why, /store\.db is damaged: revision \d+ is not what was written; /);
    good = (await names()).at(-1) ?? "";
    assert.ok(why.includes(`restore ${join(snapshots, good)} --force"`), why);
    assert.match(why, /the newest good snapshot is of 20.* \(revision \d+\): stop the server/);
    const failed = (await server.logLines()).filter((line) => line.includes("no snapshot could"));
    assert.match(failed[0] ?? "", /ERROR no snapshot could be made .* is damaged/);
    assert.equal((await names()).length, 2);
  });

  await context.test("the server does not start with it", async () => {
    await server.stop();
    const why = await server.startInVain();
    assert.match(why, /store\.db is damaged: revision \d+ is not what was written; /);
    assert.ok(why.includes(`restore ${join(snapshots, good)} --force"`), why);
  });

  await context.test("a snapshot that is damaged, too, is not offered", async () => {
    await damage(join(snapshots, good), "value", 0.5);
    const why = await server.startInVain();
    [good = ""] = await names();
    assert.ok(why.includes(`restore ${join(snapshots, good)} --force"`), why);
  });

  await context.test("what is offered brings the cluster back", async () => {
    const said: string[] = [];
    const action = actionContext(place.profile, (line) => said.push(line));
    await restoreSnapshot(action, join(snapshots, good), { force: true });
    assert.match(said.join(), /^Restored/);
    await server.start();
    const stored = new Map((await listOf(server)).items.map((item) => [item.metadata.name, item]));
    for (const [name, { metadata, data }] of writers.acknowledged) {
      assert.equal(stored.get(name)?.metadata.uid, metadata.uid);
      assert.deepEqual(stored.get(name)?.data, data);
    }
  });

  await context.test("pages that do not fit together are found at the start", async () => {
    await server.stop();
    const { size } = await stat(store);
    const handle = await open(store, "r+");
    // A page in the midst of the file becomes another one, as a disk may confuse them.
    const page = Buffer.alloc(4096);
    await handle.read(page, 0, page.length, 4096 * 2);
    await handle.write(page, 0, page.length, Math.floor(size / 8192) * 4096);
    await handle.close();
    const why = await server.startInVain();
    assert.match(why, /store\.db is damaged: .*; the newest good snapshot is of/);
  });
});

/** Changes one letter of the text, where it stands behind so much of the file. */
async function damage(file: string, text: string, part: number): Promise<void> {
  const content = await readFile(file);
  const at = content.indexOf(text, Math.floor(content.length * part));
  assert.ok(at > 0, `${text} is not in ${file}`);
  const handle = await open(file, "r+");
  await handle.write("y", at + 3);
  await handle.close();
}
