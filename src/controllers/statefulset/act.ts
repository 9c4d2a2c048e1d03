import type { StatefulSet } from "#api/apps/v1.ts";
import { PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import { isAlreadyExists, isConflict, StatusError } from "#client/client.ts";
import type { ReconcileContext } from "#component/context.ts";
import { slowStart } from "../common/slow-start.ts";
import { claimsOf, ownershipOf } from "./claims.ts";
import type { NewClaim } from "./claims.ts";
import { hasClaims, hasIdentity, isInRange, withIdentity } from "./identity.ts";
import type { Plan, Step } from "./plan.ts";

type Context = ReconcileContext<StatefulSet>;

/** Does what is planned, and says so in events. Throws at the first failure. */
export async function act(plan: Plan, set: StatefulSet, ctx: Context): Promise<void> {
  for (const phase of plan.phases) {
    if (plan.parallel) {
      const steps = [...phase];
      await slowStart(steps.length, async () => {
        const next = steps.shift();
        if (next) await take(next, set, ctx);
      });
    } else {
      for (const next of phase) await take(next, set, ctx);
    }
  }
}

async function take(step: Step, set: StatefulSet, ctx: Context): Promise<void> {
  const { pod } = step;
  switch (step.kind) {
    case "create":
      return createPod(step, set, ctx);
    case "delete":
    case "replace":
      return told("Delete", pod, set, ctx, () => ctx.delete(Pod, step.pod));
    case "provide": {
      const { ordinal } = step;
      const isWanted = isInRange(set, ordinal);
      const made = isWanted ? await createClaims(pod, ordinal, set, ctx) : undefined;
      return failureTold("Update", pod, set, ctx, () =>
        setOwners(step.pod, ordinal, made, set, ctx),
      );
    }
    case "repair":
      return told("Update", pod, set, ctx, () => repair(step.pod, step.ordinal, set, ctx));
    default:
      throw step satisfies never;
  }
}

async function createPod(
  { pod, ordinal }: Extract<Step, { kind: "create" }>,
  set: StatefulSet,
  ctx: Context,
): Promise<void> {
  const claims = await failureTold("Create", pod, set, ctx, () =>
    createClaims(pod, ordinal, set, ctx),
  );
  let created: Pod;
  try {
    created = await ctx.create(Pod, pod);
  } catch (error) {
    // Somebody else's: there is nothing to say but that it has to go first.
    if (!isAlreadyExists(error)) failed("Create", pod, set, ctx, error);
    throw error;
  }
  await failureTold("Update", pod, set, ctx, () => setOwners(created, ordinal, claims, set, ctx));
  succeeded("Create", pod, set, ctx);
}

async function repair(pod: Pod, ordinal: number, set: StatefulSet, ctx: Context): Promise<void> {
  const claims = hasClaims(set, pod) ? undefined : await createClaims(pod, ordinal, set, ctx);
  await setOwners(pod, ordinal, claims, set, ctx);
  if (!hasIdentity(set, pod)) await ctx.update(Pod, withIdentity(set, pod));
}

type Named = { readonly metadata: { readonly name: string } };
type Claims = ReadonlyMap<string, PersistentVolumeClaim>;

/** The pod's claims, those made that were missing. Tries them all before it throws. */
async function createClaims(
  pod: Named,
  ordinal: number,
  set: StatefulSet,
  ctx: Context,
): Promise<Claims> {
  const claims = new Map<string, PersistentVolumeClaim>();
  const failures: unknown[] = [];
  for (const draft of claimsOf(set, ordinal)) {
    const { name } = draft.metadata;
    const existing = ctx.get(PersistentVolumeClaim, { namespace: set.metadata.namespace, name });
    try {
      const claim = existing ?? (await createClaim(draft, pod, set, ctx));
      if (claim.metadata.deletionTimestamp) throw new Error(`pvc ${name} is being deleted`);
      claims.set(name, claim);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new Error(`[${failures.map(messageOf).join(", ")}]`);
  return claims;
}

async function createClaim(
  draft: NewClaim,
  pod: Named,
  set: StatefulSet,
  ctx: Context,
): Promise<PersistentVolumeClaim> {
  const { name } = draft.metadata;
  const place = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  try {
    const claim = await ctx.create(PersistentVolumeClaim, draft);
    ctx.event("Normal", "SuccessfulCreate", `Create Claim ${name} ${place} success`);
    return claim;
  } catch (error) {
    if (!isAlreadyExists(error)) {
      const message = `Create Claim ${name} for ${place} failed error: ${messageOf(error)}`;
      ctx.event("Warning", "FailedCreate", message);
    }
    throw new Error(`failed to create PVC ${name}: ${messageOf(error)}`, { cause: error });
  }
}

/** Gives the pod's claims to whom the retention policy says. */
async function setOwners(
  pod: Pod,
  ordinal: number,
  known: Claims | undefined,
  set: StatefulSet,
  ctx: Context,
): Promise<void> {
  for (const { metadata } of claimsOf(set, ordinal)) {
    const { name } = metadata;
    const reference = { namespace: set.metadata.namespace, name };
    const claim = known?.get(name) ?? ctx.get(PersistentVolumeClaim, reference);
    const ownership = claim && ownershipOf(claim, set, pod, !isInRange(set, ordinal));
    if (!ownership) continue;
    if (ownership.conflict) {
      const message =
        `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging ` +
        "controller, the retention policy is ignored for this claim";
      ctx.event("Warning", "ConflictingController", message);
    }
    const { ownerReferences: _, ...others } = claim.metadata;
    const { references } = ownership;
    const owned = { ...others, ...(references.length > 0 && { ownerReferences: references }) };
    try {
      await ctx.update(PersistentVolumeClaim, { ...claim, metadata: owned });
    } catch (error) {
      const message = `could not update claim ${name} for delete policy ownerRefs`;
      throw new Error(`${message}: ${messageOf(error)}`, { cause: error });
    }
  }
}

type Verb = "Create" | "Update" | "Delete";

async function told(
  verb: Verb,
  pod: Named,
  set: StatefulSet,
  ctx: Context,
  work: () => Promise<void>,
): Promise<void> {
  await failureTold(verb, pod, set, ctx, work);
  succeeded(verb, pod, set, ctx);
}

async function failureTold<T>(
  verb: Verb,
  pod: Named,
  set: StatefulSet,
  ctx: Context,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // What the server answered decides how it is tried again: where somebody was faster, silently.
    const cause =
      error instanceof Error && error.cause instanceof StatusError ? error.cause : error;
    if (!isConflict(cause)) failed(verb, pod, set, ctx, error);
    throw cause;
  }
}

function succeeded(verb: Verb, pod: Named, set: StatefulSet, ctx: Context): void {
  const message = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
  ctx.event("Normal", `Successful${verb}`, message);
}

function failed(verb: Verb, pod: Named, set: StatefulSet, ctx: Context, error: unknown): void {
  const message =
    `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} failed error: ` +
    messageOf(error);
  ctx.event("Warning", `Failed${verb}`, message);
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
