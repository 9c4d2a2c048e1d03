import { test } from "node:test";
import assert from "node:assert/strict";
import { seededRandom } from "#base/random.ts";
import { Deployment, ReplicaSet } from "#api/apps/v1.ts";
import {
  ConfigMap,
  Endpoints,
  Namespace,
  Node,
  Pod,
  ReplicationController,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
} from "#api/core/v1.ts";
import { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { resourceOf } from "#client/discovery.ts";
import type { ApiObject } from "#client/object.ts";
import { PodDisruptionBudget } from "#api/policy/v1.ts";
import type { Draft } from "#schema/message.ts";
import { timestamp } from "./common/time.ts";
import { openControlledCluster } from "../testkit/node/controlled-cluster.ts";
import { podTemplate } from "./testing/cluster.ts";
import type { TestCluster } from "./testing/cluster.ts";

const setUp = () => openControlledCluster();

const deployment = (namespace: string): Draft<Deployment> => ({
  metadata: { namespace, name: "web" },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: podTemplate({ app: "web" }),
  },
});

test("every namespace gets its service account and the cluster's authority, for good", async () => {
  const cluster = await setUp();
  const { client } = cluster;
  for (const namespace of ["default", "kube-system"]) {
    await client.get(ServiceAccount, { namespace, name: "default" });
    const map = await client.get(ConfigMap, { namespace, name: "kube-root-ca.crt" });
    assert.deepEqual(map.data, { "ca.crt": "the authority" });
  }
  await client.delete(ConfigMap, { namespace: "default", name: "kube-root-ca.crt" });
  await client.delete(ServiceAccount, { namespace: "default", name: "default" });
  await cluster.advance(100);
  await client.get(ConfigMap, { namespace: "default", name: "kube-root-ca.crt" });
  await client.get(ServiceAccount, { namespace: "default", name: "default" });
  await cluster.stop();
});

