import { ControllerRevision } from "#api/apps/v1.ts";
import type { StatefulSet } from "#api/apps/v1.ts";
import { isAlreadyExists } from "#client/client.ts";
import type { ReconcileContext } from "#component/context.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { revisionHash } from "../common/hash.ts";
import {
  byRevision,
  isOfTemplate,
  maxRevision,
  meansTemplate,
  revisionData,
  revisionName,
} from "../common/revisions.ts";

const hashLabel = "controller.kubernetes.io/hash";

/** What becomes of the history for the template as it is now. */
export type HistoryPlan =
  | { readonly kind: "keep"; readonly revision: ControllerRevision }
  /** The template is one of before: its revision becomes the latest. */
  | { readonly kind: "renumber"; readonly revision: ControllerRevision; readonly number: number }
  | { readonly kind: "create"; readonly number: number };

/** `revisions` from the oldest to the latest. */
export function planHistory(
  { spec }: StatefulSet,
  revisions: readonly ControllerRevision[],
): HistoryPlan {
  const number = maxRevision(revisions) + 1;
  const latest = revisions.at(-1);
  const same = revisions.findLast((revision) => isOfTemplate(revision, spec.template));
  if (latest && same && deepEqual(latest.data, same.data))
    return { kind: "keep", revision: latest };
  if (same) return { kind: "renumber", revision: same, number };
  if (latest && meansTemplate(latest, spec.template)) return { kind: "keep", revision: latest };
  return { kind: "create", number };
}

export interface History {
  /** The version before the rollout that is going on. */
  readonly current: ControllerRevision;
  /** That of the template. */
  readonly update: ControllerRevision;
  readonly collisionCount: number;
}

/** Brings the history in line with the template. `revisions` from the oldest to the latest. */
export async function syncHistory(
  set: StatefulSet,
  revisions: readonly ControllerRevision[],
  ctx: ReconcileContext<StatefulSet>,
): Promise<History> {
  const intent = planHistory(set, revisions);
  let collisionCount = set.status?.collisionCount ?? 0;
  let update: ControllerRevision;
  switch (intent.kind) {
    case "keep":
      update = intent.revision;
      break;
    case "renumber": {
      const { revision, number } = intent;
      update = await ctx.update(ControllerRevision, { ...revision, revision: number });
      break;
    }
    case "create":
      ({ revision: update, collisionCount } = await create(set, intent.number, ctx));
      break;
    default:
      throw intent satisfies never;
  }
  const name = set.status?.currentRevision;
  const current = revisions.find(({ metadata }) => metadata.name === name) ?? update;
  return { current, update, collisionCount };
}

async function create(
  set: StatefulSet,
  number: number,
  ctx: ReconcileContext<StatefulSet>,
): Promise<{ revision: ControllerRevision; collisionCount: number }> {
  const { metadata, spec, status } = set;
  const { labels } = spec.template.metadata;
  const data = revisionData(spec.template);
  const firstHash = revisionHash(data, status?.collisionCount ?? 0);
  for (let collisionCount = status?.collisionCount ?? 0; ; collisionCount++) {
    const name = revisionName(set, revisionHash(data, collisionCount));
    try {
      const revision = await ctx.create(ControllerRevision, {
        metadata: {
          name,
          labels: { ...labels, [hashLabel]: firstHash },
          ...(metadata.annotations && { annotations: metadata.annotations }),
        },
        data,
        revision: number,
      });
      return { revision, collisionCount };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const { namespace } = metadata;
      const revision = await ctx.client.get(ControllerRevision, { namespace, name }, ctx.signal);
      if (deepEqual(revision.data, data)) return { revision, collisionCount };
    }
  }
}

/** Those that nobody needs any more, of which more are kept than the limit says. */
export function beyondLimit(
  revisions: readonly ControllerRevision[],
  live: ReadonlySet<string | undefined>,
  limit: number,
): readonly ControllerRevision[] {
  if (limit < 0) return [];
  const idle = revisions.filter(({ metadata }) => !live.has(metadata.name)).sort(byRevision);
  return idle.slice(0, Math.max(0, idle.length - limit));
}
