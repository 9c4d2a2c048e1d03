import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { required } from "#base/invariant.ts";
import { EtcdCluster, etcdMissing } from "#storage/node/etcd/testing/etcd-cluster.ts";
import type { ApiList, ApiObject } from "../support/api.ts";
import { eventually } from "../support/eventually.ts";
import { Follower } from "./follower.ts";
import { ServerProcess } from "./server-process.ts";

const path = "/api/v1/namespaces/default/configmaps";
const leases = ["kube-scheduler", "kube-controller-manager"] as const;
/** Acknowledged between one kill and the next; enough for kills in the midst of writes. */
const createsPerLife = 60;

/** Creates objects through one server, one after the other, whatever happens to it. */
class Writer {
  readonly acknowledged = new Map<string, ApiObject>();
  readonly refused: string[] = [];
  /** Answers that leave it open whether the object is stored. */
  readonly failed: string[] = [];
  /** Creates that no server answered. */
  unanswered = 0;
  readonly #server: ServerProcess;
  readonly #name: string;
  readonly #task: Promise<void>;
  #stopped = false;

  constructor(server: ServerProcess, name: string) {
    this.#server = server;
    this.#name = name;
    this.#task = this.#write();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#task;
  }

  async #write(): Promise<void> {
    for (let n = 0; !this.#stopped; n++) {
      const name = `${this.#name}-${n}`;
      const body = { metadata: { name, labels: { made: "here" } }, data: { name } };
      try {
        const answer = await this.#server.api.send({ method: "POST", path, body });
        if (answer.status === 201) this.acknowledged.set(name, answer.json() as ApiObject);
        else if (answer.status >= 500) this.failed.push(answer.text);
        else this.refused.push(answer.text);
      } catch {
        this.unanswered++;
        await pause(50); // no server
      }
    }
  }
}

interface Term {
  readonly server: string;
  readonly from: number;
  readonly to: number;
}

/** When each server led, by its own log and by when it was killed. */
async function termsOf(server: ServerProcess, name: string, lease: string): Promise<Term[]> {
  const terms: Term[] = [];
  let from: number | undefined;
  const end = (to: number) => {
    if (from !== undefined) terms.push({ server: name, from, to });
    from = undefined;
  };
  for (const line of await server.logLines()) {
    const at = Date.parse(line.split(" ")[0] ?? "");
    const killed = server.killedAt.find((time) => from !== undefined && time > from);
    if (killed !== undefined && at > killed) end(killed);
    if (!line.includes(`lease=${lease} `)) continue;
    if (line.includes("became leader")) from = at;
    if (line.includes("stopped leading")) end(at);
  }
  end(server.killedAt.find((time) => from !== undefined && time > from) ?? Date.now());
  return terms;
}

/** The names under which a server has led: a new one after each start. */
async function identitiesOf(server: ServerProcess): Promise<ReadonlySet<string>> {
  const lines = await server.logLines();
  return new Set(lines.flatMap((line) => /became leader .*identity=(\S+)/.exec(line)?.[1] ?? []));
}

async function holderOf(server: ServerProcess, lease: string): Promise<string> {
  const found = await server.api.get<{ spec: { holderIdentity: string } }>(
    `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${lease}`,
  );
  return found.spec.holderIdentity;
}

