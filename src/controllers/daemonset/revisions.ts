import { ControllerRevision, DaemonSet } from "#api/apps/v1.ts";
import { Pod } from "#api/core/v1.ts";
import { isAlreadyExists } from "#client/client.ts";
import type { ReconcileContext } from "#component/context.ts";
import { templateHash } from "../common/hash.ts";
import {
  byRevision,
  isOfTemplate,
  maxRevision,
  revisionData,
  revisionLabel,
} from "../common/revisions.ts";

type Context = ReconcileContext<DaemonSet>;

export interface History {
  /** Of the template as it is now. */
  readonly current: ControllerRevision;
  readonly old: readonly ControllerRevision[];
}

/** Brings the history in line with the template. */
export async function syncHistory(
  daemonSet: DaemonSet,
  revisions: readonly ControllerRevision[],
  pods: readonly Pod[],
  ctx: Context,
): Promise<History> {
  const labelled: ControllerRevision[] = [];
  for (const revision of [...revisions].sort(byRevision)) {
    labelled.push(await withHash(revision, ctx));
  }
  const isCurrent = (revision: ControllerRevision) =>
    isOfTemplate(revision, daemonSet.spec.template);
  const old = labelled.filter((revision) => !isCurrent(revision));
  const number = maxRevision(old) + 1;
  const same = labelled.filter(isCurrent);
  const latest = same.at(-1);
  if (!latest) return { current: await create(daemonSet, number, ctx), old };
  await mergeInto(latest, same.slice(0, -1), pods, ctx);
  const current =
    latest.revision < number
      ? await ctx.update(ControllerRevision, { ...latest, revision: number })
      : latest;
  return { current, old };
}

/** Those beyond the limit, the oldest first, of which no pod is left. */
export function beyondLimit(
  old: readonly ControllerRevision[],
  pods: readonly Pod[],
  limit: number,
): readonly ControllerRevision[] {
  const live = new Set(pods.map(({ metadata }) => metadata.labels?.[revisionLabel]));
  const idle = [...old].sort(byRevision).filter((revision) => !live.has(hashOf(revision)));
  return idle.slice(0, Math.max(0, old.length - limit));
}

export function hashOf({ metadata }: ControllerRevision): string {
  return metadata.labels?.[revisionLabel] ?? metadata.name;
}

async function withHash(revision: ControllerRevision, ctx: Context): Promise<ControllerRevision> {
  const { metadata } = revision;
  if (metadata.labels?.[revisionLabel]) return revision;
  const labels = { ...metadata.labels, [revisionLabel]: metadata.name };
  return ctx.update(ControllerRevision, { ...revision, metadata: { ...metadata, labels } });
}

/** Several of one template are a leftover: their pods count as those of the latest. */
async function mergeInto(
  latest: ControllerRevision,
  others: readonly ControllerRevision[],
  pods: readonly Pod[],
  ctx: Context,
): Promise<void> {
  if (others.length === 0) return;
  const hash = hashOf(latest);
  for (const { metadata } of pods) {
    if (metadata.labels?.[revisionLabel] === hash) continue;
    const patch = { metadata: { labels: { [revisionLabel]: hash } } };
    const { namespace, name } = metadata;
    await ctx.patch(Pod, { namespace, name }, { type: "merge", patch });
  }
  for (const revision of others) await ctx.delete(ControllerRevision, revision);
}

async function create(
  daemonSet: DaemonSet,
  number: number,
  ctx: Context,
): Promise<ControllerRevision> {
  const { metadata, spec, status } = daemonSet;
  const hash = templateHash(spec.template, status?.collisionCount);
  const name = `${metadata.name}-${hash}`;
  try {
    return await ctx.create(ControllerRevision, {
      metadata: {
        name,
        labels: { ...spec.template.metadata.labels, [revisionLabel]: hash },
        ...(metadata.annotations && { annotations: metadata.annotations }),
      },
      data: revisionData(spec.template),
      revision: number,
    });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const { namespace } = metadata;
    const existing = await ctx.client.get(ControllerRevision, { namespace, name }, ctx.signal);
    if (isOfTemplate(existing, spec.template)) return existing;
    await avoidCollision(daemonSet, ctx);
    throw error;
  }
}

const noPods = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
};

/** The name is another template's: the next try takes another one. */
async function avoidCollision({ metadata, status }: DaemonSet, ctx: Context): Promise<void> {
  const { namespace, name } = metadata;
  const live = await ctx.client.get(DaemonSet, { namespace, name }, ctx.signal);
  const known = status?.collisionCount;
  const count = live.status?.collisionCount;
  if (count !== known) {
    throw new Error(
      `found a stale collision count (${known ?? 0}, expected ${count ?? 0}) of DaemonSet ` +
        `"${name}" while processing; will retry until it is updated`,
    );
  }
  await ctx.updateStatus({ ...(live.status ?? noPods), collisionCount: (count ?? 0) + 1 });
}
