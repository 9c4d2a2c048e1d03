import type { Container, ContainerStatus, Pod, ResourceRequirements } from "#api/core/v1.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { resourcesOf } from "./container-config.ts";
import { latestRun } from "./runtime-state.ts";
import type { ContainerRun, RuntimeState } from "./runtime-state.ts";
import { stopContainers } from "./stop.ts";
import type { StopRequest } from "./stop.ts";

/**
 * What a running container has: what it was made with, unless the pod's last status knows that its
 * spec was changed since.
 */
export function resourcesInForce(
  { status }: Pod,
  container: Container,
  run: ContainerRun,
): ResourceRequirements {
  const { containerStatuses = [], initContainerStatuses = [] } = status;
  const known = [...containerStatuses, ...initContainerStatuses].find(isOf(run));
  return known?.resources ?? container.resources;
}

const isOf = (run: ContainerRun) => (status: ContainerStatus) =>
  status.name === run.name && (status.containerID ?? "").endsWith(`//${run.id}`);

/**
 * Gives running containers the resources that their spec names by now: in place, or by a restart
 * where the container asks for one. Returns what is in force from now on, by run.
 */
export async function resize(
  request: Omit<StopRequest, "runs" | "graceSeconds">,
  state: RuntimeState,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ResourceRequirements>> {
  const { pod, env } = request;
  const done = new Map<string, ResourceRequirements>();
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    const run = latestRun(state, container.name);
    if (run?.state !== "running") continue;
    const before = resourcesInForce(pod, container, run);
    if (deepEqual(before, container.resources)) continue;
    if (needsRestart(container, before)) {
      const message = `Container ${container.name} resize requires restart`;
      env.event(pod, "Normal", "Killing", message, container.name);
      await stopContainers({ ...request, runs: [run], graceSeconds: undefined }, signal);
      continue;
    }
    try {
      await env.cgroups.ensure(pod);
      const linux = resourcesOf(pod, container, env.memoryBytes);
      await env.runtime.updateContainerResources({ containerId: run.id, linux }, signal);
      done.set(run.id, container.resources);
    } catch (error) {
      if (signal.aborted) throw error;
      // The status goes on to say what the container really has; the next resync tries again.
      env.logger.warn("container not resized", { pod: pod.metadata.name, run: run.name, error });
    }
  }
  return done;
}

function needsRestart(container: Container, before: ResourceRequirements): boolean {
  return (container.resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === "RestartContainer" &&
      (before.limits?.[resourceName] !== container.resources.limits?.[resourceName] ||
        before.requests?.[resourceName] !== container.resources.requests?.[resourceName]),
  );
}
