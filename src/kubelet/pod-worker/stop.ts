import type { Container, Pod } from "#api/core/v1.ts";
import { RuntimeError } from "../cri/runtime.ts";
import { isSidecar } from "./plan.ts";
import type { ContainerRun } from "./runtime-state.ts";
import { containerNamed } from "./start.ts";
import type { WorkerEnvironment } from "./worker.ts";

export interface StopRequest {
  readonly pod: Pod;
  readonly runs: readonly ContainerRun[];
  readonly env: WorkerEnvironment;
  /** The pod's own period when undefined. */
  readonly graceSeconds: number | undefined;
  /** Runs whose preStop hook has begun; kept by the caller from one attempt to the next. */
  readonly hooksDone: Set<string>;
}

/**
 * Ends a whole pod. Sidecars serve the others until the end, and then go one by one in the reverse
 * order of their start, in what is left of the same grace period.
 */
export async function stopPod(
  request: StopRequest & { readonly graceSeconds: number },
  signal: AbortSignal,
): Promise<void> {
  const { pod, runs, env, graceSeconds } = request;
  const startedMs = env.clock.monotonic();
  const sidecars = (pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name);
  const others = runs.filter(({ name }) => !sidecars.includes(name));
  await stopContainers({ ...request, runs: others }, signal);
  for (const name of sidecars.reverse()) {
    const own = runs.filter((run) => run.name === name);
    if (own.length === 0) continue;
    const usedSeconds = Math.floor((env.clock.monotonic() - startedMs) / 1000);
    const leftSeconds = Math.max(0, graceSeconds - usedSeconds);
    await stopContainers({ ...request, runs: own, graceSeconds: leftSeconds }, signal);
  }
}

/** Ends containers together: preStop, SIGTERM, and SIGKILL when the grace period is over. */
export async function stopContainers(request: StopRequest, signal: AbortSignal): Promise<void> {
  await Promise.all(request.runs.map((run) => stopContainer(run, request, signal)));
}

/** Upstream's floor: a container gets at least this long, whatever its hook or others took. */
const graceSecondsMin = 2;

async function stopContainer(
  run: ContainerRun,
  { pod, env, graceSeconds, hooksDone }: StopRequest,
  signal: AbortSignal,
): Promise<void> {
  const container = containerNamed(pod, run.name);
  const probePeriod = probeGraceSeconds(container, run, env);
  let seconds = graceSeconds ?? probePeriod ?? pod.spec.terminationGracePeriodSeconds;
  if (container?.lifecycle?.preStop && seconds > 0 && !hooksDone.has(run.id)) {
    hooksDone.add(run.id);
    const startedMs = env.clock.monotonic();
    await preStop(pod, container, run, env, seconds, signal);
    const usedSeconds = Math.floor((env.clock.monotonic() - startedMs) / 1000);
    seconds -= usedSeconds;
  }
  seconds = Math.max(graceSecondsMin, seconds);
  try {
    await env.runtime.stopContainer({ containerId: run.id, timeout: seconds }, signal);
  } catch (error) {
    if (error instanceof RuntimeError && error.code === "NOT_FOUND") return;
    throw error;
  }
}

async function preStop(
  pod: Pod,
  container: Container,
  run: ContainerRun,
  env: WorkerEnvironment,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const timeout = new AbortController();
  const cancel = env.clock.after(seconds * 1000, () => timeout.abort(new Error("grace is over")));
  const either = AbortSignal.any([signal, timeout.signal]);
  try {
    await env.hooks.run(pod, container, run.id, "preStop", undefined, either);
  } catch (error) {
    if (signal.aborted) throw error;
    // What a hook says may be secret.
    env.event(pod, "Warning", "FailedPreStopHook", "PreStopHook failed", run.name);
    env.logger.info("preStop hook failed", { pod: pod.metadata.name, run: run.name, error });
  } finally {
    cancel();
  }
}

/** A failed probe may set a shorter period than the pod's. */
function probeGraceSeconds(
  container: Container | undefined,
  run: ContainerRun,
  env: WorkerEnvironment,
): number | undefined {
  switch (env.prober.unhealthy(run)) {
    case "liveness":
      return container?.livenessProbe?.terminationGracePeriodSeconds;
    case "startup":
      return container?.startupProbe?.terminationGracePeriodSeconds;
    default:
      return undefined;
  }
}
