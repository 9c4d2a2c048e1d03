import type { ResourceDefinition } from "#server/registry/resource.ts";

/** What nothing does yet for objects of these kinds, although they are stored and checked. */
const unfinished: Readonly<Record<string, string>> = {
  "resource.k8s.io/ResourceClaim": "devices are allocated and not handed to containers yet",
  "coordination.k8s.io/LeaseCandidate": "nobody is elected from LeaseCandidates yet",
  "resource.k8s.io/DeviceTaintRule": "nobody taints devices by it yet",
  "resource.k8s.io/ResourcePoolStatusRequest": "nobody looks at the pools yet",
  "scheduling.k8s.io/PodGroup": "pods are scheduled one by one yet",
  "scheduling.k8s.io/Workload": "no groups of pods are made for Workloads yet",
};

/** Says so to who makes one, in a warning: nobody should wait for what does not come. */
export function tellUnfinished(
  definitions: readonly ResourceDefinition[],
): readonly ResourceDefinition[] {
  return definitions.map((definition) => {
    const { group, kind } = definition.type.info;
    const warning = unfinished[`${group}/${kind}`];
    if (!warning) return definition;
    return {
      ...definition,
      warnings(object, old) {
        const others = definition.warnings?.(object, old) ?? [];
        return old ? others : [`this cluster stores it, but ${warning}`, ...others];
      },
    };
  });
}
