import { PersistentVolume, PersistentVolumeClaim } from "#api/core/v1.ts";
import type { ReconcileContext } from "#component/context.ts";
import type { Controller } from "#component/controller.ts";
import { defineController, watch } from "#component/controller.ts";
import { compareQuantities } from "#schema/quantity.ts";
import { volumeAnnotations } from "#machinery/volumes.ts";
import { withoutCondition } from "../common/conditions.ts";

export type ExpansionPlan =
  | { readonly kind: "none" }
  /** Nothing holds the volume to its size but what the objects say. */
  | { readonly kind: "grow"; readonly size: string }
  /** Somebody else's volume is for somebody else to grow. */
  | { readonly kind: "leave" };

/** What follows from a claim that asks for more than it has. */
export function planExpansion(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume | undefined,
  growable: readonly string[],
): ExpansionPlan {
  const size = claim.spec.resources.requests?.["storage"];
  const current = claim.status.capacity?.["storage"];
  if (size === undefined || current === undefined || claim.status.phase !== "Bound") {
    return { kind: "none" };
  }
  if (compareQuantities(size, current) <= 0) return { kind: "none" };
  if (volume?.spec.claimRef?.uid !== claim.metadata.uid) return { kind: "none" };
  const maker = volume.metadata.annotations?.[volumeAnnotations.provisionedBy] ?? "";
  return growable.includes(maker) ? { kind: "grow", size } : { kind: "leave" };
}

/** Lets claims have more; `growable` are the provisioners whose volumes have no bound of their own. */
export function volumeExpander(growable: readonly string[]): Controller {
  return defineController({
    name: "persistentvolume-expander-controller",
    eventSource: "volume_expand",
    for: PersistentVolumeClaim,
    watches: [
      watch(PersistentVolume, ({ spec: { claimRef } }) =>
        claimRef?.name ? [{ namespace: claimRef.namespace, name: claimRef.name }] : [],
      ),
    ],

    async reconcile(claim, ctx) {
      const name = claim.spec.volumeName;
      const volume = name ? ctx.get(PersistentVolume, { name }) : undefined;
      const plan = planExpansion(claim, volume, growable);
      switch (plan.kind) {
        case "none":
          return;
        case "grow":
          if (volume) await grow(claim, volume, plan.size, ctx);
          return;
        case "leave": {
          const text = "waiting for an external controller to expand this PVC";
          ctx.event(volume?.spec.csi ? "Normal" : "Warning", "ExternalExpanding", text);
          return;
        }
        default:
          plan satisfies never;
      }
    },
  });
}

/** The volume first: a claim never has more than its volume. */
async function grow(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
  size: string,
  ctx: ReconcileContext<PersistentVolumeClaim>,
): Promise<void> {
  const { spec } = volume;
  if (compareQuantities(spec.capacity?.["storage"] ?? "0", size) < 0) {
    const name = volume.metadata.name;
    ctx.event("Normal", "Resizing", `External resizer is resizing volume ${name}`);
    const capacity = { ...spec.capacity, storage: size };
    await ctx.update(PersistentVolume, { ...volume, spec: { ...spec, capacity } });
  }
  const { conditions, ...status } = claim.status;
  const left = ["Resizing", "FileSystemResizePending"].reduce(withoutCondition, conditions ?? []);
  await ctx.updateStatus({
    ...status,
    capacity: { ...status.capacity, storage: size },
    ...(left.length > 0 && { conditions: left }),
  });
  ctx.event("Normal", "VolumeResizeSuccessful", "Resize volume succeeded");
}
