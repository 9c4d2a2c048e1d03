import type { Container, ContainerState, ContainerStatus, Pod } from "#api/core/v1.ts";
import { isSidecar, mayRestart } from "../pod-worker/plan.ts";
import { resourcesInForce } from "../pod-worker/resize.ts";
import type { ContainerRun } from "../pod-worker/runtime-state.ts";
import type { StatusInput } from "./pod-status.ts";
import { rfc3339 } from "./time.ts";

export interface ContainerStatuses {
  readonly init: readonly ContainerStatus[];
  /** By name, as upstream orders them. */
  readonly app: readonly ContainerStatus[];
  readonly ephemeral: readonly ContainerStatus[];
}

/** The statuses of a pod's containers, from what runs and from what was known before. */
export function containerStatuses(input: StatusInput): ContainerStatuses {
  const { initContainers = [], containers, ephemeralContainers = [] } = input.pod.spec;
  const init = initContainers.map((container) => containerStatus(container, input, true));
  const app = containers.map((container) => containerStatus(container, input, false));
  app.sort((left, right) => (left.name < right.name ? -1 : 1));
  const ephemeral = ephemeralContainers.map((container) => ({
    ...containerStatus({ ...container, restartPolicy: "Never" }, input, false),
    ready: false,
    started: false,
  }));
  const statuses = { init, app, ephemeral };
  return input.ended ? withoutOpenEnds(input.pod, statuses) : statuses;
}

/** One container's status: its current run, and how the one before ended. */
function containerStatus(
  container: Container,
  input: StatusInput,
  isInit: boolean,
): ContainerStatus {
  const runs = input.state.runs.filter(({ name }) => name === container.name);
  const [latest, previous] = runs;
  const known = [
    ...(input.pod.status.containerStatuses ?? []),
    ...(input.pod.status.initContainerStatuses ?? []),
    ...(input.pod.status.ephemeralContainerStatuses ?? []),
  ].find(({ name }) => name === container.name);
  let status = latest
    ? statusOfRun(latest, previous, known, container, input, isInit)
    : statusWithoutRun(known, container, input, isInit);
  const waiting = input.waiting(container);
  if (waiting && maySay(latest, container, input, isInit)) {
    // A run that ended shows as the last state as soon as the container waits for its next one.
    const lastState = status.state.terminated ? status.state : status.lastState;
    status = { ...status, lastState, state: { waiting } };
  }
  return { ...status, ...health(status, latest, container, input, isInit) };
}

function statusOfRun(
  latest: ContainerRun,
  previous: ContainerRun | undefined,
  known: ContainerStatus | undefined,
  container: Container,
  input: StatusInput,
  isInit: boolean,
): ContainerStatus {
  const wasRunning = known?.state.running !== undefined;
  const state = stateOf(latest, wasRunning, input, isInit);
  const lost = latest.state === "unknown" && wasRunning;
  return {
    name: container.name,
    state,
    lastState: previous ? { terminated: terminated(previous, input) } : (known?.lastState ?? {}),
    ready: false,
    restartCount: Math.max(latest.attempt, (known?.restartCount ?? 0) + (lost ? 1 : 0)),
    image: latest.image || (container.image ?? ""),
    imageID: latest.imageId,
    containerID: containerId(latest),
    ...resourcesOf(container, latest.state === "running" ? latest : undefined, input),
    ...volumeMountsOf(container),
  };
}

/** Never started, or the runtime has forgotten it: then what was known of it counts. */
function statusWithoutRun(
  known: ContainerStatus | undefined,
  container: Container,
  input: StatusInput,
  isInit: boolean,
): ContainerStatus {
  const { pod } = input;
  if (known?.state.terminated) return known;
  let restartCount = known?.restartCount ?? 0;
  let lastState = known?.lastState ?? {};
  if (known?.state.running) {
    // It ran and is gone: it must not look as if it had never run.
    lastState = {
      terminated: {
        exitCode: 137,
        reason: "ContainerStatusUnknown",
        message:
          "The container could not be located when the pod was deleted.  " +
          "The container used to be Running",
      },
    };
    if (!pod.metadata.deletionTimestamp) restartCount++;
  }
  return {
    name: container.name,
    state: notStarted(pod, isInit),
    lastState,
    ready: false,
    restartCount,
    image: container.image ?? "",
    imageID: "",
    ...resourcesOf(container, undefined, input),
    ...volumeMountsOf(container),
  };
}

