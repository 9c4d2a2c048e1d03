import { Job } from "#api/batch/v1.ts";
import { Pod } from "#api/core/v1.ts";
import { apiVersionOf } from "#schema/message.ts";
import { controllerOf } from "#client/object.ts";
import type { ReadCache } from "#component/controller.ts";
import { defineController, indexBy, watch } from "#component/controller.ts";
import { endOf } from "../common/jobs.ts";
import { removeFinalizer } from "./act.ts";
import { isManagedElsewhere, isTracked } from "./pods.ts";

const trackedPodsOf = "job-tracked";

/** Lets pods go that wait to be counted by a Job that is gone, or has ended without them. */
export const orphanController = defineController({
  name: "job-orphan-pods-controller",
  for: Pod,
  ignores: (pod) => !isTracked(pod),
  indexes: [
    indexBy(Pod, trackedPodsOf, (pod) => {
      const owner = controllerOf(pod);
      return owner && isTracked(pod) ? [owner.uid] : [];
    }),
  ],
  watches: [
    watch(Job, (job, cache) => {
      const current = cache.get(Job, job.metadata);
      const lives = current?.metadata.uid === job.metadata.uid && !endOf(current);
      if (lives) return [];
      return cache.byIndex(Pod, trackedPodsOf, job.metadata.uid).map(({ metadata }) => metadata);
    }),
  ],

  async reconcile(pod, ctx) {
    if (isTracked(pod) && isOrphan(pod, ctx)) {
      await removeFinalizer(pod, ctx, { unchanged: true });
    }
  },
});

function isOrphan(pod: Pod, cache: ReadCache): boolean {
  const owner = controllerOf(pod);
  if (!owner) return true;
  if (owner.kind !== Job.info.kind || owner.apiVersion !== apiVersionOf(Job.info)) return false;
  const job = cache.get(Job, { namespace: pod.metadata.namespace, name: owner.name });
  if (job?.metadata.uid !== owner.uid) return true;
  return endOf(job) !== undefined && !isManagedElsewhere(job);
}
