import assert from "node:assert/strict";
import { test } from "node:test";
import { Node, PersistentVolume, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { StorageClass } from "#api/storage/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { claimProtectionController } from "../persistentvolumeclaim-protection/controller.ts";
import { ephemeralVolumeController } from "../ephemeral-volume/controller.ts";
import { volumeExpander } from "../persistentvolume-expander/controller.ts";
import { volumeProtectionController } from "../persistentvolume-protection/controller.ts";
import { startCluster } from "../testing/cluster.ts";
import type { TestCluster } from "../testing/cluster.ts";
import { Dialogue, view } from "../testing/dialogue.ts";
import { golden } from "../testing/node/golden.ts";
import { persistentVolumeBinder } from "./controller.ts";
import { hostPathProvisioner, hostPathProvisioners } from "./host-path.ts";

const namespace = "default";
const data = { namespace, name: "data" };

interface Setting {
  readonly cluster: TestCluster;
  readonly dialogue: Dialogue;
  /** Folders that nodes were told to delete, as "node path". */
  readonly removed: string[];
  /** The nodes' answer to that; undefined lets them do it. */
  failure: Error | undefined;
}

function node(name: string): Draft<Node> {
  return {
    metadata: {
      name,
      labels: { "kubernetes.io/hostname": name },
      annotations: { "kijabi.io/volume-folder": `/state/${name}` },
    },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
}

async function open(): Promise<Setting> {
  const removed: string[] = [];
  const setting = { removed, failure: undefined as Error | undefined };
  const provisioner = hostPathProvisioner({
    remove(where, path) {
      if (setting.failure) return Promise.reject(setting.failure);
      removed.push(`${where.metadata.name} ${path}`);
      return Promise.resolve();
    },
  });
  const cluster = await startCluster(
    [
      persistentVolumeBinder([provisioner]),
      volumeExpander(hostPathProvisioners),
      claimProtectionController,
      volumeProtectionController,
      ephemeralVolumeController,
    ],
    {
      settle: () => Promise.resolve(),
      async prepare(client) {
        await client.create(Node, node("node-1"));
        await client.create(Node, node("node-2"));
        await client.create(StorageClass, classDraft("standard", "Immediate"));
        await client.create(StorageClass, classDraft("late", "WaitForFirstConsumer"));
      },
    },
  );
  const dialogue = new Dialogue(cluster, [
    view(PersistentVolumeClaim, ({ metadata, spec, status }) => {
      const size = status.capacity?.["storage"];
      const going = metadata.deletionTimestamp ? ", going" : "";
      const notes = Object.keys(metadata.annotations ?? {}).map((key) => key.replace(/^.*\//, ""));
      const volume = spec.volumeName ? ` to ${spec.volumeName}` : "";
      return `${status.phase}${volume}${size ? `, ${size}` : ""}${going} [${notes.join(" ")}]`;
    }),
    view(PersistentVolume, ({ metadata, spec, status }) => {
      const { claimRef, hostPath, nodeAffinity } = spec;
      const term = nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0];
      const where = term ? ` on ${term.values?.join()}` : "";
      const owner = claimRef ? ` for ${claimRef.name}` : "";
      const going = metadata.deletionTimestamp ? ", going" : "";
      return `${status.phase ?? "new"}${owner}, ${hostPath?.path}${where}${going}`;
    }),
  ]);
  return Object.assign(setting, { cluster, dialogue });
}

function classDraft(
  name: string,
  volumeBindingMode: "Immediate" | "WaitForFirstConsumer",
): Draft<StorageClass> {
  return {
    metadata: { name },
    provisioner: "k8s.io/minikube-hostpath",
    volumeBindingMode,
    allowVolumeExpansion: true,
  };
}

function claim(storageClassName: string, storage = "1Gi"): Draft<PersistentVolumeClaim> {
  return {
    metadata: data,
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage } },
      storageClassName,
    },
    status: {},
  };
}

function volume(name: string, storage: string): Draft<PersistentVolume> {
  return {
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      capacity: { storage },
      hostPath: { path: `/mnt/${name}` },
    },
    status: {},
  };
}

function pod(volumes: Draft<Pod>["spec"]["volumes"]): Draft<Pod> {
  const containers = [{ name: "main", image: "nginx" }];
  return { metadata: { namespace, name: "web" }, spec: { containers, volumes } };
}

async function check(name: string, { dialogue, cluster }: Setting): Promise<void> {
  const text = await dialogue.end();
  await cluster.stop();
  const uids = [...new Set(text.match(/pvc-[0-9a-f-]{36}/g))];
  const readable = uids.reduce((all, uid, at) => all.replaceAll(uid, `pvc-UID${at + 1}`), text);
  golden(new URL(`testdata/${name}.txt`, import.meta.url), readable);
}

test("an administrator's volumes: bound, in use, released, taken back", async () => {
  const setting = await open();
  const { cluster, dialogue } = setting;
  const { client } = cluster;
  await dialogue.ask(
    "a claim without a class, and nothing for it",
    () => client.create(PersistentVolumeClaim, claim("")),
    16_000,
  );
  await dialogue.ask(
    "two volumes, one of which would do",
    async () => {
      await client.create(PersistentVolume, volume("small", "500Mi"));
      await client.create(PersistentVolume, volume("large", "5Gi"));
    },
    2_000,
  );
  await dialogue.ask(
    "a pod that uses the claim",
    () => client.create(Pod, pod([{ name: "v", persistentVolumeClaim: { claimName: "data" } }])),
    3_000,
  );
  await dialogue.ask("delete the claim", () => client.delete(PersistentVolumeClaim, data), 3_000);
  await dialogue.ask("delete the pod", () => client.delete(Pod, { namespace, name: "web" }), 3_000);
  await dialogue.ask(
    "free the volume by hand",
    async () => {
      const current = await client.get(PersistentVolume, { name: "large" });
      const { claimRef: _, ...spec } = current.spec;
      await client.update(PersistentVolume, { ...current, spec });
    },
    2_000,
  );
  await check("static", setting);
});