/** Whether a reason to wait may stand for the state: only where another run is to come. */
function maySay(
  latest: ContainerRun | undefined,
  container: Container,
  { pod, terminating, failure, ended }: StatusInput,
  isInit: boolean,
): boolean {
  if (terminating || failure || ended) return false;
  if (!latest) return true;
  if (latest.state === "running") return false;
  if (latest.state === "created") return true;
  if (isInit && !isSidecar(container)) {
    return latest.exitCode !== 0 && pod.spec.restartPolicy !== "Never";
  }
  return mayRestart(pod, container, latest);
}

function health(
  { state }: ContainerStatus,
  latest: ContainerRun | undefined,
  container: Container,
  input: StatusInput,
  isInit: boolean,
): Pick<ContainerStatus, "ready" | "started"> {
  const running = state.running !== undefined && latest !== undefined;
  if (isInit && !isSidecar(container)) {
    return { ready: state.terminated?.exitCode === 0, started: running };
  }
  const started = running && input.started(latest);
  return { ready: started && input.ready(latest), started };
}

function stateOf(
  run: ContainerRun,
  wasRunning: boolean,
  input: StatusInput,
  isInit: boolean,
): ContainerState {
  switch (run.state) {
    case "running":
      return { running: { startedAt: rfc3339(run.startedAtMs) } };
    case "exited":
      return { terminated: terminated(run, input) };
    case "created":
      return notStarted(input.pod, isInit);
    case "unknown":
      return wasRunning ? lostState() : notStarted(input.pod, isInit);
    default:
      return run.state satisfies never;
  }
}

function notStarted(pod: Pod, isInit: boolean): ContainerState {
  const waitsForInit = !isInit && (pod.spec.initContainers?.length ?? 0) > 0;
  return { waiting: { reason: waitsForInit ? "PodInitializing" : "ContainerCreating" } };
}

function lostState(): ContainerState {
  return {
    terminated: {
      exitCode: 137,
      reason: "ContainerStatusUnknown",
      message: "The container could not be located when the pod was terminated",
    },
  };
}

function terminated(run: ContainerRun, input: StatusInput) {
  const message = run.message || input.terminationMessage(run);
  return {
    exitCode: run.exitCode,
    reason: run.reason || (run.exitCode === 0 ? "Completed" : "Error"),
    ...(message && { message }),
    ...(run.startedAtMs && { startedAt: rfc3339(run.startedAtMs) }),
    ...(run.finishedAtMs && { finishedAt: rfc3339(run.finishedAtMs) }),
    containerID: containerId(run),
  };
}

const containerId = ({ id }: ContainerRun) => `containerd://${id}`;

function resourcesOf(container: Container, running: ContainerRun | undefined, input: StatusInput) {
  const { requests = {} } = container.resources;
  const inForce =
    running && (input.resized(running) ?? resourcesInForce(input.pod, container, running));
  return {
    ...(Object.keys(requests).length > 0 && { allocatedResources: requests }),
    ...(inForce && { resources: inForce }),
  };
}

function volumeMountsOf({ volumeMounts = [] }: Container): Pick<ContainerStatus, "volumeMounts"> {
  if (volumeMounts.length === 0) return {};
  return {
    volumeMounts: volumeMounts.map(({ name, mountPath, readOnly, recursiveReadOnly }) => ({
      name,
      mountPath,
      // What the runtime cannot do is refused, so that what was asked for is what there is.
      ...(readOnly && {
        readOnly,
        recursiveReadOnly: recursiveReadOnly === "Enabled" ? "Enabled" : "Disabled",
      }),
    })),
  };
}

/**
 * A pod that is over leaves nothing open: containers of which there is no trace, though the pod
 * was initialized, count as failed.
 */
function withoutOpenEnds(pod: Pod, statuses: ContainerStatuses): ContainerStatuses {
  const close = (status: ContainerStatus): ContainerStatus =>
    status.state.terminated ? status : { ...status, state: lostState(), started: false };
  const lastKnown = statuses.init.findLastIndex(
    ({ state, lastState }) => state.waiting === undefined || lastState.terminated !== undefined,
  );
  return {
    init: statuses.init.map((status, index) => (index <= lastKnown ? close(status) : status)),
    app: wasInitialized(pod, statuses) ? statuses.app.map(close) : statuses.app,
    ephemeral: statuses.ephemeral.map(close),
  };
}

function wasInitialized(pod: Pod, { init, app }: ContainerStatuses): boolean {
  const last = pod.spec.initContainers?.at(-1);
  if (!last) return true;
  const moved = ({ state, lastState }: ContainerStatus) =>
    lastState.terminated !== undefined || state.waiting === undefined;
  if (app.some(moved)) return true;
  const status = init.at(-1);
  return isSidecar(last) ? status?.started === true : status?.state.terminated?.exitCode === 0;
}
