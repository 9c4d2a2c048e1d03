import type { DaemonSet, DaemonSetStatus } from "#api/apps/v1.ts";
import { withoutMissing } from "../common/fields.ts";
import { orMissing } from "../common/numbers.ts";
import { isAvailable, isReady } from "../common/pods.ts";
import { podsByNode } from "./plan.ts";
import type { Situation } from "./plan.ts";
import { isUpdated, placementOn } from "./pod.ts";

/** What the nodes amount to: of each the pod that counts. `old` keeps what others say in it. */
export function statusOf(
  { daemonSet, nodes, pods, hash, now }: Omit<Situation, "msToRetry">,
  old: DaemonSet["status"],
): DaemonSetStatus {
  const { minReadySeconds = 0 } = daemonSet.spec;
  const byNode = podsByNode(pods);
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const node of nodes) {
    const pod = byNode.get(node.metadata.name)?.[0];
    if (placementOn(node, daemonSet) !== "run") {
      if (pod) counts.misscheduled++;
      continue;
    }
    counts.desired++;
    if (!pod) continue;
    counts.current++;
    if (isReady(pod)) counts.ready++;
    if (isAvailable(pod, minReadySeconds, now)) counts.available++;
    if (isUpdated(pod, daemonSet, hash)) counts.updated++;
  }
  return withoutMissing({
    ...old,
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    observedGeneration: daemonSet.metadata.generation,
    updatedNumberScheduled: orMissing(counts.updated),
    numberAvailable: orMissing(counts.available),
    numberUnavailable: orMissing(counts.desired - counts.available),
  });
}
