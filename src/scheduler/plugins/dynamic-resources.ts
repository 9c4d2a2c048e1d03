import type { Pod } from "#api/core/v1.ts";
import { matchesTerm } from "#machinery/scheduling/node-affinity.ts";
import type { DeviceClaims } from "../devices/device-claims.ts";
import type { Plugin } from "../framework.ts";

const name = "DynamicResources";

/** Finds devices for the claims of pods, and allocates them before the pod is bound. */
export function dynamicResources(devices: DeviceClaims): Plugin {
  const refuse = (reason: string) => ({ plugin: name, reasons: [reason], unresolvable: true });
  return {
    name,

    preEnqueue(pod) {
      const claims = hasDeviceClaims(pod) ? devices.claimsOf(pod) : [];
      return typeof claims === "string" ? claims : undefined;
    },

    preFilter({ pod }) {
      if (!hasDeviceClaims(pod)) return undefined;
      const claims = devices.claimsOf(pod);
      const problem = typeof claims === "string" ? claims : devices.problemOf(pod, claims);
      return problem === undefined ? undefined : refuse(problem);
    },

    prepareFilter({ pod }) {
      if (!hasDeviceClaims(pod)) return undefined;
      const claims = devices.claimsOf(pod);
      // Said before any node was looked at.
      if (typeof claims === "string") return undefined;
      const isOpen = claims.some(({ status }) => !status.allocation);
      const selectors = claims.flatMap(({ status }) => status.allocation?.nodeSelector ?? []);
      return {
        check({ node }) {
          const isNear = selectors.every(({ nodeSelectorTerms }) =>
            nodeSelectorTerms.some((term) => matchesTerm(term, node)),
          );
          if (!isNear) return refuse("resourceclaim not available on the node");
          if (!isOpen) return undefined;
          const allocations = devices.allocate(claims, node);
          return allocations.ok ? undefined : refuse(allocations.reason);
        },
      };
    },

    reserve({ pod }, { node }) {
      if (hasDeviceClaims(pod)) devices.reserve(pod, node);
    },

    unreserve({ pod }) {
      if (hasDeviceClaims(pod)) devices.release(pod);
    },

    async preBind({ pod }, _node, signal) {
      if (hasDeviceClaims(pod)) await devices.bind(pod, signal);
    },

    mayFitAfter(event, pod) {
      switch (event.kind) {
        case "DevicesChanged":
        case "NodeAdded":
        case "NodeUpdated":
          return true;
        case "PodUpdated":
          return event.pod.metadata.uid === pod.metadata.uid;
        default:
          return false;
      }
    },
  };
}

export function hasDeviceClaims({ spec }: Pod): boolean {
  return spec.resourceClaims !== undefined && spec.resourceClaims.length > 0;
}
