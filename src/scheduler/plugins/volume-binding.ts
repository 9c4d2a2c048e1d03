import { hasClaims } from "#machinery/volumes.ts";
import type { Plugin } from "../framework.ts";
import { mayHelp } from "../volumes/volume-binder.ts";
import type { VolumeBinder } from "../volumes/volume-binder.ts";

const name = "VolumeBinding";

/** Pods go where their volumes are, or can be; those are bound before the pod is. */
export function volumeBinding(binder: VolumeBinder): Plugin {
  return {
    name,

    preFilter({ pod }) {
      if (!hasClaims(pod)) return undefined;
      const claims = binder.claimsOf(pod);
      if (typeof claims === "string") {
        return { plugin: name, reasons: [claims], unresolvable: true };
      }
      if (claims.immediate.length === 0) return undefined;
      const reasons = ["pod has unbound immediate PersistentVolumeClaims"];
      return { plugin: name, reasons, unresolvable: true };
    },

    prepareFilter({ pod }) {
      if (!hasClaims(pod)) return undefined;
      const claims = binder.claimsOf(pod);
      const refuse = (reasons: readonly string[]) => ({
        plugin: name,
        reasons,
        unresolvable: true,
      });
      return {
        check({ node }) {
          if (typeof claims === "string") return refuse([claims]);
          const volumes = binder.check(node, claims);
          return volumes.ok ? undefined : refuse(volumes.reasons);
        },
      };
    },

    reserve: ({ pod }, { node }) => binder.reserve(pod, node),
    unreserve: ({ pod }) => binder.release(pod),

    async preBind({ pod }, { node }, signal) {
      try {
        await binder.bind(pod, node, signal);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`binding volumes: ${reason}`, { cause: error });
      }
    },

    mayFitAfter: (event, pod) =>
      mayHelp(event, pod) || event.kind === "NodeAdded" || event.kind === "NodeUpdated",
  };
}
