import { toBase64, utf8 } from "#base/bytes.ts";
import { Channel } from "#base/channel.ts";
import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { Draft } from "#schema/message.ts";
import { RuntimeError } from "../runtime.ts";
import type { Runtime, RuntimeEvent } from "../runtime.ts";
import { containerState, namespaceMode, podSandboxState } from "../v1.ts";
import type {
  Container,
  ContainerConfig,
  ContainerStatus,
  PodSandbox,
  PodSandboxConfig,
  PodSandboxStatus,
} from "../v1.ts";
import { AddressPool } from "./addresses.ts";
import { plainBehaviour } from "./behaviour.ts";
import type { FakeBehaviour, FakeContainerSpec } from "./behaviour.ts";
import { FakeImages } from "./images.ts";

export interface FakeRuntimeOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Where sandboxes get their addresses from. */
  readonly podCidr?: string;
  /** Undefined leaves it to the container's command, and to annotations of its pod. */
  behaviour?(container: FakeContainerSpec): FakeBehaviour | undefined;
  readonly name?: string;
  readonly version?: string;
}

/** What tests do to the fake runtime, and see of it, besides what the kubelet does. */
export interface FakeRuntime extends Runtime {
  /** How often each call was made. */
  readonly calls: Readonly<Partial<Record<keyof Runtime, number>>>;
  /** The running container of a pod's, by name. */
  running(podName: string, container: string): string | undefined;
  /** A container ends by itself. */
  exit(containerId: string, exitCode: number, how?: { reason?: string; message?: string }): void;
  /** A pod's sandbox dies, and what is in it. */
  killSandbox(podName: string): void;
  addImage(name: string): void;
  /** The next such call is refused. */
  refuse(call: keyof Runtime, error: RuntimeError): void;
}

interface Sandbox {
  readonly id: string;
  readonly config: Draft<PodSandboxConfig>;
  readonly createdAtMs: number;
  readonly address: string;
  ready: boolean;
}

interface FakeContainer {
  readonly id: string;
  readonly sandbox: Sandbox;
  readonly config: Draft<ContainerConfig>;
  readonly behaviour: FakeBehaviour;
  readonly createdAtMs: number;
  state: number;
  startedAtMs: number;
  finishedAtMs: number;
  exitCode: number;
  reason: string;
  message: string;
  cancelTimer: () => void;
  /** Called when it ends. */
  waiters: Set<() => void>;
}

const eventsMax = 10_000;

/**
 * A container runtime without containers: the kubelet's whole work can be tested in memory and in
 * virtual time, and simulated nodes run on it. Images whose name begins with "missing/" cannot be
 * pulled.
 */
export function createFakeRuntime(options: FakeRuntimeOptions): FakeRuntime {
  const fake = new Fake(options);
  const refusals = new Map<string, RuntimeError[]>();
  const calls: Record<string, number> = {};
  const counted = Object.entries(fake.calls()).map(([name, call]) => [
    name,
    async (request: never, signal?: AbortSignal) => {
      calls[name] = (calls[name] ?? 0) + 1;
      signal?.throwIfAborted();
      const refusal = refusals.get(name)?.shift();
      if (refusal) throw refusal;
      return await (call as (request: never, signal?: AbortSignal) => unknown)(request, signal);
    },
  ]);
  return {
    ...(Object.fromEntries(counted) as Omit<Runtime, "events">),
    events: (signal) => fake.events(signal),
    calls,
    running: (pod, container) => fake.running(pod, container),
    exit: (id, exitCode, how) => fake.exit(id, exitCode, how),
    killSandbox: (pod) => fake.killSandbox(pod),
    addImage: (name) => void fake.images.pull(name),
    refuse: (call, error) => refusals.set(call, [...(refusals.get(call) ?? []), error]),
  };
}

class Fake {
  readonly images = new FakeImages();
  readonly #options: FakeRuntimeOptions;
  readonly #clock: Clock;
  readonly #addresses: AddressPool;
  readonly #sandboxes = new Map<string, Sandbox>();
  readonly #containers = new Map<string, FakeContainer>();
  readonly #listeners = new Set<Channel<RuntimeEvent>>();

  constructor(options: FakeRuntimeOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#addresses = new AddressPool(options.podCidr ?? "10.88.0.0/24");
  }

  calls() {
    return {
      ...this.#sandboxCalls(),
      ...this.#containerCalls(),
      ...this.images.calls(),
      ...refusedCalls,
    } satisfies { [K in keyof Omit<Runtime, "events">]: unknown };
  }

  async *events(signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
    const channel = new Channel<RuntimeEvent>({ capacity: eventsMax, whenFull: "close" });
    this.#listeners.add(channel);
    try {
      yield* channel.iterate(signal);
    } finally {
      this.#listeners.delete(channel);
    }
  }

