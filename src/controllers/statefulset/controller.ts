import { ControllerRevision, StatefulSet } from "#api/apps/v1.ts";
import { PersistentVolumeClaim, Pod } from "#api/core/v1.ts";
import type { ReconcileContext } from "#component/context.ts";
import { attempt, defineController, watch } from "#component/controller.ts";
import { msToNextAvailable } from "../common/pods.ts";
import { byRevision, templateOf } from "../common/revisions.ts";
import { act } from "./act.ts";
import { isMember, setNameOf, versionOf } from "./identity.ts";
import type { Version } from "./identity.ts";
import { plan } from "./plan.ts";
import type { Situation } from "./plan.ts";
import { beyondLimit, syncHistory } from "./revisions.ts";
import type { History } from "./revisions.ts";
import { replacements, statusOf } from "./status.ts";

export const statefulSetController = defineController({
  name: "statefulset-controller",
  for: StatefulSet,
  owns: [Pod],
  keeps: [ControllerRevision],
  adopts: (set) => set.spec.selector,
  // A pod may have to wait for a claim of its predecessor to go.
  watches: [
    watch(PersistentVolumeClaim, ({ metadata }) =>
      (metadata.ownerReferences ?? []).flatMap(({ kind, name }) => {
        const setName =
          kind === "StatefulSet" ? name : kind === "Pod" ? setNameOf(name) : undefined;
        return setName ? [{ namespace: metadata.namespace, name: setName }] : [];
      }),
    ),
  ],

  async reconcile(set, ctx) {
    const claimed = await ctx.claim(ControllerRevision, set.spec.selector);
    const pods = await ctx.claim(Pod, set.spec.selector, { belongs: (pod) => isMember(set, pod) });
    const revisions = [...claimed].sort(byRevision);
    if (set.metadata.deletionTimestamp) {
      await reportLast(set, pods, ctx);
      return undefined;
    }
    const history = await syncHistory(set, revisions, ctx);
    const situation = situationOf(set, pods, history, ctx);
    const intent = plan(situation);
    const failure = await attempt(() => act(intent, set, ctx));
    await ctx.updateStatus(
      statusOf(situation, history.collisionCount, failure ? 0 : replacements(intent)),
    );
    await truncate(set, pods, revisions, history, ctx);
    if (failure) throw failure;
    return { requeueAfterMs: msToNextAvailable(pods, set.spec.minReadySeconds ?? 0, ctx.now) };
  },
});

function situationOf(
  set: StatefulSet,
  pods: readonly Pod[],
  { current, update }: History,
  ctx: ReconcileContext<StatefulSet>,
): Situation {
  const { namespace } = set.metadata;
  const versionFrom = (revision: ControllerRevision): Version => ({
    name: revision.metadata.name,
    template: templateOf(revision) ?? set.spec.template,
  });
  return {
    set,
    pods,
    current: versionFrom(current),
    update: versionFrom(update),
    claimOf: (name) => ctx.get(PersistentVolumeClaim, { namespace, name }),
    now: ctx.now,
  };
}

/** On its way out a set only counts: its history may be gone already, and must not come back. */
async function reportLast(
  set: StatefulSet,
  pods: readonly Pod[],
  ctx: ReconcileContext<StatefulSet>,
): Promise<void> {
  const { currentRevision, updateRevision, collisionCount = 0 } = set.status ?? {};
  if (!currentRevision || !updateRevision) return;
  const { template } = set.spec;
  const current = { name: currentRevision, template };
  const update = { name: updateRevision, template };
  await ctx.updateStatus(statusOf({ set, pods, current, update, now: ctx.now }, collisionCount, 0));
}

async function truncate(
  { spec }: StatefulSet,
  pods: readonly Pod[],
  revisions: readonly ControllerRevision[],
  { current, update }: History,
  ctx: ReconcileContext<StatefulSet>,
): Promise<void> {
  const live = new Set([
    current.metadata.name,
    update.metadata.name,
    ...pods.map((pod) => versionOf(pod)),
  ]);
  for (const revision of beyondLimit(revisions, live, spec.revisionHistoryLimit)) {
    await ctx.delete(ControllerRevision, revision);
  }
}
