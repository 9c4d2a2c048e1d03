import { Deployment, ReplicaSet, StatefulSet } from "#api/apps/v1.ts";
import type { Pod } from "#api/core/v1.ts";
import { ReplicationController } from "#api/core/v1.ts";
import type { OwnerReference } from "#api/meta/v1.ts";
import type { Client, ObjectReference } from "#client/client.ts";
import { isNotFound } from "#client/client.ts";
import { controllerOf } from "#client/object.ts";
import type { ReadCache } from "#component/controller.ts";
import { readScale } from "../common/kinds.ts";

/** A controller of pods, and how many it is meant to have. */
export interface Scaled {
  readonly uid: string;
  readonly replicas: number;
}

/** What scales are read from: the caches for the kinds that most have, the server for others. */
export interface ScaleSource {
  readonly cache: ReadCache;
  readonly client: Pick<Client, "read">;
  readonly signal: AbortSignal;
}

/** The scales of all controllers of the pods, and the pods that have no controller. */
export async function findScales(
  pods: readonly Pod[],
  source: ScaleSource,
): Promise<{ readonly scales: readonly Scaled[]; readonly unmanaged: readonly Pod[] }> {
  const scales = new Map<string, Scaled>();
  const asked = new Set<string>();
  const unmanaged: Pod[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) {
      unmanaged.push(pod);
      continue;
    }
    if (asked.has(owner.uid)) continue;
    const { name, namespace } = pod.metadata;
    const scaled = await scaleOf(owner, namespace, source);
    if (!scaled) throw new Error(`found no controllers for pod "${name}"`);
    asked.add(owner.uid);
    scales.set(scaled.uid, scaled);
  }
  return { scales: [...scales.values()], unmanaged };
}

async function scaleOf(
  owner: OwnerReference,
  namespace: string | undefined,
  source: ScaleSource,
): Promise<Scaled | undefined> {
  const { cache, client, signal } = source;
  const { apiVersion, kind, name, uid } = owner;
  const place = { namespace, name };
  if (apiVersion === "v1" && kind === "ReplicationController") {
    return ifSame(cache.get(ReplicationController, place), uid);
  }
  const isApps = apiVersion.startsWith("apps/");
  if (isApps && kind === "ReplicaSet") return scaleOfReplicaSet(place, uid, cache);
  if (isApps && kind === "StatefulSet") return ifSame(cache.get(StatefulSet, place), uid);
  try {
    const { scale } = await readScale(client, { apiVersion, kind, ...place }, signal);
    if (scale.metadata.uid !== uid) return undefined;
    return { uid, replicas: scale.spec.replicas ?? 0 };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** While a Deployment changes, several sets share its pods: it is the Deployment that counts. */
function scaleOfReplicaSet(place: ObjectReference, uid: string, cache: ReadCache) {
  const replicaSet = cache.get(ReplicaSet, place);
  if (replicaSet?.metadata.uid !== uid) return undefined;
  const above = controllerOf(replicaSet);
  if (above?.kind !== "Deployment") return ifSame(replicaSet, uid);
  return ifSame(cache.get(Deployment, { ...place, name: above.name }), above.uid);
}

type Replicated = ReplicationController | ReplicaSet | StatefulSet | Deployment;

function ifSame(found: Replicated | undefined, uid: string): Scaled | undefined {
  return found?.metadata.uid === uid ? { uid, replicas: found.spec.replicas } : undefined;
}
