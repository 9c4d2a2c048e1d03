import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { text, utf8 } from "#base/bytes.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { StorageFault, revision } from "../../store.ts";
import type { Revision, StoreEvent } from "../../store.ts";
import { EtcdStore } from "./etcd-store.ts";
import type { EtcdStoreOptions } from "./etcd-store.ts";
import { EtcdCluster, etcdMissing } from "./testing/etcd-cluster.ts";
import type { EtcdClusterOptions } from "./testing/etcd-cluster.ts";
import { LossyProxy } from "./testing/lossy-proxy.ts";

const run = promisify(execFile);
const clock = systemClock();

async function start(context: TestContext, options?: EtcdClusterOptions): Promise<EtcdCluster> {
  const cluster = await EtcdCluster.start(options);
  context.after(() => cluster[Symbol.asyncDispose]());
  return cluster;
}

async function open(
  context: TestContext,
  options: Pick<EtcdStoreOptions, "endpoints" | "tls" | "prefix" | "timeoutMs">,
): Promise<EtcdStore> {
  const store = await EtcdStore.open({ ...options, clock, random: cryptoRandom });
  context.after(() => store[Symbol.asyncDispose]());
  return store;
}

/** The next event of the watch that is no progress. */
async function nextChange(events: AsyncIterator<StoreEvent>): Promise<StoreEvent> {
  for (;;) {
    const { done, value } = await events.next();
    assert.ok(!done, "the watch goes on");
    if (value.type !== "progress") return value;
  }
}

function watch(context: TestContext, store: EtcdStore, after: Revision, prefix = "/") {
  const controller = new AbortController();
  context.after(() => controller.abort());
  return store.watch({ prefix, after }, controller.signal)[Symbol.asyncIterator]();
}

