import type { Node, Pod } from "#api/core/v1.ts";
import type { VolumeAttachment } from "#api/storage/v1.ts";
import { compare } from "../common/time.ts";
import type { Attachable } from "./volumes.ts";

/** Nodes whose kubelet leaves it to this controller say so. */
export const managedAnnotation = "volumes.kubernetes.io/controller-managed-attach-detach";
/** A node that does not answer is given so long to say that it has let go of a volume. */
export const unmountMsMax = 6 * 60_000;
const outOfService = "node.kubernetes.io/out-of-service";

/** A volume that pods of the node use. */
export interface Wish {
  readonly volume: Attachable;
  readonly pods: readonly Pod[];
}

export interface NodeState {
  /** Missing when it is gone. */
  readonly node: Node | undefined;
  readonly wishes: readonly Wish[];
  /** Those for this node. */
  readonly attachments: readonly VolumeAttachment[];
  /** The name of the volume of an attachment, where that is known. */
  readonly nameOf: (attachment: VolumeAttachment) => string | undefined;
  /** Other nodes that have the volume. */
  readonly elsewhere: (volume: Attachable) => readonly string[];
  /** Names of volumes that the node says it has mounted. */
  readonly inUse: ReadonlySet<string>;
  /** Since when no pod wants a volume that is still in use; kept from pass to pass. */
  readonly leaving: Map<string, number>;
  readonly now: number;
}

export interface NodePlan {
  readonly attach: readonly Wish[];
  /** Volumes of which the one node that may have them is another. */
  readonly blocked: readonly { readonly wish: Wish; readonly nodes: readonly string[] }[];
  readonly detach: readonly VolumeAttachment[];
  /** What the node is to be told that it has. */
  readonly attached: readonly string[];
  /** Look again then, even if nothing happens. */
  readonly waitMs: number | undefined;
}

export function planNode(state: NodeState): NodePlan {
  const { attachments, nameOf, leaving, wishes } = state;
  const wanted = new Set(wishes.map(({ volume }) => volume.name));
  const byName = new Map(attachments.map((one) => [nameOf(one) ?? one.metadata.name, one]));
  const attached = new Set<string>();
  const attach: Wish[] = [];
  const blocked: { wish: Wish; nodes: readonly string[] }[] = [];
  for (const wish of wishes) {
    const { volume } = wish;
    leaving.delete(volume.name);
    const nodes = volume.isExclusive ? state.elsewhere(volume) : [];
    if (!volume.attacher) {
      if (nodes.length === 0) attached.add(volume.name);
      else blocked.push({ wish, nodes });
      continue;
    }
    const attachment = byName.get(volume.name);
    if (!attachment && nodes.length > 0) blocked.push({ wish, nodes });
    else if (!attachment) attach.push(wish);
    else if (isAttached(attachment)) attached.add(volume.name);
  }
  const before = (state.node?.status.volumesAttached ?? []).map(({ name }) => name);
  const known = new Set([...byName.keys(), ...before]);
  for (const name of leaving.keys()) if (!known.has(name)) leaving.delete(name);
  const detach: VolumeAttachment[] = [];
  let waitMs: number | undefined;
  for (const name of known) {
    if (wanted.has(name)) continue;
    const leftMs = msToDetach(name, state);
    const attachment = byName.get(name);
    if (leftMs > 0) {
      if (before.includes(name)) attached.add(name);
      // A node that answers lets go of it in its own time, and says so.
      if (leftMs !== Infinity) waitMs = Math.min(waitMs ?? Infinity, leftMs);
    } else if (attachment && !attachment.metadata.deletionTimestamp) detach.push(attachment);
  }
  return { attach, blocked, detach, attached: [...attached].sort(compare), waitMs };
}

/** How long the volume has to stay for the node's sake. */
function msToDetach(name: string, { inUse, leaving, node, now }: NodeState): number {
  if (!inUse.has(name) || isOutOfService(node)) return 0;
  const since = leaving.get(name) ?? now;
  leaving.set(name, since);
  return isHealthy(node) ? Infinity : Math.max(0, since + unmountMsMax - now);
}

function isAttached({ metadata, status }: VolumeAttachment): boolean {
  return metadata.deletionTimestamp === undefined && status?.attached === true;
}

function isHealthy(node: Node | undefined): boolean {
  return node?.status.conditions?.find(({ type }) => type === "Ready")?.status === "True";
}

function isOutOfService(node: Node | undefined): boolean {
  return (node?.spec.taints ?? []).some(({ key }) => key === outOfService);
}
