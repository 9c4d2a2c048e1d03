import { ReplicaSet } from "#api/apps/v1.ts";
import { Pod, ReplicationController } from "#api/core/v1.ts";
import { controllerOf } from "#client/object.ts";
import type { ReconcileContext } from "#component/context.ts";
import { attempt, defineController } from "#component/controller.ts";
import { isActive, msToNextAvailable } from "../common/pods.ts";
import { act } from "./act.ts";
import { plan, statusOf, terminatingReplicas } from "./plan.ts";

export const replicaSetController = defineController({
  name: "replicaset-controller",
  for: ReplicaSet,
  owns: [Pod],
  adopts: (replicaSet) => replicaSet.spec.selector,

  async reconcile(replicaSet, ctx) {
    const keeper = keeperOf(replicaSet);
    const { selector } = replicaSet.spec;
    // What ended, or is on its way out, belongs to whom it belongs.
    const active = await ctx.claim(Pod, selector, { only: isActive });
    const intent = replicaSet.metadata.deletionTimestamp
      ? ({ kind: "none" } as const)
      : plan(keeper, active, podsOfSiblings(replicaSet, ctx), ctx.now);
    const failure = await attempt(() => act(intent, replicaSet, keeper, ctx));
    const { status: old } = replicaSet;
    await ctx.updateStatus({
      ...statusOf({ keeper, active, old, plan: intent, failure, now: ctx.now }),
      terminatingReplicas: terminatingReplicas(ctx.owned(Pod), selector),
    });
    if (failure) throw failure;
    return { requeueAfterMs: msToNextAvailable(active, keeper.minReadySeconds, ctx.now) };
  },
});

export const replicationControllerController = defineController({
  name: "replicationcontroller-controller",
  eventSource: "replication-controller",
  for: ReplicationController,
  owns: [Pod],
  adopts: (controller) => selectorOf(controller),

  async reconcile(controller, ctx) {
    const keeper = keeperOf(controller);
    const active = await ctx.claim(Pod, selectorOf(controller), { only: isActive });
    const intent = controller.metadata.deletionTimestamp
      ? ({ kind: "none" } as const)
      : plan(keeper, active, active, ctx.now);
    const failure = await attempt(() => act(intent, controller, keeper, ctx));
    const { status: old } = controller;
    await ctx.updateStatus(statusOf({ keeper, active, old, plan: intent, failure, now: ctx.now }));
    if (failure) throw failure;
    return { requeueAfterMs: msToNextAvailable(active, keeper.minReadySeconds, ctx.now) };
  },
});

function keeperOf({ metadata, spec }: ReplicaSet | ReplicationController) {
  return {
    replicas: spec.replicas,
    minReadySeconds: spec.minReadySeconds ?? 0,
    template: spec.template,
    generation: metadata.generation,
  };
}

function selectorOf({ spec }: ReplicationController) {
  return spec.selector && { matchLabels: spec.selector };
}

/** Active pods of all ReplicaSets of the same Deployment: they do the same work. */
function podsOfSiblings(replicaSet: ReplicaSet, ctx: ReconcileContext<ReplicaSet>): readonly Pod[] {
  const owner = controllerOf(replicaSet);
  const siblings = owner ? ctx.byIndex(ReplicaSet, "owner", owner.uid) : [replicaSet];
  return siblings
    .flatMap(({ metadata }) => ctx.byIndex(Pod, "controller", metadata.uid))
    .filter(isActive);
}