test("a Service's addresses follow its pods", async () => {
  const cluster = await setUp();
  const { client } = cluster;
  await client.create(Deployment, deployment("default"));
  await client.create(Service, {
    metadata: { namespace: "default", name: "web", labels: { team: "a" } },
    spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
  });
  await cluster.advance(500);
  const slices = async () =>
    (await client.list(EndpointSlice, { namespace: "default" })).items.filter(
      ({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === "web",
    );
  const place = { namespace: "default", name: "web" };
  const [empty, ...others] = await slices();
  assert.deepEqual([empty?.endpoints ?? [], others], [[], []], "no pod has an address yet");
  await cluster.advance(10_000);

  const [slice, ...more] = await slices();
  assert.equal(more.length, 0);
  assert.deepEqual(slice?.ports, [{ name: "", protocol: "TCP", port: 8080 }]);
  assert.deepEqual(slice?.metadata.labels, {
    team: "a",
    "kubernetes.io/service-name": "web",
    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
  });
  assert.deepEqual(
    slice?.endpoints?.map(({ conditions, nodeName, targetRef }) => [
      conditions,
      nodeName,
      targetRef?.kind,
    ]),
    Array.from({ length: 2 }, () => [
      { ready: true, serving: true, terminating: false },
      "node-1",
      "Pod",
    ]),
  );
  const endpoints = await client.get(Endpoints, place);
  assert.equal(endpoints.subsets?.[0]?.addresses?.length, 2);
  assert.deepEqual(endpoints.subsets?.[0]?.ports, [{ port: 8080, protocol: "TCP" }]);

  await client.delete(Service, place);
  await cluster.advance(1_000);
  assert.equal(await client.find(Endpoints, place), undefined);
  assert.deepEqual(await slices(), [], "collected with its Service");
  await cluster.stop();
});

test("deletes dependents after, before, or not at all", async () => {
  const cluster = await setUp();
  const { client } = cluster;
  const place = { namespace: "default", name: "web" };
  const counts = async () => [
    (await client.list(ReplicaSet)).items.length,
    (await client.list(Pod)).items.length,
  ];
  await client.create(Deployment, deployment("default"));
  await cluster.advance(5_000);
  assert.deepEqual(await counts(), [1, 2]);
  await client.delete(Deployment, place, { propagationPolicy: "Background" });
  assert.equal(await client.find(Deployment, place), undefined);
  await cluster.advance(5_000);
  assert.deepEqual(await counts(), [0, 0]);

  await client.create(Deployment, deployment("default"));
  await cluster.advance(5_000);
  cluster.kubelet.stopMs = 3_000;
  await client.delete(Deployment, place, { propagationPolicy: "Foreground" });
  await cluster.advance(1_000);
  assert.ok(await client.find(Deployment, place), "stays until its pods are gone");
  await cluster.advance(10_000);
  assert.equal(await client.find(Deployment, place), undefined);
  assert.deepEqual(await counts(), [0, 0]);

  await client.create(Deployment, deployment("default"));
  await cluster.advance(5_000);
  await client.delete(Deployment, place, { propagationPolicy: "Orphan" });
  await cluster.advance(10_000);
  assert.equal(await client.find(Deployment, place), undefined);
  assert.deepEqual(await counts(), [1, 2]);
  const [orphan] = (await client.list(ReplicaSet)).items;
  assert.deepEqual(orphan?.metadata.ownerReferences ?? [], []);
  await cluster.stop();
});

async function defineThings(cluster: TestCluster) {
  const { client } = cluster;
  const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  await client.create(CustomResourceDefinition, {
    metadata: { name: "things.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "things", kind: "Thing" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: open } }],
    },
  });
  await cluster.advance(1_000);
  const place = { group: "example.com", version: "v1", resource: "things", namespaced: true };
  const things = resourceOf({ ...place, kind: "Thing" });
  const thing = (name: string, more: object = {}) => ({
    apiVersion: "example.com/v1",
    kind: "Thing",
    metadata: { namespace: "default", name, ...more },
  });
  return { things, thing };
}

test("custom kinds are collected, own others, and go with their namespace", async () => {
  const cluster = await setUp();
  const { client } = cluster;
  const { things, thing } = await defineThings(cluster);
  const owner = await client.create(things, thing("owner") as ApiObject);
  const { uid } = owner.metadata;
  const ownerReferences = [{ apiVersion: "example.com/v1", kind: "Thing", name: "owner", uid }];
  await client.create(things, thing("owned", { ownerReferences }) as ApiObject);
  await client.create(ConfigMap, {
    metadata: { namespace: "default", name: "owned", ownerReferences },
  });
  // The collector asks every half minute what there is.
  await cluster.advance(35_000);
  await client.delete(things, { namespace: "default", name: "owner" });
  await cluster.advance(5_000);
  assert.deepEqual((await client.list(things)).items, []);
  assert.equal(await client.find(ConfigMap, { namespace: "default", name: "owned" }), undefined);

  await client.create(Namespace, { metadata: { name: "short" } });
  await client.create(things, thing("a", { namespace: "short" }) as ApiObject);
  await client.delete(Namespace, { name: "short" });
  await cluster.advance(10_000);
  assert.equal(await client.find(Namespace, { name: "short" }), undefined);
  assert.deepEqual((await client.list(things)).items, []);
  await cluster.stop();
});

test("what names an owner that never was is collected; an owner of another uid is none", async () => {
  const cluster = await setUp();
  const { client } = cluster;
  const owner = await client.create(ConfigMap, {
    metadata: { namespace: "default", name: "owner" },
  });
  const owned = (name: string, uid: string) =>
    client.create(Secret, {
      metadata: {
        namespace: "default",
        name,
        ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid }],
      },
    });
  await owned("right", owner.metadata.uid);
  await owned("wrong", "00000000-0000-4000-8000-000000000000");
  await cluster.advance(5_000);
  const names = (await client.list(Secret, { namespace: "default" })).items.map(
    ({ metadata }) => metadata.name,
  );
  assert.deepEqual(names, ["right"]);
  await cluster.stop();
});

test("empties a namespace before it goes, and says what it waits for", async () => {
  const cluster = await setUp();
  const { client } = cluster;
  await client.create(Namespace, { metadata: { name: "shop" } });
  await cluster.advance(100);
  await client.create(Deployment, deployment("shop"));
  await client.create(ConfigMap, {
    metadata: { namespace: "shop", name: "held", finalizers: ["example.com/hold"] },
  });
  await cluster.advance(5_000);
  cluster.kubelet.stopMs = 4_000;
  await client.delete(Namespace, { name: "shop" });
  await cluster.advance(2_000);
  const first = await client.get(Namespace, { name: "shop" });
  const remaining = first.status.conditions?.find(
    ({ type }) => type === "NamespaceContentRemaining",
  );
  assert.deepEqual(
    [first.status.phase, remaining?.status, remaining?.message],
    ["Terminating", "True", "Some resources are remaining: pods. has 2 resource instances"],
  );
  await cluster.advance(10_000);
  const second = await client.get(Namespace, { name: "shop" });
  const waits = second.status.conditions?.find(
    ({ type }) => type === "NamespaceFinalizersRemaining",
  );
  assert.equal(
    waits?.message,
    "Some content in the namespace has finalizers remaining: " +
      "example.com/hold in 1 resource instances",
  );
  await client.patch(
    ConfigMap,
    { namespace: "shop", name: "held" },
    { type: "merge", patch: { metadata: { finalizers: null } } },
  );
  await cluster.advance(5_000);
  assert.equal(await client.find(Namespace, { name: "shop" }), undefined);
  assert.deepEqual((await client.list(Pod, { namespace: "shop" })).items, []);
  await cluster.stop();
});

