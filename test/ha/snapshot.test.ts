import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { actionContext } from "../../src/cluster/actions/node/context.ts";
import type { ActionContext } from "../../src/cluster/actions/node/context.ts";
import { restoreSnapshot, saveSnapshot } from "../../src/cluster/actions/node/snapshot.ts";
import { profilePaths } from "../../src/cluster/node/paths.ts";
import type { SnapshotHead } from "../../src/cluster/node/snapshot.ts";
import { EtcdCluster, etcdMissing } from "#storage/node/etcd/testing/etcd-cluster.ts";
import type { ApiList, ApiObject } from "../support/api.ts";
import { ServerProcess } from "./server-process.ts";

const path = "/api/v1/namespaces/default/configmaps";

interface Place {
  readonly folder: string;
  readonly said: string[];
  readonly action: (profile: string) => ActionContext;
}

async function place(context: TestContext): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-snapshot-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  process.env["KIJABI_HOME"] = join(folder, "home");
  process.env["LC_ALL"] = "C";
  const said: string[] = [];
  return { folder, said, action: (profile) => actionContext(profile, (line) => said.push(line)) };
}

async function makeServer(context: TestContext, profile: string, etcd?: readonly string[]) {
  const server = await ServerProcess.make(profile, etcd);
  context.after(() => server[Symbol.asyncDispose]());
  return server;
}

const create = (server: ServerProcess, name: string) =>
  server.api.create(path, { metadata: { name, labels: { made: "here" } }, data: { name } });
const made = (server: ServerProcess) =>
  server.api.get<ApiList>(`${path}?labelSelector=made%3Dhere`);
const namesOf = (list: ApiList) => list.items.map(({ metadata }) => metadata.name);
const versionOf = ({ metadata }: ApiObject | ApiList) => Number(metadata.resourceVersion);

async function headOf(file: string): Promise<SnapshotHead> {
  return JSON.parse((await readFile(file, "utf8")).split("\n")[0] ?? "") as SnapshotHead;
}

/** Saves a running cluster, goes on, loses what came after, and asks about the versions. */
async function roundTrip(context: TestContext, etcd?: readonly string[]): Promise<void> {
  const { folder, said, action } = await place(context);
  const profile = `t-snap-${process.pid}`;
  const file = join(folder, "snapshot");
  const server = await makeServer(context, profile, etcd);
  await server.start();
  const first = await create(server, "first");
  for (let n = 0; n < 600; n += 20) {
    const names = Array.from({ length: 20 }, (_, index) => `many-${n + index}`);
    await Promise.all(names.map((name) => create(server, name)));
  }
  const saved = new AbortController();
  const writing = (async () => {
    for (let n = 0; !saved.signal.aborted; n++) {
      await create(server, `meanwhile-${n}`);
      await pause(1);
    }
  })();
  await saveSnapshot(action(profile), file);
  saved.abort();
  await writing;
  assert.match(said[0] ?? "", /^Saved \d+ objects as of revision \d+ to /);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.ok(!existsSync(`${file}.partial`));
  await create(server, "after");
  const last = await made(server);

  await assert.rejects(restoreSnapshot(action(profile), file, { force: true }), /Stop it first/);
  await server.stop();
  await assert.rejects(
    restoreSnapshot(action(profile), file, { force: false }),
    /has objects, which a restore would replace/,
  );
  await restoreSnapshot(action(profile), file, { force: true });
  await server.start();

  const { revision } = await headOf(file);
  const restored = await made(server);
  // One consistent state: what was written before the snapshot's revision, and nothing after.
  const expected = last.items.filter((item) => versionOf(item) <= revision);
  assert.deepEqual(
    namesOf(restored),
    expected.map(({ metadata }) => metadata.name),
  );
  assert.ok(expected.length > 600 && expected.length < last.items.length);
  const again = await server.api.get(`${path}/first`);
  assert.equal(again.metadata.uid, first.metadata.uid, "the same object");
  assert.deepEqual(again.data, first.data);
  for (const item of restored.items) {
    assert.ok(versionOf(item) > versionOf(last), `${item.metadata.name} has a version of its own`);
  }
  const old = await server.api.send({
    path: `${path}?resourceVersion=${last.metadata.resourceVersion}&resourceVersionMatch=Exact`,
  });
  assert.equal(old.status, 410, "versions from before are gone, not something else");
  const added = await create(server, "after");
  assert.ok(versionOf(added) > versionOf(restored));
}