describe("an etcd cluster", { skip: etcdMissing }, () => {
  test("keys go when their time is up, unless they were written again", async (context) => {
    const store = await open(context, await start(context));
    const events = watch(context, store, revision(1));
    await store.commit({ key: "/gone", value: utf8("1"), ttlSeconds: 1 });
    await store.commit({ key: "/kept", value: utf8("1"), ttlSeconds: 1 });
    await store.commit({ key: "/kept", value: utf8("2") });
    await store.commit({ key: "/both", value: utf8("1"), ttlSeconds: 1 });
    for (let count = 0; count < 4; count++) assert.equal((await nextChange(events)).type, "put");
    const seen = [await nextChange(events), await nextChange(events)];
    const keys = seen.map((event) => event.type === "delete" && event.key);
    assert.deepEqual(new Set(keys), new Set(["/both", "/gone"]));
    const revisions = seen.map((event) => event.type === "delete" && event.revision);
    assert.notEqual(revisions[0], revisions[1], "each has a revision of its own");
    const { entries } = await store.range({ prefix: "/" });
    assert.deepEqual(
      entries.map(({ key, value }) => `${key}=${text(value)}`),
      ["/kept=2"],
    );
  });

  test("a write whose answer is lost is found", async (context) => {
    const cluster = await start(context);
    const proxy = await LossyProxy.start(cluster.endpoints[0] ?? "");
    context.after(() => proxy[Symbol.asyncDispose]());
    const direct = await open(context, cluster);
    const store = await open(context, { endpoints: [proxy.endpoint] });
    const none = revision(0);

    const creating = store.commit({ key: "/a", value: utf8("1"), expected: none });
    await proxy.lose("answers", 300);
    const created = await creating;
    assert.ok(created.ok && created.revision === 2, "it was not written twice");
    assert.equal(created.previous, undefined);

    const changing = store.commit({ key: "/a", value: utf8("2"), expected: created.revision });
    await proxy.lose("answers", 300);
    const changed = await changing;
    assert.ok(changed.ok && changed.revision === 3);
    assert.equal(changed.entry?.created, 2);
    assert.deepEqual(changed.previous && text(changed.previous.value), "1");

    // Somebody else goes on from there before the writer has looked.
    const overtaken = store.commit({ key: "/a", value: utf8("3"), expected: changed.revision });
    const losing = proxy.lose("answers", 300);
    await pause(150);
    await direct.commit({ key: "/a", value: utf8("4") });
    await direct.commit({ key: "/a", value: undefined });
    await losing;
    const found = await overtaken;
    assert.ok(found.ok && found.revision === 4, "its own change stands in the history");

    // Created, and deleted before the writer has looked: it must not come back.
    const ended = store.commit({ key: "/b", value: utf8("5"), expected: none });
    const losingAgain = proxy.lose("answers", 300);
    await pause(150);
    assert.ok((await direct.commit({ key: "/b", value: undefined })).ok);
    await losingAgain;
    const was = await ended;
    assert.ok(was.ok && was.revision === 7);
    assert.equal(await direct.get("/b"), undefined);

    const kept = await direct.commit({ key: "/c", value: utf8("1") });
    assert.ok(kept.ok);
    const deleting = store.commit({ key: "/c", value: undefined, expected: kept.revision });
    await proxy.lose("answers", 300);
    const deleted = await deleting;
    assert.ok(deleted.ok && deleted.entry === undefined && deleted.revision === 10);
  });

  test("a write that got lost is sent again, but only under a guard", async (context) => {
    const cluster = await start(context);
    const proxy = await LossyProxy.start(cluster.endpoints[0] ?? "");
    context.after(() => proxy[Symbol.asyncDispose]());
    const store = await open(context, { endpoints: [proxy.endpoint] });

    const creating = store.commit({ key: "/a", value: utf8("1"), expected: revision(0) });
    await proxy.lose("requests", 300);
    const created = await creating;
    // The revision before has shut out the request that got lost.
    assert.ok(created.ok && created.revision === 3);

    const unguarded = store.commit({ key: "/a", value: utf8("2") });
    const rejected = assert.rejects(unguarded, (error) => {
      assert.ok(error instanceof StorageFault && error.code === "unknown");
      assert.match(error.message, /did not say whether \/a was written/);
      return true;
    });
    await proxy.lose("requests", 300);
    await rejected;
    assert.equal(await store.current(), 3);
  });

  test("members fail one after the other: reads and writes go on, watches resume", async (context) => {
    const cluster = await start(context, { members: 3 });
    const store = await open(context, cluster);
    let last = revision(1);
    for (let round = 0; round < 3; round++) {
      const events = watch(context, store, last, "/k/");
      const before = await store.commit({ key: `/k/${round}/before`, value: utf8("1") });
      assert.ok(before.ok);
      assert.equal((await nextChange(events)).type, "put");
      await cluster.killMember(round);
      const after = await store.commit({
        key: `/k/${round}/after`,
        value: utf8("1"),
        expected: revision(0),
      });
      assert.ok(after.ok);
      assert.ok(await store.get(`/k/${round}/before`), "what was acknowledged is there");
      const resumed = watch(context, store, before.revision, "/k/");
      const event = await nextChange(resumed);
      assert.ok(event.type === "put" && event.entry.key === `/k/${round}/after`);
      last = after.revision;
      await cluster.startMember(round);
    }
    assert.equal((await store.range({ prefix: "/k/" })).entries.length, 6);
  });

  test("without a majority nothing is acknowledged, and nothing is read", async (context) => {
    const cluster = await start(context, { members: 3 });
    const store = await open(context, { endpoints: cluster.endpoints, timeoutMs: 2_000 });
    await cluster.killMember(1);
    await cluster.killMember(2);
    await assert.rejects(store.get("/a"), (error) => {
      assert.ok(error instanceof StorageFault && error.code === "unreachable");
      return true;
    });
    await cluster.startMember(1);
    const key = "/a";
    const written = await store.commit({ key, value: utf8("1"), expected: revision(0) });
    assert.ok(written.ok);
  });

  test("a killed etcd comes back with all that it has acknowledged", async (context) => {
    const cluster = await start(context);
    const store = await open(context, cluster);
    const put = (n: number) => store.commit({ key: `/k/${n}`, value: utf8(`${n}`) });
    await Promise.all(Array.from({ length: 50 }, (_, n) => put(n)));
    await cluster.killMember(0);
    await cluster.startMember(0);
    assert.equal((await store.range({ prefix: "/k/" })).entries.length, 50);
    assert.equal(await store.current(), 51);
  });

  test("changes of several keys at one revision are all delivered", async (context) => {
    const cluster = await start(context);
    const store = await open(context, cluster);
    const events = watch(context, store, revision(1));
    const transaction = 'put "/m/a" "1"\nput "/m/b" "2"\n';
    const [endpoint = ""] = cluster.endpoints;
    const shell = `printf '\\n%s\\n\\n' '${transaction}' | ETCDCTL_API=3 etcdctl --endpoints ${endpoint} txn`;
    await run("sh", ["-c", shell]);
    const seen = [await nextChange(events), await nextChange(events)];
    assert.deepEqual(
      seen.map((event) => event.type === "put" && `${event.entry.key}@${event.entry.modified}`),
      ["/m/a@2", "/m/b@2"],
    );
  });

  test("clusters share one etcd under different prefixes", async (context) => {
    const cluster = await start(context);
    const one = await open(context, cluster);
    const two = await open(context, { endpoints: cluster.endpoints, prefix: "/two/" });
    const events = watch(context, two, revision(1));
    await one.commit({ key: "/registry/pods/a", value: utf8("one") });
    await two.commit({ key: "/registry/pods/a", value: utf8("two") });
    assert.equal(text((await two.get("/registry/pods/a"))?.value ?? utf8("")), "two");
    const { entries } = await two.range({ prefix: "/registry/pods/" });
    assert.deepEqual(
      entries.map(({ key, value }) => `${key}=${text(value)}`),
      ["/registry/pods/a=two"],
    );
    const event = await nextChange(events);
    assert.ok(event.type === "put" && event.entry.modified === 3);
    const at = await one.range({ prefix: "/" });
    assert.deepEqual(
      at.entries.map(({ key }) => key),
      ["/registry/pods/a", "/two/pods/a"],
    );
  });

  test("members ask for certificates, and get them", async (context) => {
    const folder = await mkdtemp(join(tmpdir(), "kijabi-etcd-tls-"));
    context.after(() => rm(folder, { recursive: true, force: true }));
    const now = Date.now();
    const authority = await createCertificateAuthority({ commonName: "etcd-ca", now });
    const issue = (commonName: string) =>
      issueCertificate(authority, {
        commonName,
        ipAddresses: ["127.0.0.1"],
        usages: "both",
        now,
      });
    const [server, client] = await Promise.all([issue("etcd"), issue("kube-apiserver")]);
    const files = {
      ca: join(folder, "ca.crt"),
      certificate: join(folder, "server.crt"),
      key: join(folder, "server.key"),
    };
    await writeFile(files.ca, authority.certificatePem);
    await writeFile(files.certificate, server.certificatePem);
    await writeFile(files.key, server.privateKeyPem);
    const cluster = await start(context, { tls: files });
    const tls = {
      certificateAuthority: authority.certificatePem,
      client: { certificate: client.certificatePem, key: client.privateKeyPem },
    };
    const store = await open(context, { endpoints: cluster.endpoints, tls });
    assert.ok((await store.commit({ key: "/a", value: utf8("1") })).ok);

    const { client: _client, ...nameless } = tls;
    const refused = EtcdStore.open({
      endpoints: cluster.endpoints,
      tls: nameless,
      clock,
      random: cryptoRandom,
      timeoutMs: 1_000,
    });
    await assert.rejects(refused, (error) => error instanceof StorageFault);
  });

  test("endpoints that are none are refused with an example", async () => {
    const options = { clock, random: cryptoRandom };
    for (const endpoint of ["127.0.0.1:2379", "ftp://127.0.0.1:2379", "http://a:1/path"]) {
      await assert.rejects(EtcdStore.open({ ...options, endpoints: [endpoint] }), {
        name: "TypeError",
        message: `"${endpoint}" is no etcd endpoint: it looks like http://127.0.0.1:2379`,
      });
    }
    await assert.rejects(
      EtcdStore.open({ ...options, endpoints: ["http://a:2379", "https://b:2379"] }),
      /only some have TLS/,
    );
  });
});
