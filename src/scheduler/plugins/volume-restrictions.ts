import type { Pod, Volume } from "#api/core/v1.ts";
import { claimKeysOf, hasClaims } from "#machinery/volumes.ts";
import type { NodeInfo } from "../cache/node-info.ts";
import type { PodInfo } from "../cache/pod-info.ts";
import type { Plugin } from "../framework.ts";
import { mayHelp } from "../volumes/volume-binder.ts";
import type { VolumeObjects } from "../volumes/pod-volumes.ts";

const name = "VolumeRestrictions";
const inUse =
  "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode " +
  "already in-use by another pod";

/** Some volumes are for one pod only, and some disks for one node, or for reading alone. */
export function volumeRestrictions(binder: { readonly objects: VolumeObjects }): Plugin {
  return {
    name,

    prepareFilter({ pod, key }, { nodes }) {
      const disks = (pod.spec.volumes ?? []).filter(isExclusiveDisk);
      const own = hasClaims(pod) ? ownClaims(pod, binder) : [];
      if (disks.length === 0 && own.length === 0) return undefined;
      const refuse = (reason: string) => ({ plugin: name, reasons: [reason], unresolvable: false });
      const isUser = (other: PodInfo) => {
        if (own.length === 0 || other.key === key) return false;
        const used = claimKeysOf(other.pod);
        return own.some((claim) => used.includes(claim));
      };
      let users = 0;
      if (own.length > 0) for (const { pods } of nodes) users += pods.filter(isUser).length;
      return {
        check(node) {
          if (disks.length > 0 && disksConflict(disks, node)) {
            return refuse("node(s) had no available disk");
          }
          return users === 0 ? undefined : refuse(inUse);
        },
        add: (other) => void (isUser(other) && users++),
        remove: (other) => void (isUser(other) && users--),
      };
    },

    mayFitAfter: (event, pod) =>
      mayHelp(event, pod) || event.kind === "PodDeleted" || event.kind === "NodeAdded",
  };
}

/** Keys of the pod's claims that no other pod may use at the same time. */
function ownClaims(pod: Pod, binder: { readonly objects: VolumeObjects }): readonly string[] {
  return claimKeysOf(pod).filter((key) => {
    const [namespace = "", claim = ""] = key.split("/");
    const modes = binder.objects.claim(namespace, claim)?.spec.accessModes ?? [];
    return modes.includes("ReadWriteOncePod");
  });
}

function isExclusiveDisk(volume: Volume): boolean {
  const { gcePersistentDisk, awsElasticBlockStore, rbd, iscsi } = volume;
  return Boolean(gcePersistentDisk ?? awsElasticBlockStore ?? rbd ?? iscsi);
}

function disksConflict(disks: readonly Volume[], node: NodeInfo): boolean {
  return node.pods.some(({ pod }) =>
    (pod.spec.volumes ?? []).some((other) => disks.some((disk) => conflict(disk, other))),
  );
}

function conflict(left: Volume, right: Volume): boolean {
  const [gce, otherGce] = [left.gcePersistentDisk, right.gcePersistentDisk];
  if (gce && otherGce && gce.pdName === otherGce.pdName) {
    return !(gce.readOnly && otherGce.readOnly);
  }
  const [aws, otherAws] = [left.awsElasticBlockStore, right.awsElasticBlockStore];
  if (aws && otherAws && aws.volumeID === otherAws.volumeID) return true;
  const [iscsi, otherIscsi] = [left.iscsi, right.iscsi];
  if (iscsi && otherIscsi && iscsi.iqn === otherIscsi.iqn) {
    return !(iscsi.readOnly && otherIscsi.readOnly);
  }
  const [rbd, otherRbd] = [left.rbd, right.rbd];
  if (!rbd || !otherRbd || rbd.pool !== otherRbd.pool || rbd.image !== otherRbd.image) return false;
  const isSameCluster = rbd.monitors.some((monitor) => otherRbd.monitors.includes(monitor));
  return isSameCluster && !(rbd.readOnly && otherRbd.readOnly);
}
