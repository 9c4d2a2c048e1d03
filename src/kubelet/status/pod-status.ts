import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  PodCondition,
  PodStatus,
} from "#api/core/v1.ts";
import { podQosClass } from "#machinery/pod-resources.ts";
import { isSidecar, mayRestart } from "../pod-worker/plan.ts";
import type { ContainerRun, RuntimeState } from "../pod-worker/runtime-state.ts";

/** What a pod's status is made of, besides its spec. */
export interface StatusInput {
  readonly pod: Pod;
  readonly state: RuntimeState;
  readonly nowMs: number;
  /** Why a container is not running, where the kubelet knows: image trouble, back-off. */
  waiting(container: Container): { reason: string; message?: string } | undefined;
  /** The readiness probe's verdict; true where there is none. */
  ready(run: ContainerRun): boolean;
  started(run: ContainerRun): boolean;
  /** From the container's termination log. */
  terminationMessage(run: ContainerRun): string | undefined;
  /** The pod is on its way out. */
  readonly terminating: boolean;
  readonly hostAddress: string;
  /** Set when the kubelet ended the pod itself: Evicted, DeadlineExceeded, … */
  readonly failure?: { readonly reason: string; readonly message: string };
  readonly sandboxReady: boolean;
  /** Of a node's own network: its pods share the host's address. */
  readonly volumesReady?: boolean;
}

/** The status as the API server should have it. Pure; times of unchanged conditions are kept. */
export function podStatus(input: StatusInput): PodStatus {
  const { pod, state, failure } = input;
  const initStatuses = (pod.spec.initContainers ?? []).map((container) =>
    containerStatus(container, input, true),
  );
  const statuses = pod.spec.containers.map((container) => containerStatus(container, input, false));
  const initialized = isInitialized(pod, initStatuses);
  const phase = failure ? "Failed" : phaseOf(pod, initStatuses, statuses, initialized, input);
  const addresses = podAddresses(input);
  const finished = phase === "Succeeded" || phase === "Failed";
  const conditions = conditionsOf(input, { phase, initialized, statuses, initStatuses });
  return {
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    phase,
    conditions,
    ...(failure && { reason: failure.reason, message: failure.message }),
    hostIP: input.hostAddress,
    hostIPs: [{ ip: input.hostAddress }],
    ...(addresses[0] && !(finished && state.sandboxes.length === 0)
      ? { podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) }
      : {}),
    startTime: pod.status.startTime ?? rfc3339(input.nowMs),
    ...(initStatuses.length > 0 && { initContainerStatuses: initStatuses }),
    containerStatuses: statuses,
    ...(pod.status.ephemeralContainerStatuses && {
      ephemeralContainerStatuses: pod.status.ephemeralContainerStatuses,
    }),
    ...(pod.status.nominatedNodeName && { nominatedNodeName: pod.status.nominatedNodeName }),
    qosClass: podQosClass(pod),
  } as PodStatus;
}

function podAddresses({ pod, state, hostAddress }: StatusInput): readonly string[] {
  if (pod.spec.hostNetwork) return [hostAddress];
  const current = state.sandboxes[0]?.addresses ?? [];
  // A dead sandbox has no address any more, but the last one known stays visible.
  return current.length > 0 ? current : (pod.status.podIPs ?? []).map(({ ip }) => ip);
}

/** One container's status: its current run, and how the one before ended. */
export function containerStatus(
  container: Container,
  input: StatusInput,
  isInit: boolean,
): ContainerStatus {
  const runs = input.state.runs.filter(({ name }) => name === container.name);
  const [latest, previous] = runs;
  const known = [
    ...(input.pod.status.containerStatuses ?? []),
    ...(input.pod.status.initContainerStatuses ?? []),
  ].find(({ name }) => name === container.name);
  const restartable = !isInit || isSidecar(container);
  const waiting = input.waiting(container);
  // A run that ended shows as the last state as soon as the container waits for its next one.
  const showWaiting = waiting !== undefined && latest?.state !== "running";
  const state = showWaiting ? { waiting } : stateOf(latest, input, isInit);
  const lastEnded = showWaiting && latest?.state === "exited" ? latest : previous;
  const lastState = lastEnded
    ? { terminated: terminated(lastEnded, input) }
    : latest
      ? (known?.lastState ?? {})
      : known?.state.terminated
        ? known.state
        : (known?.lastState ?? {});
  const running = latest?.state === "running";
  const ready =
    !input.terminating || running
      ? running
        ? restartable && input.started(latest) && input.ready(latest)
        : isInit && latest?.state === "exited" && latest.exitCode === 0
      : false;
  return {
    name: container.name,
    state,
    lastState,
    ready,
    restartCount: Math.max(latest?.attempt ?? 0, known?.restartCount ?? 0),
    image: latest?.image || container.image || "",
    imageID: latest?.imageId ?? known?.imageID ?? "",
    ...(latest && { containerID: `containerd://${latest.id}` }),
    started: running && (isInit && !restartable ? true : input.started(latest)),
    ...(Object.keys(container.resources.requests ?? {}).length > 0 && {
      allocatedResources: container.resources.requests,
    }),
    ...(running && { resources: container.resources }),
  };
}

function stateOf(
  run: ContainerRun | undefined,
  input: StatusInput,
  isInit: boolean,
): ContainerState {
  if (!run || run.state === "created") {
    const hasInit = !isInit && (input.pod.spec.initContainers?.length ?? 0) > 0;
    return { waiting: { reason: hasInit ? "PodInitializing" : "ContainerCreating" } };
  }
  if (run.state === "running") return { running: { startedAt: rfc3339(run.startedAtMs) } };
  return { terminated: terminated(run, input) };
}

