import { PersistentVolume, PersistentVolumeClaim } from "#api/core/v1.ts";
import { VolumeAttributesClass } from "#api/storage/v1.ts";
import type { ReconcileContext } from "#component/context.ts";
import { defineController, indexBy, watch } from "#component/controller.ts";
import { lacks, waitsFor, withFinalizer, withoutFinalizer } from "../common/finalizers.ts";

const finalizer = "kubernetes.io/vac-protection";

/** What the claim wants, has, or is just being given. */
function classesOfClaim({ spec, status }: PersistentVolumeClaim): string[] {
  const named = [
    spec.volumeAttributesClassName,
    status.currentVolumeAttributesClassName,
    status.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return named.flatMap((name) => name || []);
}

function classesOfVolume({ spec }: PersistentVolume): string[] {
  return spec.volumeAttributesClassName ? [spec.volumeAttributesClassName] : [];
}

/** Keeps a class that is being deleted until no claim and no volume refers to it. */
export const attributesClassProtectionController = defineController({
  name: "volumeattributesclass-protection-controller",
  for: VolumeAttributesClass,
  watches: [
    watch(PersistentVolumeClaim, (claim, _, old) =>
      [claim, old].flatMap((one) => (one ? classesOfClaim(one).map((name) => ({ name })) : [])),
    ),
    watch(PersistentVolume, (volume, _, old) =>
      [volume, old].flatMap((one) => (one ? classesOfVolume(one).map((name) => ({ name })) : [])),
    ),
  ],
  indexes: [
    indexBy(PersistentVolumeClaim, "attributesClass", classesOfClaim),
    indexBy(PersistentVolume, "attributesClass", classesOfVolume),
  ],

  async reconcile(attributes, ctx) {
    if (lacks(attributes, finalizer)) {
      await ctx.update(VolumeAttributesClass, withFinalizer(attributes, finalizer));
    } else if (waitsFor(attributes, finalizer) && !(await isUsed(attributes, ctx))) {
      await ctx.update(VolumeAttributesClass, withoutFinalizer(attributes, finalizer));
    }
  },
});

/** Claims may be newer than our cache: before the class goes, the server itself is asked. */
async function isUsed(
  { metadata: { name } }: VolumeAttributesClass,
  ctx: ReconcileContext<VolumeAttributesClass>,
): Promise<boolean> {
  if (ctx.byIndex(PersistentVolumeClaim, "attributesClass", name).length > 0) return true;
  if (ctx.byIndex(PersistentVolume, "attributesClass", name).length > 0) return true;
  const claims = await ctx.client.list(PersistentVolumeClaim, {}, ctx.signal);
  return claims.items.some((claim) => classesOfClaim(claim).includes(name));
}
