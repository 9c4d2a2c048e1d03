import { test } from "node:test";
import assert from "node:assert/strict";
import { Deployment, ReplicaSet } from "#api/apps/v1.ts";
import { Pod } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { conditionOf } from "../common/conditions.ts";
import { replicaSetController } from "../replicaset/controller.ts";
import { podTemplate, startCluster } from "../testing/cluster.ts";
import type { TestCluster } from "../testing/cluster.ts";
import { deploymentController } from "./controller.ts";

const place = { namespace: "default", name: "web" };

function draft(spec: Partial<Draft<Deployment>["spec"]> = {}): Draft<Deployment> {
  return {
    metadata: { ...place, annotations: { note: "kept" } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "web" } },
      template: podTemplate({ app: "web" }),
      ...spec,
    },
  };
}

async function setUp(spec?: Partial<Draft<Deployment>["spec"]>): Promise<TestCluster> {
  const cluster = await startCluster([deploymentController, replicaSetController]);
  await cluster.client.create(Deployment, draft(spec));
  return cluster;
}

async function change(cluster: TestCluster, spec: Partial<Deployment["spec"]>): Promise<void> {
  const current = await cluster.client.get(Deployment, place);
  await cluster.client.update(Deployment, { ...current, spec: { ...current.spec, ...spec } });
}

const sizes = async ({ client }: TestCluster) =>
  (await client.list(ReplicaSet)).items
    .filter(({ spec }) => spec.replicas > 0)
    .map(({ spec, metadata }) => [
      metadata.annotations?.["deployment.kubernetes.io/revision"],
      spec.replicas,
    ]);

async function deploymentOf(cluster: TestCluster) {
  const { metadata, status } = await cluster.client.get(Deployment, place);
  const { conditions, ...counts } = status;
  const read = (type: string) => {
    const found = conditionOf(conditions, type);
    return found && `${found.status} ${found.reason}: ${found.message}`;
  };
  return { metadata, counts, progressing: read("Progressing"), available: read("Available") };
}

test("makes a ReplicaSet, which makes pods, and reports it all", async () => {
  const cluster = await setUp();
  await cluster.advance(500);
  const [replicaSet] = (await cluster.client.list(ReplicaSet)).items;
  const hash = replicaSet?.metadata.labels?.["pod-template-hash"];
  assert.match(hash ?? "", /^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/);
  assert.equal(replicaSet?.metadata.name, `web-${hash}`);
  assert.deepEqual(replicaSet?.metadata.annotations, {
    note: "kept",
    "deployment.kubernetes.io/revision": "1",
    "deployment.kubernetes.io/desired-replicas": "3",
    "deployment.kubernetes.io/max-replicas": "4",
  });
  const early = await deploymentOf(cluster);
  assert.deepEqual(early.counts, {
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    unavailableReplicas: 3,
    terminatingReplicas: 0,
  });
  assert.match(
    early.available ?? "",
    /^False MinimumReplicasUnavailable: Deployment does not have/,
  );
  assert.match(
    early.progressing ?? "",
    /^True ReplicaSetUpdated: ReplicaSet "web-.*" is progressing\.$/,
  );

  await cluster.advance(5_000);
  const late = await deploymentOf(cluster);
  assert.deepEqual(late.counts, {
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    terminatingReplicas: 0,
  });
  assert.equal(late.metadata.annotations?.["deployment.kubernetes.io/revision"], "1");
  assert.equal(
    late.available,
    "True MinimumReplicasAvailable: Deployment has minimum availability.",
  );
  assert.equal(
    late.progressing,
    `True NewReplicaSetAvailable: ReplicaSet "web-${hash}" has successfully progressed.`,
  );
  const events = await cluster.events();
  assert.ok(events.includes(`ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 3`));
  assert.equal(
    events.filter((text) => text.startsWith("SuccessfulCreate: Created pod: web-")).length,
    3,
  );

  const before = cluster.api.requests.length;
  await cluster.advance(3_600_000);
  const writes = cluster.api.requests.slice(before).filter((line) => !line.startsWith("GET"));
  assert.deepEqual(writes, [], "a settled cluster writes nothing");
  await cluster.stop();
});

test("rolls over within its fenceposts, and back", async () => {
  const cluster = await setUp();
  await cluster.advance(5_000);
  let mostPods = 0;
  let fewestReady = 9;
  await change(cluster, { template: podTemplate({ app: "web" }, "nginx:2") });
  for (let step = 0; step < 40; step++) {
    await cluster.advance(250);
    const pods = (await cluster.client.list(Pod)).items;
    mostPods = Math.max(mostPods, pods.filter((pod) => !pod.metadata.deletionTimestamp).length);
    fewestReady = Math.min(
      fewestReady,
      pods.filter(
        ({ metadata, status }) =>
          !metadata.deletionTimestamp && conditionOf(status.conditions, "Ready")?.status === "True",
      ).length,
    );
  }
  assert.deepEqual([mostPods, fewestReady], [4, 3]);
  assert.deepEqual(await sizes(cluster), [["2", 3]]);
  const images = (await cluster.client.list(Pod)).items.map((pod) => pod.spec.containers[0]?.image);
  assert.deepEqual(images, ["nginx:2", "nginx:2", "nginx:2"]);

  // Undo, as kubectl does it: the template of before is the template again.
  await change(cluster, { template: podTemplate({ app: "web" }) });
  await cluster.advance(20_000);
  assert.deepEqual(await sizes(cluster), [["3", 3]]);
  const sets = (await cluster.client.list(ReplicaSet)).items;
  assert.equal(sets.length, 2);
  const back = sets.find(({ spec }) => spec.replicas === 3);
  assert.equal(back?.metadata.annotations?.["deployment.kubernetes.io/revision-history"], "1");
  assert.equal(
    (await deploymentOf(cluster)).metadata.annotations?.["deployment.kubernetes.io/revision"],
    "3",
  );
  await cluster.stop();
});

