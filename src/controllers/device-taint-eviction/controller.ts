import { Pod } from "#api/core/v1.ts";
import { ResourceClaim, ResourceSlice } from "#api/resource/v1.ts";
import type { ObjectReference } from "#client/client.ts";
import { keyOf } from "#client/object.ts";
import type { ReadCache } from "#component/controller.ts";
import type { ReconcileContext } from "#component/context.ts";
import { defineController, indexBy, watch } from "#component/controller.ts";
import type { Controller } from "#component/controller.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { withDisruption } from "../common/disruption.ts";
import { podsByClaim } from "../resource-claim/controller.ts";
import { evictionAt, poolKey } from "./plan.ts";

const why = {
  reason: "DeletionByDeviceTaintManager",
  message: "Device Taint manager: deleting due to NoExecute taint",
};

/** Deletes pods that use devices whose NoExecute taints their claims do not tolerate, or no longer. */
export function deviceTaintEvictionController(): Controller {
  /** Pods that have to go later, by key: their uids. */
  const leaving = new Map<string, string>();

  return defineController({
    name: "device-taint-eviction-controller",
    for: Pod,
    watches: [
      watch(ResourceClaim, (claim, cache) => usersOf(claim, cache)),
      watch(ResourceSlice, (slice, cache, old) => {
        const { driver, pool } = slice.spec;
        if (old && deepEqual(old.spec, slice.spec)) return [];
        const claims = cache.byIndex(ResourceClaim, "pool", poolKey(driver, pool.name));
        return claims.flatMap((claim) => usersOf(claim, cache));
      }),
    ],
    indexes: [
      podsByClaim,
      indexBy(ResourceClaim, "pool", ({ status }) =>
        (status.allocation?.devices?.results ?? []).map(({ driver, pool }) =>
          poolKey(driver, pool),
        ),
      ),
      indexBy(ResourceSlice, "pool", ({ spec }) => [poolKey(spec.driver, spec.pool.name)]),
    ],
    ignores: ({ spec }) => !spec.resourceClaims?.length,

    async reconcileKey(reference, ctx) {
      const pod = ctx.object;
      const key = keyOf(reference);
      if (!pod || leaving.get(key) !== pod.metadata.uid) leaving.delete(key);
      if (!pod) return undefined;
      const { namespace } = pod.metadata;
      const at = evictionAt(pod, {
        claim: (name) => ctx.get(ResourceClaim, { namespace, name }),
        slices: (pool) => ctx.byIndex(ResourceSlice, "pool", pool),
      });
      if (at === undefined) {
        const isStaying = leaving.delete(key) && !pod.metadata.deletionTimestamp;
        if (isStaying) tell("Cancelling deletion", ctx);
        return undefined;
      }
      if (at > ctx.now) {
        leaving.set(key, pod.metadata.uid);
        return { requeueAfterMs: at - ctx.now };
      }
      leaving.delete(key);
      await evict(pod, ctx);
      return undefined;
    },
  });
}

function usersOf({ metadata }: ResourceClaim, cache: ReadCache): readonly ObjectReference[] {
  const pods = cache.byIndex(Pod, "resourceClaim", `${metadata.namespace}/${metadata.name}`);
  return pods.map(({ metadata: { namespace, name } }) => ({ namespace, name }));
}

async function evict(pod: Pod, ctx: ReconcileContext<Pod>): Promise<void> {
  tell("Marking for deletion", ctx);
  const status = withDisruption(pod, why, ctx.now);
  if (status !== pod.status) {
    await ctx.update(Pod, { ...pod, status }, { subresource: "status" });
  }
  await ctx.delete(Pod, pod);
}

function tell(message: string, ctx: ReconcileContext<Pod>): void {
  ctx.event("Normal", "DeviceTaintManagerEviction", message);
}
