import type { PodStatus } from "#api/core/v1.ts";
import { kubeletConditions } from "./conditions.ts";
import { isTerminalPhase } from "./pod-status.ts";

/**
 * The kubelet's own status of a pod, with what others wrote into the API server's: conditions that
 * are not the kubelet's, and a final phase.
 */
export function withForeignStatus(own: PodStatus, api: PodStatus): PodStatus {
  const foreign = (api.conditions ?? []).filter(({ type }) => !kubeletConditions.has(type));
  const mine = (own.conditions ?? []).filter(({ type }) => kubeletConditions.has(type));
  const isOver = isTerminalPhase(api.phase) && !isTerminalPhase(own.phase);
  return {
    ...own,
    conditions: [...foreign, ...mine],
    ...(isOver && {
      phase: api.phase,
      ...(api.reason && { reason: api.reason }),
      ...(api.message && { message: api.message }),
    }),
  };
}
