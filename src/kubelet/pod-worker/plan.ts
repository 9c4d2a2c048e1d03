import type { Container, Pod } from "#api/core/v1.ts";
import { latestRun } from "./runtime-state.ts";
import type { ContainerRun, RuntimeState, SandboxRun } from "./runtime-state.ts";

/** What the planner must know besides the pod and the runtime. */
export interface PlanContext {
  readonly nowMs: number;
  /** Hash of a container's spec as it is wanted now. */
  hashOf(container: Container): string;
  /** Milliseconds until the container may be started again; 0 when it may be now. */
  backoffLeftMs(container: Container, run: ContainerRun | undefined): number;
  /** The startup and liveness probes' verdict on a running container. */
  unhealthy(run: ContainerRun): "liveness" | "startup" | undefined;
  /** Whether a sidecar has passed its startup probe (or has none). */
  started(run: ContainerRun): boolean;
}

export interface ContainerStop {
  readonly run: ContainerRun;
  /** For the Killing event: `Container x failed liveness probe, will be restarted`. */
  readonly message: string;
  readonly reason: "unhealthy" | "changed" | "finished";
}

/** What to do for a pod that should run. Steps are done in the order of the fields. */
export interface PodPlan {
  /** The sandbox is gone or dead: stop what is left of it, and make the next one. */
  readonly newSandbox?: { readonly attempt: number; readonly stale?: SandboxRun };
  readonly stop: readonly ContainerStop[];
  /** At most one init container at a time, sidecars and app containers together. */
  readonly start: readonly Container[];
  /** Containers that must wait out their back-off: they show CrashLoopBackOff. */
  readonly backingOff: readonly Container[];
  /** When to look again though nothing happened. */
  readonly againInMs?: number;
  /** All containers are done and none will be started again. */
  readonly finished: boolean;
}

/** Compares what a pod should be with what the runtime has. Pure. */
export function plan(pod: Pod, state: RuntimeState, context: PlanContext): PodPlan {
  const sandbox = state.sandboxes[0];
  const ready = sandbox?.ready ? sandbox : undefined;
  if (isFinishedForGood(pod, state)) {
    const stop = state.runs.filter(isAlive).map((run) => stopOf(run, "finished", ""));
    return { stop, start: [], backingOff: [], finished: true };
  }
  if (!ready) {
    const newSandbox = {
      attempt: sandbox ? sandbox.attempt + 1 : 0,
      ...(sandbox && { stale: sandbox }),
    };
    // Everything starts over with a new sandbox, but init containers that succeeded stay done.
    const fresh = { sandboxes: [], runs: state.runs.filter((run) => !isAlive(run)) };
    return { newSandbox, ...planContainers(pod, fresh, context) };
  }
  return planContainers(pod, state, context);
}

function planContainers(
  pod: Pod,
  state: RuntimeState,
  context: PlanContext,
): Pick<PodPlan, "stop" | "start" | "backingOff" | "againInMs" | "finished"> {
  const stop: ContainerStop[] = [];
  const start: Container[] = [];
  const backingOff: Container[] = [];
  let againInMs: number | undefined;

  const consider = (container: Container, run: ContainerRun | undefined) => {
    const leftMs = context.backoffLeftMs(container, run);
    if (leftMs <= 0) {
      start.push(container);
      return;
    }
    backingOff.push(container);
    againInMs = Math.min(againInMs ?? Infinity, leftMs);
  };

  let initialized = true;
  const appsHaveRun = pod.spec.containers.some(({ name }) => latestRun(state, name));
  for (const container of pod.spec.initContainers ?? []) {
    const run = latestRun(state, container.name);
    const step = planInit(container, run, pod, context, stop);
    // Ordinary init containers are not run again once the app containers have been reached.
    if (step === "start" && appsHaveRun && !isSidecar(container)) continue;
    if (step === "start") consider(container, run);
    if (step !== "done" && !(isSidecar(container) && appsHaveRun)) {
      initialized = false;
      break;
    }
  }
  if (initialized) {
    for (const container of pod.spec.containers) {
      const run = latestRun(state, container.name);
      if (planApp(container, run, pod, context, stop) === "start") consider(container, run);
    }
  }
  return {
    stop,
    start,
    backingOff,
    finished: false,
    ...(againInMs !== undefined && { againInMs }),
  };
}

function planInit(
  container: Container,
  run: ContainerRun | undefined,
  pod: Pod,
  context: PlanContext,
  stop: ContainerStop[],
): "start" | "wait" | "done" {
  if (!run) return "start";
  if (isSidecar(container)) {
    const next = planApp(container, run, pod, context, stop);
    if (next === "start") return "start";
    return run.state === "running" && context.started(run) ? "done" : "wait";
  }
  if (run.state === "running" || run.state === "created") return "wait";
  if (run.exitCode === 0 && run.state === "exited") return "done";
  return pod.spec.restartPolicy === "Never" ? "wait" : "start";
}

function planApp(
  container: Container,
  run: ContainerRun | undefined,
  pod: Pod,
  context: PlanContext,
  stop: ContainerStop[],
): "start" | "keep" {
  if (!run) return "start";
  if (!isAlive(run)) return mayRestart(pod, container, run) ? "start" : "keep";
  if (run.hash && run.hash !== context.hashOf(container)) {
    const message = `Container ${run.name} definition changed, will be restarted`;
    stop.push(stopOf(run, "changed", message));
    return "start";
  }
  const failed = run.state === "running" ? context.unhealthy(run) : undefined;
  if (failed) {
    const message = `Container ${run.name} failed ${failed} probe, will be restarted`;
    stop.push(stopOf(run, "unhealthy", message));
    // Killed for good unless the policy brings it back, which its exit will show.
    return "keep";
  }
  return "keep";
}

function stopOf(run: ContainerRun, reason: ContainerStop["reason"], message: string) {
  return { run, reason, message };
}

/** A restartable init container: it starts in turn and then runs beside the others. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === "Always";
}

function isAlive(run: ContainerRun): boolean {
  return run.state === "running" || run.state === "created";
}

/** Whether the policy asks for another run after this one ended. */
export function mayRestart(pod: Pod, container: Container, run: ContainerRun): boolean {
  switch (container.restartPolicy ?? pod.spec.restartPolicy) {
    case "Always":
      return true;
    case "OnFailure":
      return run.exitCode !== 0 || run.state === "unknown";
    default:
      return run.state === "unknown";
  }
}

/** Every app container has ended and stays so, or an init container has failed for good. */
function isFinishedForGood(pod: Pod, state: RuntimeState): boolean {
  if (pod.status.phase === "Succeeded" || pod.status.phase === "Failed") return true;
  for (const container of pod.spec.initContainers ?? []) {
    const run = latestRun(state, container.name);
    if (isSidecar(container) || !run) continue;
    const failed = run.state === "exited" && run.exitCode !== 0;
    if (failed && pod.spec.restartPolicy === "Never") return true;
  }
  return pod.spec.containers.every((container) => {
    const run = latestRun(state, container.name);
    return run && !isAlive(run) && !mayRestart(pod, container, run);
  });
}