  running(pod: string, container: string): string | undefined {
    return [...this.#containers.values()].find(
      ({ sandbox, config, state }) =>
        sandbox.config.metadata?.name === pod &&
        config.metadata?.name === container &&
        state === containerState.CONTAINER_RUNNING,
    )?.id;
  }

  exit(id: string, exitCode: number, how: { reason?: string; message?: string } = {}): void {
    const container = this.#container(id);
    if (container.state !== containerState.CONTAINER_RUNNING) return;
    container.cancelTimer();
    container.state = containerState.CONTAINER_EXITED;
    container.finishedAtMs = this.#clock.now();
    container.exitCode = exitCode;
    container.reason = how.reason ?? (exitCode === 0 ? "Completed" : "Error");
    container.message = how.message ?? "";
    for (const waiter of container.waiters) waiter();
    container.waiters.clear();
    this.#tell("stopped", id);
  }

  killSandbox(pod: string): void {
    for (const sandbox of this.#sandboxes.values()) {
      if (sandbox.config.metadata?.name === pod && sandbox.ready) this.#stopSandbox(sandbox);
    }
  }

  #sandboxCalls(): Pick<Runtime, SandboxCall> {
    return {
      runPodSandbox: async ({ config }) => {
        if (!config) throw new RuntimeError("INVALID_ARGUMENT", "the sandbox has no config");
        const network = config.linux?.securityContext?.namespaceOptions?.network;
        const sandbox: Sandbox = {
          id: this.#newId(),
          config,
          createdAtMs: this.#clock.now(),
          address: network === namespaceMode.NODE ? "" : this.#addresses.take(),
          ready: true,
        };
        this.#sandboxes.set(sandbox.id, sandbox);
        this.#tell("started", sandbox.id);
        return { podSandboxId: sandbox.id };
      },
      stopPodSandbox: async ({ podSandboxId = "" }) => {
        const sandbox = this.#sandboxes.get(podSandboxId);
        if (sandbox) this.#stopSandbox(sandbox);
        return {};
      },
      removePodSandbox: async ({ podSandboxId = "" }) => {
        const sandbox = this.#sandboxes.get(podSandboxId);
        if (!sandbox) return {};
        this.#stopSandbox(sandbox);
        for (const container of this.#containers.values()) {
          if (container.sandbox === sandbox) this.#remove(container);
        }
        this.#sandboxes.delete(podSandboxId);
        this.#tell("deleted", podSandboxId);
        return {};
      },
      podSandboxStatus: async ({ podSandboxId = "" }) => ({
        status: sandboxStatus(this.#sandbox(podSandboxId)),
        info: {},
        containersStatuses: [],
        timestamp: toNanos(this.#clock.now()),
      }),
      listPodSandbox: async ({ filter = {} }) => {
        const items = [...this.#sandboxes.values()].map(sandboxItem);
        return { items: items.filter((item) => matches(item, filter)) };
      },
    };
  }

  #containerCalls(): Pick<Runtime, ContainerCall> {
    return {
      createContainer: async ({ podSandboxId = "", config }) => {
        const container = this.#create(this.#sandbox(podSandboxId), config);
        this.#containers.set(container.id, container);
        return { containerId: container.id };
      },
      startContainer: async ({ containerId = "" }, signal) => {
        await this.#start(this.#container(containerId), signal);
        return {};
      },
      stopContainer: async ({ containerId = "", timeout = 0 }, signal) => {
        await this.#stop(this.#container(containerId), timeout, signal);
        return {};
      },
      removeContainer: async ({ containerId = "" }) => {
        const container = this.#containers.get(containerId);
        if (container) this.#remove(container);
        return {};
      },
      listContainers: async ({ filter = {} }) => {
        const items = [...this.#containers.values()].map(containerItem);
        return {
          containers: items.filter(
            (item) =>
              matches(item, filter) &&
              (!filter.podSandboxId || filter.podSandboxId === item.podSandboxId),
          ),
        };
      },
      containerStatus: async ({ containerId = "" }) => ({
        status: containerStatus(this.#container(containerId)),
        info: {},
      }),
      execSync: async ({ containerId = "", cmd = [] }) => {
        const container = this.#container(containerId);
        if (container.state !== containerState.CONTAINER_RUNNING) {
          throw new RuntimeError(
            "UNKNOWN",
            "failed to exec in container: container is not running",
          );
        }
        const result = container.behaviour.exec?.(cmd) ?? { exitCode: 0 };
        return {
          exitCode: result.exitCode,
          stdout: toBase64(utf8(result.stdout ?? "")),
          stderr: toBase64(utf8(result.stderr ?? "")),
        };
      },
      version: async () => ({
        version: "0.1.0",
        runtimeName: this.#options.name ?? "fake",
        runtimeVersion: this.#options.version ?? "1.0",
        runtimeApiVersion: "v1",
      }),
    };
  }

  #create(sandbox: Sandbox, config: Draft<ContainerConfig> | undefined): FakeContainer {
    if (!config) throw new RuntimeError("INVALID_ARGUMENT", "the container has no config");
    if (!sandbox.ready) {
      const message = `failed to create container: sandbox "${sandbox.id}" is not running`;
      throw new RuntimeError("UNKNOWN", message);
    }
    const spec: FakeContainerSpec = {
      name: config.metadata?.name ?? "",
      attempt: config.metadata?.attempt ?? 0,
      image: config.image?.userSpecifiedImage || (config.image?.image ?? ""),
      command: [...(config.command ?? []), ...(config.args ?? [])],
      annotations: sandbox.config.annotations ?? {},
    };
    return {
      id: this.#newId(),
      sandbox,
      config,
      behaviour: this.#options.behaviour?.(spec) ?? plainBehaviour(spec),
      createdAtMs: this.#clock.now(),
      state: containerState.CONTAINER_CREATED,
      startedAtMs: 0,
      finishedAtMs: 0,
      exitCode: 0,
      reason: "",
      message: "",
      cancelTimer: () => {},
      waiters: new Set(),
    };
  }

  async #start(container: FakeContainer, signal: AbortSignal | undefined): Promise<void> {
    const { behaviour } = container;
    if (container.state !== containerState.CONTAINER_CREATED) {
      const message = `container "${container.id}" is not in the state CONTAINER_CREATED`;
      throw new RuntimeError("FAILED_PRECONDITION", message);
    }
    if (behaviour.startupDelayMs) await sleep(this.#clock, behaviour.startupDelayMs, signal);
    if (behaviour.startError !== undefined) {
      container.state = containerState.CONTAINER_EXITED;
      container.finishedAtMs = this.#clock.now();
      container.exitCode = 128;
      container.reason = "StartError";
      container.message = behaviour.startError;
      throw new RuntimeError("UNKNOWN", behaviour.startError);
    }
    container.state = containerState.CONTAINER_RUNNING;
    container.startedAtMs = this.#clock.now();
    this.#tell("started", container.id);
    if (behaviour.runsForMs !== undefined) {
      container.cancelTimer = this.#clock.after(behaviour.runsForMs, () =>
        this.exit(container.id, behaviour.exitCode ?? 0),
      );
    }
  }

  /** SIGTERM, and SIGKILL when the time is over. An abort ends the wait and keeps the SIGTERM. */
  async #stop(
    container: FakeContainer,
    timeoutSeconds: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { id, behaviour } = container;
    if (container.state === containerState.CONTAINER_CREATED) {
      container.state = containerState.CONTAINER_EXITED;
      return;
    }
    if (container.state !== containerState.CONTAINER_RUNNING) return;
    if (timeoutSeconds <= 0) return this.exit(id, 137);
    const onTerm = behaviour.onTerm ?? { afterMs: 0, exitCode: 143 };
    if (onTerm !== "ignore") {
      if (onTerm.afterMs <= 0) return this.exit(id, onTerm.exitCode);
      container.cancelTimer();
      container.cancelTimer = this.#clock.after(onTerm.afterMs, () =>
        this.exit(id, onTerm.exitCode),
      );
    }
    await new Promise<void>((resolve, reject) => {
      const cancel = this.#clock.after(timeoutSeconds * 1000, () => this.exit(id, 137));
      const ended = () => {
        cancel();
        signal?.removeEventListener("abort", aborted);
        resolve();
      };
      const aborted = () => {
        cancel();
        container.waiters.delete(ended);
        reject(signal?.reason as Error);
      };
      container.waiters.add(ended);
      signal?.addEventListener("abort", aborted, { once: true });
    });
  }

  #stopSandbox(sandbox: Sandbox): void {
    for (const container of this.#containers.values()) {
      if (container.sandbox === sandbox) this.exit(container.id, 137);
    }
    if (!sandbox.ready) return;
    sandbox.ready = false;
    if (sandbox.address) this.#addresses.giveBack(sandbox.address);
    this.#tell("stopped", sandbox.id);
  }

  #remove(container: FakeContainer): void {
    this.exit(container.id, 137);
    this.#containers.delete(container.id);
    this.#tell("deleted", container.id);
  }

  #tell(type: RuntimeEvent["type"], containerId: string): void {
    for (const listener of this.#listeners) listener.push({ type, containerId });
  }

  #sandbox(id: string): Sandbox {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox) return sandbox;
    const message = `an error occurred when try to find sandbox: sandbox "${id}": not found`;
    throw new RuntimeError("NOT_FOUND", message);
  }

  #container(id: string): FakeContainer {
    const container = this.#containers.get(id);
    if (container) return container;
    const message = `an error occurred when try to find container "${id}": not found`;
    throw new RuntimeError("NOT_FOUND", message);
  }

  #newId(): string {
    const uuid = () => this.#options.random.uuid().replaceAll("-", "");
    return uuid() + uuid();
  }
}

