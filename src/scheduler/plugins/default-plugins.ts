import type { Plugin } from "../framework.ts";
import { defaultArguments } from "../profile/arguments.ts";
import type { PluginArguments } from "../profile/arguments.ts";
import type { DeviceClaims } from "../devices/device-claims.ts";
import type { VolumeBinder } from "../volumes/volume-binder.ts";
import { dynamicResources } from "./dynamic-resources.ts";
import { imageLocality } from "./image-locality.ts";
import { interPodAffinity } from "./inter-pod-affinity.ts";
import { nodeAffinity } from "./node-affinity.ts";
import { nodeName } from "./node-name.ts";
import { nodePorts } from "./node-ports.ts";
import { nodeResourcesFit } from "./node-resources.ts";
import { nodeVolumeLimits } from "./node-volume-limits.ts";
import { nodeUnschedulable } from "./node-unschedulable.ts";
import { podTopologySpread } from "./pod-topology-spread.ts";
import { nodeResourcesBalancedAllocation } from "./resource-strategies.ts";
import { schedulingGates } from "./scheduling-gates.ts";
import { taintToleration } from "./taint-toleration.ts";
import { volumeBinding } from "./volume-binding.ts";
import { volumeRestrictions } from "./volume-restrictions.ts";
import { volumeZone } from "./volume-zone.ts";

/**
 * Every plugin there is, in the order of upstream's default profile, made for its arguments. Those
 * for claims of pods come with who binds volumes.
 */
export function pluginsFor(
  args: PluginArguments,
  binder?: VolumeBinder,
  devices?: DeviceClaims,
): readonly Plugin[] {
  const volumes = binder
    ? [
        volumeRestrictions(binder),
        nodeVolumeLimits(binder),
        volumeBinding(binder),
        volumeZone(binder),
      ]
    : [];
  return [
    schedulingGates,
    nodeUnschedulable,
    nodeName,
    taintToleration,
    nodeAffinity(args.NodeAffinity),
    nodePorts,
    nodeResourcesFit(args.NodeResourcesFit),
    ...volumes,
    podTopologySpread(args.PodTopologySpread),
    interPodAffinity(args.InterPodAffinity),
    ...(devices ? [dynamicResources(devices)] : []),
    nodeResourcesBalancedAllocation(args.NodeResourcesBalancedAllocation),
    imageLocality,
  ];
}

/** Upstream's default profile for pods without claims. */
export const defaultPlugins: readonly Plugin[] = pluginsFor(defaultArguments);
