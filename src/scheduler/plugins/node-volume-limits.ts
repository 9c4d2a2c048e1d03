import { hasClaims } from "#machinery/volumes.ts";
import type { ClusterEvent, Plugin } from "../framework.ts";
import { mayHelp } from "../volumes/volume-binder.ts";
import type { VolumeObjects } from "../volumes/pod-volumes.ts";
import { attachablesOf, attachedTo, limitsOf } from "../volumes/volume-limits.ts";
import type { AttachedObjects } from "../volumes/volume-limits.ts";

const name = "NodeVolumeLimits";
const exceeded = {
  plugin: name,
  reasons: ["node(s) exceed max volume count"],
  unresolvable: false,
};

/** Nodes take only so many volumes of a CSI driver, as their CSINode says. */
export function nodeVolumeLimits({
  objects,
}: {
  readonly objects: VolumeObjects & AttachedObjects;
}): Plugin {
  return {
    name,

    prepareFilter({ pod }) {
      if (!hasClaims(pod)) return undefined;
      const wanted = attachablesOf(pod, objects);
      if (wanted.size === 0) return undefined;
      return {
        check(node) {
          const limits = limitsOf(objects.csiNode(node.name));
          if (limits.size === 0) return undefined;
          // A volume that several pods of the node use is attached once.
          const used = new Map<string, string>();
          for (const other of node.pods) {
            for (const [volume, driver] of attachablesOf(other.pod, objects)) {
              used.set(volume, driver);
            }
          }
          const counts = new Map<string, number>();
          const count = (driver: string) => counts.set(driver, (counts.get(driver) ?? 0) + 1);
          for (const driver of used.values()) count(driver);
          for (const [volume, driver] of attachedTo(node.name, objects)) {
            if (!used.has(volume)) count(driver);
          }
          const added = [...wanted].filter(([volume]) => !used.has(volume));
          for (const [, driver] of added) count(driver);
          const isTooMuch = ([, driver]: readonly [string, string]) =>
            (counts.get(driver) ?? 0) > (limits.get(driver) ?? Infinity);
          return added.some(isTooMuch) ? exceeded : undefined;
        },
      };
    },

    mayFitAfter: (event, pod) => mayHelp(event, pod) || freesVolumes(event),
  };
}

function freesVolumes(event: ClusterEvent): boolean {
  if (event.kind !== "PodDeleted") return false;
  const { spec, status } = event.pod;
  return hasClaims(event.pod) && !!(spec.nodeName || status.nominatedNodeName);
}
