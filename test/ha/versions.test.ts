import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { EtcdStore } from "#storage/node/etcd/etcd-store.ts";
import { EtcdCluster, etcdMissing } from "#storage/node/etcd/testing/etcd-cluster.ts";
import type { ApiList, ApiStatus } from "../support/api.ts";
import { ServerProcess } from "./server-process.ts";

const path = "/api/v1/namespaces/default/configmaps";

interface Page extends ApiList {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

const namesOf = ({ items }: ApiList) => items.map(({ metadata }) => metadata.name);

test(
  "versions and continue tokens of one server mean the same to another",
  { skip: etcdMissing },
  async (context) => {
    const home = await mkdtemp(join(tmpdir(), "kijabi-versions-"));
    context.after(() => rm(home, { recursive: true, force: true }));
    process.env["KIJABI_HOME"] = home;
    const etcd = await EtcdCluster.start();
    context.after(() => etcd[Symbol.asyncDispose]());
    const profile = `t-versions-${process.pid}`;
    const one = await ServerProcess.make(`${profile}-one`, etcd.endpoints);
    context.after(() => one[Symbol.asyncDispose]());
    const two = await ServerProcess.make(`${profile}-two`, etcd.endpoints, one);
    context.after(() => two[Symbol.asyncDispose]());
    await one.start();
    const labels = { made: "here" };
    for (const name of ["a", "b", "c", "d", "e"]) {
      await one.api.create(path, { metadata: { name, labels } });
    }
    const query = "limit=2";
    const first = await one.api.get<Page>(`${path}?${query}`);
    assert.deepEqual(namesOf(first), ["a", "b"]);
    assert.ok((first.metadata.remainingItemCount ?? 0) >= 3);
    await one.api.create(path, { metadata: { name: "bb", labels } });

    // The other server was not there when the list began.
    await two.start();
    const token = encodeURIComponent(first.metadata.continue ?? "");
    const second = await two.api.get<Page>(`${path}?${query}&continue=${token}`);
    assert.deepEqual(namesOf(second), ["c", "d"], "the second page is of the first one's past");
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    const now = await two.api.get<Page>(path);
    assert.ok(namesOf(now).includes("bb"));

    // What one server has written, the other one knows by its version.
    const written = await one.api.create(path, { metadata: { name: "f", labels } });
    const { resourceVersion } = written.metadata;
    const exact = await two.api.get(`${path}/f?resourceVersion=${resourceVersion}`);
    assert.deepEqual(exact.metadata, written.metadata);
    const ahead = await two.api.send({
      path: `${path}?resourceVersion=${Number(resourceVersion) + 1_000}`,
    });
    assert.equal(ahead.status, 504);
    assert.match((ahead.json() as ApiStatus).message, /^Timeout: Too large resource version: /);

    const store = await EtcdStore.open({ ...etcd, clock: systemClock(), random: cryptoRandom });
    context.after(() => store[Symbol.asyncDispose]());
    await store.compact(await store.current());
    // A server that starts now has nothing of what was compacted.
    await two.stop();
    await two.start();
    const gone = await two.api.send({ path: `${path}?${query}&continue=${token}` });
    assert.equal(gone.status, 410);
    const status = gone.json() as ApiStatus & { metadata: { continue?: string } };
    assert.equal(status.reason, "Expired");
    const later = encodeURIComponent(status.metadata.continue ?? "");
    const rest = await two.api.get<Page>(`${path}?limit=10&continue=${later}`);
    assert.deepEqual(namesOf(rest).slice(0, 4), ["bb", "c", "d", "e"], "the rest as it is now");
    const version = first.metadata.resourceVersion;
    const events = two.api.watch(
      `${path}?watch=true&resourceVersion=${version}`,
      new AbortController().signal,
    );
    const event = (await events.next()).value;
    assert.ok(event?.type === "ERROR");
    assert.equal((event.object as unknown as ApiStatus).code, 410);
  },
);
