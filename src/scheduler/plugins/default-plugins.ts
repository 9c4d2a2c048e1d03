import type { Plugin } from "../framework.ts";
import { imageLocality } from "./image-locality.ts";
import { interPodAffinity } from "./inter-pod-affinity.ts";
import { nodeAffinity } from "./node-affinity.ts";
import { nodeName } from "./node-name.ts";
import { nodePorts } from "./node-ports.ts";
import { nodeResourcesBalancedAllocation, nodeResourcesFit } from "./node-resources.ts";
import { nodeUnschedulable } from "./node-unschedulable.ts";
import { podTopologySpread } from "./pod-topology-spread.ts";
import { taintToleration } from "./taint-toleration.ts";
import type { VolumeBinder } from "../volumes/volume-binder.ts";
import { volumeBinding } from "./volume-binding.ts";
import { volumeRestrictions } from "./volume-restrictions.ts";
import { volumeZone } from "./volume-zone.ts";

/** Upstream's default profile for pods without claims, in its order. */
export const defaultPlugins: readonly Plugin[] = [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
  podTopologySpread,
  interPodAffinity,
  nodeResourcesBalancedAllocation,
  imageLocality,
];

/** The same with what claims of pods need, in upstream's order too. */
export function pluginsWith(binder: VolumeBinder): readonly Plugin[] {
  const volumes = [volumeRestrictions(binder), volumeBinding(binder), volumeZone(binder)];
  const after = defaultPlugins.indexOf(nodeResourcesFit) + 1;
  return [...defaultPlugins.slice(0, after), ...volumes, ...defaultPlugins.slice(after)];
}
