import type { Pod } from "#api/core/v1.ts";
import { podCondition } from "./pods.ts";
import { timestamp } from "./time.ts";

/** The pod's status, saying why it is about to be deleted; the same where it says that already. */
export function withDisruption(
  pod: Pod,
  why: { readonly reason: string; readonly message: string },
  now: number,
): Pod["status"] {
  const condition = {
    type: "DisruptionTarget",
    status: "True" as const,
    ...why,
    lastTransitionTime: timestamp(now),
    ...(pod.metadata.generation && { observedGeneration: pod.metadata.generation }),
  };
  if (podCondition(pod, condition.type)?.status === "True") return pod.status;
  const others = (pod.status.conditions ?? []).filter(({ type }) => type !== condition.type);
  return { ...pod.status, conditions: [...others, condition] };
}
