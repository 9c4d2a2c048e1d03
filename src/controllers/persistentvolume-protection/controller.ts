import { PersistentVolume } from "#api/core/v1.ts";
import { defineController } from "#component/controller.ts";
import { lacks, waitsFor, withFinalizer, withoutFinalizer } from "../common/finalizers.ts";

const finalizer = "kubernetes.io/pv-protection";

/** Keeps a volume that is being deleted while a claim is bound to it. */
export const volumeProtectionController = defineController({
  name: "persistentvolume-protection-controller",
  for: PersistentVolume,

  async reconcile(volume, ctx) {
    if (lacks(volume, finalizer)) {
      await ctx.update(PersistentVolume, withFinalizer(volume, finalizer));
    } else if (waitsFor(volume, finalizer) && volume.status.phase !== "Bound") {
      await ctx.update(PersistentVolume, withoutFinalizer(volume, finalizer));
    }
  },
});
