import assert from "node:assert/strict";
import { test } from "node:test";
import { Node, PersistentVolume, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { VolumeAttachment } from "#api/storage/v1.ts";
import { sha256Hex } from "#pki/digest.ts";
import { startCluster } from "../testing/cluster.ts";
import type { TestCluster } from "../testing/cluster.ts";
import { Dialogue, view } from "../testing/dialogue.ts";
import { golden } from "../testing/node/golden.ts";
import { attachDetachController } from "./controller.ts";
import { managedAnnotation, planNode } from "./plan.ts";
import type { Wish } from "./plan.ts";
import { attachableInline, attachableVolume } from "./volumes.ts";

test("what there is to attach", () => {
  const volume = (spec: object, accessModes = ["ReadWriteOnce"]) =>
    ({ metadata: { name: "pv" }, spec: { accessModes, ...spec } }) as unknown as PersistentVolume;
  const csi = { csi: { driver: "disk.example.com", volumeHandle: "d-1" } };
  const cases: [string, PersistentVolume, string | undefined][] = [
    ["a disk of a driver", volume(csi), "kubernetes.io/csi/disk.example.com^d-1 once"],
    [
      "one that many nodes share",
      volume(csi, ["ReadWriteMany"]),
      "kubernetes.io/csi/disk.example.com^d-1",
    ],
    [
      "none of a driver that needs it not",
      volume({ csi: { driver: "nfs.example.com", volumeHandle: "n" } }),
      undefined,
    ],
    ["no folder of a node", volume({ hostPath: { path: "/data" } }), undefined],
    [
      "iSCSI",
      volume({ iscsi: { targetPortal: "10.0.0.1:3260", iqn: "iqn.x", lun: 2 } }),
      "kubernetes.io/iscsi/10.0.0.1:3260:iqn.x:2 once",
    ],
    [
      "fibre channel",
      volume({ fc: { targetWWNs: ["5006"], lun: 0 } }),
      "kubernetes.io/fc/[5006]:0 once",
    ],
    [
      "fibre channel by world wide ids",
      volume({ fc: { wwids: ["36", "37"] } }),
      "kubernetes.io/fc/[36 37] once",
    ],
  ];
  for (const [name, subject, expected] of cases) {
    const found = attachableVolume(subject, (driver) => driver !== "nfs.example.com");
    const shown = found && `${found.name}${found.isExclusive ? " once" : ""}`;
    assert.equal(shown, expected, name);
  }
  assert.equal(attachableInline({ name: "tmp", emptyDir: {} }), undefined);
});

const now = Date.UTC(2026, 0, 1);
const disk = (name: string): Wish => ({
  volume: {
    name,
    shown: name,
    attacher: { driver: "disk.example.com", handle: name, volume: name },
    isExclusive: true,
  },
  pods: [],
});
const local: Wish = { volume: { name: "iscsi", shown: "iscsi", isExclusive: false }, pods: [] };

function attachment(name: string, state: "asked" | "attached" | "going"): VolumeAttachment {
  return {
    metadata: { name, ...(state === "going" && { deletionTimestamp: "2026-01-01T00:00:00Z" }) },
    status: { attached: state !== "asked" },
  } as unknown as VolumeAttachment;
}

function node(attached: string[], options: { ready?: boolean; taint?: string } = {}): Node {
  const { ready = true, taint } = options;
  return {
    spec: { ...(taint && { taints: [{ key: taint, effect: "NoExecute" }] }) },
    status: {
      volumesAttached: attached.map((name) => ({ name, devicePath: "" })),
      conditions: [{ type: "Ready", status: ready ? "True" : "Unknown" }],
    },
  } as unknown as Node;
}

test("what follows for a node", () => {
  const cases: [
    string,
    {
      node?: Node | undefined;
      wishes?: Wish[];
      attachments?: VolumeAttachment[];
      elsewhere?: string[];
      inUse?: string[];
      since?: number;
    },
    string,
  ][] = [
    ["a new pod", { wishes: [disk("a")] }, "attach a"],
    ["asked for", { wishes: [disk("a")], attachments: [attachment("a", "asked")] }, ""],
    ["done", { wishes: [disk("a")], attachments: [attachment("a", "attached")] }, "has a"],
    ["on its way out", { wishes: [disk("a")], attachments: [attachment("a", "going")] }, ""],
    ["another node has it", { wishes: [disk("a")], elsewhere: ["n2"] }, "blocked a by n2"],
    ["of the network", { wishes: [local] }, "has iscsi"],
    [
      "no longer wanted",
      { attachments: [attachment("a", "attached")], node: node(["a"]) },
      "detach a",
    ],
    [
      "still mounted",
      { attachments: [attachment("a", "attached")], node: node(["a"]), inUse: ["a"] },
      "has a",
    ],
    [
      "mounted, for all that is known of a silent node",
      {
        attachments: [attachment("a", "attached")],
        node: node(["a"], { ready: false }),
        inUse: ["a"],
        since: now - 60_000,
      },
      "has a, look in 300 s",
    ],
    [
      "mounted, on a node that was silent for long",
      {
        attachments: [attachment("a", "attached")],
        node: node(["a"], { ready: false }),
        inUse: ["a"],
        since: now - 360_000,
      },
      "detach a",
    ],
    [
      "on a node that somebody has switched off",
      {
        attachments: [attachment("a", "attached")],
        node: node(["a"], { ready: false, taint: "node.kubernetes.io/out-of-service" }),
        inUse: ["a"],
      },
      "detach a",
    ],
    [
      "on a node that is gone",
      { attachments: [attachment("a", "attached")], node: undefined },
      "detach a",
    ],
  ];
  for (const [name, state, expected] of cases) {
    const plan = planNode({
      node: "node" in state ? state.node : node([]),
      wishes: state.wishes ?? [],
      attachments: state.attachments ?? [],
      nameOf: ({ metadata }) => metadata.name,
      elsewhere: () => state.elsewhere ?? [],
      inUse: new Set(state.inUse),
      leaving: new Map(state.since === undefined ? [] : [["a", state.since]]),
      now,
    });
    const shown = [
      ...plan.attach.map(({ volume }) => `attach ${volume.name}`),
      ...plan.blocked.map(({ wish, nodes }) => `blocked ${wish.volume.name} by ${nodes.join()}`),
      ...plan.detach.map(({ metadata }) => `detach ${metadata.name}`),
      ...plan.attached.map((volume) => `has ${volume}`),
      ...(plan.waitMs === undefined ? [] : [`look in ${plan.waitMs / 1000} s`]),
    ];
    assert.equal(shown.join(", "), expected, name);
  }
});

const attacherFinalizer = "external-attacher/disk-example-com";

/** A driver's attacher: what it is asked for takes it two seconds. */
async function runAttacher({ client, clock }: TestCluster, signal: AbortSignal): Promise<void> {
  const events = client.watch(VolumeAttachment, { sendInitialEvents: true }, signal);
  for await (const { type, object } of events) {
    if (type !== "ADDED" && type !== "MODIFIED") continue;
    const { deletionTimestamp } = object.metadata;
    if (!deletionTimestamp && object.status?.attached) continue;
    clock.after(2_000, () => void answer(object));
  }

  async function answer({ metadata }: VolumeAttachment): Promise<void> {
    const current = await client.find(VolumeAttachment, metadata);
    if (!current) return;
    if (current.metadata.deletionTimestamp) {
      const rest = { ...current.metadata, finalizers: [] };
      await client.update(VolumeAttachment, { ...current, metadata: rest });
      return;
    }
    const kept = { ...current.metadata, finalizers: [attacherFinalizer] };
    const held = await client.update(VolumeAttachment, { ...current, metadata: kept });
    const status = { attached: true };
    await client.update(VolumeAttachment, { ...held, status }, { subresource: "status" });
  }
}

test("a disk moves from node to node with its pod", async () => {
  const cluster = await startCluster([attachDetachController()], {
    // Names of attachments are digests, which come from another thread.
    settle: async () => void (await sha256Hex(new Uint8Array(1))),
    async prepare(client) {
      for (const name of ["node-1", "node-2"]) {
        const status = { conditions: [{ type: "Ready", status: "True" as const }] };
        const annotations = { [managedAnnotation]: "true" };
        await client.create(Node, { metadata: { name, annotations }, status });
      }
      const claim = await client.create(PersistentVolumeClaim, {
        metadata: { namespace: "default", name: "data" },
        spec: { volumeName: "pv-data" },
        status: { phase: "Bound" },
      });
      await client.create(PersistentVolume, {
        metadata: { name: "pv-data" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          csi: { driver: "disk.example.com", volumeHandle: "d-1" },
          claimRef: { namespace: "default", name: "data", uid: claim.metadata.uid },
        },
        status: { phase: "Bound" },
      });
    },
  });
  const { client, kubelet } = cluster;
  const stop = new AbortController();
  const attacher = runAttacher(cluster, stop.signal);
  const dialogue = new Dialogue(cluster, [
    view(Node, ({ status }) => {
      const names = (list: readonly string[] | undefined) => list?.join() || "nothing";
      return `has ${names(status.volumesAttached?.map(({ name }) => name))}, uses ${names(status.volumesInUse)}`;
    }),
    view(VolumeAttachment, ({ metadata, spec, status }) => {
      const going = metadata.deletionTimestamp ? ", going" : "";
      const state = status?.attached ? "attached" : "asked for";
      return `${spec.source.persistentVolumeName} to ${spec.nodeName}: ${state}${going}`;
    }),
  ]);
  const use = (name: string, volumesInUse: string[]) =>
    client.patch(
      Node,
      { name },
      { type: "merge", patch: { status: { volumesInUse } } },
      { subresource: "status" },
    );
  const run = (name: string, node: string) => {
    kubelet.nodeFor = () => node;
    return client.create(Pod, {
      metadata: { namespace: "default", name },
      spec: {
        containers: [{ name: "main", image: "nginx" }],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
      },
    });
  };
  const disk = "kubernetes.io/csi/disk.example.com^d-1";
  await dialogue.ask("a pod on node-1", () => run("first", "node-1"), 5_000);
  await dialogue.ask("its kubelet mounts the disk", () => use("node-1", [disk]), 1_000);
  await dialogue.ask("another pod, on node-2", () => run("second", "node-2"), 1_000);
  const first = { namespace: "default", name: "first" };
  await dialogue.ask("the first pod goes", () => client.delete(Pod, first), 5_000);
  await dialogue.ask("its disk is unmounted", () => use("node-1", []), 10_000);
  const text = (await dialogue.end()).replaceAll(/csi-[0-9a-f]{64}/g, (name) => name.slice(0, 8));
  golden(new URL("testdata/moving.txt", import.meta.url), text);
  stop.abort();
  await attacher;
  await cluster.stop();
});
