import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { Event, Node, PersistentVolume, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { StorageClass } from "#api/storage/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { EventWriter } from "#client/events/event-writer.ts";
import { InformerFactory } from "#client/informer/factory.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { createClient } from "#client/typed.ts";
import type { Draft } from "#schema/message.ts";
import { runScheduler } from "../run.ts";

const namespace = "ns";
const selectedNode = "volume.kubernetes.io/selected-node";

/** A scheduler of two nodes on a fake server; the test plays the binder. */
async function open(t: TestContext) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const client = createClient(new FakeApi({ clock, random }));
  const environment = { client, clock, random, logger: silentLogger };
  for (const name of ["n-1", "n-2"]) {
    const amounts = { cpu: "2", memory: "4Gi", pods: "110" };
    await client.create(Node, {
      metadata: { name, labels: { "kubernetes.io/hostname": name } },
      status: { allocatable: amounts, capacity: amounts },
    });
  }
  await client.create(StorageClass, {
    metadata: { name: "late" },
    provisioner: "kubernetes.io/no-provisioner",
    volumeBindingMode: "WaitForFirstConsumer",
  });
  await client.create(StorageClass, {
    metadata: { name: "made" },
    provisioner: "somebody",
    volumeBindingMode: "WaitForFirstConsumer",
  });
  const stop = new AbortController();
  const informers = new InformerFactory(environment);
  const events = new EventWriter(environment);
  const writing = events.run(stop.signal);
  const recorderOf = (component: string) => events.recorder({ component });
  const running = runScheduler({ ...environment, informers, events: recorderOf }, stop.signal);
  informers.start(stop.signal);
  const advance = async (ms: number) => {
    for (let turn = 0; turn < 20; turn++) await clock.advance(0);
    await clock.advance(ms);
    for (let turn = 0; turn < 20; turn++) await clock.advance(0);
  };
  t.after(async () => {
    stop.abort();
    await advance(0);
    await Promise.all([running, writing]);
    await informers.close();
  });
  const nodeOf = async (name: string) => (await client.get(Pod, { namespace, name })).spec.nodeName;
  const messages = async () => (await client.list(Event)).items.map(({ message }) => message);
  await advance(0);
  return { client, advance, nodeOf, messages };
}

function claim(name: string, storageClassName: string): Draft<PersistentVolumeClaim> {
  const resources = { requests: { storage: "1Gi" } };
  return { metadata: { namespace, name }, spec: { storageClassName, resources }, status: {} };
}

function localVolume(name: string, where: string): Draft<PersistentVolume> {
  const expression = { key: "kubernetes.io/hostname", operator: "In" as const, values: [where] };
  return {
    metadata: { name },
    spec: {
      capacity: { storage: "1Gi" },
      storageClassName: "late",
      local: { path: "/data" },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } },
    },
    status: { phase: "Available" },
  };
}

function pod(name: string, claimName: string): Draft<Pod> {
  return {
    metadata: { namespace, name },
    spec: {
      containers: [{ name: "c" }],
      schedulerName: "default-scheduler",
      volumes: [{ name: "v", persistentVolumeClaim: { claimName } }],
    },
  };
}

test("two pods do not get the same volume, and neither goes where it has none", async (t) => {
  const { client, advance, nodeOf, messages } = await open(t);
  await client.create(PersistentVolume, localVolume("only", "n-2"));
  for (const name of ["a", "b"]) await client.create(PersistentVolumeClaim, claim(name, "late"));
  await client.create(Pod, pod("a", "a"));
  await client.create(Pod, pod("b", "b"));
  await advance(100);
  const volume = await client.get(PersistentVolume, { name: "only" });
  const winner = volume.spec.claimRef?.name ?? "";
  assert.match(winner, /^[ab]$/);
  assert.equal(await nodeOf(winner), undefined, "its claim does not know of it yet");
  const place = { namespace, name: winner };
  const current = await client.get(PersistentVolumeClaim, place);
  await client.update(PersistentVolumeClaim, {
    ...current,
    metadata: { ...current.metadata, annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
    spec: { ...current.spec, volumeName: "only" },
  });
  await advance(100);
  assert.equal(await nodeOf(winner), "n-2");
  const loser = winner === "a" ? "b" : "a";
  assert.equal(await nodeOf(loser), undefined);
  const refused = (await messages()).filter((text) =>
    text?.includes("2 node(s) didn't find available persistent volumes to bind"),
  );
  assert.ok(refused.length > 0);
});

test("a claim is told the node, and one that cannot be made there frees the pod", async (t) => {
  const { client, advance, nodeOf, messages } = await open(t);
  const place = { namespace, name: "a" };
  await client.create(PersistentVolumeClaim, claim("a", "made"));
  await client.create(Pod, pod("a", "a"));
  await advance(100);
  const chosen = await client.get(PersistentVolumeClaim, place);
  assert.match(chosen.metadata.annotations?.[selectedNode] ?? "", /^n-/);
  assert.equal(await nodeOf("a"), undefined);

  const patch = { metadata: { annotations: { [selectedNode]: null } } };
  await client.patch(PersistentVolumeClaim, place, { type: "merge", patch });
  await advance(100);
  const failed =
    'running PreBind plugin "VolumeBinding": binding volumes: ' +
    'selectedNode annotation reset for PVC "a"';
  assert.ok((await messages()).includes(failed));

  await advance(2_000);
  const again = await client.get(PersistentVolumeClaim, place);
  assert.match(again.metadata.annotations?.[selectedNode] ?? "", /^n-/);
});
