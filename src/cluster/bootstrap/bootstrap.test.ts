import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { ComponentStatus } from "#api/core/v1.ts";
import { FlowSchema, PriorityLevelConfiguration } from "#api/flowcontrol/v1.ts";
import { ServiceCIDR } from "#api/networking/v1.ts";
import { StorageClass } from "#api/storage/v1.ts";
import { createSigningKey } from "#pki/keys.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { createControlPlane } from "../control-plane.ts";
import { keepFlowSchemaConditions } from "./flow-control.ts";

const refuse = () => Promise.reject(new Error("no kubelet here"));

async function openControlPlane(simulatedNodes = 0) {
  const clock = new VirtualClock();
  return createControlPlane({
    config: {
      profile: "test",
      nodeSubnet: "192.168.49.0/24",
      podCidr: "10.244.0.0/16",
      serviceCidr: "10.96.0.0/16",
      apiPort: 8443,
      nodes: [],
      simulatedNodes,
    },
    store: new MemoryStore({ clock }),
    serviceAccountKey: await createSigningKey(),
    authorityPem: "the authority",
    kubelet: { fetch: refuse, tunnel: refuse },
    build: { runtime: "test", platform: "linux/amd64" },
    clock,
    random: seededRandom(1),
    logger: silentLogger,
  });
}

function openScope(): Scope {
  return new Scope({
    onFailure(task, error) {
      throw new Error(`${task} failed`, { cause: error });
    },
  });
}

test("claims of no class wait for their pod where there are several nodes", async () => {
  const cases = [
    [1, "Immediate"],
    [2, "WaitForFirstConsumer"],
  ] as const;
  for (const [nodes, mode] of cases) {
    const controlPlane = await openControlPlane(nodes);
    await using scope = openScope();
    await controlPlane.bootstrap(scope);
    await controlPlane.bootstrap(scope);
    const { items } = await controlPlane.client.list(StorageClass);
    assert.deepEqual(
      items.map(({ metadata, volumeBindingMode }) => [metadata.name, volumeBindingMode]),
      [["standard", mode]],
    );
  }
});

test("the first start makes what flow control and Services begin with", async () => {
  const controlPlane = await openControlPlane();
  const { client } = controlPlane;
  await using scope = openScope();
  await controlPlane.bootstrap(scope);
  const { items: levels } = await client.list(PriorityLevelConfiguration);
  assert.deepEqual(
    levels.map(({ metadata, spec }) => [metadata.name, spec.limited?.nominalConcurrencyShares]),
    [
      ["catch-all", 5],
      ["exempt", undefined],
      ["global-default", 20],
      ["leader-election", 10],
      ["node-high", 40],
      ["system", 30],
      ["workload-high", 40],
      ["workload-low", 100],
    ],
  );
  const { items: schemas } = await client.list(FlowSchema);
  assert.equal(schemas.length, 11);
  for (const { metadata, status } of schemas) {
    const [dangling] = status.conditions ?? [];
    assert.equal(dangling?.status, "False", metadata.name);
  }
  const network = await client.get(ServiceCIDR, { name: "kubernetes" });
  assert.deepEqual(network.spec.cidrs, ["10.96.0.0/16"]);
  assert.equal(network.status.conditions?.[0]?.status, "True");
});

test("what an administrator made of a suggested level outlives a restart", async () => {
  const controlPlane = await openControlPlane();
  const { client } = controlPlane;
  await using scope = openScope();
  await controlPlane.bootstrap(scope);
  const level = await client.get(PriorityLevelConfiguration, { name: "workload-low" });
  const annotations = { "apf.kubernetes.io/autoupdate-spec": "false" };
  const { limited } = level.spec;
  assert.ok(limited);
  await client.update(PriorityLevelConfiguration, {
    ...level,
    metadata: { ...level.metadata, annotations },
    spec: { ...level.spec, limited: { ...limited, nominalConcurrencyShares: 7 } },
  });
  await using again = openScope();
  await controlPlane.bootstrap(again);
  const kept = await client.get(PriorityLevelConfiguration, { name: "workload-low" });
  assert.equal(kept.spec.limited?.nominalConcurrencyShares, 7);
});

test("component statuses say which loops do not run", async () => {
  const controlPlane = await openControlPlane();
  const { client } = controlPlane;
  await using scope = openScope();
  await controlPlane.bootstrap(scope);
  const healthOf = async () =>
    (await client.list(ComponentStatus)).items.map(({ metadata, conditions }) => {
      const [healthy] = conditions ?? [];
      return [metadata.name, healthy?.status, healthy?.message];
    });
  assert.deepEqual(await healthOf(), [
    ["scheduler", "False", "the scheduler is not running"],
    ["controller-manager", "False", "the controller-manager is not running"],
    ["etcd-0", "True", "ok"],
  ]);
  await assert.rejects(client.get(ComponentStatus, { name: "nobody" }), /not found/);
});

test("FlowSchemas tell whether their level is there, as it comes and goes", async () => {
  const controlPlane = await openControlPlane();
  const { client } = controlPlane;
  await using scope = openScope();
  await controlPlane.bootstrap(scope);
  const environment = { clock: new VirtualClock(), random: seededRandom(1), logger: silentLogger };
  scope.run("conditions", (signal) => keepFlowSchemaConditions({ ...environment, client }, signal));
  const spec = { priorityLevelConfiguration: { name: "later" } };
  await client.create(FlowSchema, { metadata: { name: "mine" }, spec });
  const dangling = async (expected: string) => {
    for (let turn = 0; turn < 1000; turn++) {
      const { status } = await client.get(FlowSchema, { name: "mine" });
      const found = status.conditions?.find(({ type }) => type === "Dangling");
      if (found?.status === expected) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return assert.fail(`it never became ${expected}`);
  };
  assert.equal((await dangling("True")).reason, "NotFound");
  const limited = { limitResponse: { type: "Reject" as const } };
  const level = { metadata: { name: "later" }, spec: { type: "Limited" as const, limited } };
  await client.create(PriorityLevelConfiguration, level);
  const { message } = await dangling("False");
  assert.match(message ?? "", /object named "later" and it exists$/);
  await client.delete(PriorityLevelConfiguration, { name: "later" });
  await dangling("True");
});
