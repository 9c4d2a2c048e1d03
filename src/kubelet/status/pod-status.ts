import type { Container, Pod, PodStatus, ResourceRequirements } from "#api/core/v1.ts";
import { podQosClass } from "#machinery/pod-resources.ts";
import type { ContainerRun, RuntimeState } from "../pod-worker/runtime-state.ts";
import type { Rejection } from "../admission/admit.ts";
import { conditionsOf, kubeletConditions } from "./conditions.ts";
import { containerStatuses } from "./container-status.ts";
import { phaseOf } from "./phase.ts";
import { rfc3339 } from "./time.ts";

export { rfc3339 };

/** What a pod's status is made of, besides its spec. */
export interface StatusInput {
  /** With the status as it was last. */
  readonly pod: Pod;
  readonly state: RuntimeState;
  readonly nowMs: number;
  /** Why a container is not running, where the kubelet knows: image trouble, back-off. */
  waiting(container: Container): { reason: string; message?: string } | undefined;
  /** What a running container was given just now, in place of what it had. */
  resized(run: ContainerRun): ResourceRequirements | undefined;
  /** The readiness probe's verdict; true where there is none. */
  ready(run: ContainerRun): boolean;
  started(run: ContainerRun): boolean;
  /** From the container's termination log. */
  terminationMessage(run: ContainerRun): string | undefined;
  /** The pod is on its way out. */
  readonly terminating: boolean;
  /** Nothing of it runs and nothing will again: it gets a final phase. */
  readonly ended: boolean;
  readonly hostAddress: string;
  /** Set when the kubelet ended the pod itself: Evicted, DeadlineExceeded, … */
  readonly failure?: { readonly reason: string; readonly message: string };
  readonly sandboxReady: boolean;
}

/** The status as the API server should have it. Pure; times of unchanged conditions are kept. */
export function podStatus(input: StatusInput): PodStatus {
  const { pod, state } = input;
  const statuses = containerStatuses(input);
  const { phase, reason, message } = outcomeOf(input, phaseOf(pod, statuses, input.ended));
  const { sandboxReady, nowMs } = input;
  const { generation } = pod.metadata;
  const addresses = podAddresses(input);
  const { startTime, nominatedNodeName } = pod.status;
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    ...(phase !== undefined && { phase }),
    conditions: conditionsOf({ pod, statuses, phase, sandboxReady, nowMs }),
    ...(reason && { reason }),
    ...(message && { message }),
    hostIP: input.hostAddress,
    hostIPs: [{ ip: input.hostAddress }],
    ...(addresses[0] && { podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) }),
    startTime: startTime ?? rfc3339(state.sandboxes.at(-1)?.createdAtMs ?? nowMs),
    ...(statuses.init.length > 0 && { initContainerStatuses: [...statuses.init] }),
    containerStatuses: [...statuses.app],
    ...(statuses.ephemeral.length > 0 && { ephemeralContainerStatuses: [...statuses.ephemeral] }),
    ...(nominatedNodeName && { nominatedNodeName }),
    qosClass: podQosClass(pod),
  };
}

/** Of a pod that its node did not take: of its containers there is nothing to tell. */
export function rejectedStatus(pod: Pod, rejection: Rejection, nowMs: number): PodStatus {
  const { generation } = pod.metadata;
  const { conditions = [], startTime } = pod.status;
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    phase: "Failed",
    conditions: conditions.filter(({ type }) => !kubeletConditions.has(type)),
    reason: rejection.reason,
    message: `Pod was rejected: ${rejection.message}`,
    startTime: startTime ?? rfc3339(nowMs),
    qosClass: podQosClass(pod),
  };
}

export function isTerminalPhase(phase: PodStatus["phase"]): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

/** What `kubectl` shows of a pod in short: its phase, and why it is in it. */
function outcomeOf(
  { pod, state, failure, ended }: StatusInput,
  found: PodStatus["phase"],
): Pick<PodStatus, "phase" | "reason" | "message"> {
  const before = pod.status;
  // Nobody leaves a final phase again.
  if (isTerminalPhase(before.phase)) return before;
  const running = state.runs.some(({ state: current }) => current === "running");
  // A pod is final only when it has let go of everything that it held.
  if (running && (failure || isTerminalPhase(found))) {
    return { ...before, phase: before.phase ?? "Running" };
  }
  if (failure) return { phase: "Failed", ...failure };
  const phase = ended && !isTerminalPhase(found) ? "Failed" : found;
  if (phase !== before.phase) return { phase };
  return before;
}

function podAddresses({ pod, state, hostAddress }: StatusInput): readonly string[] {
  if (pod.spec.hostNetwork) return [hostAddress];
  const current = state.sandboxes[0]?.addresses ?? [];
  // A dead sandbox has no address any more, but the last one known stays visible.
  return current.length > 0 ? current : (pod.status.podIPs ?? []).map(({ ip }) => ip);
}
