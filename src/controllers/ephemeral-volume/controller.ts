import { PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import type { Volume } from "#api/core/v1.ts";
import type { ReconcileContext } from "#component/context.ts";
import { attempt, defineController } from "#component/controller.ts";
import { claimNameOf, isMadeFor, notMadeFor } from "#machinery/volumes.ts";

/** Makes the claims for the pods' own volumes; they go with their pod, as its dependents. */
export const ephemeralVolumeController = defineController({
  name: "ephemeral-volume-controller",
  eventSource: "ephemeral_volume",
  for: Pod,
  owns: [PersistentVolumeClaim],
  ignores: ({ spec }) => !spec.volumes?.some(({ ephemeral }) => ephemeral),

  async reconcile(pod, ctx) {
    if (pod.metadata.deletionTimestamp) return;
    for (const volume of pod.spec.volumes ?? []) {
      if (!volume.ephemeral) continue;
      try {
        await ensureClaim(pod, volume, ctx);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        ctx.event("Warning", "FailedBinding", `ephemeral volume ${volume.name}: ${reason}`);
        throw error;
      }
    }
  },
});

async function ensureClaim(pod: Pod, volume: Volume, ctx: ReconcileContext<Pod>): Promise<void> {
  const { namespace } = pod.metadata;
  const name = claimNameOf(pod, volume) ?? "";
  const existing = ctx.get(PersistentVolumeClaim, { namespace, name });
  if (existing) {
    if (!isMadeFor(pod, existing.metadata)) throw new Error(notMadeFor(pod, existing));
    return;
  }
  const template = volume.ephemeral?.volumeClaimTemplate;
  if (!template) return;
  const { annotations, labels } = template.metadata ?? {};
  const failure = await attempt(() =>
    ctx.create(PersistentVolumeClaim, {
      metadata: { name, ...(annotations && { annotations }), ...(labels && { labels }) },
      spec: template.spec,
    }),
  );
  if (failure) throw new Error(`create PVC ${name}: ${failure.message}`, { cause: failure });
}
