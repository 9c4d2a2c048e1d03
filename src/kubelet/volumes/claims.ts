import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, Volume } from "#api/core/v1.ts";
import { matchesTerm } from "#machinery/scheduling/node-affinity.ts";
import { claimNameOf, isMadeFor, notMadeFor } from "#machinery/volumes.ts";
import { VolumeError } from "./volume-error.ts";

/** What pods' claims are looked up with. Objects that do not exist are undefined. */
export interface ClaimSource {
  claim(
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<PersistentVolumeClaim | undefined>;
  volume(name: string, signal: AbortSignal): Promise<PersistentVolume | undefined>;
  /** This node, as the API server has it. */
  node(signal: AbortSignal): Promise<Node | undefined>;
}

/** A folder of this node that a claim stands for. */
export interface BoundVolume {
  /** The volume's own name, by which it is called in messages. */
  readonly name: string;
  readonly path: string;
  /** As for hostPath; a local volume must be there. */
  readonly type: string;
  readonly isLocal: boolean;
}

/** Finds the volume behind a pod's claim. Throws `VolumeError`, in upstream's words. */
export async function resolveClaim(
  pod: Pod,
  volume: Volume,
  source: ClaimSource,
  signal: AbortSignal,
): Promise<PersistentVolume> {
  const { namespace = "" } = pod.metadata;
  const name = claimNameOf(pod, volume) ?? "";
  const failed = (reason: string) =>
    new VolumeError(`error processing PVC ${namespace}/${name}: ${reason}`);
  const claim = await source.claim(namespace, name, signal);
  if (!claim) {
    const missing = `persistentvolumeclaims "${name}" not found`;
    throw failed(`failed to fetch PVC from API server: ${missing}`);
  }
  if (claim.metadata.deletionTimestamp) throw failed("PVC is being deleted");
  if (claim.status.phase !== "Bound") throw failed("PVC is not bound");
  if (!claim.spec.volumeName) throw failed("PVC has empty pvc.Spec.VolumeName");
  if (volume.ephemeral && !isMadeFor(pod, claim.metadata)) {
    throw new VolumeError(notMadeFor(pod, claim));
  }
  const bound = await source.volume(claim.spec.volumeName, signal);
  const trouble = bondTrouble(claim, bound);
  if (!bound || trouble !== undefined) throw failed(trouble ?? "");
  if (bound.spec.volumeMode === "Block") {
    const where = volume.name;
    throw new VolumeError(`volume ${where} has volumeMode Block, but is specified in volumeMounts`);
  }
  return bound;
}

function bondTrouble(
  { metadata, spec: { volumeName: name = "" } }: PersistentVolumeClaim,
  volume: PersistentVolume | undefined,
): string | undefined {
  if (!volume) {
    return `failed to fetch PV ${name} from API server: persistentvolumes "${name}" not found`;
  }
  const { claimRef } = volume.spec;
  if (!claimRef) {
    return (
      `found PV object ${name} but it has a nil pv.Spec.ClaimRef indicating it is not yet bound ` +
      "to the claim"
    );
  }
  if (claimRef.uid === metadata.uid) return undefined;
  return (
    `found PV object ${name} but its pv.Spec.ClaimRef.UID ${claimRef.uid ?? ""} ` +
    `does not point to claim.UID ${metadata.uid}`
  );
}

/** The scheduler sees to it, but not every pod was given its node by the scheduler. */
export async function checkAffinity(
  { metadata, spec }: PersistentVolume,
  source: ClaimSource,
  signal: AbortSignal,
): Promise<void> {
  const required = spec.nodeAffinity?.required;
  if (!required) return;
  const node = await source.node(signal);
  if (node && required.nodeSelectorTerms.some((term) => matchesTerm(term, node))) return;
  throw new VolumeError(
    `MountVolume.NodeAffinity check failed for volume "${metadata.name}" : ` +
      "no matching NodeSelectorTerms",
  );
}

/** Where the volume is on this node. Throws for kinds that are nowhere on a node by themselves. */
export function folderOf({ metadata, spec }: PersistentVolume): BoundVolume {
  const { name } = metadata;
  const { hostPath, local } = spec;
  if (hostPath) return { name, path: hostPath.path, type: hostPath.type ?? "", isLocal: false };
  if (local) return { name, path: local.path, type: "", isLocal: true };
  const own = new Set(["capacity", "accessModes", "claimRef", "volumeMode", "mountOptions"]);
  const kinds = Object.entries(spec)
    .filter(([key, value]) => !own.has(key) && typeof value === "object" && value !== null)
    .map(([key]) => key)
    .filter((key) => key !== "nodeAffinity");
  throw new VolumeError(`volumes of type ${kinds.join(", ")} are not supported yet`);
}
