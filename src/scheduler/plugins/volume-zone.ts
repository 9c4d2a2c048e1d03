import type { Node, PersistentVolume } from "#api/core/v1.ts";
import { hasClaims } from "#machinery/volumes.ts";
import type { Plugin } from "../framework.ts";
import { mayHelp } from "../volumes/volume-binder.ts";
import type { VolumeBinder } from "../volumes/volume-binder.ts";

const name = "VolumeZone";
/** Each with its older name. */
const topologies = [
  ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"],
  ["topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"],
] as const;

/** Pods go to the zone that their volumes' labels name. */
export function volumeZone(binder: VolumeBinder): Plugin {
  return {
    name,

    prepareFilter({ pod }) {
      if (!hasClaims(pod)) return undefined;
      const claims = binder.claimsOf(pod);
      if (typeof claims === "string") return undefined;
      const volumes = claims.bound.flatMap(
        ({ spec }) => binder.objects.volume(spec.volumeName ?? "") ?? [],
      );
      if (volumes.length === 0) return undefined;
      return {
        check({ node }) {
          if (volumes.every((volume) => sharesZones(volume, node))) return undefined;
          const reasons = ["node(s) had no available volume zone"];
          return { plugin: name, reasons, unresolvable: true };
        },
      };
    },

    mayFitAfter: (event, pod) =>
      mayHelp(event, pod) || event.kind === "NodeAdded" || event.kind === "NodeUpdated",
  };
}

/** A node that is in no zone is in a cluster without zones. Volumes may be in several. */
export function sharesZones(volume: PersistentVolume, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  const zones = volume.metadata.labels ?? {};
  if (topologies.flat().every((key) => labels[key] === undefined)) return true;
  return topologies.every(([key, old]) => {
    const wanted = zones[key] ?? zones[old];
    const has = labels[key] ?? labels[old];
    return wanted === undefined || (has !== undefined && wanted.split("__").includes(has));
  });
}