test("volumes that are made: with the claim, larger, gone with it", async () => {
  const setting = await open();
  const { cluster, dialogue } = setting;
  const { client } = cluster;
  await dialogue.ask(
    "a claim of a class that has volumes at once",
    () => client.create(PersistentVolumeClaim, claim("standard")),
    2_000,
  );
  await dialogue.ask(
    "ask for more",
    async () => {
      const current = await client.get(PersistentVolumeClaim, data);
      const resources = { requests: { storage: "3Gi" } };
      await client.update(PersistentVolumeClaim, {
        ...current,
        spec: { ...current.spec, resources },
      });
    },
    2_000,
  );
  setting.failure = new Error("the node does not answer");
  await dialogue.ask(
    "delete the claim while the nodes do not answer",
    () => client.delete(PersistentVolumeClaim, data),
    500,
  );
  setting.failure = undefined;
  await dialogue.ask("let the nodes answer", () => Promise.resolve(), 10_000);
  assert.equal(setting.removed.length, 1);
  assert.match(setting.removed[0] ?? "", /^(node-\d) \/state\/\1\/pvc-/);
  await check("dynamic", setting);
});

test("volumes that wait for a pod, and where it goes; and those of a pod alone", async () => {
  const setting = await open();
  const { cluster, dialogue } = setting;
  const { client } = cluster;
  await dialogue.ask(
    "a claim of a class that waits",
    () => client.create(PersistentVolumeClaim, claim("late")),
    2_000,
  );
  await dialogue.ask(
    "the scheduler chooses a node",
    async () => {
      const annotations = { "volume.kubernetes.io/selected-node": "node-2" };
      const patch = { metadata: { annotations } };
      await client.patch(PersistentVolumeClaim, data, { type: "merge", patch });
    },
    2_000,
  );
  const { spec } = claim("standard");
  assert.ok(spec);
  await dialogue.ask(
    "a pod with a volume of its own",
    () => client.create(Pod, pod([{ name: "own", ephemeral: { volumeClaimTemplate: { spec } } }])),
    2_000,
  );
  const own = await client.get(PersistentVolumeClaim, { namespace, name: "web-own" });
  assert.deepEqual(
    own.metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`),
    ["Pod web"],
  );
  await check("late", setting);
});

test("a volume is for all nodes of its machine, and one that still works removes it", async () => {
  const removed: string[] = [];
  const provisioner = hostPathProvisioner({
    remove({ metadata }, path) {
      removed.push(`${metadata.name} ${path}`);
      return Promise.resolve();
    },
  });
  const on = (name: string, machine: string | undefined, ready: "True" | "False" = "True") =>
    applyDefaults(Node, {
      metadata: {
        name,
        labels: {
          "kubernetes.io/hostname": name,
          ...(machine !== undefined && { "kijabi.io/machine": machine }),
        },
        annotations: { "kijabi.io/volume-folder": "/state/volumes" },
      },
      status: { conditions: [{ type: "Ready", status: ready }] },
    });
  const source = (node: Node) =>
    provisioner.provision(
      {
        node,
        volumeName: "pvc-1",
        nodes: [node],
        claim: applyDefaults(PersistentVolumeClaim, claim("late")),
        storageClass: applyDefaults(StorageClass, classDraft("late", "WaitForFirstConsumer")),
      },
      new AbortController().signal,
    );
  const spec = await source(on("node-1", "m-1"));
  assert.equal(spec.hostPath?.path, "/state/volumes/pvc-1");
  assert.deepEqual(spec.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions, [
    { key: "kijabi.io/machine", operator: "In", values: ["m-1"] },
  ]);
  const made = applyDefaults(PersistentVolume, { metadata: { name: "pvc-1" }, spec, status: {} });
  const nodes = [on("node-1", "m-1", "False"), on("node-2", "m-2"), on("node-3", "m-1")];
  await provisioner.remove(made, nodes, new AbortController().signal);
  await provisioner.remove(made, nodes.slice(1, 2), new AbortController().signal);
  assert.deepEqual(removed, ["node-3 /state/volumes/pvc-1"]);
  const alone = await source(on("node-4", undefined));
  assert.deepEqual(alone.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions, [
    { key: "kubernetes.io/hostname", operator: "In", values: ["node-4"] },
  ]);
});

test("a claim is bound to one volume although two claims want it", async () => {
  const setting = await open();
  const { client } = setting.cluster;
  await client.create(PersistentVolumeClaim, claim(""));
  const rival = { ...claim(""), metadata: { namespace, name: "rival" } };
  await client.create(PersistentVolumeClaim, rival);
  await client.create(PersistentVolume, volume("only", "5Gi"));
  await setting.cluster.advance(5_000);
  const { items } = await client.list(PersistentVolumeClaim);
  const bound = items.filter(({ status }) => status.phase === "Bound");
  assert.deepEqual([items.length, bound.length], [2, 1]);
  await setting.dialogue.end();
  await setting.cluster.stop();
});
