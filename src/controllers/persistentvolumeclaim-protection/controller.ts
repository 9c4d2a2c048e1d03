import { PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { referenceOf } from "#client/object.ts";
import type { ReconcileContext } from "#component/context.ts";
import { defineController, indexBy, watch } from "#component/controller.ts";
import { claimKeysOf, isMadeFor, usesClaim } from "#machinery/volumes.ts";
import { lacks, waitsFor, withFinalizer, withoutFinalizer } from "../common/finalizers.ts";

const finalizer = "kubernetes.io/pvc-protection";

/** Keeps a claim that is being deleted until no pod on a node uses it. */
export const claimProtectionController = defineController({
  name: "persistentvolumeclaim-protection-controller",
  for: PersistentVolumeClaim,
  watches: [watch(Pod, (pod) => claimKeysOf(pod).map(referenceOf))],
  indexes: [indexBy(Pod, "claim", claimKeysOf)],

  async reconcile(claim, ctx) {
    if (lacks(claim, finalizer)) {
      await ctx.update(PersistentVolumeClaim, withFinalizer(claim, finalizer));
    } else if (waitsFor(claim, finalizer) && !(await isUsed(claim, ctx))) {
      await ctx.update(PersistentVolumeClaim, withoutFinalizer(claim, finalizer));
    }
  },
});

/** A pod may be newer than our cache: before data goes, the server itself is asked. */
async function isUsed(
  claim: PersistentVolumeClaim,
  ctx: ReconcileContext<PersistentVolumeClaim>,
): Promise<boolean> {
  const { namespace = "", name } = claim.metadata;
  const isUser = (pod: Pod) =>
    !!pod.spec.nodeName && usesClaim(pod, claim) && !hasStoppedUsing(pod, claim);
  if (ctx.byIndex(Pod, "claim", `${namespace}/${name}`).some(isUser)) return true;
  return (await ctx.client.list(Pod, { namespace }, ctx.signal)).items.some(isUser);
}

/** A pod that only waits for its dependents to go must not be waited for by its own claim. */
function hasStoppedUsing(pod: Pod, claim: PersistentVolumeClaim): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  const hasStopped = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0;
  return hasStopped && isMadeFor(pod, claim.metadata);
}