test("a node that falls silent loses its pods, once others are heard of", async () => {
  const cluster = await setUp();
  const { client, clock } = cluster;
  await client.create(Node, { metadata: { name: "node-2" } });
  await cluster.advance(100);
  const beat = async (name: string) => {
    const current = await client.get(Node, { name });
    const time = timestamp(clock.now());
    const condition = {
      type: "Ready",
      status: "True" as const,
      reason: "KubeletReady",
      message: "kubelet is posting ready status",
      lastHeartbeatTime: time,
      lastTransitionTime: time,
    };
    const others = (current.status.conditions ?? []).filter(({ type }) => type !== "Ready");
    // As kubelets do: a patch of their own conditions meets nobody else's writes.
    const patch = { status: { conditions: [...others, condition] } };
    await client.patch(Node, { name }, { type: "merge", patch }, { subresource: "status" });
  };
  await beat("node-1");
  await beat("node-2");
  await client.create(ReplicationController, {
    metadata: { namespace: "default", name: "old" },
    spec: { replicas: 1, selector: { app: "old" }, template: podTemplate({ app: "old" }) },
  });
  await cluster.advance(5_000);
  const [pod] = (await client.list(Pod)).items;
  assert.equal(pod?.spec.nodeName, "node-1");
  // node-1 says nothing any more.
  cluster.kubelet.node = "node-2";
  for (let seconds = 0; seconds < 70; seconds += 10) {
    await beat("node-2");
    await cluster.advance(10_000);
  }
  const silent = await client.get(Node, { name: "node-1" });
  const ready = silent.status.conditions?.find(({ type }) => type === "Ready");
  assert.deepEqual(
    [ready?.status, ready?.reason, ready?.message],
    ["Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status."],
  );
  assert.deepEqual(
    silent.spec.taints?.map(({ key, effect }) => `${key}:${effect}`),
    ["node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"],
  );
  const held = await client.get(Pod, { namespace: "default", name: pod?.metadata.name ?? "" });
  assert.equal(held.status.conditions?.find(({ type }) => type === "Ready")?.status, "False");
  assert.equal(held.metadata.deletionTimestamp, undefined, "it tolerates that for five minutes");
  for (let seconds = 0; seconds < 300; seconds += 10) {
    await beat("node-2");
    await cluster.advance(10_000);
  }
  const gone = await client.find(Pod, { namespace: "default", name: pod?.metadata.name ?? "" });
  assert.equal(gone, undefined);
  const events = await cluster.events();
  assert.ok(events.includes("NodeNotReady: Node node-1 status is now: NodeNotReady"));
  assert.ok(events.some((text) => text.startsWith("TaintManagerEviction: Marking for deletion")));

  // And back: the taints go.
  await beat("node-1");
  await cluster.advance(5_000);
  assert.deepEqual((await client.get(Node, { name: "node-1" })).spec.taints ?? [], []);
  await cluster.stop();
});

test("pods of a node that is gone are removed", async () => {
  const cluster = await setUp();
  const { client } = cluster;
  await client.create(Pod, {
    metadata: { namespace: "default", name: "lonely" },
    spec: { nodeName: "node-1", containers: [{ name: "main", image: "nginx" }] },
  });
  await cluster.advance(2_000);
  cluster.kubelet.stopMs = 1e9;
  await client.delete(Node, { name: "node-1" });
  await cluster.advance(30_000);
  assert.ok(await client.find(Pod, { namespace: "default", name: "lonely" }));
  await cluster.advance(60_000);
  assert.equal(await client.find(Pod, { namespace: "default", name: "lonely" }), undefined);
  await cluster.stop();
});

