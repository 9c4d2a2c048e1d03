import assert from "node:assert/strict";
import { test } from "node:test";
import { Service } from "#api/core/v1.ts";
import { IPAddress, ServiceCIDR } from "#api/networking/v1.ts";
import type { Client } from "#client/client.ts";
import { openControlledCluster } from "#testkit/node/controlled-cluster.ts";
import { Dialogue, view } from "../testing/dialogue.ts";
import { golden } from "../testing/node/golden.ts";
import { planNetwork } from "./plan.ts";

const deletedAt = "2026-01-01T00:00:00Z";

function networkOf(name: string, cidrs: readonly string[], deletionTimestamp?: string) {
  const metadata = { name, ...(deletionTimestamp && { deletionTimestamp }) };
  return { metadata, spec: { cidrs }, status: {} } as unknown as ServiceCIDR;
}

const labels = { "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io" };
const addressOf = (name: string, managed = true) =>
  ({ metadata: { name, labels: managed ? labels : {} }, spec: {} }) as unknown as IPAddress;

test("what becomes of a network", () => {
  const going = networkOf("b", ["10.97.0.0/16"], deletedAt);
  const first = networkOf("a", ["10.96.0.0/16"]);
  const taken = addressOf("10.97.3.4");
  const cases: [string, ServiceCIDR, ServiceCIDR[], IPAddress[], string][] = [
    ["one that stays", first, [], [addressOf("10.96.3.4")], "ready"],
    ["one that nobody uses", going, [first], [], "release"],
    ["one with an address", going, [first], [taken], "blocked"],
    ["addresses of others do not hold it", going, [first], [addressOf("10.96.3.4")], "release"],
    ["nor those that no Service has", going, [], [addressOf("10.97.3.4", false)], "release"],
    ["a larger one has them", going, [networkOf("c", ["10.96.0.0/12"])], [taken], "release"],
    ["a twin has them", going, [networkOf("c", ["10.97.0.0/16"])], [taken], "release"],
    ["a part has this one", going, [networkOf("c", ["10.97.3.0/24"])], [taken], "release"],
    ["a part has not", going, [networkOf("c", ["10.97.4.0/24"])], [taken], "blocked"],
    [
      "one that is to go, too",
      going,
      [networkOf("c", ["10.96.0.0/12"], deletedAt)],
      [taken],
      "blocked",
    ],
    [
      "of two families",
      networkOf("b", ["10.97.0.0/16", "2001:db8::/112"], deletedAt),
      [networkOf("c", ["10.97.0.0/16"])],
      [taken, addressOf("2001:db8::7")],
      "blocked",
    ],
  ];
  const later = Date.parse(deletedAt) + 10_000;
  for (const [name, network, others, addresses, expected] of cases) {
    const plan = planNetwork(network, [network, ...others], addresses, later);
    assert.equal(plan.step, expected, name);
  }
  assert.deepEqual(planNetwork(going, [going], [], later - 4_000), { step: "wait", ms: 4_000 });
});

/** As the server notes what Services have. */
async function noted(client: Client, service: Service): Promise<void> {
  const { name, namespace = "" } = service.metadata;
  await client.create(IPAddress, {
    metadata: { name: service.spec.clusterIP ?? "", labels },
    spec: { parentRef: { resource: "services", namespace, name } },
  });
}

test("a second network gives addresses, and goes when nobody has one of it", async () => {
  const cluster = await openControlledCluster({
    choose: (name) => name === "service-cidr-controller",
    prepare: async (client) => {
      const metadata = { name: "kubernetes" };
      await client.create(ServiceCIDR, { metadata, spec: { cidrs: ["10.96.0.0/29"] } });
    },
  });
  const { client } = cluster;
  const dialogue = new Dialogue(cluster, [
    view(ServiceCIDR, ({ metadata: { deletionTimestamp, finalizers = [] }, spec, status }) =>
      [
        spec.cidrs?.join(),
        ...finalizers.map((name) => `held by ${name}`),
        deletionTimestamp && "is to go",
        ...(status.conditions ?? []).map(
          (one) => `${one.type}=${one.status} ${one.reason} (${one.message})`,
        ),
      ]
        .filter(Boolean)
        .join("; "),
    ),
    view(Service, ({ spec }) => `in ${spec.clusterIP?.replace(/\d+$/, "x")}`),
  ]);
  const create = async (name: string) => {
    const ports = [{ port: 80 }];
    const service = await client.create(Service, {
      metadata: { namespace: "default", name },
      spec: { ports },
    });
    await noted(client, service);
    return service;
  };
  const fill = async () => {
    for (let index = 0; index < 6; index++) await create(`s${index}`);
    await assert.rejects(create("more"), /for Service "more": range is full/);
  };
  const second = { name: "second" };
  await dialogue.ask("Services, until the network is full", fill, 100);
  await dialogue.ask(
    "a second network",
    () => client.create(ServiceCIDR, { metadata: second, spec: { cidrs: ["10.97.0.0/28"] } }),
    100,
  );
  await dialogue.ask("a Service of it", () => create("more"), 100);
  const remove = () => client.delete(ServiceCIDR, second);
  await dialogue.ask("the second network is to go", remove, 60_000);
  const full = () => assert.rejects(create("last"), /range is full/);
  await dialogue.ask("another Service, meanwhile", full, 100);
  const release = async () => {
    const place = { namespace: "default", name: "more" };
    const { spec } = await client.get(Service, place);
    await client.delete(Service, place);
    await client.delete(IPAddress, { name: spec.clusterIP ?? "" });
  };
  await dialogue.ask("its only Service goes", release, 60_000);
  golden(new URL("testdata/networks.txt", import.meta.url), await dialogue.end());
  await cluster.stop();
});