type SandboxCall =
  | "runPodSandbox"
  | "stopPodSandbox"
  | "removePodSandbox"
  | "podSandboxStatus"
  | "listPodSandbox";
type ContainerCall =
  | "createContainer"
  | "startContainer"
  | "stopContainer"
  | "removeContainer"
  | "listContainers"
  | "containerStatus"
  | "execSync"
  | "version";

/** What needs a process, or measures one. */
function refused(what: string) {
  return (): never => {
    throw new RuntimeError("UNIMPLEMENTED", `simulated containers have no ${what}`);
  };
}

const refusedCalls = {
  exec: refused("processes to run a command in"),
  attach: refused("processes to attach to"),
  portForward: refused("ports to forward to"),
  containerStats: refused("statistics"),
  listContainerStats: refused("statistics"),
  podSandboxStats: refused("statistics"),
  listPodSandboxStats: refused("statistics"),
  imageFsInfo: refused("file system"),
  reopenContainerLog: refused("logs"),
  updateContainerResources: refused("resources to change"),
  updateRuntimeConfig: refused("settings to change"),
  runtimeConfig: refused("cgroup driver"),
  status: () => ({
    status: {
      conditions: [
        { type: "RuntimeReady", status: true, reason: "", message: "" },
        { type: "NetworkReady", status: true, reason: "", message: "" },
      ],
    },
    info: {},
    runtimeHandlers: [],
  }),
};