test("a budget says how many pods may be evicted", async () => {
  const cluster = await setUp();
  const { client } = cluster;
  const place = { namespace: "default", name: "web" };
  await client.create(Deployment, deployment("default"));
  await client.create(PodDisruptionBudget, {
    metadata: place,
    spec: { maxUnavailable: "50%", selector: { matchLabels: { app: "web" } } },
  });
  const read = async () => {
    const { status } = await client.get(PodDisruptionBudget, place);
    const [condition] = status.conditions ?? [];
    const { currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods } = status;
    return [condition?.reason, currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed];
  };
  await cluster.advance(500);
  assert.deepEqual(await read(), ["InsufficientPods", 0, 1, 2, 0]);
  await cluster.advance(5_000);
  assert.deepEqual(await read(), ["SufficientPods", 2, 1, 2, 1]);
  await cluster.stop();
});

test("a quota bounds custom kinds, and pods that others make, and gives back", async () => {
  const cluster = await setUp();
  const { client } = cluster;
  const { things, thing } = await defineThings(cluster);
  const place = { namespace: "default", name: "few" };
  await client.create(ResourceQuota, {
    metadata: place,
    spec: { hard: { "count/things.example.com": "1", pods: "1" } },
  });
  const used = async () => (await client.get(ResourceQuota, place)).status.used;
  // What is served is asked of the server, which takes its own time.
  for (let left = 100; left > 0 && !(await used()); left--) await cluster.advance(10);
  assert.deepEqual(await used(), { "count/things.example.com": "0", pods: "0" });
  await client.create(things, thing("a") as ApiObject);
  await assert.rejects(
    client.create(things, thing("b") as ApiObject),
    /things.example.com "b" is forbidden: exceeded quota: few, requested: count\/things.example/,
  );
  await client.create(Deployment, deployment("default"));
  await cluster.advance(5_000);
  assert.deepEqual(await used(), { "count/things.example.com": "1", pods: "1" });
  const [replicaSet] = (await client.list(ReplicaSet)).items;
  const failure = replicaSet?.status?.conditions?.find(({ type }) => type === "ReplicaFailure");
  assert.match(failure?.message ?? "", /exceeded quota: few, requested: pods=1, used: pods=1/);

  await client.delete(Deployment, { namespace: "default", name: "web" });
  await client.delete(things, { namespace: "default", name: "a" });
  await cluster.advance(5_000);
  assert.deepEqual(await used(), { "count/things.example.com": "0", pods: "0" });
  await cluster.stop();
});

test("whatever is made and deleted, a quota is kept, and says in the end what there is", async () => {
  for (const seed of [2, 3]) {
    const random = seededRandom(seed);
    const cluster = await setUp();
    const { client } = cluster;
    const place = { namespace: "default", name: "few" };
    const hard = { pods: "5", secrets: "3" };
    await client.create(ResourceQuota, { metadata: place, spec: { hard } });
    await cluster.advance(10);
    const containers = [{ name: "main", image: "nginx" }];
    const count = async () => {
      const pods = (await client.list(Pod, { namespace: "default" })).items.filter(
        ({ status }) => status.phase !== "Succeeded",
      );
      const secrets = (await client.list(Secret, { namespace: "default" })).items;
      return { pods, secrets };
    };
    let refusals = 0;
    for (let step = 0; step < 60; step++) {
      const { pods, secrets } = await count();
      assert.ok(pods.length <= 5 && secrets.length <= 3, `seed ${seed}, step ${step}`);
      const metadata = { namespace: "default", name: `x${step}` };
      const pod = pods[Math.floor(random.float() * pods.length)];
      const attempts: (() => Promise<unknown> | undefined)[] = [
        () => client.create(Pod, { metadata, spec: { containers } }),
        () => client.create(Secret, { metadata }),
        () => pod && client.delete(Pod, pod.metadata, { gracePeriodSeconds: 0 }),
        () =>
          pod &&
          client.update(
            Pod,
            { ...pod, status: { ...pod.status, phase: "Succeeded" } },
            { subresource: "status" },
          ),
        () => secrets[0] && client.delete(Secret, secrets[0].metadata),
      ];
      // Several at once, so that counts and charges meet.
      const chosen = attempts.filter(() => random.float() < 0.5);
      const outcomes = await Promise.allSettled(chosen.map(async (attempt) => await attempt()));
      refusals += outcomes.filter(({ status }) => status === "rejected").length;
      if (random.float() < 0.3) await cluster.advance(Math.floor(random.float() * 500));
    }
    assert.ok(refusals > 0, "the quota was never full");
    await cluster.advance(5_000);
    const { pods, secrets } = await count();
    const { used } = (await client.get(ResourceQuota, place)).status;
    const expected = { pods: String(pods.length), secrets: String(secrets.length) };
    assert.deepEqual(used, expected, `seed ${seed}`);
    await cluster.stop();
  }
});
