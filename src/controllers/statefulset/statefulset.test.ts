import { test } from "node:test";
import assert from "node:assert/strict";
import { ControllerRevision, StatefulSet } from "#api/apps/v1.ts";
import { PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { isReady } from "../common/pods.ts";
import { podTemplate, startCluster } from "../testing/cluster.ts";
import type { TestCluster } from "../testing/cluster.ts";
import { Dialogue, view } from "../testing/dialogue.ts";
import { golden } from "../testing/node/golden.ts";
import { statefulSetController } from "./controller.ts";

const place = { namespace: "default", name: "web" };

function draft(spec: Partial<Draft<StatefulSet>["spec"]> = {}): Draft<StatefulSet> {
  return {
    metadata: { ...place, annotations: { note: "kept" } },
    spec: {
      replicas: 3,
      serviceName: "nginx",
      selector: { matchLabels: { app: "web" } },
      template: podTemplate({ app: "web" }),
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
      ...spec,
    },
  };
}

/** Whatever follows from a thing comes before the clock moves on. */
const open = () => startCluster([statefulSetController], { settle: () => Promise.resolve() });

async function change(cluster: TestCluster, spec: Partial<StatefulSet["spec"]>): Promise<void> {
  const current = await cluster.client.get(StatefulSet, place);
  await cluster.client.update(StatefulSet, { ...current, spec: { ...current.spec, ...spec } });
}

const image = (pod: Pod) => pod.spec.containers[0]?.image ?? "";

function follow(cluster: TestCluster): Dialogue {
  return new Dialogue(cluster, [
    view(Pod, (pod) => {
      const { phase = "Pending" } = pod.status;
      const state = pod.metadata.deletionTimestamp ? "going" : isReady(pod) ? "ready" : phase;
      return `${state} (${image(pod)})`;
    }),
    view(StatefulSet, ({ status }) => {
      const { replicas = 0, readyReplicas = 0, currentReplicas = 0 } = status ?? {};
      const { updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
      return (
        `${replicas} pods, ${readyReplicas} ready, ${availableReplicas} available, ` +
        `${currentReplicas} current (${status?.currentRevision}), ` +
        `${updatedReplicas} updated (${status?.updateRevision})`
      );
    }),
    view(ControllerRevision, ({ revision }) => `revision ${revision}`),
    view(PersistentVolumeClaim, ({ metadata }) => {
      const owners = (metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind} ${name}`);
      return `owned by ${owners.join(" and ") || "nobody"}`;
    }),
  ]);
}

async function check(name: string, dialogue: Dialogue): Promise<void> {
  golden(new URL(`testdata/${name}.txt`, import.meta.url), await dialogue.end());
}

const version = (number: number) => podTemplate({ app: "web" }, `nginx:${number}`);
const rolling = (partition: number) =>
  ({ type: "RollingUpdate", rollingUpdate: { partition } }) as const;

const names = async ({ client }: TestCluster) =>
  (await client.list(Pod)).items.map((pod) => `${pod.metadata.name} ${image(pod)}`).sort();

test("comes, scales and rolls in order, and back", async () => {
  const cluster = await open();
  const { client } = cluster;
  const dialogue = follow(cluster);
  await dialogue.ask("create, with 3 pods", () => client.create(StatefulSet, draft()), 10_000);
  await dialogue.ask("scale to 2", () => change(cluster, { replicas: 2 }), 5_000);
  await dialogue.ask("new image", () => change(cluster, { template: version(2) }), 10_000);
  await dialogue.ask("old image", () => change(cluster, { template: version(1) }), 10_000);
  await check("in-order", dialogue);

  const before = cluster.api.requests.length;
  await cluster.advance(3_600_000);
  const writes = cluster.api.requests.slice(before).filter((line) => !line.startsWith("GET"));
  assert.deepEqual(writes, [], "a settled cluster writes nothing");
  await cluster.stop();
});

test("parallel, comes, scales and goes at once", async () => {
  const cluster = await open();
  const { client } = cluster;
  const dialogue = follow(cluster);
  const set = draft({ podManagementPolicy: "Parallel" });
  await dialogue.ask("create, with 3 pods", () => client.create(StatefulSet, set), 5_000);
  await dialogue.ask("scale to 1", () => change(cluster, { replicas: 1 }), 5_000);
  await dialogue.ask("scale to 4", () => change(cluster, { replicas: 4 }), 5_000);
  const half = { type: "RollingUpdate", rollingUpdate: { partition: 1, maxUnavailable: "50%" } };
  await dialogue.ask(
    "new image, half of them at once, from number 1 on",
    () =>
      change(cluster, {
        template: version(2),
        updateStrategy: half as StatefulSet["spec"]["updateStrategy"],
      }),
    10_000,
  );
  await check("parallel", dialogue);
  await cluster.stop();
});

test("claims come with pods, and go as the policy says", async () => {
  const cluster = await open();
  const { client } = cluster;
  const dialogue = follow(cluster);
  const set = draft({
    replicas: 2,
    volumeClaimTemplates: [
      {
        metadata: { name: "www", labels: { tier: "store" } },
        spec: {
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: "1Gi" } },
        },
      },
    ],
  });
  const policy = (whenDeleted: string, whenScaled: string) =>
    change(cluster, { persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } });
  await dialogue.ask("create, with 2 pods", () => client.create(StatefulSet, set), 5_000);
  const pod = await client.get(Pod, { namespace: "default", name: "web-1" });
  const volume = { name: "www", persistentVolumeClaim: { claimName: "www-web-1" } };
  assert.deepEqual(pod.spec.volumes, [volume]);
  const claim = await client.get(PersistentVolumeClaim, {
    namespace: "default",
    name: "www-web-1",
  });
  assert.deepEqual(claim.metadata.labels, { tier: "store", app: "web" });
  await dialogue.ask("delete with the set", () => policy("Delete", "Retain"), 1_000);
  await dialogue.ask("also when scaled", () => policy("Delete", "Delete"), 1_000);
  await dialogue.ask("scale to 1", () => change(cluster, { replicas: 1 }), 5_000);
  await dialogue.ask("scale to 2", () => change(cluster, { replicas: 2 }), 5_000);
  const old = { namespace: "default", name: "www-web-1" };
  await dialogue.ask("collect it", () => client.delete(PersistentVolumeClaim, old), 5_000);
  await dialogue.ask("keep them again", () => policy("Retain", "Retain"), 1_000);
  await check("claims", dialogue);
  await cluster.stop();
});

test("a canary first, then in stages; below the partition the old one comes back", async () => {
  const cluster = await open();
  const { client } = cluster;
  await client.create(StatefulSet, draft({ updateStrategy: rolling(3), template: version(1) }));
  await cluster.advance(10_000);
  await change(cluster, { template: version(2) });
  await cluster.advance(10_000);
  assert.deepEqual(await names(cluster), ["web-0 nginx:1", "web-1 nginx:1", "web-2 nginx:1"]);
  await change(cluster, { updateStrategy: rolling(2) });
  await cluster.advance(10_000);
  assert.deepEqual(await names(cluster), ["web-0 nginx:1", "web-1 nginx:1", "web-2 nginx:2"]);
  for (const name of ["web-0", "web-2"]) await client.delete(Pod, { ...place, name });
  await cluster.advance(10_000);
  assert.deepEqual(await names(cluster), ["web-0 nginx:1", "web-1 nginx:1", "web-2 nginx:2"]);
  const { status } = await client.get(StatefulSet, place);
  assert.deepEqual([status?.currentReplicas, status?.updatedReplicas], [2, 1]);
  assert.notEqual(status?.currentRevision, status?.updateRevision);
  await change(cluster, { updateStrategy: rolling(0) });
  await cluster.advance(20_000);
  assert.deepEqual(await names(cluster), ["web-0 nginx:2", "web-1 nginx:2", "web-2 nginx:2"]);
  await cluster.stop();
});

test("on delete only, and from another first number", async () => {
  const cluster = await open();
  const { client } = cluster;
  const updateStrategy = { type: "OnDelete" } as const;
  await client.create(
    StatefulSet,
    draft({ updateStrategy, template: version(1), ordinals: { start: 5 }, replicas: 2 }),
  );
  await cluster.advance(10_000);
  await change(cluster, { template: version(2) });
  await cluster.advance(10_000);
  assert.deepEqual(await names(cluster), ["web-5 nginx:1", "web-6 nginx:1"]);
  await client.delete(Pod, { ...place, name: "web-5" });
  await cluster.advance(10_000);
  assert.deepEqual(await names(cluster), ["web-5 nginx:2", "web-6 nginx:1"]);
  await change(cluster, { ordinals: { start: 4 } });
  await cluster.advance(20_000);
  assert.deepEqual(await names(cluster), ["web-4 nginx:2", "web-5 nginx:2"]);
  const pod = await client.get(Pod, { ...place, name: "web-4" });
  const { "controller-revision-hash": hash, ...labels } = pod.metadata.labels ?? {};
  assert.match(hash ?? "", /^web-[bcdfghjklmnpqrstvwxz2456789]+$/);
  assert.deepEqual(labels, {
    app: "web",
    "statefulset.kubernetes.io/pod-name": "web-4",
    "apps.kubernetes.io/pod-index": "4",
  });
  assert.deepEqual(
    [pod.spec.hostname, pod.spec.subdomain, pod.metadata.generateName],
    ["web-4", "nginx", "web-"],
  );
  await cluster.stop();
});

test("left alone, its pods and history are taken over by the next of its name", async () => {
  const cluster = await open();
  const { client } = cluster;
  await client.create(StatefulSet, draft({ template: version(1) }));
  await cluster.advance(10_000);
  const uids = (await client.list(Pod)).items.map(({ metadata }) => metadata.uid);
  const [revision] = (await client.list(ControllerRevision)).items;
  await client.delete(StatefulSet, place);
  const release = { type: "merge", patch: { metadata: { ownerReferences: null } } } as const;
  for (const { metadata } of (await client.list(Pod)).items) {
    await client.patch(Pod, metadata, release);
  }
  for (const { metadata } of (await client.list(ControllerRevision)).items) {
    await client.patch(ControllerRevision, metadata, release);
  }
  await client.delete(Pod, { ...place, name: "web-1" });
  await cluster.advance(5_000);
  assert.equal((await client.list(Pod)).items.length, 2, "nobody makes it again");
  const next = await client.create(StatefulSet, draft({ template: version(1), replicas: 2 }));
  await cluster.advance(10_000);
  const pods = (await client.list(Pod)).items;
  assert.deepEqual(pods.map(({ metadata }) => metadata.name).sort(), ["web-0", "web-1"]);
  assert.deepEqual(
    pods.map(({ metadata }) => [
      metadata.name === "web-0" && uids.includes(metadata.uid),
      metadata.ownerReferences?.[0]?.uid,
    ]),
    [
      [true, next.metadata.uid],
      [false, next.metadata.uid],
    ],
  );
  const revisions = (await client.list(ControllerRevision)).items;
  assert.deepEqual(
    revisions.map(({ metadata }) => [metadata.uid, metadata.ownerReferences?.[0]?.uid]),
    [[revision?.metadata.uid, next.metadata.uid]],
  );
  await cluster.stop();
});

test("finished pods come again, and availability takes its time", async () => {
  const cluster = await open();
  const { client } = cluster;
  await client.create(StatefulSet, draft({ replicas: 2, minReadySeconds: 30 }));
  await cluster.advance(20_000);
  assert.equal((await client.list(Pod)).items.length, 1, "the second waits for the first");
  await cluster.advance(60_000);
  const { status } = await client.get(StatefulSet, place);
  assert.deepEqual([status?.readyReplicas, status?.availableReplicas], [2, 2]);
  for (const [name, phase] of [
    ["web-0", "Failed"],
    ["web-1", "Succeeded"],
  ] as const) {
    const pod = await client.get(Pod, { ...place, name });
    await client.update(Pod, { ...pod, status: { phase } }, { subresource: "status" });
    await cluster.advance(90_000);
    const again = await client.get(Pod, { ...place, name });
    assert.notEqual(again.metadata.uid, pod.metadata.uid);
    assert.ok(isReady(again));
  }
  await cluster.stop();
});

test("keeps as much history as it is told", async () => {
  const cluster = await open();
  const { client } = cluster;
  await client.create(StatefulSet, draft({ replicas: 1, revisionHistoryLimit: 2 }));
  for (let number = 2; number <= 6; number++) {
    await cluster.advance(10_000);
    await change(cluster, { template: version(number) });
  }
  await cluster.advance(20_000);
  const revisions = (await client.list(ControllerRevision)).items;
  assert.deepEqual(
    revisions.map(({ revision }) => revision),
    [4, 5, 6],
  );
  assert.deepEqual(revisions[0]?.metadata.annotations, { note: "kept" });
  await cluster.stop();
});

test("a name that another revision has taken is avoided", async () => {
  const cluster = await open();
  const { client } = cluster;
  await client.create(StatefulSet, draft({ replicas: 1, template: version(1) }));
  await cluster.advance(5_000);
  const [first] = (await client.list(ControllerRevision)).items;
  assert.ok(first);
  await client.delete(StatefulSet, place);
  await client.delete(Pod, { ...place, name: "web-0" });
  await client.delete(ControllerRevision, first.metadata);
  const { name, namespace } = first.metadata;
  await client.create(ControllerRevision, { metadata: { name, namespace }, data: {}, revision: 7 });
  await client.create(StatefulSet, draft({ replicas: 1, template: version(1) }));
  await cluster.advance(10_000);
  const { status } = await client.get(StatefulSet, place);
  assert.deepEqual([status?.collisionCount, status?.readyReplicas], [1, 1]);
  assert.notEqual(status?.updateRevision, name);
  await cluster.stop();
});

test("one that is broken and old is replaced, one that is broken and new is waited for", async () => {
  const cluster = await open();
  const { client } = cluster;
  cluster.kubelet.canRun = (pod) => image(pod) !== "nginx:2";
  await client.create(StatefulSet, draft({ replicas: 2, template: version(1) }));
  await cluster.advance(10_000);
  await change(cluster, { template: version(2) });
  await cluster.advance(10_000);
  assert.deepEqual(await names(cluster), ["web-0 nginx:1", "web-1 nginx:2"]);
  await change(cluster, { template: version(3) });
  await cluster.advance(20_000);
  assert.deepEqual(
    await names(cluster),
    ["web-0 nginx:1", "web-1 nginx:2"],
    "ordered, a pod that is not ready blocks everything, a forced rollback too",
  );
  await client.delete(Pod, { ...place, name: "web-1" });
  await cluster.advance(20_000);
  assert.deepEqual(await names(cluster), ["web-0 nginx:3", "web-1 nginx:3"]);
  await cluster.stop();
});
