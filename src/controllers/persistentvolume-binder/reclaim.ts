import { Node, PersistentVolume } from "#api/core/v1.ts";
import type { ReconcileContext } from "#component/context.ts";
import { provisionerFinalizer, volumeAnnotations } from "#machinery/volumes.ts";
import { withoutFinalizer } from "../common/finalizers.ts";
import { setPhase } from "./binding.ts";
import type { VolumeProvisioner } from "./provisioner.ts";

type Context = ReconcileContext<PersistentVolume>;

/** Does with a released volume what its policy says. */
export async function reclaim(
  volume: PersistentVolume,
  provisioners: readonly VolumeProvisioner[],
  ctx: Context,
): Promise<void> {
  const policy = volume.spec.persistentVolumeReclaimPolicy;
  switch (policy) {
    case "Retain":
      return;
    case "Recycle":
      return await fail(
        volume,
        "VolumeFailedRecycle",
        "No recycler plugin found for the volume!",
        ctx,
      );
    case "Delete":
      return await remove(volume, provisioners, ctx);
    default:
      policy satisfies never;
  }
}

async function remove(
  volume: PersistentVolume,
  provisioners: readonly VolumeProvisioner[],
  ctx: Context,
): Promise<void> {
  const maker = volume.metadata.annotations?.[volumeAnnotations.provisionedBy];
  const provisioner = provisioners.find(({ names }) => maker && names.includes(maker));
  if (provisioner) {
    try {
      await provisioner.remove(volume, ctx.list(Node), ctx.signal);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      await fail(volume, "VolumeFailedDelete", text, ctx);
      throw error;
    }
    const released = await letGo(volume, ctx);
    await ctx.delete(PersistentVolume, released);
    return;
  }
  // Who made it, or whose driver it is, deletes it.
  if (volume.spec.csi || (maker && !maker.startsWith("kubernetes.io/"))) return;
  const name = volume.metadata.name;
  const text =
    `error getting deleter volume plugin for volume "${name}": ` +
    "no deletable volume plugin matched";
  await fail(volume, "VolumeFailedDelete", text, ctx);
}

/** One that somebody deletes himself although its policy is to keep the data: nothing holds it. */
export async function letGo(volume: PersistentVolume, ctx: Context): Promise<PersistentVolume> {
  if (!volume.metadata.finalizers?.includes(provisionerFinalizer)) return volume;
  return await ctx.update(PersistentVolume, withoutFinalizer(volume, provisionerFinalizer));
}

async function fail(
  volume: PersistentVolume,
  reason: string,
  text: string,
  ctx: Context,
): Promise<void> {
  if (volume.status.phase === "Failed") return;
  await setPhase(volume, "Failed", ctx, text);
  ctx.event("Warning", reason, text);
}
