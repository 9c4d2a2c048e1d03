import { test } from "node:test";
import assert from "node:assert/strict";
import { ControllerRevision, DaemonSet } from "#api/apps/v1.ts";
import { Node, Pod } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { isReady } from "../common/pods.ts";
import { podTemplate, startCluster } from "../testing/cluster.ts";
import type { TestCluster } from "../testing/cluster.ts";
import { Dialogue, view } from "../testing/dialogue.ts";
import { golden } from "../testing/node/golden.ts";
import { daemonSetController } from "./controller.ts";
import { nodeOf } from "./pod.ts";

const place = { namespace: "default", name: "log" };

function draft(spec: Partial<Draft<DaemonSet>["spec"]> = {}): Draft<DaemonSet> {
  return {
    metadata: { ...place, annotations: { note: "kept" } },
    spec: {
      selector: { matchLabels: { app: "log" } },
      template: version(1),
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      ...spec,
    },
  };
}

const version = (number: number) => podTemplate({ app: "log" }, `log:${number}`);

async function open(nodes: readonly string[]): Promise<TestCluster> {
  const cluster = await startCluster([daemonSetController()], {
    // Whatever follows from a thing comes before the clock moves on.
    settle: () => Promise.resolve(),
    async prepare(client) {
      for (const name of nodes) await client.create(Node, { metadata: { name } });
    },
  });
  cluster.kubelet.nodeFor = (pod) => nodeOf(pod) ?? "nowhere";
  return cluster;
}

async function change(cluster: TestCluster, spec: Partial<DaemonSet["spec"]>): Promise<void> {
  const current = await cluster.client.get(DaemonSet, place);
  await cluster.client.update(DaemonSet, { ...current, spec: { ...current.spec, ...spec } });
}

/** Pods have names by chance: a dialogue tells of them by node, in the order of their coming. */
function follow(cluster: TestCluster): Dialogue {
  return new Dialogue(cluster, [
    view(Pod, (pod) => {
      const { phase = "Pending" } = pod.status;
      const state = pod.metadata.deletionTimestamp ? "going" : isReady(pod) ? "ready" : phase;
      return `${state} (${pod.spec.containers[0]?.image} on ${nodeOf(pod)})`;
    }),
    view(DaemonSet, ({ status }) => {
      const { desiredNumberScheduled = 0, currentNumberScheduled = 0 } = status ?? {};
      const { numberReady = 0, numberAvailable = 0, numberUnavailable = 0 } = status ?? {};
      const { updatedNumberScheduled = 0, numberMisscheduled = 0 } = status ?? {};
      return (
        `${currentNumberScheduled} of ${desiredNumberScheduled}, ${numberReady} ready, ` +
        `${numberAvailable} available, ${numberUnavailable} not, ` +
        `${updatedNumberScheduled} updated, ${numberMisscheduled} misplaced`
      );
    }),
    view(ControllerRevision, ({ revision }) => `revision ${revision}`),
  ]);
}

async function check(name: string, dialogue: Dialogue): Promise<void> {
  golden(new URL(`testdata/${name}.txt`, import.meta.url), await dialogue.end());
}

const where = async ({ client }: TestCluster) =>
  (await client.list(Pod)).items
    .map((pod) => `${nodeOf(pod)} ${pod.spec.containers[0]?.image}`)
    .sort();

async function taint(cluster: TestCluster, name: string, effect?: "NoSchedule" | "NoExecute") {
  const taints = effect ? [{ key: "noisy", effect }] : null;
  await cluster.client.patch(Node, { name }, { type: "merge", patch: { spec: { taints } } });
}

test("comes to every node, follows nodes and taints, and rolls", async () => {
  const cluster = await open(["a", "b"]);
  const { client } = cluster;
  const dialogue = follow(cluster);
  await dialogue.ask("create", () => client.create(DaemonSet, draft()), 5_000);
  await dialogue.ask("a node comes", () => client.create(Node, { metadata: { name: "c" } }), 5_000);
  await dialogue.ask("b repels new ones", () => taint(cluster, "b", "NoSchedule"), 5_000);
  await dialogue.ask("b repels all", () => taint(cluster, "b", "NoExecute"), 5_000);
  await dialogue.ask("b is back", () => taint(cluster, "b"), 5_000);
  await dialogue.ask("new image", () => change(cluster, { template: version(2) }), 10_000);
  await check("in-place", dialogue);

  const before = cluster.api.requests.length;
  await cluster.advance(3_600_000);
  const writes = cluster.api.requests.slice(before).filter((line) => !line.startsWith("GET"));
  assert.deepEqual(writes, [], "a settled cluster writes nothing");
  await cluster.stop();
});

