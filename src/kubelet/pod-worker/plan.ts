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
  readonly reason: "unhealthy" | "changed" | "finished" | "sandbox";
}

/** What to do for a pod that should run. Steps are done in the order of the fields. */
export interface PodPlan {
  readonly stop: readonly ContainerStop[];
  /** The sandbox is missing or dead: stop what is left of it, and make the next one. */
  readonly newSandbox?: { readonly attempt: number; readonly stale?: SandboxRun };
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
  const [sandbox] = state.sandboxes;
  if (isFinishedForGood(pod, state)) return ending(state, "finished", true);
  if (sandbox?.ready) return planContainers(pod, state, sandbox.id, context);
  // Without its network nothing may run on. What ended by that is looked at in the next round.
  if (state.runs.some(isRunning)) return ending(state, "sandbox", false);
  // A pod that must not run twice does not start over, unless it has never run at all.
  const mayStartOver = pod.spec.restartPolicy !== "Never" || state.runs.length === 0;
  if (sandbox && !mayStartOver) return ending(state, "finished", true);
  return {
    ...planContainers(pod, state, undefined, context),
    newSandbox: {
      attempt: sandbox ? sandbox.attempt + 1 : 0,
      ...(sandbox && { stale: sandbox }),
    },
  };
}

function ending(state: RuntimeState, reason: ContainerStop["reason"], finished: boolean): PodPlan {
  const stop = state.runs
    .filter(isRunning)
    .map((run) => stopOf(run, reason, `Stopping container ${run.name}`));
  return { stop, start: [], backingOff: [], finished };
}

/** `sandboxId` is undefined when the sandbox is yet to be made: then init starts over. */
function planContainers(
  pod: Pod,
  state: RuntimeState,
  sandboxId: string | undefined,
  context: PlanContext,
): PodPlan {
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

  // Whoever looks into a pod does not wait for it to be well; such a container runs just once.
  for (const container of sandboxId === undefined ? [] : (pod.spec.ephemeralContainers ?? [])) {
    if (!latestRun(state, container.name)) start.push(container);
  }
  const appsHaveRun = pod.spec.containers.some(({ name }) =>
    state.runs.some((run) => run.name === name && run.sandboxId === sandboxId && hasStarted(run)),
  );
  let initialized = true;
  for (const container of pod.spec.initContainers ?? []) {
    // Ordinary init containers are not run again once the app containers have been reached.
    if (appsHaveRun && !isSidecar(container)) continue;
    const latest = latestRun(state, container.name);
    const run = latest?.sandboxId === sandboxId ? latest : undefined;
    const step = planInit(container, run, pod, context, stop);
    if (step === "start") consider(container, latest);
    if (step !== "done" && !appsHaveRun) {
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
    return isRunning(run) && context.started(run) ? "done" : "wait";
  }
  switch (run.state) {
    case "running":
      return "wait";
    case "created":
    case "unknown":
      return "start";
    case "exited":
      if (run.exitCode === 0) return "done";
      return pod.spec.restartPolicy === "Never" ? "wait" : "start";
    default:
      return run.state satisfies never;
  }
}

function planApp(
  container: Container,
  run: ContainerRun | undefined,
  pod: Pod,
  context: PlanContext,
  stop: ContainerStop[],
): "start" | "keep" {
  // Created but never started: whoever made it did not come to the end.
  if (!run || run.state === "created") return "start";
  if (!isRunning(run)) return mayRestart(pod, container, run) ? "start" : "keep";
  if (run.hash && run.hash !== context.hashOf(container)) {
    const message = `Container ${run.name} definition changed, will be restarted`;
    stop.push(stopOf(run, "changed", message));
    return "start";
  }
  const failed = context.unhealthy(run);
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

function isRunning(run: ContainerRun): boolean {
  return run.state === "running";
}

function hasStarted(run: ContainerRun): boolean {
  return run.state === "running" || run.state === "exited";
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
    if (!run || run.state === "running" || run.state === "created") return false;
    return !mayRestart(pod, container, run);
  });
}
