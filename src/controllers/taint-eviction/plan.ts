import type { Pod, Taint } from "#api/core/v1.ts";
import { tolerates } from "#machinery/scheduling/taints.ts";
import { podCondition } from "../common/pods.ts";
import { msOf } from "../common/time.ts";

export const isEvicting = ({ effect }: Taint) => effect === "NoExecute";

/**
 * How long the pod may stay; undefined: for ever. Its time runs from when the taint came, or it
 * came itself, or else from when that was first seen: not everybody says when he taints a node.
 */
export function msToEviction(
  pod: Pod,
  taints: readonly Taint[],
  firstSeen: number,
  now: number,
): number | undefined {
  let earliest: number | undefined;
  for (const taint of taints.filter(isEvicting)) {
    const toleration = pod.spec.tolerations?.find((one) => tolerates(one, taint));
    if (!toleration) return 0;
    const { tolerationSeconds } = toleration;
    if (tolerationSeconds === undefined) continue;
    if (tolerationSeconds <= 0) return 0;
    const since = Math.max(msOf(taint.timeAdded) ?? firstSeen, arrivedAt(pod));
    const waitMs = Math.max(0, since + tolerationSeconds * 1000 - now);
    earliest = Math.min(earliest ?? Infinity, waitMs);
  }
  return earliest;
}

function arrivedAt(pod: Pod): number {
  const scheduled = podCondition(pod, "PodScheduled")?.lastTransitionTime;
  return msOf(scheduled) ?? msOf(pod.metadata.creationTimestamp) ?? 0;
}
