import type { Container, Pod } from "#api/core/v1.ts";
import { RuntimeError } from "../cri/runtime.ts";
import type { Mount } from "../cri/v1.ts";
import { containerConfig } from "./container-config.ts";
import { ContainerError } from "./dependencies.ts";
import type { ContainerRun, SandboxRun } from "./runtime-state.ts";
import { sandboxConfig } from "./sandbox-config.ts";
import type { WorkerEnvironment } from "./worker.ts";

/** Makes the pod's sandbox: its namespaces and its network. */
export async function startSandbox(
  pod: Pod,
  attempt: number,
  env: WorkerEnvironment,
  signal: AbortSignal,
): Promise<SandboxRun> {
  const config = await configOfSandbox(pod, attempt, env);
  try {
    const { podSandboxId } = await env.runtime.runPodSandbox(
      { config, runtimeHandler: "" },
      signal,
    );
    const { status } = await env.runtime.podSandboxStatus({ podSandboxId }, signal);
    const ip = status?.network?.ip;
    return {
      id: podSandboxId,
      ready: true,
      attempt,
      createdAtMs: env.clock.now(),
      addresses: ip ? [ip, ...(status.network?.additionalIps ?? []).map((more) => more.ip)] : [],
    };
  } catch (error) {
    if (!signal.aborted) {
      const message = `Failed to create pod sandbox: ${textOf(error)}`;
      env.event(pod, "Warning", "FailedCreatePodSandBox", message);
    }
    throw error;
  }
}

async function configOfSandbox(pod: Pod, attempt: number, env: WorkerEnvironment) {
  return sandboxConfig(pod, {
    attempt,
    logDirectory: await env.files.logDirectory(pod),
    dns: env.files.dnsOf(pod),
    cgroupParent: await env.cgroups.ensure(pod),
  });
}

interface StartRequest {
  readonly pod: Pod;
  readonly container: Container;
  readonly previous: ContainerRun | undefined;
  readonly sandbox: SandboxRun;
  /** The container whose processes an ephemeral container is to see. */
  readonly targetId: string | undefined;
  readonly env: WorkerEnvironment;
}

/**
 * Brings one container to life: image, environment, mounts, create, start, postStart. Throws
 * `ContainerError` with the reason to show when it cannot.
 */
export async function startContainer(request: StartRequest, signal: AbortSignal): Promise<void> {
  const { pod, container, env } = request;
  const image = await env.images.ensure(pod, container, signal);
  const attempt = nextAttempt(request);
  const containerId = await createContainer(request, image, attempt, signal);
  env.event(pod, "Normal", "Created", `Created container: ${container.name}`, container.name);
  try {
    await env.runtime.startContainer({ containerId }, signal);
  } catch (error) {
    throw failed(request, "RunContainerError", error, signal);
  }
  env.event(pod, "Normal", "Started", `Started container ${container.name}`, container.name);
  if (container.lifecycle?.postStart) await postStart(request, containerId, signal);
}

async function createContainer(
  { pod, container, sandbox, env, ...request }: StartRequest,
  image: string,
  attempt: number,
  signal: AbortSignal,
): Promise<string> {
  let config;
  try {
    await verifyNonRoot(pod, container, image, env, signal);
    const environment = await env.environment.resolve(pod, container, sandbox.addresses, signal);
    const mounts = await mountsOf(pod, container, sandbox, attempt, env);
    config = containerConfig(pod, container, {
      attempt,
      image,
      environment,
      mounts,
      memoryBytes: env.memoryBytes,
      targetId: request.targetId,
    });
  } catch (error) {
    const reason = "CreateContainerConfigError";
    throw failed({ pod, container, sandbox, env, ...request }, reason, error, signal);
  }
  try {
    const { containerId } = await env.runtime.createContainer(
      {
        podSandboxId: sandbox.id,
        config,
        sandboxConfig: await configOfSandbox(pod, sandbox.attempt, env),
      },
      signal,
    );
    return containerId;
  } catch (error) {
    const reason = "CreateContainerError";
    throw failed({ pod, container, sandbox, env, ...request }, reason, error, signal);
  }
}

