import type { Container, Pod } from "#api/core/v1.ts";
import { RuntimeError } from "../cri/runtime.ts";
import type { ContainerRun } from "./runtime-state.ts";
import { containerNamed } from "./worker.ts";
import type { WorkerEnvironment } from "./worker.ts";

interface StopRequest {
  readonly pod: Pod;
  readonly runs: readonly ContainerRun[];
  readonly env: WorkerEnvironment;
  /** The pod's own period when undefined. */
  readonly graceSeconds: number | undefined;
}

/** Ends containers together: preStop, SIGTERM, and SIGKILL when the grace period is over. */
export async function stopContainers(request: StopRequest, signal: AbortSignal): Promise<void> {
  await Promise.all(request.runs.map((run) => stopContainer(run, request, signal)));
}

/** Upstream's floor: a container gets at least this long after its preStop hook. */
const graceSecondsMin = 2;

async function stopContainer(
  run: ContainerRun,
  { pod, env, graceSeconds }: StopRequest,
  signal: AbortSignal,
): Promise<void> {
  const container = containerNamed(pod, run.name);
  const probePeriod = probeGraceSeconds(container, run, env);
  let seconds = graceSeconds ?? probePeriod ?? pod.spec.terminationGracePeriodSeconds;
  if (container?.lifecycle?.preStop && seconds > 0 && run.state === "running") {
    const startedMs = env.clock.monotonic();
    await preStop(pod, container, run, env, seconds, signal);
    const usedSeconds = Math.floor((env.clock.monotonic() - startedMs) / 1000);
    seconds = Math.max(graceSecondsMin, seconds - usedSeconds);
  }
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
    const why = error instanceof Error ? error.message : String(error);
    const message = `PreStopHook failed: ${why}`;
    env.event(pod, "Warning", "FailedPreStopHook", message, run.name);
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
