import type { Pod, PodResourceClaim } from "#api/core/v1.ts";
import type { ResourceClaim, ResourceClaimConsumerReference } from "#api/resource/v1.ts";
import { controllerOf } from "#client/object.ts";
import { isFinished } from "#machinery/pod-resources.ts";

/** On a claim that was made from a template: the pod's name for it. */
export const podClaimAnnotation = "resource.kubernetes.io/pod-claim-name";
/** Keeps a claim as long as devices are allocated for it. */
export const claimFinalizer = "resource.kubernetes.io/delete-protection";
const reservationsMax = 256;

type Consumer = ResourceClaimConsumerReference;

/** The name of a pod's claim; "none" where none is needed, undefined where it is not made yet. */
export function claimNameOf(pod: Pod, { name, ...claim }: PodResourceClaim) {
  if (claim.resourceClaimName) return claim.resourceClaimName;
  const status = pod.status.resourceClaimStatuses?.find((one) => one.name === name);
  return status && (status.resourceClaimName ?? "none");
}

/** The claims that a pod names or was given, by their names. */
export function claimNamesOf(pod: Pod): readonly string[] {
  const extended = pod.status.extendedResourceClaimStatus?.resourceClaimName;
  const named = (pod.spec.resourceClaims ?? []).map((claim) => claimNameOf(pod, claim));
  return [...named, extended].filter((name): name is string => !!name && name !== "none");
}

/** Whether the pod will not run, or run again: its claims are free. */
export function isDone(pod: Pod): boolean {
  const isUnscheduled = !pod.spec.nodeName;
  return isFinished(pod) || (pod.metadata.deletionTimestamp !== undefined && isUnscheduled);
}

export type PodStep =
  /** A claim is to be made from the template. */
  | { readonly kind: "create"; readonly claim: PodResourceClaim; readonly template: string }
  /** The pod's status is to say which claim it has. */
  | { readonly kind: "note"; readonly claim: PodResourceClaim; readonly name: string }
  /** The scheduler did not see the pod: nobody has reserved the claim for it. */
  | { readonly kind: "reserve"; readonly claim: ResourceClaim };

/** What a pod still needs; `find` knows claims by name, `own` are those that the pod controls. */
export function planPod(
  pod: Pod,
  find: (name: string) => ResourceClaim | undefined,
  own: readonly ResourceClaim[],
): readonly PodStep[] {
  if (pod.metadata.deletionTimestamp || isDone(pod)) return [];
  return (pod.spec.resourceClaims ?? []).flatMap((claim): PodStep[] => {
    const name = claimNameOf(pod, claim);
    if (name === "none") return [];
    const existing = name === undefined ? undefined : find(name);
    const template = claim.resourceClaimTemplateName;
    const isOurs = existing && (!template || isMadeFor(pod, existing));
    if (!isOurs) {
      // One that the user has to make, and has not yet.
      if (!template) return [];
      const made = own.find(
        ({ metadata }) => metadata.annotations?.[podClaimAnnotation] === claim.name,
      );
      if (made) return [{ kind: "note", claim, name: made.metadata.name }];
      return [{ kind: "create", claim, template }];
    }
    return pod.spec.nodeName && mustReserve(pod, existing)
      ? [{ kind: "reserve", claim: existing }]
      : [];
  });
}

export function isMadeFor(pod: Pod, claim: ResourceClaim): boolean {
  return controllerOf(claim)?.uid === pod.metadata.uid;
}

function mustReserve(pod: Pod, { status }: ResourceClaim): boolean {
  const reservedFor = status.reservedFor ?? [];
  if (!status.allocation || reservedFor.some(({ uid }) => uid === pod.metadata.uid)) return false;
  return reservedFor.length < reservationsMax;
}

/** Part of a name that leaves room for the generated end, pod and claim cut short alike. */
export function generateNameOf(pod: string, claim: string): string {
  const whole = `${pod}-${claim}-`;
  const most = 57;
  if (whole.length <= most) return whole;
  const cut = (text: string) => text.slice(0, Math.floor((text.length * most) / whole.length));
  return `${cut(pod)}-${cut(claim)}`;
}

export interface ClaimPlan {
  /** Who still uses it. */
  readonly reservedFor: readonly Consumer[];
  /** Nobody does any more: the devices are free for others. */
  readonly release: boolean;
  readonly removeFinalizer: boolean;
  /** It was made for a pod that will not run (again). */
  readonly remove: boolean;
}

/** What follows for a claim from its users; `owner` is the pod that it was made for, if known. */
export function planClaim(
  claim: ResourceClaim,
  isInUse: (consumer: Consumer) => boolean,
  owner: Pod | undefined,
): ClaimPlan {
  const { metadata, status } = claim;
  const before = status.reservedFor ?? [];
  const reservedFor = before.filter(isInUse);
  const isFree = reservedFor.length === 0;
  const isProtected = metadata.finalizers?.includes(claimFinalizer) ?? false;
  const becameFree = isFree && before.length > 0;
  const isGoing = metadata.deletionTimestamp !== undefined;
  const letsGo = isProtected && isFree && (becameFree || isGoing);
  const made = controllerOf(claim);
  const isOwnersEnd = owner !== undefined && (owner.metadata.uid !== made?.uid || isDone(owner));
  return {
    reservedFor,
    release: letsGo && status.allocation !== undefined,
    removeFinalizer: letsGo,
    remove: isFree && !isGoing && made?.kind === "Pod" && isOwnersEnd,
  };
}
