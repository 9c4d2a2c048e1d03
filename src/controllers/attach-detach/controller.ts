import { Node, PersistentVolume, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { CSIDriver, VolumeAttachment } from "#api/storage/v1.ts";
import { isAlreadyExists } from "#client/client.ts";
import { claimNameOf } from "#machinery/volumes.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import { sha256Hex } from "#pki/digest.ts";
import { utf8 } from "#base/bytes.ts";
import type { ReconcileContext } from "#component/context.ts";
import type { Controller, ReadCache } from "#component/controller.ts";
import { defineController, indexBy, watch } from "#component/controller.ts";
import { podsByNode } from "../node-lifecycle/controller.ts";
import { managedAnnotation, planNode } from "./plan.ts";
import type { NodePlan, Wish } from "./plan.ts";
import { attachableInline, attachableVolume } from "./volumes.ts";
import type { Attachable } from "./volumes.ts";

/**
 * Asks for the attachment of volumes to the nodes of their pods, and tells the nodes. Who attaches
 * a volume, a CSI driver, hears of it through a VolumeAttachment, and says there when it is done.
 */
export function attachDetachController(): Controller {
  /** What nodes said that they use; of one that is gone, its last word. */
  const inUse = new Map<string, readonly string[]>();
  const leaving = new Map<string, Map<string, number>>();
  /** For which node a volume was asked last: the caches may not show it yet. */
  const asked = new Map<string, string>();

  return defineController({
    name: "persistentvolume-attach-detach-controller",
    eventSource: "attachdetach-controller",
    for: Node,
    // One after the other: two nodes must not be given a volume that only one may have.
    concurrency: 1,
    watches: [
      watch(Pod, ({ spec }, _, old) =>
        [spec.nodeName, old?.spec.nodeName].flatMap((name) => (name ? [{ name }] : [])),
      ),
      watch(PersistentVolumeClaim, ({ metadata }, cache) =>
        cache.byIndex(Pod, "claim", `${metadata.namespace}/${metadata.name}`).flatMap(nodeOf),
      ),
      watch(VolumeAttachment, ({ spec }, cache) => [
        { name: spec.nodeName },
        // Somebody else may wait for the volume.
        ...podsOfVolume(spec.source.persistentVolumeName, cache).flatMap(nodeOf),
      ]),
    ],
    reads: [PersistentVolume, CSIDriver],
    indexes: [
      podsByNode,
      indexBy(Pod, "claim", (pod) =>
        claimsOf(pod).map((name) => `${pod.metadata.namespace}/${name}`),
      ),
      indexBy(VolumeAttachment, "node", ({ spec }) => [spec.nodeName]),
      indexBy(VolumeAttachment, "volume", ({ spec }) =>
        spec.source.persistentVolumeName ? [spec.source.persistentVolumeName] : [],
      ),
    ],

    async reconcileKey({ name }, ctx) {
      const node = ctx.object;
      if (node && node.metadata.annotations?.[managedAnnotation] !== "true") return undefined;
      // What was asked for this node shows by now, or failed.
      for (const [volume, asker] of asked) if (asker === name) asked.delete(volume);
      if (node) inUse.set(name, node.status.volumesInUse ?? []);
      let waiting = leaving.get(name);
      if (!waiting) leaving.set(name, (waiting = new Map()));
      const attachments = ctx.byIndex(VolumeAttachment, "node", name);
      const plan = planNode({
        node,
        wishes: node ? wishesOf(name, ctx) : [],
        attachments,
        nameOf: (attachment) => nameOf(attachment, ctx),
        elsewhere: (volume) => otherNodes(volume, name, asked, ctx),
        inUse: new Set(inUse.get(name)),
        leaving: waiting,
        now: ctx.now,
      });
      for (const { volume } of plan.attach) asked.set(volume.name, name);
      await act(name, plan, attachments, ctx);
      if (!node && attachments.length === 0) {
        inUse.delete(name);
        leaving.delete(name);
      }
      return { requeueAfterMs: plan.waitMs };
    },
  });
}

async function act(
  nodeName: string,
  plan: NodePlan,
  attachments: readonly VolumeAttachment[],
  ctx: ReconcileContext<Node>,
): Promise<void> {
  // A node must not mount what is on its way out: it is told before the volume goes.
  await tellNode(nodeName, plan, ctx);
  for (const attachment of plan.detach) await ctx.delete(VolumeAttachment, attachment);
  for (const { wish, nodes } of plan.blocked) tellBlocked(wish, nodes, ctx);
  for (const wish of plan.attach) await attach(nodeName, wish, ctx);
  const wishes = wishesOf(nodeName, ctx);
  for (const { spec, status } of attachments) {
    const { message } = status?.attachError ?? {};
    if (message === undefined || status?.attached) continue;
    const volume = spec.source.persistentVolumeName ?? "";
    for (const { pods } of wishes.filter((wish) => wish.volume.attacher?.volume === volume)) {
      const text = `AttachVolume.Attach failed for volume "${volume}" : ${message}`;
      for (const pod of pods) ctx.event("Warning", "FailedAttachVolume", text, pod);
    }
  }
}

async function tellNode(
  name: string,
  { attached }: NodePlan,
  ctx: ReconcileContext<Node>,
): Promise<void> {
  const node = ctx.object;
  if (!node) return;
  const before = (node.status.volumesAttached ?? []).map((one) => one.name);
  if (before.length === attached.length && before.every((one) => attached.includes(one))) return;
  const volumesAttached = attached.map((name) => ({ name, devicePath: "" }));
  const patch = { metadata: { uid: node.metadata.uid }, status: { volumesAttached } };
  await ctx.patch(Node, { name }, { type: "merge", patch }, { subresource: "status" });
  for (const { volume, pods } of wishesOf(name, ctx)) {
    if (before.includes(volume.name) || !attached.includes(volume.name)) continue;
    const text = `AttachVolume.Attach succeeded for volume "${volume.shown}" `;
    for (const pod of pods) ctx.event("Normal", "SuccessfulAttachVolume", text, pod);
  }
}

async function attach(nodeName: string, { volume }: Wish, ctx: ReconcileContext<Node>) {
  const { attacher } = volume;
  if (!attacher) return;
  const { driver, handle } = attacher;
  const name = `csi-${await sha256Hex(utf8(`${handle}${driver}${nodeName}`))}`;
  try {
    await ctx.create(VolumeAttachment, {
      metadata: { name },
      spec: { attacher: driver, nodeName, source: { persistentVolumeName: attacher.volume } },
    });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

function tellBlocked(
  { volume, pods }: Wish,
  nodes: readonly string[],
  ctx: ReconcileContext<Node>,
): void {
  const others = nodes
    .flatMap((node) => wishesOf(node, ctx).filter((wish) => wish.volume.name === volume.name))
    .flatMap((wish) => wish.pods);
  for (const pod of pods) {
    const near = others.filter(({ metadata }) => metadata.namespace === pod.metadata.namespace);
    const names = near.map(({ metadata }) => metadata.name).join(", ");
    const far = others.length - near.length;
    const detail =
      others.length === 0
        ? "Volume is already exclusively attached to one node and can't be attached to another"
        : near.length === 0
          ? `Volume is already used by ${far} pod(s) in different namespaces`
          : `Volume is already used by pod(s) ${names}` +
            (far > 0 ? ` and ${far} pod(s) in different namespaces` : "");
    const text = `Multi-Attach error for volume "${volume.shown}" ${detail}`;
    ctx.event("Warning", "FailedAttachVolume", text, pod);
  }
}

/** The volumes of the node's pods, each once. */
function wishesOf(nodeName: string, cache: ReadCache): readonly Wish[] {
  const wishes = new Map<string, { volume: Attachable; pods: Pod[] }>();
  for (const pod of cache.byIndex(Pod, "nodeName", nodeName)) {
    if (isFinished(pod)) continue;
    for (const volume of attachablesOf(pod, cache)) {
      const wish = wishes.get(volume.name);
      if (wish) wish.pods.push(pod);
      else wishes.set(volume.name, { volume, pods: [pod] });
    }
  }
  return [...wishes.values()];
}

function attachablesOf(pod: Pod, cache: ReadCache): readonly Attachable[] {
  const { namespace } = pod.metadata;
  return (pod.spec.volumes ?? []).flatMap((volume) => {
    const claimName = claimNameOf(pod, volume);
    if (claimName === undefined) return attachableInline(volume) ?? [];
    const claim = cache.get(PersistentVolumeClaim, { namespace, name: claimName });
    const name = claim?.spec.volumeName;
    const found = name ? cache.get(PersistentVolume, { name }) : undefined;
    if (!found || found.spec.claimRef?.uid !== claim?.metadata.uid) return [];
    return attachableVolume(found, needsAttaching(cache)) ?? [];
  });
}

const needsAttaching = (cache: ReadCache) => (driver: string) =>
  cache.get(CSIDriver, { name: driver })?.spec.attachRequired ?? true;

function nameOf({ spec }: VolumeAttachment, cache: ReadCache): string | undefined {
  const { persistentVolumeName: name } = spec.source;
  const csi = name ? cache.get(PersistentVolume, { name })?.spec.csi : undefined;
  return csi && `kubernetes.io/csi/${csi.driver}^${csi.volumeHandle}`;
}

function otherNodes(
  { attacher, name }: Attachable,
  nodeName: string,
  asked: ReadonlyMap<string, string>,
  cache: ReadCache,
): readonly string[] {
  if (!attacher) {
    return cache
      .list(Node)
      .filter(({ metadata }) => metadata.name !== nodeName)
      .filter(({ status }) => status.volumesAttached?.some((volume) => volume.name === name))
      .map(({ metadata }) => metadata.name);
  }
  const nodes = cache
    .byIndex(VolumeAttachment, "volume", attacher.volume)
    .map(({ spec }) => spec.nodeName);
  const last = asked.get(name);
  if (last !== undefined) nodes.push(last);
  return nodes.filter((node) => node !== nodeName);
}

function podsOfVolume(name: string | undefined, cache: ReadCache): readonly Pod[] {
  const claim = name ? cache.get(PersistentVolume, { name })?.spec.claimRef : undefined;
  return claim ? cache.byIndex(Pod, "claim", `${claim.namespace}/${claim.name}`) : [];
}

function claimsOf(pod: Pod): readonly string[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => claimNameOf(pod, volume) ?? []);
}

const nodeOf = ({ spec }: Pod) => (spec.nodeName ? [{ name: spec.nodeName }] : []);
