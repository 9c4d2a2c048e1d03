import type { Runtime } from "../cri/runtime.ts";
import { containerState, podSandboxState } from "../cri/v1.ts";
import type { ContainerStatus, PodSandboxStatus } from "../cri/v1.ts";

/** Labels and annotations on sandboxes and containers; the words that `crictl` shows, too. */
export const podNameLabel = "io.kubernetes.pod.name";
export const podNamespaceLabel = "io.kubernetes.pod.namespace";
export const podUidLabel = "io.kubernetes.pod.uid";
export const containerNameLabel = "io.kubernetes.container.name";
export const containerHashAnnotation = "io.kubernetes.container.hash";
export const restartCountAnnotation = "io.kubernetes.container.restartCount";
export const terminationPathAnnotation = "io.kubernetes.container.terminationMessagePath";
export const terminationPolicyAnnotation = "io.kubernetes.container.terminationMessagePolicy";

/** One run of a container. */
export interface ContainerRun {
  readonly id: string;
  readonly name: string;
  readonly sandboxId: string;
  readonly state: "created" | "running" | "exited" | "unknown";
  /** 0 for the first run. */
  readonly attempt: number;
  readonly createdAtMs: number;
  /** 0 while it has not started. */
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  /** The runtime's word for how it ended: "Completed", "Error", "OOMKilled". */
  readonly reason: string;
  readonly message: string;
  readonly image: string;
  readonly imageId: string;
  /** Of the container's spec when it was made: another hash means that it must be replaced. */
  readonly hash: string;
  readonly logPath: string;
}

export interface SandboxRun {
  readonly id: string;
  readonly ready: boolean;
  readonly attempt: number;
  readonly createdAtMs: number;
  readonly addresses: readonly string[];
}

/** What the runtime knows of one pod. */
export interface RuntimeState {
  /** Newest first. */
  readonly sandboxes: readonly SandboxRun[];
  /** Newest first. */
  readonly runs: readonly ContainerRun[];
}

export const emptyState: RuntimeState = { sandboxes: [], runs: [] };

/** The newest run of a container, whichever sandbox it was in. */
export function latestRun(state: RuntimeState, container: string): ContainerRun | undefined {
  return state.runs.find(({ name }) => name === container);
}

/**
 * What nobody needs any more: of each container's runs all but the last two, and dead sandboxes,
 * except the newest, that hold nothing else.
 */
export function garbageOf(state: RuntimeState): RuntimeState {
  const seen = new Map<string, number>();
  const runs = state.runs.filter((run) => {
    const newer = seen.get(run.name) ?? 0;
    seen.set(run.name, newer + 1);
    return newer >= 2 && run.state !== "running";
  });
  const kept = new Set(
    state.runs.filter((run) => !runs.includes(run)).map(({ sandboxId }) => sandboxId),
  );
  const sandboxes = state.sandboxes.slice(1).filter(({ id, ready }) => !ready && !kept.has(id));
  return { runs, sandboxes };
}

/** What runs and what does not, to compare with what a list of all pods says. */
export function fingerprintOf({ sandboxes, runs }: RuntimeState): string {
  return fingerprint([
    ...sandboxes.map(({ id, ready }) => `${id} ${ready}`),
    ...runs.map(({ id, state }) => `${id} ${state}`),
  ]);
}

/** The same of all pods at once, by uid: two questions, however many pods there are. */
export async function readFingerprints(
  runtime: Runtime,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const [{ items }, { containers }] = await Promise.all([
    runtime.listPodSandbox({}, signal),
    runtime.listContainers({}, signal),
  ]);
  const byPod = Map.groupBy(
    [
      ...items.map(({ id, labels, state }) => ({
        uid: labels[podUidLabel] ?? "",
        line: `${id} ${state === podSandboxState.SANDBOX_READY}`,
      })),
      ...containers.map(({ id, labels, state }) => ({
        uid: labels[podUidLabel] ?? "",
        line: `${id} ${stateNames[state] ?? "unknown"}`,
      })),
    ],
    ({ uid }) => uid,
  );
  return new Map(
    [...byPod].map(([uid, lines]) => [uid, fingerprint(lines.map(({ line }) => line))]),
  );
}

function fingerprint(lines: readonly string[]): string {
  return lines.toSorted().join("\n");
}

/** Asks the runtime for everything that belongs to a pod. */
export async function readRuntimeState(
  runtime: Runtime,
  podUid: string,
  signal: AbortSignal,
): Promise<RuntimeState> {
  const labelSelector = { [podUidLabel]: podUid };
  const [sandboxes, containers] = await Promise.all([
    runtime.listPodSandbox({ filter: { labelSelector } }, signal),
    runtime.listContainers({ filter: { labelSelector } }, signal),
  ]);
  const [sandboxRuns, runs] = await Promise.all([
    Promise.all(
      sandboxes.items.map(async ({ id }) => {
        const { status } = await ifPresent(runtime.podSandboxStatus({ podSandboxId: id }, signal));
        return status && sandboxRun(status);
      }),
    ),
    Promise.all(
      containers.containers.map(async ({ id, podSandboxId }) => {
        const { status } = await ifPresent(runtime.containerStatus({ containerId: id }, signal));
        return status && containerRun(status, podSandboxId);
      }),
    ),
  ]);
  return {
    sandboxes: sandboxRuns.filter((run) => run !== undefined).sort(newestFirst),
    runs: runs.filter((run) => run !== undefined).sort(newestFirst),
  };
}

/** What is removed between the list and the question is simply not there any more. */
async function ifPresent<T extends { status?: unknown }>(answer: Promise<T>): Promise<Partial<T>> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "NOT_FOUND") return {};
    throw error;
  }
}

interface Dated {
  readonly createdAtMs: number;
  readonly attempt: number;
}

function newestFirst(left: Dated, right: Dated): number {
  return right.createdAtMs - left.createdAtMs || right.attempt - left.attempt;
}

function sandboxRun(status: PodSandboxStatus): SandboxRun {
  const { ip = "", additionalIps = [] } = status.network ?? {};
  return {
    id: status.id,
    ready: status.state === podSandboxState.SANDBOX_READY,
    attempt: status.metadata?.attempt ?? 0,
    createdAtMs: fromNanos(status.createdAt),
    addresses: ip ? [ip, ...additionalIps.map((additional) => additional.ip)] : [],
  };
}

const stateNames: Readonly<Record<number, ContainerRun["state"]>> = {
  [containerState.CONTAINER_CREATED]: "created",
  [containerState.CONTAINER_RUNNING]: "running",
  [containerState.CONTAINER_EXITED]: "exited",
};

function containerRun(status: ContainerStatus, sandboxId: string): ContainerRun {
  return {
    id: status.id,
    name: status.labels[containerNameLabel] ?? status.metadata?.name ?? "",
    sandboxId,
    state: stateNames[status.state] ?? "unknown",
    attempt: status.metadata?.attempt ?? 0,
    createdAtMs: fromNanos(status.createdAt),
    startedAtMs: fromNanos(status.startedAt),
    finishedAtMs: fromNanos(status.finishedAt),
    exitCode: status.exitCode,
    reason: status.reason,
    message: status.message,
    image: status.image?.image ?? "",
    imageId: status.imageRef,
    hash: status.annotations[containerHashAnnotation] ?? "",
    logPath: status.logPath,
  };
}

function fromNanos(nanos: number): number {
  return nanos <= 0 ? 0 : nanos / 1e6;
}
