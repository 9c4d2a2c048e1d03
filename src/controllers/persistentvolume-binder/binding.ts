import { PersistentVolume, PersistentVolumeClaim } from "#api/core/v1.ts";
import type { PersistentVolumeClaimStatus } from "#api/core/v1.ts";
import type { ReconcileContext } from "#component/context.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { boundTo, volumeAnnotations } from "#machinery/volumes.ts";

type AnyContext = ReconcileContext<PersistentVolume> | ReconcileContext<PersistentVolumeClaim>;
type Phase = NonNullable<PersistentVolume["status"]["phase"]>;

/**
 * Ties both ends together, the volume's first: whoever looks in between sees a volume that is
 * taken, and the next pass goes on from there.
 */
export async function bind(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
  ctx: ReconcileContext<PersistentVolumeClaim>,
): Promise<void> {
  const taken = boundTo(volume, claim);
  const owned = taken === volume ? volume : await ctx.update(PersistentVolume, taken);
  const bound = await setPhase(owned, "Bound", ctx);
  const knowing = knows(claim, bound);
  const complete = knowing === claim ? claim : await ctx.update(PersistentVolumeClaim, knowing);
  await writeStatus(complete, boundStatus(complete, bound), ctx);
}

/** The claim as it is when it knows its volume. */
function knows(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim {
  const { metadata, spec } = claim;
  const { boundByController, bindCompleted } = volumeAnnotations;
  const isNamed = spec.volumeName === volume.metadata.name;
  if (isNamed && metadata.annotations?.[bindCompleted] !== undefined) return claim;
  const annotations = {
    ...metadata.annotations,
    [bindCompleted]: metadata.annotations?.[bindCompleted] ?? "yes",
    ...(!isNamed && {
      [boundByController]: metadata.annotations?.[boundByController] ?? "yes",
    }),
  };
  return {
    ...claim,
    metadata: { ...metadata, annotations },
    spec: { ...spec, volumeName: volume.metadata.name },
  };
}

function boundStatus(
  { status }: PersistentVolumeClaim,
  { spec }: PersistentVolume,
): PersistentVolumeClaimStatus {
  const isNew = status.phase !== "Bound";
  const attributes = spec.volumeAttributesClassName;
  return {
    ...status,
    phase: "Bound",
    ...(spec.accessModes && { accessModes: spec.accessModes }),
    // Later both may differ: while a volume grows, the claim has what its file system has.
    ...(isNew && spec.capacity && { capacity: spec.capacity }),
    ...(isNew && attributes !== undefined && { currentVolumeAttributesClassName: attributes }),
  };
}

/** A claim that has no volume: Pending, or Lost. Resolves with whether that is news. */
export async function setUnbound(
  claim: PersistentVolumeClaim,
  phase: "Pending" | "Lost",
  ctx: ReconcileContext<PersistentVolumeClaim>,
): Promise<boolean> {
  const {
    accessModes: _modes,
    capacity: _capacity,
    currentVolumeAttributesClassName: _attributes,
    ...rest
  } = claim.status;
  await writeStatus(claim, { ...rest, phase }, ctx);
  return claim.status.phase !== phase;
}

async function writeStatus(
  claim: PersistentVolumeClaim,
  status: PersistentVolumeClaimStatus,
  ctx: ReconcileContext<PersistentVolumeClaim>,
): Promise<void> {
  if (deepEqual(claim.status, status)) return;
  await ctx.update(PersistentVolumeClaim, { ...claim, status }, { subresource: "status" });
}

export async function setPhase(
  volume: PersistentVolume,
  phase: Phase,
  ctx: AnyContext,
  message = "",
): Promise<PersistentVolume> {
  if (volume.status.phase === phase) return volume;
  const { lastPhaseTransitionTime } = volume.status;
  const status = {
    phase,
    ...(message && { message }),
    ...(lastPhaseTransitionTime !== undefined && { lastPhaseTransitionTime }),
  };
  return await ctx.update(PersistentVolume, { ...volume, status }, { subresource: "status" });
}
