import { Pod } from "#api/core/v1.ts";
import type { PodResourceClaim } from "#api/core/v1.ts";
import { ResourceClaim, ResourceClaimTemplate } from "#api/resource/v1.ts";
import type { ResourceClaimConsumerReference } from "#api/resource/v1.ts";
import { controllerOf } from "#client/object.ts";
import type { ReconcileContext } from "#component/context.ts";
import { defineController, indexBy, watch } from "#component/controller.ts";
import { withoutFinalizer } from "../common/finalizers.ts";
import {
  claimFinalizer,
  claimNamesOf,
  generateNameOf,
  isDone,
  planClaim,
  planPod,
  podClaimAnnotation,
} from "./plan.ts";
import type { ClaimPlan } from "./plan.ts";

export const podsByClaim = indexBy(Pod, "resourceClaim", (pod) => keysIn(pod, claimNamesOf(pod)));

/** Makes the claims for pods that name a template, and reserves what no scheduler reserved. */
export const podClaimsController = defineController({
  name: "resourceclaim-controller",
  eventSource: "resource_claim",
  for: Pod,
  owns: [ResourceClaim],
  watches: [
    watch(ResourceClaim, ({ metadata }, cache) =>
      podsBy(cache.byIndex(Pod, "resourceClaim", `${metadata.namespace}/${metadata.name}`)),
    ),
    watch(ResourceClaimTemplate, ({ metadata }, cache) =>
      podsBy(cache.byIndex(Pod, "claimTemplate", `${metadata.namespace}/${metadata.name}`)),
    ),
  ],
  indexes: [
    podsByClaim,
    indexBy(Pod, "claimTemplate", (pod) =>
      keysIn(
        pod,
        (pod.spec.resourceClaims ?? []).flatMap((claim) => claim.resourceClaimTemplateName ?? []),
      ),
    ),
  ],
  ignores: ({ spec }) => !spec.resourceClaims?.length,

  async reconcile(pod, ctx) {
    const { namespace } = pod.metadata;
    const find = (name: string) => ctx.get(ResourceClaim, { namespace, name });
    const noted: { name: string; resourceClaimName: string }[] = [];
    for (const step of planPod(pod, find, ctx.owned(ResourceClaim))) {
      switch (step.kind) {
        case "create": {
          const made = await create(step.claim, step.template, ctx);
          noted.push({ name: step.claim.name, resourceClaimName: made.metadata.name });
          break;
        }
        case "note":
          noted.push({ name: step.claim.name, resourceClaimName: step.name });
          break;
        case "reserve": {
          const { status } = step.claim;
          const { name, uid } = pod.metadata;
          const reservedFor = [...(status.reservedFor ?? []), { resource: "pods", name, uid }];
          const next = { ...step.claim, status: { ...status, reservedFor } };
          await ctx.update(ResourceClaim, next, { subresource: "status" });
          break;
        }
        default:
          step satisfies never;
      }
    }
    if (noted.length === 0) return;
    await ctx.patch(
      Pod,
      pod.metadata,
      {
        type: "strategic",
        patch: { metadata: { uid: pod.metadata.uid }, status: { resourceClaimStatuses: noted } },
      },
      { subresource: "status" },
    );
  },
});

async function create(
  claim: PodResourceClaim,
  templateName: string,
  ctx: ReconcileContext<Pod>,
): Promise<ResourceClaim> {
  const { metadata } = ctx.object ?? {};
  try {
    const { namespace, name = "" } = metadata ?? {};
    const template = ctx.get(ResourceClaimTemplate, { namespace, name: templateName });
    if (!template) {
      const missing = `resourceclaimtemplate.resource.k8s.io "${templateName}" not found`;
      throw new Error(`resource claim template "${templateName}": ${missing}`);
    }
    const { labels, annotations } = template.spec.metadata;
    return await ctx.create(ResourceClaim, {
      metadata: {
        generateName: generateNameOf(name, claim.name),
        ...(labels && { labels }),
        annotations: { ...annotations, [podClaimAnnotation]: claim.name },
      },
      spec: template.spec.spec,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `PodResourceClaim ${claim.name}: ${reason}`;
    ctx.event("Warning", "FailedResourceClaimCreation", message);
    throw error;
  }
}

/** Frees claims whose pods are done, and removes those that were made for them. */
export const claimReservationsController = defineController({
  name: "resourceclaim-reservations-controller",
  for: ResourceClaim,
  watches: [
    watch(Pod, (pod, _, old) => {
      const { namespace } = pod.metadata;
      const names = new Set([...claimNamesOf(pod), ...(old ? claimNamesOf(old) : [])]);
      return [...names].map((name) => ({ namespace, name }));
    }),
  ],

  async reconcile(claim, ctx) {
    const inUse = new Set<string>();
    for (const consumer of claim.status.reservedFor ?? []) {
      if (await isInUse(consumer, claim, ctx)) inUse.add(consumer.uid);
    }
    const made = controllerOf(claim);
    const { namespace } = claim.metadata;
    const owner = made?.kind === "Pod" ? ctx.get(Pod, { namespace, name: made.name }) : undefined;
    await act(
      claim,
      planClaim(claim, ({ uid }) => inUse.has(uid), owner),
      ctx,
    );
  },
});

/** A pod that the cache lacks may be newer than the cache: the server itself is asked. */
async function isInUse(
  consumer: ResourceClaimConsumerReference,
  { metadata: { namespace } }: ResourceClaim,
  ctx: ReconcileContext<ResourceClaim>,
): Promise<boolean> {
  // Other users come and go by their own controllers.
  if (consumer.apiGroup || consumer.resource !== "pods") return true;
  const place = { namespace, name: consumer.name };
  const pod = ctx.get(Pod, place) ?? (await ctx.client.find(Pod, place, ctx.signal));
  return pod !== undefined && pod.metadata.uid === consumer.uid && !isDone(pod);
}

async function act(
  claim: ResourceClaim,
  plan: ClaimPlan,
  ctx: ReconcileContext<ResourceClaim>,
): Promise<void> {
  let current = claim;
  const { allocation, ...others } = claim.status;
  const isShorter = plan.reservedFor.length < (claim.status.reservedFor?.length ?? 0);
  if (isShorter || plan.release) {
    current = await ctx.updateStatus({
      ...others,
      ...(allocation && !plan.release && { allocation }),
      reservedFor: [...plan.reservedFor],
    });
  }
  if (plan.removeFinalizer) {
    current = await ctx.update(ResourceClaim, withoutFinalizer(current, claimFinalizer));
  }
  if (plan.remove) await ctx.delete(ResourceClaim, current);
}

function keysIn({ metadata }: Pod, names: readonly string[]): string[] {
  return names.map((name) => `${metadata.namespace}/${name}`);
}

const podsBy = (pods: readonly Pod[]) =>
  pods.map(({ metadata: { namespace, name } }) => ({ namespace, name }));