test(
  "two servers and three etcd members, each killed in turn under a stream of creates",
  { skip: etcdMissing, timeout: 240_000 },
  async (context) => {
    const home = await mkdtemp(join(tmpdir(), "kijabi-ha-"));
    context.after(() => rm(home, { recursive: true, force: true }));
    process.env["KIJABI_HOME"] = home;
    const etcd = await EtcdCluster.start({ members: 3 });
    context.after(() => etcd[Symbol.asyncDispose]());
    const rotated = [...etcd.endpoints.slice(1), ...etcd.endpoints.slice(0, 1)];
    const profile = `t-ha-${process.pid}`;
    const one = await ServerProcess.make(`${profile}-one`, etcd.endpoints);
    context.after(() => one[Symbol.asyncDispose]());
    const two = await ServerProcess.make(`${profile}-two`, rotated, one);
    context.after(() => two[Symbol.asyncDispose]());
    await one.start();
    await two.start();
    await eventually(async () => {
      for (const lease of leases) assert.notEqual(await holderOf(two, lease), "");
    });

    const { text: report } = await one.api.send({ path: "/readyz?verbose" });
    assert.match(report, /^\[\+\]etcd ok$/m);

    const { metadata } = await one.api.get<ApiList>(path);
    const followers = [one, two].map((each) => new Follower(each, path, metadata.resourceVersion));
    const writers = [one, one, two, two].map((each, n) => new Writer(each, `writer-${n}`));
    const acknowledged = () => writers.reduce((sum, each) => sum + each.acknowledged.size, 0);
    const more = async () => {
      const enough = acknowledged() + createsPerLife;
      await eventually(() => assert.ok(acknowledged() >= enough), { intervalMs: 10 });
    };
    context.after(async () => {
      await Promise.all([...writers, ...followers].map((each) => each.stop()));
    });

    for (let member = 0; member < 3; member++) {
      await more();
      await etcd.killMember(member);
      await more();
      await etcd.startMember(member);
    }
    const failed = writers.flatMap((each) => each.failed);
    assert.deepEqual(failed, [], "the servers make up for members that fail");
    for (const [victim, other] of [[one, two] as const, [two, one] as const]) {
      await more();
      await victim.kill();
      await more();
      // What the victim led the other one leads, but not before the Lease has run out.
      const gone = await identitiesOf(victim);
      await eventually(async () => {
        for (const lease of leases) assert.ok(!gone.has(await holderOf(other, lease)), lease);
      });
      await victim.start();
    }
    await more();
    await Promise.all(writers.map((each) => each.stop()));
    const unanswered = writers.reduce((sum, each) => sum + each.unanswered, 0);
    context.diagnostic(`${acknowledged()} creates acknowledged, ${unanswered} unanswered`);
    assert.deepEqual(
      writers.flatMap(({ refused }) => refused),
      [],
    );

    const lists = await Promise.all(
      [one, two].map(({ api }) => api.get<ApiList>(`${path}?labelSelector=made%3Dhere`)),
    );
    const list = required(lists[0], "of the first server");
    assert.deepEqual(lists[1]?.items, list.items, "both servers say the same");
    const stored = new Map(list.items.map((item) => [item.metadata.name, item]));
    for (const writer of writers) {
      for (const [name, object] of writer.acknowledged) {
        assert.deepEqual(stored.get(name)?.metadata, object.metadata, `${name} was acknowledged`);
        assert.deepEqual(stored.get(name)?.data, { name });
      }
    }

    // Every object was told of once, in order, through all the interruptions.
    for (const follower of followers) {
      await eventually(() => assert.equal(follower.added.length, stored.size));
      await follower.stop();
      assert.deepEqual(follower.problems, []);
      assert.ok(follower.resumed >= 1, "its server was killed once");
      const seen = follower.added.map((object) => Number(object.metadata.resourceVersion));
      assert.deepEqual(
        seen,
        [...seen].sort((left, right) => left - right),
      );
      assert.deepEqual(
        new Set(follower.added.map((object) => object.metadata.uid)),
        new Set(list.items.map((object) => object.metadata.uid)),
      );
    }

    for (const lease of leases) {
      const terms = [
        ...(await termsOf(one, "one", lease)),
        ...(await termsOf(two, "two", lease)),
      ].sort((left, right) => left.from - right.from);
      assert.ok(terms.length >= 3, `${lease}: the leader was killed twice`);
      for (const [index, term] of terms.entries()) {
        const next = terms[index + 1];
        assert.ok(!next || next.from >= term.to, `${lease}: ${JSON.stringify(terms)}`);
      }
    }
    // Each address in use has its object, whichever server has given it out.
    await eventually(async () => {
      const path = "/apis/networking.k8s.io/v1/ipaddresses";
      const { items } = await two.api.get<ApiList>(path);
      assert.equal(items.length, 2);
    });
    // The one who leads now really works.
    const namespace = { metadata: { name: "after-all" } };
    await one.api.create("/api/v1/namespaces", namespace);
    await eventually(() => two.api.get("/api/v1/namespaces/after-all/serviceaccounts/default"));
  },
);