/** A container that must not be root is not started where it would be, or where nobody can tell. */
async function verifyNonRoot(
  pod: Pod,
  container: Container,
  image: string,
  env: WorkerEnvironment,
  signal: AbortSignal,
): Promise<void> {
  const { securityContext: own } = container;
  const { securityContext: shared } = pod.spec;
  if (!(own?.runAsNonRoot ?? shared.runAsNonRoot)) return;
  const { name, namespace, uid } = pod.metadata;
  const where = `(pod: "${name}_${namespace}(${uid})", container: ${container.name})`;
  const user = own?.runAsUser ?? shared.runAsUser;
  if (user === 0) throw new Error(`container's runAsUser breaks non-root policy ${where}`);
  if (user !== undefined) return;
  const { image: found } = await env.runtime.imageStatus({ image: { image } }, signal);
  if (found && !found.uid && found.username !== "") {
    throw new Error(
      `container has runAsNonRoot and image has non-numeric user (${found.username}), ` +
        `cannot verify user is non-root ${where}`,
    );
  }
  if ((found?.uid?.value ?? 0) === 0) {
    throw new Error(`container has runAsNonRoot and image will run as root ${where}`);
  }
}

async function mountsOf(
  pod: Pod,
  container: Container,
  sandbox: SandboxRun,
  attempt: number,
  env: WorkerEnvironment,
): Promise<readonly Mount[]> {
  const mounts = [...(await env.volumes.mountsOf(pod, container))];
  const claimed = new Set(mounts.map(({ containerPath }) => containerPath));
  const hosts = await env.files.hostsFile(pod, sandbox.addresses);
  if (hosts && !claimed.has("/etc/hosts")) mounts.push(fileMount(hosts, "/etc/hosts"));
  const log = await env.files.terminationLog(pod, container, attempt);
  if (log && !claimed.has(log.containerPath)) {
    mounts.push(fileMount(log.hostPath, log.containerPath));
  }
  return mounts;
}

function fileMount(hostPath: string, containerPath: string): Mount {
  return {
    mountOptions: [],
    hostPath,
    containerPath,
    readonly: false,
    selinuxRelabel: false,
    propagation: 0,
    uidMappings: [],
    gidMappings: [],
    recursiveReadOnly: false,
    imageSubPath: "",
  };
}

/** Says what went wrong in an event, and makes the error that the pod's status shows. */
function failed(
  { pod, container, env }: StartRequest,
  reason: string,
  error: unknown,
  signal: AbortSignal,
): unknown {
  if (signal.aborted) return error;
  const message = textOf(error);
  env.event(pod, "Warning", "Failed", `Error: ${message}`, container.name);
  return new ContainerError(reason, message);
}

async function postStart(
  { pod, container, sandbox, env }: StartRequest,
  containerId: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const address = sandbox.addresses[0];
    await env.hooks.run(pod, container, containerId, "postStart", address, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    // What a hook says may be secret: it is for the pod's owner, and not for the events.
    const message = `PostStartHook failed: ${textOf(error)}`;
    env.event(pod, "Warning", "FailedPostStartHook", "PostStartHook failed", container.name);
    env.event(pod, "Normal", "Killing", "FailedPostStartHook", container.name);
    const timeout = pod.spec.terminationGracePeriodSeconds;
    await env.runtime.stopContainer({ containerId, timeout }, signal);
    throw new ContainerError("PostStartHookError", message);
  }
}

export function containerNamed(pod: Pod, name: string): Container | undefined {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec;
  return [...containers, ...initContainers, ...ephemeralContainers].find(
    (container) => container.name === name,
  );
}

/** Counts on from what is known, also where the runtime has forgotten the runs before. */
function nextAttempt({ pod, container, previous }: StartRequest): number {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status;
  const known = [...containerStatuses, ...initContainerStatuses].find(
    ({ name }) => name === container.name,
  );
  const count = known?.restartCount ?? 0;
  return previous ? Math.max(previous.attempt, count) + 1 : count;
}

function textOf(error: unknown): string {
  if (error instanceof RuntimeError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
