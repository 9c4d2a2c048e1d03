import type { ContainerStatus, Pod, PodStatus } from "#api/core/v1.ts";
import { isSidecar } from "../pod-worker/plan.ts";
import type { ContainerStatuses } from "./container-status.ts";

/** The pod's phase, from its containers' statuses alone. `ended`: none will run again. */
export function phaseOf(pod: Pod, statuses: ContainerStatuses, ended: boolean): PodStatus["phase"] {
  const init = countInit(pod, statuses);
  const app = countApp(statuses);
  const { restartPolicy } = pod.spec;
  if (init.failed > 0 && restartPolicy === "Never") return "Failed";
  if (init.pending > 0) return "Pending";
  // Once the apps have run, a sidecar that restarts does not take the pod back.
  if (init.sidecarsPending > 0 && !anyAppStarted(statuses)) return "Pending";
  if (app.waiting + init.sidecarsWaiting > 0) return "Pending";
  if (app.running + init.sidecarsRunning > 0) return "Running";
  if (app.stopped === 0) return "Pending";
  const succeeded = app.stopped === app.succeeded;
  if (ended) return succeeded ? "Succeeded" : "Failed";
  // All of them are about to be started again.
  if (restartPolicy === "Always") return "Running";
  if (succeeded) return "Succeeded";
  return restartPolicy === "Never" ? "Failed" : "Running";
}

export function anyAppStarted({ app }: ContainerStatuses): boolean {
  return app.some(({ state }) => state.running !== undefined || state.terminated !== undefined);
}

function countInit(pod: Pod, { init }: ContainerStatuses) {
  const count = {
    pending: 0,
    failed: 0,
    sidecarsPending: 0,
    sidecarsWaiting: 0,
    sidecarsRunning: 0,
  };
  for (const [index, container] of (pod.spec.initContainers ?? []).entries()) {
    const status = init[index];
    if (!status) continue;
    const { state, lastState } = status;
    if (isSidecar(container)) {
      if (state.running) {
        count.sidecarsRunning++;
        if (!status.started) count.sidecarsPending++;
      } else if (state.waiting && !lastState.terminated) {
        count.sidecarsPending++;
        count.sidecarsWaiting++;
      }
      continue;
    }
    const end = state.terminated ?? (state.waiting ? lastState.terminated : undefined);
    if (!end) count.pending++;
    else if (end.exitCode !== 0) count.failed++;
  }
  return count;
}

function countApp({ app }: ContainerStatuses) {
  const count = { running: 0, waiting: 0, stopped: 0, succeeded: 0 };
  for (const status of app) {
    if (status.state.running) count.running++;
    else if (isWaitingForFirstRun(status)) count.waiting++;
    else count.stopped++;
    if (status.state.terminated?.exitCode === 0) count.succeeded++;
  }
  return count;
}

/** One that waits for its next run counts as stopped. */
function isWaitingForFirstRun({ state, lastState }: ContainerStatus): boolean {
  return state.waiting !== undefined && lastState.terminated === undefined;
}