test("by surge, a new one works before the old one goes", async () => {
  const cluster = await open(["a", "b"]);
  const { client } = cluster;
  const updateStrategy = {
    type: "RollingUpdate",
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
  } as const;
  await client.create(DaemonSet, draft({ updateStrategy, minReadySeconds: 5 }));
  await cluster.advance(30_000);
  const dialogue = follow(cluster);
  await dialogue.ask("new image", () => change(cluster, { template: version(2) }), 30_000);
  await check("surge", dialogue);
  await cluster.stop();
});

test("failed ones come again, with pauses that grow", async () => {
  const cluster = await open(["a"]);
  const { client } = cluster;
  cluster.kubelet.canRun = () => false;
  await client.create(DaemonSet, draft());
  const fail = async () => {
    const [pod] = (await client.list(Pod)).items;
    assert.ok(pod);
    const failed = { ...pod, status: { ...pod.status, phase: "Failed" as const } };
    await client.update(Pod, failed, { subresource: "status" });
    return pod.metadata.uid;
  };
  const pauses: number[] = [];
  for (let round = 0; round < 5; round++) {
    await cluster.advance(100);
    const uid = await fail();
    const since = cluster.clock.now();
    const isThere = async () =>
      (await client.list(Pod)).items.some(({ metadata }) => metadata.uid === uid);
    for (let waits = 0; waits < 200 && (await isThere()); waits++) await cluster.advance(100);
    pauses.push(Math.round((cluster.clock.now() - since) / 1000));
  }
  assert.deepEqual(pauses, [0, 1, 2, 4, 8]);
  assert.match(
    (await cluster.events()).join("\n"),
    /FailedDaemonPod: Found failed daemon pod default\/log-\w+ on node a, will try to kill it/,
  );
  await cluster.stop();
});

test("on delete only; history is kept, gone back in, and handed on", async () => {
  const cluster = await open(["a", "b"]);
  const { client } = cluster;
  const updateStrategy = { type: "OnDelete" } as const;
  await client.create(DaemonSet, draft({ updateStrategy, revisionHistoryLimit: 1 }));
  await cluster.advance(5_000);
  await change(cluster, { template: version(2) });
  await cluster.advance(5_000);
  assert.deepEqual(await where(cluster), ["a log:1", "b log:1"]);
  const onB = (await client.list(Pod)).items.find((pod) => nodeOf(pod) === "b");
  assert.ok(onB);
  await client.delete(Pod, onB.metadata);
  await cluster.advance(5_000);
  assert.deepEqual(await where(cluster), ["a log:1", "b log:2"]);
  const revisions = async () =>
    (await client.list(ControllerRevision)).items.map(({ revision }) => revision);
  await change(cluster, { template: version(3) });
  await cluster.advance(5_000);
  assert.deepEqual(await revisions(), [1, 2, 3], "pods of both are left");
  await change(cluster, {
    template: version(1),
    updateStrategy: draft().spec.updateStrategy as DaemonSet["spec"]["updateStrategy"],
  });
  await cluster.advance(20_000);
  assert.deepEqual(await where(cluster), ["a log:1", "b log:1"]);
  assert.deepEqual(new Set(await revisions()), new Set([2, 4]), "that without a pod went");

  const uids = (await client.list(Pod)).items.map(({ metadata }) => metadata.uid);
  await client.delete(DaemonSet, place);
  const release = { type: "merge", patch: { metadata: { ownerReferences: null } } } as const;
  for (const { metadata } of (await client.list(Pod)).items)
    await client.patch(Pod, metadata, release);
  for (const { metadata } of (await client.list(ControllerRevision)).items) {
    await client.patch(ControllerRevision, metadata, release);
  }
  const next = await client.create(DaemonSet, draft());
  await cluster.advance(10_000);
  const pods = (await client.list(Pod)).items;
  assert.deepEqual(
    pods.map(({ metadata }) => metadata.uid),
    uids,
  );
  for (const { metadata } of pods)
    assert.equal(metadata.ownerReferences?.[0]?.uid, next.metadata.uid);
  await cluster.stop();
});

test("a name that another revision has taken is avoided", async () => {
  const cluster = await open(["a"]);
  const { client } = cluster;
  await client.create(DaemonSet, draft());
  await cluster.advance(5_000);
  const [first] = (await client.list(ControllerRevision)).items;
  assert.ok(first);
  await client.delete(DaemonSet, place);
  for (const { metadata } of (await client.list(Pod)).items) {
    await client.delete(Pod, metadata, { gracePeriodSeconds: 0 });
  }
  await client.delete(ControllerRevision, first.metadata);
  const { name, namespace } = first.metadata;
  await client.create(ControllerRevision, { metadata: { name, namespace }, data: {}, revision: 7 });
  await client.create(DaemonSet, draft());
  await cluster.advance(20_000);
  const { status } = await client.get(DaemonSet, place);
  assert.deepEqual([status?.collisionCount, status?.numberReady], [1, 1]);
  await cluster.stop();
});