test("a rollout that cannot succeed keeps what works, and misses its deadline", async () => {
  const cluster = await setUp({ replicas: 4, progressDeadlineSeconds: 60 });
  await cluster.advance(5_000);
  cluster.kubelet.canRun = (pod) => pod.spec.containers[0]?.image !== "broken";
  await change(cluster, { template: podTemplate({ app: "web" }, "broken") });
  await cluster.advance(30_000);
  assert.deepEqual(await sizes(cluster), [
    ["1", 3],
    ["2", 2],
  ]);
  await cluster.advance(60_000);
  const late = await deploymentOf(cluster);
  assert.match(
    late.progressing ?? "",
    /^False ProgressDeadlineExceeded: ReplicaSet "web-.*" has timed out progressing\.$/,
  );
  assert.match(late.available ?? "", /^True/);
  // Scaled in the middle of the rollout: both get their share.
  await change(cluster, { replicas: 8 });
  await cluster.advance(10_000);
  assert.deepEqual(await sizes(cluster), [
    ["1", 6],
    ["2", 4],
  ]);
  await change(cluster, { template: podTemplate({ app: "web" }) });
  await cluster.advance(10_000);
  assert.deepEqual(await sizes(cluster), [["3", 8]]);
  assert.match((await deploymentOf(cluster)).progressing ?? "", /^True NewReplicaSetAvailable/);
  await cluster.stop();
});

test("recreates: no pod of the new template before the last old one is gone", async () => {
  const cluster = await setUp({ strategy: { type: "Recreate" } });
  cluster.kubelet.stopMs = 10_000;
  await cluster.advance(5_000);
  await change(cluster, { template: podTemplate({ app: "web" }, "nginx:2") });
  await cluster.advance(9_000);
  assert.equal((await cluster.client.list(Pod)).items.length, 3);
  assert.deepEqual(await sizes(cluster), []);
  await cluster.advance(5_000);
  const images = (await cluster.client.list(Pod)).items.map((pod) => pod.spec.containers[0]?.image);
  assert.deepEqual(images, ["nginx:2", "nginx:2", "nginx:2"]);
  await cluster.stop();
});

test("paused, it scales but does not roll", async () => {
  const cluster = await setUp();
  await cluster.advance(5_000);
  await change(cluster, { paused: true, template: podTemplate({ app: "web" }, "nginx:2") });
  await cluster.advance(5_000);
  assert.equal(
    (await deploymentOf(cluster)).progressing,
    "Unknown DeploymentPaused: Deployment is paused",
  );
  await change(cluster, { replicas: 5 });
  await cluster.advance(5_000);
  assert.deepEqual(await sizes(cluster), [["1", 5]]);
  await change(cluster, { paused: false });
  await cluster.advance(20_000);
  assert.deepEqual(await sizes(cluster), [["2", 5]]);
  await cluster.stop();
});

test("keeps as much history as it is told", async () => {
  const cluster = await setUp({ revisionHistoryLimit: 2 });
  for (let version = 2; version <= 6; version++) {
    await cluster.advance(10_000);
    await change(cluster, { template: podTemplate({ app: "web" }, `nginx:${version}`) });
  }
  await cluster.advance(20_000);
  const revisions = (await cluster.client.list(ReplicaSet)).items.map(
    ({ metadata }) => metadata.annotations?.["deployment.kubernetes.io/revision"],
  );
  assert.deepEqual(revisions, ["4", "5", "6"]);
  await cluster.stop();
});

test("a name that another template has taken is avoided", async () => {
  const cluster = await startCluster([replicaSetController]);
  await cluster.stop();
  const other = await startCluster([deploymentController, replicaSetController], {
    async prepare(client) {
      const deployment = await client.create(Deployment, draft());
      const { templateHash } = await import("../common/hash.ts");
      await client.create(ReplicaSet, {
        metadata: { namespace: "default", name: `web-${templateHash(deployment.spec.template)}` },
        spec: { replicas: 0, selector: { matchLabels: { other: "x" } } },
      });
    },
  });
  await other.advance(10_000);
  const { counts } = await deploymentOf(other);
  assert.deepEqual([counts.collisionCount, counts.availableReplicas], [1, 3]);
  await other.stop();
});

test("adopts what matches and lets go of what does not", async () => {
  const cluster = await setUp({ replicas: 2 });
  await cluster.advance(5_000);
  const [first] = (await cluster.client.list(Pod)).items;
  assert.ok(first);
  const reference = { namespace: "default", name: first.metadata.name };
  await cluster.client.patch(Pod, reference, {
    type: "merge",
    patch: { metadata: { labels: { app: "debug" } } },
  });
  await cluster.advance(5_000);
  assert.equal((await cluster.client.list(Pod)).items.length, 3);
  assert.equal((await cluster.client.get(Pod, reference)).metadata.ownerReferences?.length ?? 0, 0);
  await cluster.client.patch(Pod, reference, {
    type: "merge",
    patch: { metadata: { labels: { app: "web" } } },
  });
  await cluster.advance(5_000);
  const pods = (await cluster.client.list(Pod)).items;
  assert.equal(pods.length, 2, "the third was adopted, and one too many went");
  for (const pod of pods) assert.equal(pod.metadata.ownerReferences?.[0]?.kind, "ReplicaSet");
  await cluster.stop();
});