test("a cluster with a file of its own is saved while it runs, and restored", async (context) => {
  await roundTrip(context);
});

test(
  "a cluster in etcd is saved while it runs, and restored",
  { skip: etcdMissing },
  async (context) => {
    const etcd = await EtcdCluster.start();
    context.after(() => etcd[Symbol.asyncDispose]());
    await roundTrip(context, etcd.endpoints);
  },
);

test("a snapshot makes a cluster where there is none, with the networks of its objects", async (context) => {
  const { folder, action } = await place(context);
  const file = join(folder, "snapshot");
  const profile = `t-snap-a-${process.pid}`;
  const server = await makeServer(context, profile);
  await server.start();
  await create(server, "first");
  await server.stop();
  // The server is not there to ask: the file is read.
  await saveSnapshot(action(profile), file);
  await rm(profilePaths(profile).folder, { recursive: true });
  const other = `t-snap-b-${process.pid}`;
  context.after(() => rm(profilePaths(other).folder, { recursive: true, force: true }));
  await restoreSnapshot(action(other), file, { force: false });
  const config = JSON.parse(await readFile(profilePaths(other).config, "utf8")) as {
    serviceCidr: string;
  };
  assert.equal(config.serviceCidr, (await headOf(file)).config.serviceCidr);
  await assert.rejects(restoreSnapshot(action(other), file, { force: false }), /has objects/);
});

test("a file that is not what was written is refused before anything is touched", async (context) => {
  const { folder, action } = await place(context);
  const profile = `t-snap-c-${process.pid}`;
  const server = await makeServer(context, profile);
  await server.start();
  await create(server, "first");
  const file = join(folder, "snapshot");
  await saveSnapshot(action(profile), file);
  await server.stop();
  const good = await readFile(file, "utf8");
  const lines = good.trimEnd().split("\n");
  const damages: readonly [string, RegExp][] = [
    ["", /it is empty/],
    ["not a snapshot\n", /it is no snapshot/],
    [`${lines.slice(0, -1).join("\n")}\n`, /its end is missing/],
    [`${[...lines.slice(0, 2), ...lines.slice(3)].join("\n")}\n`, /checksum does not match/],
    [
      good.replace(/"value":"(.)/, (_, c: string) => `"value":"${c === "e" ? "f" : "e"}`),
      /checksum/,
    ],
    [good.replace('{"kijabiSnapshot":1', '{"kijabiSnapshot":2'), /it has format 2/],
  ];
  const before = await readFile(profilePaths(profile).store);
  for (const [content, message] of damages) {
    const damaged = join(folder, "damaged");
    await writeFile(damaged, content);
    await assert.rejects(restoreSnapshot(action(profile), damaged, { force: true }), message);
  }
  await assert.rejects(
    restoreSnapshot(action(profile), join(folder, "none"), { force: true }),
    /does not exist/,
  );
  assert.ok(before.equals(await readFile(profilePaths(profile).store)), "nothing was touched");

  // A damaged store is what backups are for.
  await writeFile(profilePaths(profile).store, "no database".repeat(1_000));
  await assert.rejects(restoreSnapshot(action(profile), file, { force: false }), /--force/);
  await restoreSnapshot(action(profile), file, { force: true });
  await server.start();
  assert.deepEqual(namesOf(await made(server)), ["first"]);
});
