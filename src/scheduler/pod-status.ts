import { Pod } from "#api/core/v1.ts";
import type { PodCondition } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Client } from "#client/client.ts";

export interface ConditionChange {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/**
 * Writes one condition of a pod, and its nominated node if that is to change: "" takes it away.
 * Nothing is written when the pod says so already.
 */
export async function setCondition(
  client: Client,
  clock: Clock,
  pod: Pod,
  change: ConditionChange,
  nominatedNodeName?: string,
): Promise<void> {
  const current = pod.status.conditions?.find(({ type }) => type === change.type);
  const isSame =
    current?.status === change.status &&
    current.reason === change.reason &&
    current.message === change.message;
  const isMoved =
    nominatedNodeName !== undefined && nominatedNodeName !== (pod.status.nominatedNodeName ?? "");
  if (isSame && !isMoved) return;
  const { namespace, name, uid, generation } = pod.metadata;
  const now = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
  const isTurned = current?.status !== change.status || !current.lastTransitionTime;
  const condition: Partial<PodCondition> = {
    ...change,
    ...(generation !== undefined && { observedGeneration: generation }),
    lastTransitionTime: isTurned ? now : current.lastTransitionTime,
  };
  const status = {
    conditions: [condition],
    ...(isMoved && { nominatedNodeName: nominatedNodeName || null }),
  };
  await client.patch(
    Pod,
    { namespace, name },
    { type: "strategic", patch: { metadata: { uid }, status } },
    { subresource: "status" },
  );
}
