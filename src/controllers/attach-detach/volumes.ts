import type { PersistentVolume, PersistentVolumeSpec, Volume } from "#api/core/v1.ts";

/** A volume that has to be attached to a node before it can be mounted there. */
export interface Attachable {
  /** The cluster's name for it, as nodes report it. */
  readonly name: string;
  /** For people. */
  readonly shown: string;
  /** Who attaches it, when told by a VolumeAttachment; the node alone does when missing. */
  readonly attacher?: { readonly driver: string; readonly handle: string; readonly volume: string };
  /** Of one node at a time only. */
  readonly isExclusive: boolean;
}

type Source = Pick<PersistentVolumeSpec, "csi" | "fc" | "iscsi"> | Pick<Volume, "fc" | "iscsi">;

/**
 * What there is to attach of a persistent volume. `needsAttaching` knows CSI drivers: without word
 * from one, its volumes do.
 */
export function attachableVolume(
  { metadata, spec }: PersistentVolume,
  needsAttaching: (driver: string) => boolean,
): Attachable | undefined {
  const modes = spec.accessModes ?? [];
  const isShared = modes.some((mode) => mode === "ReadWriteMany" || mode === "ReadOnlyMany");
  const rest = { shown: metadata.name, isExclusive: modes.length > 0 && !isShared };
  if (spec.csi) {
    const { driver, volumeHandle: handle } = spec.csi;
    if (!needsAttaching(driver)) return undefined;
    const name = `kubernetes.io/csi/${driver}^${handle}`;
    return { name, attacher: { driver, handle, volume: metadata.name }, ...rest };
  }
  const name = deviceName(spec);
  return name === undefined ? undefined : { name, ...rest };
}

/** The same of a volume that stands in a pod. CSI volumes that do are never attached. */
export function attachableInline(volume: Volume): Attachable | undefined {
  const name = deviceName(volume);
  return name === undefined ? undefined : { name, shown: volume.name, isExclusive: false };
}

/** Of devices of the network, which nodes find by themselves once they are told to. */
function deviceName(source: Source): string | undefined {
  if (source.fc) {
    const { lun, targetWWNs, wwids } = source.fc;
    const list = (values: readonly string[] = []) => `[${values.join(" ")}]`;
    return `kubernetes.io/fc/${lun === undefined ? list(wwids) : `${list(targetWWNs)}:${lun}`}`;
  }
  if (!source.iscsi) return undefined;
  const { iqn, lun, targetPortal } = source.iscsi;
  return `kubernetes.io/iscsi/${targetPortal}:${iqn}:${lun}`;
}
