import type { ManagedFieldsEntry } from "#api/meta/v1.ts";
import { difference, intersection, isEmptySet, setOf } from "./field-set.ts";
import { decodeManagers, encodeManagers, isSameManager } from "./managers.ts";
import type { Manager } from "./managers.ts";

// A Scale shows one field of another object. Who owns that field is kept with the object, and told
// with the Scale while somebody writes it.

const scaleApiVersion = "autoscaling/v1";
const replicasOfScale = setOf("f:spec", "f:replicas");

/** Where the object itself keeps what the Scale calls spec.replicas. */
export interface ReplicasPlace {
  readonly apiVersion: string;
  readonly path: readonly string[];
}

const pathSet = ({ path }: ReplicasPlace) => setOf(...path.map((name) => `f:${name}`));

/** The owners of the object's replicas, as owners of the Scale's. */
export function managersOfScale(
  entries: readonly ManagedFieldsEntry[] | undefined,
  place: ReplicasPlace,
): ManagedFieldsEntry[] {
  const replicas = pathSet(place);
  const owners = (decodeManagers(entries) ?? [])
    .filter(({ fields }) => !isEmptySet(intersection(fields, replicas)))
    .map((manager) => ({ ...manager, apiVersion: scaleApiVersion, fields: replicasOfScale }));
  return encodeManagers(owners);
}

/**
 * The object's managers after a write of its Scale: who does not own the Scale's replicas any more
 * loses the object's, and who is new comes in. As upstream, new ones come without a time.
 */
export function managersBehindScale(
  entries: readonly ManagedFieldsEntry[] | undefined,
  scaleEntries: readonly ManagedFieldsEntry[],
  place: ReplicasPlace,
): ManagedFieldsEntry[] {
  const replicas = pathSet(place);
  const ofScale = (decodeManagers(scaleEntries) ?? [])
    .filter(({ fields }) => !isEmptySet(intersection(fields, replicasOfScale)))
    .map((manager): Manager => ({ ...manager, apiVersion: place.apiVersion, fields: replicas }));
  const known = new Set<Manager>();
  const kept = (decodeManagers(entries) ?? []).map((manager): Manager => {
    if (isEmptySet(intersection(manager.fields, replicas))) return manager;
    const same = ofScale.find((owner) => isSameManager(owner, manager));
    if (!same) return { ...manager, fields: difference(manager.fields, replicas) };
    known.add(same);
    return manager;
  });
  const added = ofScale
    .filter((manager) => !known.has(manager))
    .map((manager) => ({ ...manager, time: undefined }));
  return encodeManagers([...kept, ...added]);
}