function terminated(run: ContainerRun, input: StatusInput) {
  const message = run.message || input.terminationMessage(run);
  return {
    exitCode: run.state === "unknown" ? 137 : run.exitCode,
    reason:
      run.state === "unknown"
        ? "ContainerStatusUnknown"
        : run.reason || (run.exitCode === 0 ? "Completed" : "Error"),
    ...(message && { message }),
    startedAt: run.startedAtMs ? rfc3339(run.startedAtMs) : undefined,
    finishedAt: run.finishedAtMs ? rfc3339(run.finishedAtMs) : undefined,
    containerID: `containerd://${run.id}`,
  };
}

function isInitialized(pod: Pod, statuses: readonly ContainerStatus[]): boolean {
  return (pod.spec.initContainers ?? []).every((container, index) => {
    const status = statuses[index];
    return isSidecar(container)
      ? status?.started === true
      : status?.state.terminated?.exitCode === 0;
  });
}

function phaseOf(
  pod: Pod,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
  initialized: boolean,
  { state }: StatusInput,
): PodStatus["phase"] {
  if (pod.status.phase === "Succeeded" || pod.status.phase === "Failed") return pod.status.phase;
  if (!initialized) {
    const failed = initStatuses.some(
      ({ state: { terminated: ended } }) => ended && ended.exitCode !== 0,
    );
    const appsHaveRun = statuses.some(({ state: current }) => current.running);
    if (failed && pod.spec.restartPolicy === "Never") return "Failed";
    return appsHaveRun ? "Running" : "Pending";
  }
  if (statuses.some((status) => isUnstarted(status))) return "Pending";
  const over = pod.spec.containers.every((container) => {
    const latest = state.runs.find(({ name }) => name === container.name);
    const ended = latest?.state === "exited" || latest?.state === "unknown";
    return latest !== undefined && ended && !mayRestart(pod, container, latest);
  });
  if (!over) return "Running";
  const succeeded = statuses.every(({ state: current }) => current.terminated?.exitCode === 0);
  return succeeded ? "Succeeded" : "Failed";
}

/** Waits for its first run. One that waits for its next counts as running. */
function isUnstarted({ state, lastState }: ContainerStatus): boolean {
  return state.waiting !== undefined && lastState.terminated === undefined;
}

interface Findings {
  readonly phase: PodStatus["phase"];
  readonly initialized: boolean;
  readonly statuses: readonly ContainerStatus[];
  readonly initStatuses: readonly ContainerStatus[];
}

type ConditionDraft = Omit<PodCondition, "lastTransitionTime">;

function conditionsOf(input: StatusInput, findings: Findings): PodCondition[] {
  const { pod } = input;
  const { phase, initialized, statuses } = findings;
  const over = phase === "Succeeded" || phase === "Failed";
  const unready = statuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const names = `[${unready.join(" ")}]`;
  const containersReady: ConditionDraft =
    phase === "Succeeded"
      ? { type: "ContainersReady", status: "False", reason: "PodCompleted" }
      : phase === "Failed"
        ? { type: "ContainersReady", status: "False", reason: "PodFailed" }
        : unready.length > 0 || !initialized
          ? {
              type: "ContainersReady",
              status: "False",
              reason: "ContainersNotReady",
              message: `containers with unready status: ${names}`,
            }
          : { type: "ContainersReady", status: "True" };
  const gates = (pod.spec.readinessGates ?? []).filter(
    ({ conditionType }) =>
      pod.status.conditions?.find(({ type }) => type === conditionType)?.status !== "True",
  );
  const ready: ConditionDraft =
    containersReady.status === "True" && gates.length > 0
      ? {
          type: "Ready",
          status: "False",
          reason: "ReadinessGatesNotReady",
          message: gates
            .map(
              ({ conditionType }) =>
                `corresponding condition of pod readiness gate "${conditionType}" does not exist.`,
            )
            .join(", "),
        }
      : { ...containersReady, type: "Ready" };
  const drafts: ConditionDraft[] = [
    { type: "PodReadyToStartContainers", status: input.sandboxReady && !over ? "True" : "False" },
    initializedCondition(findings),
    ready,
    containersReady,
    { type: "PodScheduled", status: "True" },
  ];
  return mergeConditions(pod.status.conditions ?? [], drafts, pod, input.nowMs);
}

function initializedCondition({ phase, initialized, initStatuses }: Findings): ConditionDraft {
  if (initialized || phase === "Succeeded") {
    return phase === "Succeeded"
      ? { type: "Initialized", status: "True", reason: "PodCompleted" }
      : { type: "Initialized", status: "True" };
  }
  const unready = initStatuses.filter(({ ready }) => !ready).map(({ name }) => name);
  return {
    type: "Initialized",
    status: "False",
    reason: "ContainersNotInitialized",
    message: `containers with incomplete status: [${unready.join(" ")}]`,
  };
}

/** Keeps conditions that belong to others, and the time of those that did not change. */
function mergeConditions(
  current: readonly PodCondition[],
  drafts: readonly ConditionDraft[],
  pod: Pod,
  nowMs: number,
): PodCondition[] {
  const own = new Set(drafts.map(({ type }) => type));
  const others = current.filter(({ type }) => !own.has(type));
  const merged = drafts.map((draft) => {
    const before = current.find(({ type }) => type === draft.type);
    const unchanged = before?.status === draft.status;
    return {
      ...draft,
      ...(pod.metadata.generation !== undefined && {
        observedGeneration: pod.metadata.generation,
      }),
      lastTransitionTime: unchanged ? before.lastTransitionTime : rfc3339(nowMs),
    } as PodCondition;
  });
  return [...merged, ...others];
}

export function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
