import type { ContainerStatus, Pod, PodCondition, PodStatus } from "#api/core/v1.ts";
import { isSidecar } from "../pod-worker/plan.ts";
import type { ContainerStatuses } from "./container-status.ts";
import { anyAppStarted } from "./phase.ts";
import { rfc3339 } from "./time.ts";

export interface ConditionInput {
  readonly pod: Pod;
  readonly statuses: ContainerStatuses;
  readonly phase: PodStatus["phase"];
  /** A sandbox with its network is there. */
  readonly sandboxReady: boolean;
  readonly nowMs: number;
}

/** The conditions that the kubelet writes; all others belong to somebody else. */
export const kubeletConditions: ReadonlySet<string> = new Set([
  "PodReadyToStartContainers",
  "Initialized",
  "Ready",
  "ContainersReady",
  "PodScheduled",
]);

type ConditionDraft = Omit<PodCondition, "lastTransitionTime">;

/** The kubelet's conditions behind those of others, with the times of those that did not change. */
export function conditionsOf(input: ConditionInput): PodCondition[] {
  const { pod } = input;
  const containersReady = containersReadyCondition(input);
  const drafts: ConditionDraft[] = [
    { type: "PodReadyToStartContainers", status: input.sandboxReady ? "True" : "False" },
    initializedCondition(input),
    readyCondition(pod, containersReady),
    containersReady,
    { type: "PodScheduled", status: "True" },
  ];
  const { generation } = pod.metadata;
  const current = pod.status.conditions ?? [];
  return [
    ...current.filter(({ type }) => !kubeletConditions.has(type)),
    ...drafts.map((draft): PodCondition => {
      const before = current.find(({ type }) => type === draft.type);
      const since = before?.status === draft.status ? before.lastTransitionTime : undefined;
      return {
        ...draft,
        ...(generation !== undefined && { observedGeneration: generation }),
        lastTransitionTime: since ?? rfc3339(input.nowMs),
      };
    }),
  ];
}

function containersReadyCondition({ pod, statuses, phase }: ConditionInput): ConditionDraft {
  const type = "ContainersReady";
  if (phase === "Succeeded") return { type, status: "False", reason: "PodCompleted" };
  if (phase === "Failed") return { type, status: "False", reason: "PodFailed" };
  const { initContainers = [], containers } = pod.spec;
  const ready = readyNames([...statuses.init, ...statuses.app]);
  const unready = [...initContainers.filter(isSidecar), ...containers]
    .map(({ name }) => name)
    .filter((name) => !ready.has(name));
  if (unready.length === 0) return { type, status: "True" };
  const message = `containers with unready status: [${unready.join(" ")}]`;
  return { type, status: "False", reason: "ContainersNotReady", message };
}

function readyNames(statuses: readonly ContainerStatus[]): ReadonlySet<string> {
  return new Set(statuses.filter(({ ready }) => ready).map(({ name }) => name));
}

/** Ready is that the containers are, and that every readiness gate was opened by its owner. */
function readyCondition(pod: Pod, containersReady: ConditionDraft): ConditionDraft {
  if (containersReady.status !== "True") return { ...containersReady, type: "Ready" };
  const closed = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = pod.status.conditions?.find(({ type }) => type === conditionType);
    if (!gate) {
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    }
    if (gate.status === "True") return [];
    return [
      `the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`,
    ];
  });
  if (closed.length === 0) return { type: "Ready", status: "True" };
  const message = closed.join(", ");
  return { type: "Ready", status: "False", reason: "ReadinessGatesNotReady", message };
}

function initializedCondition({ pod, statuses, phase }: ConditionInput): ConditionDraft {
  const type = "Initialized";
  if (phase === "Succeeded") return { type, status: "True", reason: "PodCompleted" };
  const incomplete = (pod.spec.initContainers ?? []).filter((container, index) => {
    const status = statuses.init[index];
    return isSidecar(container) ? !status?.started : !status?.ready;
  });
  if (incomplete.length === 0 || anyAppStarted(statuses)) return { type, status: "True" };
  const names = incomplete.map(({ name }) => name).join(" ");
  const message = `containers with incomplete status: [${names}]`;
  return { type, status: "False", reason: "ContainersNotInitialized", message };
}
