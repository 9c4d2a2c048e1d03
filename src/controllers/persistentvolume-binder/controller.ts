import { Node, PersistentVolume, PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { StorageClass } from "#api/storage/v1.ts";
import type { ObjectReference } from "#client/client.ts";
import type { ReconcileContext } from "#component/context.ts";
import type { Controller, ReadCache } from "#component/controller.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { defineController, indexBy, watch } from "#component/controller.ts";
import { choosesClass, claimKeysOf, defaultClassOf, storageClassOf } from "#machinery/volumes.ts";
import { bind, setPhase, setUnbound } from "./binding.ts";
import { planClaim } from "./claim-plan.ts";
import type { Message } from "./claim-plan.ts";
import { provision } from "./provision.ts";
import type { VolumeProvisioner } from "./provisioner.ts";
import { letGo, reclaim } from "./reclaim.ts";
import { planVolume, unbound } from "./volume-plan.ts";

const name = "persistentvolume-binder-controller";
const eventSource = "persistentvolume-controller";
/** A claim that waits is looked at so often, and says again why. */
const lookMs = 15_000;
const newsMs = 1_000;

const byClaim = indexBy(PersistentVolume, "claim", ({ spec: { claimRef } }) =>
  claimRef?.name ? [`${claimRef.namespace ?? ""}/${claimRef.name}`] : [],
);
const byVolume = indexBy(PersistentVolumeClaim, "volume", ({ spec }) =>
  spec.volumeName ? [spec.volumeName] : [],
);
/** Claims that look for a volume, by their class. */
const bySearch = indexBy(PersistentVolumeClaim, "search", (claim) =>
  claim.spec.volumeName ? [] : [storageClassOf(claim)],
);
const podsByClaim = indexBy(Pod, "claim", claimKeysOf);

/** Brings claims and volumes together, has volumes made, and sees to those that are given up. */
export function persistentVolumeBinder(provisioners: readonly VolumeProvisioner[]): Controller {
  const parts = [claimController(provisioners), volumeController(provisioners)];
  return {
    name,
    async run(environment, signal) {
      const end = new AbortController();
      const stop = () => end.abort();
      signal.addEventListener("abort", stop, { once: true });
      const runs = parts.map((part) => part.run(environment, end.signal));
      try {
        await Promise.all(runs);
      } finally {
        // One alone would leave every second bond half made.
        end.abort();
        await Promise.allSettled(runs);
        signal.removeEventListener("abort", stop);
      }
    },
  };
}

function claimController(provisioners: readonly VolumeProvisioner[]): Controller {
  return defineController({
    name,
    eventSource,
    for: PersistentVolumeClaim,
    watches: [
      watch(PersistentVolume, claimsConcernedBy),
      watch(StorageClass, ({ metadata }, cache) => [
        ...searching(metadata.name, cache),
        // It may have become what claims get that name none.
        ...searching("", cache),
      ]),
    ],
    reads: [Node, Pod],
    indexes: [byClaim, byVolume, bySearch, podsByClaim],
    // Our own notes and other people's finalizers are no reason to say everything again.
    concerns: (claim, old) => !deepEqual(decisive(claim), decisive(old)),

    async reconcile(claim, ctx) {
      const plan = planClaim(claim, surroundingsOf(claim, ctx));
      switch (plan.kind) {
        case "bind":
          return await bind(plan.volume, claim, ctx);
        case "takeClass": {
          const spec = { ...claim.spec, storageClassName: plan.storageClass };
          await ctx.update(PersistentVolumeClaim, { ...claim, spec });
          return undefined;
        }
        case "provision":
          if (claim.metadata.deletionTimestamp) return undefined;
          await provision(claim, provisioners, ctx);
          return { requeueAfterMs: lookMs };
        case "wait":
          if (plan.message) say(plan.message, ctx);
          await setUnbound(claim, "Pending", ctx);
          return { requeueAfterMs: lookMs };
        case "lose":
          // Claim and volume are heard of apart: of the volume there may be no news yet.
          if (await isThere(claim, ctx)) return { requeueAfterMs: newsMs };
          if (await setUnbound(claim, "Lost", ctx)) say(plan.message, ctx);
          return undefined;
        default:
          return plan satisfies never;
      }
    },
  });
}

/** Whether the server has the volume that our cache does not have. */
async function isThere(
  { spec: { volumeName: volume } }: PersistentVolumeClaim,
  ctx: ReconcileContext<PersistentVolumeClaim>,
): Promise<boolean> {
  if (!volume || ctx.get(PersistentVolume, { name: volume })) return false;
  const found = await ctx.client.find(PersistentVolume, { name: volume }, ctx.signal);
  return found !== undefined;
}

function decisive({ metadata, spec, status }: PersistentVolumeClaim) {
  const { phase = "Pending" } = status;
  return { annotations: metadata.annotations, spec, phase };
}

function surroundingsOf(
  claim: PersistentVolumeClaim,
  ctx: ReconcileContext<PersistentVolumeClaim>,
) {
  const className = storageClassOf(claim);
  const { namespace, name: claimName } = claim.metadata;
  return {
    volumes: ctx.list(PersistentVolume),
    storageClass: className ? ctx.get(StorageClass, { name: className }) : undefined,
    defaultClass: choosesClass(claim) ? undefined : defaultClassOf(ctx.list(StorageClass)),
    waitingPods: ctx
      .byIndex(Pod, "claim", `${namespace ?? ""}/${claimName}`)
      .filter(({ spec }) => !spec.nodeName),
  };
}

function say({ type, reason, text }: Message, ctx: ReconcileContext<PersistentVolumeClaim>): void {
  ctx.event(type, reason, text);
}

function claimsConcernedBy(
  volume: PersistentVolume,
  cache: ReadCache,
  old: PersistentVolume | undefined,
): readonly ObjectReference[] {
  const named = [volume, old].flatMap((one) => {
    const { namespace, name: claim } = one?.spec.claimRef ?? {};
    return claim ? [{ namespace, name: claim }] : [];
  });
  const asking = cache
    .byIndex(PersistentVolumeClaim, "volume", volume.metadata.name)
    .map(({ metadata }) => metadata);
  const isFree = !volume.spec.claimRef && volume.status.phase === "Available";
  return [...named, ...asking, ...(isFree ? searching(storageClassOf(volume), cache) : [])];
}

function searching(className: string, cache: ReadCache): readonly ObjectReference[] {
  return cache.byIndex(PersistentVolumeClaim, "search", className).map(({ metadata }) => metadata);
}

function volumeController(provisioners: readonly VolumeProvisioner[]): Controller {
  return defineController({
    name,
    eventSource,
    for: PersistentVolume,
    watches: [
      watch(PersistentVolumeClaim, ({ metadata, spec }, cache) => [
        ...(spec.volumeName ? [{ name: spec.volumeName }] : []),
        ...cache
          .byIndex(PersistentVolume, "claim", `${metadata.namespace ?? ""}/${metadata.name}`)
          .map((volume) => volume.metadata),
      ]),
    ],
    reads: [Node],
    indexes: [byClaim],

    async reconcile(volume, ctx) {
      const plan = planVolume(volume, await claimOf(volume, ctx));
      switch (plan.kind) {
        case "phase":
          await setPhase(volume, plan.phase, ctx);
          return undefined;
        case "release":
          return await release(volume, provisioners, ctx);
        case "unbind": {
          const free = await ctx.update(PersistentVolume, unbound(volume));
          await setPhase(free, "Available", ctx);
          return undefined;
        }
        case "mismatch":
          return tellMismatch(volume, plan.claim, ctx);
        case "leave":
          return undefined;
        default:
          return plan satisfies never;
      }
    },
  });
}

/** A volume is never taken for abandoned by a cache that has not heard of its claim yet. */
async function claimOf(
  { spec: { claimRef }, status }: PersistentVolume,
  ctx: ReconcileContext<PersistentVolume>,
): Promise<PersistentVolumeClaim | undefined> {
  if (!claimRef?.name || !claimRef.uid) return undefined;
  const reference = { namespace: claimRef.namespace, name: claimRef.name };
  const known = ctx.get(PersistentVolumeClaim, reference);
  if (known?.metadata.uid === claimRef.uid) return known;
  if (!known && (status.phase === "Released" || status.phase === "Failed")) return undefined;
  return await ctx.client.find(PersistentVolumeClaim, reference, ctx.signal);
}

async function release(
  volume: PersistentVolume,
  provisioners: readonly VolumeProvisioner[],
  ctx: ReconcileContext<PersistentVolume>,
): Promise<void> {
  const { phase } = volume.status;
  const isKnown = phase === "Released" || phase === "Failed";
  const released = isKnown ? volume : await setPhase(volume, "Released", ctx);
  await reclaim(released, provisioners, ctx);
  const isKept = released.spec.persistentVolumeReclaimPolicy !== "Delete";
  // Who deletes by hand what stands for data that is to be kept, keeps the data.
  if (isKept && released.metadata.deletionTimestamp) await letGo(released, ctx);
}

function tellMismatch(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
  ctx: ReconcileContext<PersistentVolume>,
): void {
  const reason = "VolumeMismatch";
  const volumeText =
    "Cannot bind PersistentVolume to requested PersistentVolumeClaim " +
    `"${claim.metadata.name}" due to incompatible volumeMode.`;
  const claimText =
    `Cannot bind PersistentVolume "${volume.metadata.name}" to requested ` +
    "PersistentVolumeClaim due to incompatible volumeMode.";
  ctx.event("Warning", reason, volumeText);
  ctx.event("Warning", reason, claimText, claim);
}
