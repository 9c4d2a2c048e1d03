import type { StatefulSet } from "#api/apps/v1.ts";
import type { PersistentVolumeClaim } from "#api/core/v1.ts";
import type { OwnerReference } from "#api/meta/v1.ts";
import type { ApiObject } from "#client/object.ts";
import { controllerReference } from "#client/object.ts";
import type { Draft } from "#schema/message.ts";

/** A claim of a pod as it is to be made, under its name. */
export type NewClaim = Draft<PersistentVolumeClaim> & {
  readonly metadata: { readonly name: string };
};

/** Who owns a claim is said of the pod that it is for, be that there or not. */
type Owner = Pick<ApiObject, "apiVersion" | "kind" | "metadata">;

export function claimName(
  setName: string,
  template: { metadata: { name: string } },
  ordinal: number,
): string {
  return `${template.metadata.name}-${setName}-${ordinal}`;
}

/** The claims of the pod of this number. They have their owner from the start: binders are fast. */
export function claimsOf(set: StatefulSet, ordinal: number): readonly NewClaim[] {
  const { metadata, spec } = set;
  const isOwned = spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete";
  return (spec.volumeClaimTemplates ?? []).map((template) => ({
    ...template,
    metadata: {
      ...template.metadata,
      name: claimName(metadata.name, template, ordinal),
      labels: { ...template.metadata.labels, ...spec.selector.matchLabels },
      ...(isOwned && { ownerReferences: [controllerReference(set)] }),
    },
  }));
}

/** Whom the claim is to go with. */
export interface Ownership {
  readonly references: OwnerReference[];
  /** Somebody else controls the claim: it stays theirs, whatever the policy says. */
  readonly conflict: boolean;
}

/**
 * The owners that the set's retention policy gives the claim; undefined where it has them. A claim
 * of an owner that was deleted, whose name another one has now, is left to the garbage collector.
 */
export function ownershipOf(
  claim: PersistentVolumeClaim,
  set: StatefulSet,
  pod: Owner,
  podIsSurplus: boolean,
): Ownership | undefined {
  const references = claim.metadata.ownerReferences ?? [];
  if (isStale(claim, set) || isStale(claim, pod)) return undefined;
  const ours = (reference: OwnerReference) => names(reference, set) || names(reference, pod);
  const others = references.filter((reference) => !ours(reference));
  if (isConflicting(references, set, pod)) {
    return references.some(ours) ? { references: others, conflict: true } : undefined;
  }
  const wanted = wantedOwner(set, pod, podIsSurplus);
  const isRight =
    references.filter(ours).every(({ controller }) => controller) &&
    [set, pod].every(
      (owner) => (owner === wanted) === references.some(({ uid }) => uid === owner.metadata.uid),
    );
  if (isRight) return undefined;
  const added = wanted ? [controllerReference(wanted)] : [];
  return { references: [...others, ...added], conflict: false };
}

/**
 * The claim went with a pod of this name that was scaled away, and goes still: a new pod must not
 * come before it is gone.
 */
export function isDoomed(claim: PersistentVolumeClaim, set: StatefulSet, name: string): boolean {
  const { whenScaled = "Retain" } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (whenScaled === "Retain") return false;
  return (claim.metadata.ownerReferences ?? []).some(
    (reference) =>
      reference.apiVersion === "v1" && reference.kind === "Pod" && reference.name === name,
  );
}

function wantedOwner(set: StatefulSet, pod: Owner, podIsSurplus: boolean): Owner | undefined {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (whenScaled === "Delete" && podIsSurplus) return pod;
  return whenDeleted === "Delete" ? set : undefined;
}

function isStale(claim: PersistentVolumeClaim, owner: Owner): boolean {
  const reference = claim.metadata.ownerReferences?.find((one) => names(one, owner));
  return reference !== undefined && reference.uid !== owner.metadata.uid;
}

function isConflicting(
  references: readonly OwnerReference[],
  set: StatefulSet,
  pod: Owner,
): boolean {
  const { whenDeleted = "Retain", whenScaled = "Retain" } =
    set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (whenDeleted === "Retain" && whenScaled === "Retain") return false;
  return references.some(
    (reference) => reference.controller && !names(reference, set) && !names(reference, pod),
  );
}

function names(reference: OwnerReference, owner: Owner): boolean {
  return (
    reference.apiVersion === owner.apiVersion &&
    reference.kind === owner.kind &&
    reference.name === owner.metadata.name
  );
}