interface Filter {
  readonly id?: string;
  readonly state?: { readonly state?: number };
  readonly labelSelector?: Readonly<Record<string, string>>;
}

function matches(
  item: { id: string; state: number; labels: Readonly<Record<string, string>> },
  { id, state, labelSelector = {} }: Filter,
): boolean {
  if (id && item.id !== id) return false;
  if (state && item.state !== (state.state ?? 0)) return false;
  return Object.entries(labelSelector).every(([key, value]) => item.labels[key] === value);
}

const toNanos = (ms: number) => ms * 1e6;

function sandboxItem(sandbox: Sandbox): PodSandbox {
  const { metadata, labels = {}, annotations = {} } = sandbox.config;
  return {
    id: sandbox.id,
    metadata: { name: "", uid: "", namespace: "", attempt: 0, ...metadata },
    state: sandbox.ready ? podSandboxState.SANDBOX_READY : podSandboxState.SANDBOX_NOTREADY,
    createdAt: toNanos(sandbox.createdAtMs),
    labels,
    annotations,
    runtimeHandler: "",
  };
}

function sandboxStatus(sandbox: Sandbox): PodSandboxStatus {
  // A stopped sandbox has lost its network, as in containerd.
  const ip = sandbox.ready ? sandbox.address : "";
  return { ...sandboxItem(sandbox), network: { ip, additionalIps: [] } };
}

function imageSpec(config: Draft<ContainerConfig>) {
  const { image = "", userSpecifiedImage = "" } = config.image ?? {};
  return {
    image: userSpecifiedImage || image,
    annotations: {},
    userSpecifiedImage,
    runtimeHandler: "",
    imageRef: image,
  };
}

function containerItem({ id, sandbox, config, state, createdAtMs }: FakeContainer): Container {
  return {
    id,
    podSandboxId: sandbox.id,
    metadata: { name: "", attempt: 0, ...config.metadata },
    image: imageSpec(config),
    imageRef: config.image?.image ?? "",
    state,
    createdAt: toNanos(createdAtMs),
    labels: config.labels ?? {},
    annotations: config.annotations ?? {},
    imageId: config.image?.image ?? "",
  };
}

function containerStatus(container: FakeContainer): ContainerStatus {
  const { podSandboxId: _, ...item } = containerItem(container);
  return {
    ...item,
    startedAt: toNanos(container.startedAtMs),
    finishedAt: toNanos(container.finishedAtMs),
    exitCode: container.exitCode,
    reason: container.reason,
    message: container.message,
    mounts: [],
    logPath: container.config.logPath ?? "",
    stopSignal: 0,
  };
}
