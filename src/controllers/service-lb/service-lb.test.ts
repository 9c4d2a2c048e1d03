import assert from "node:assert/strict";
import { test } from "node:test";
import { Node, Service } from "#api/core/v1.ts";
import { openControlledCluster } from "../../testkit/node/controlled-cluster.ts";
import { Dialogue, view } from "../testing/dialogue.ts";
import { golden } from "../testing/node/golden.ts";
import type { LoadBalancerProvider } from "./controller.ts";
import { cleanupFinalizer, planBalancer, wishOf } from "./plan.ts";

function service(spec: object, options: { kept?: boolean; going?: boolean } = {}): Service {
  return {
    metadata: {
      uid: "u1",
      ...(options.kept && { finalizers: [cleanupFinalizer] }),
      ...(options.going && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }], ...spec },
    status: {},
  } as unknown as Service;
}

test("what is to be done for a Service", () => {
  const kept = { kept: true };
  const done = { uid: "u1", wish: wishOf(service({})), hosts: "a" };
  const cases: [string, Service, typeof done | undefined, string][] = [
    ["a new one", service({}), undefined, "ensure"],
    ["after a restart", service({}, kept), undefined, "ensure"],
    ["what is done", service({}, kept), done, "nothing"],
    ["another port", service({ ports: [{ port: 81 }] }, kept), done, "ensure"],
    ["other nodes", service({}, kept), { ...done, hosts: "b" }, "move"],
    ["one made anew", service({}, kept), { ...done, uid: "u0" }, "ensure"],
    ["a lost finalizer", service({}), done, "ensure"],
    ["one that goes", service({}, { kept: true, going: true }), done, "remove"],
    ["one that goes and was never begun", service({}, { going: true }), undefined, "nothing"],
    ["one of another type now", service({ type: "ClusterIP" }, kept), done, "remove"],
    ["one that never was one", service({ type: "ClusterIP" }), undefined, "nothing"],
    [
      "one of a class",
      service({ loadBalancerClass: "example.com/lb" }, kept),
      undefined,
      "nothing",
    ],
  ];
  for (const [name, subject, before, expected] of cases) {
    assert.equal(planBalancer(subject, "a", before).kind, expected, name);
  }
});

/** Gives addresses one after the other, and writes down what it is asked for. */
class FakeProvider implements LoadBalancerProvider {
  failure: Error | undefined;
  readonly asked: string[] = [];
  readonly #addresses = new Map<string, string>();

  async ensure({ metadata }: Service, nodes: readonly Node[]) {
    this.#ask(`ensure ${metadata.name} on ${namesOf(nodes)}`);
    const ip = this.#addresses.get(metadata.uid) ?? `192.0.2.${this.#addresses.size + 1}`;
    this.#addresses.set(metadata.uid, ip);
    return { ingress: [{ ip }] };
  }
  async move({ metadata }: Service, nodes: readonly Node[]) {
    this.#ask(`move ${metadata.name} to ${namesOf(nodes)}`);
  }
  async remove({ metadata }: Service) {
    this.#ask(`remove ${metadata.name}`);
  }
  #ask(what: string): void {
    this.asked.push(what);
    if (this.failure) throw this.failure;
  }
}

const namesOf = (nodes: readonly Node[]) => nodes.map(({ metadata }) => metadata.name).join();

test("a load balancer comes, follows its Service and nodes, and goes before it", async () => {
  const provider = new FakeProvider();
  const cluster = await openControlledCluster({ controllers: { loadBalancers: provider } });
  const { client } = cluster;
  const place = { namespace: "default", name: "web" };
  const dialogue = new Dialogue(cluster, [
    view(Service, ({ metadata, spec, status }) => {
      const addresses = status.loadBalancer.ingress?.map(({ ip }) => ip).join() ?? "pending";
      const going = metadata.deletionTimestamp ? ", going" : "";
      const kept = metadata.finalizers?.includes(cleanupFinalizer) ? ", kept" : "";
      return `${spec.type}, ${addresses}${kept}${going}`;
    }),
  ]);
  const patch = (patch: object) => client.patch(Service, place, { type: "merge", patch });
  provider.failure = new Error("no quota");
  await dialogue.ask(
    "a Service, while the provider has none to give",
    () =>
      client.create(Service, {
        metadata: place,
        spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
      }),
    20,
  );
  provider.failure = undefined;
  await dialogue.ask("it has", () => Promise.resolve(), 2_000);
  await dialogue.ask(
    "another node",
    () => client.create(Node, { metadata: { name: "node-2" } }),
    500,
  );
  await dialogue.ask("another port", () => patch({ spec: { ports: [{ port: 81 }] } }), 500);
  await dialogue.ask("not for the outside", () => patch({ spec: { type: "ClusterIP" } }), 500);
  await dialogue.ask("again", () => patch({ spec: { type: "LoadBalancer" } }), 500);
  provider.failure = new Error("try later");
  await dialogue.ask("delete it", () => client.delete(Service, place), 20);
  provider.failure = undefined;
  await dialogue.ask("later", () => Promise.resolve(), 2_000);
  golden(new URL("testdata/balancer.txt", import.meta.url), await dialogue.end());
  assert.deepEqual(
    provider.asked.filter((what, index, all) => what !== all[index - 1]),
    [
      "ensure web on node-1",
      "move web to node-1,node-2",
      "ensure web on node-1,node-2",
      "remove web",
      "ensure web on node-1,node-2",
      "remove web",
    ],
  );
  await cluster.stop();
});

test("without a provider it waits, as nothing else would give it an address", async () => {
  const cluster = await openControlledCluster();
  const { client } = cluster;
  const metadata = { namespace: "default", name: "web" };
  await client.create(Service, { metadata, spec: { type: "LoadBalancer", ports: [{ port: 80 }] } });
  await cluster.advance(60_000);
  const waiting = await client.get(Service, metadata);
  assert.deepEqual(waiting.status.loadBalancer, {});
  assert.equal(waiting.metadata.finalizers, undefined);
  await cluster.stop();
});
