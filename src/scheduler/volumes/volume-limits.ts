import type { PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import type { CSINode, VolumeAttachment } from "#api/storage/v1.ts";
import { claimNameOf, storageClassOf } from "#machinery/volumes.ts";
import type { VolumeObjects } from "./pod-volumes.ts";

/** What limits of nodes are about, besides the volumes. */
export interface AttachedObjects {
  csiNode(name: string): CSINode | undefined;
  attachments(node: string): readonly VolumeAttachment[];
}

/** The driver of each volume, by a name that no other volume has. */
export type Attachables = ReadonlyMap<string, string>;

/** How many volumes of each driver the node can take; nothing for drivers without a limit. */
export function limitsOf(node: CSINode | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const { name, allocatable } of node?.spec.drivers ?? []) {
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
  }
  return limits;
}

/** The volumes of drivers that the pod's claims stand for, those included that are yet to be. */
export function attachablesOf(pod: Pod, objects: VolumeObjects): Attachables {
  const { namespace = "" } = pod.metadata;
  const found = new Map<string, string>();
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    const claim = name === undefined ? undefined : objects.claim(namespace, name);
    const attachable = claim && attachableOf(claim, objects);
    if (attachable) found.set(`${attachable.driver}/${attachable.handle}`, attachable.driver);
  }
  return found;
}

/** What is attached to the node, or is about to be, whichever pod it is for. */
export function attachedTo(node: string, objects: VolumeObjects & AttachedObjects): Attachables {
  const found = new Map<string, string>();
  for (const { spec } of objects.attachments(node)) {
    const { persistentVolumeName, inlineVolumeSpec } = spec.source;
    const volume = objects.volume(persistentVolumeName ?? "");
    const csi = inlineVolumeSpec?.csi ?? volume?.spec.csi;
    if (csi) found.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
  }
  return found;
}

function attachableOf(
  claim: PersistentVolumeClaim,
  objects: VolumeObjects,
): { readonly driver: string; readonly handle: string } | undefined {
  const volume = objects.volume(claim.spec.volumeName ?? "");
  if (volume) {
    const { csi } = volume.spec;
    return csi && { driver: csi.driver, handle: csi.volumeHandle };
  }
  const storageClass = objects.storageClass(storageClassOf(claim));
  if (!storageClass) return undefined;
  const { namespace, name } = claim.metadata;
  return { driver: storageClass.provisioner, handle: `to be made for ${namespace}/${name}` };
}
