import { Pod } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { Client } from "#client/client.ts";
import type { EventRecorder } from "#client/events/event-writer.ts";
import { EventWriter } from "#client/events/event-writer.ts";
import { Informer } from "#client/informer/informer.ts";
import { addressOf, subnetOf } from "#kubelet/cri/fake/addresses.ts";
import type { FakeBehaviour, FakeContainerSpec } from "#kubelet/cri/fake/behaviour.ts";
import { createFakeEnvironment } from "#kubelet/cri/fake/environment.ts";
import { createFakeRuntime } from "#kubelet/cri/fake/runtime.ts";
import type { Runtime } from "#kubelet/cri/runtime.ts";
import { Kubelet } from "#kubelet/kubelet.ts";
import { Heartbeat } from "#kubelet/node-status/heartbeat.ts";
import type { NodeFacts, NodeHealth } from "#kubelet/node-status/node-status.ts";
import { podEvents } from "#kubelet/pod-events.ts";
import { PodRouter } from "#kubelet/pod-source.ts";
import type { StatusReporter } from "#kubelet/pod-worker/dependencies.ts";
import { createStatusReporter } from "#kubelet/status/reporter.ts";

export interface SimulatedNodesOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly count: number;
  readonly kubeletVersion: string;
  /** Nodes are called PREFIX0, PREFIX1, … */
  readonly namePrefix?: string;
  /** Each node takes 256 addresses of it for its pods. Nothing listens there. */
  readonly podCidr?: string;
  /** The nodes' own addresses; the default is a range that is set aside for benchmarks. */
  readonly nodeCidr?: string;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly podsMax?: number;
  /** Without events there is one request less for each thing that happens. */
  readonly events?: boolean;
  /** How containers behave; their command and their pod's annotations tell when missing. */
  readonly behaviour?: (container: FakeContainerSpec) => FakeBehaviour | undefined;
  /** All nodes are registered. */
  readonly started?: () => void;
}

/** On the nodes, so that they can be selected, and told apart. */
export const simulatedLabel = "kijabi.io/simulated";

const defaults = {
  namePrefix: "simulated-",
  podCidr: "10.128.0.0/9",
  nodeCidr: "198.18.0.0/15",
  cpus: 4,
  memoryBytes: 16 * 1024 ** 3,
  podsMax: 110,
};
const podPrefix = 24;
const diskBytes = 100 * 1024 ** 3;
const imagesMax = 50;
/** At the start, so that a thousand nodes do not all register in one moment. */
const registeredAtOnce = 50;
/** The fake runtime loses no events: looking although nothing was heard finds nothing. */
const idleMs = 10 * 60_000;
/** Little changes by itself here. */
const statusLookMs = 60_000;

/**
 * Nodes whose pods only pretend to run, until the signal aborts. Each has the real kubelet, its
 * heartbeat and its status reports; only the runtime below is made of nothing. They say so: in
 * their label, and in what `kubectl get nodes -o wide` shows. The pods of all nodes are watched
 * once.
 */
export async function runSimulatedNodes(
  options: SimulatedNodesOptions,
  signal: AbortSignal,
): Promise<void> {
  const { client, clock, random, logger } = options;
  await using scope = new Scope({
    signal,
    onFailure: (task, error) => logger.error("a simulated node failed", { task, error }),
  });
  const informer = new Informer({ client, resource: Pod, clock, random, logger });
  const router = new PodRouter(informer);
  const events = new EventWriter({ client, clock, random, logger });
  if (options.events ?? true) scope.run("events", (linked) => events.run(linked));
  const reporter = createStatusReporter({
    client,
    clock,
    logger,
    scope,
    target: ({ metadata: { namespace = "", name, uid } }) => ({ namespace, name, uid }),
  });
  scope.run("pods", (linked) => informer.run(linked));
  const shared = { options, router, events, reporter, scope };
  for (let first = 0; first < options.count && !scope.signal.aborted; first += registeredAtOnce) {
    const size = Math.min(registeredAtOnce, options.count - first);
    const batch = Array.from({ length: size }, (_, index) => startNode(first + index, shared));
    await Promise.all(batch).catch((error: unknown) => {
      if (!scope.signal.aborted) throw error;
    });
  }
  if (!scope.signal.aborted) options.started?.();
  await aborted(scope.signal);
}

interface Shared {
  readonly options: SimulatedNodesOptions;
  readonly router: PodRouter;
  readonly events: EventWriter;
  readonly reporter: StatusReporter;
  readonly scope: Scope;
}

/** Resolves when the node is registered. */
async function startNode(index: number, shared: Shared): Promise<void> {
  const { options, router, events, reporter, scope } = shared;
  const { client, clock, random, logger, behaviour } = options;
  const name = `${options.namePrefix ?? defaults.namePrefix}${index}`;
  const facts = factsOf(index, options);
  const recorder = recorderOf(events, name, options);
  const running: { runtime?: Runtime } = {};
  const heartbeat = new Heartbeat({
    client,
    clock,
    random,
    logger,
    name,
    facts,
    podCidr: subnetOf(options.podCidr ?? defaults.podCidr, podPrefix, index),
    labels: { [simulatedLabel]: "true" },
    lookMs: statusLookMs,
    health: async () => await healthOf(running.runtime),
    event: (node, type, reason, message) => recorder.event(node, type, reason, message),
  });
  const node = await heartbeat.register(scope.signal);
  // A node that was registered before keeps the range that it was given then.
  const podCidr = node.spec.podCIDR || subnetOf(options.podCidr ?? defaults.podCidr, 24, index);
  const runtime = createFakeRuntime({
    clock,
    random,
    podCidr,
    name: "simulated",
    ...(behaviour && { behaviour }),
  });
  running.runtime = runtime;
  const env = createFakeEnvironment({
    runtime,
    clock,
    random,
    logger,
    reporter,
    hostAddress: facts.address,
    memoryBytes: facts.memoryBytes,
    node: heartbeat,
    event: podEvents(recorder),
    changed: (podUid) => kubelet.poke(podUid),
  });
  const periods = { relistMs: idleMs, orphanCheckMs: idleMs, refreshMs: idleMs };
  const kubelet = new Kubelet(env, scope.signal, periods);
  scope.onClose(async () => await env.prober[Symbol.asyncDispose]());
  scope.run(`kubelet of ${name}`, () => kubelet.run());
  scope.run(`status of ${name}`, (signal) => heartbeat.runStatus(signal));
  scope.run(`lease of ${name}`, (signal) => heartbeat.runLease(signal));
  scope.onClose(router.follow(name, kubelet));
}

function recorderOf(
  events: EventWriter,
  host: string,
  { events: wanted = true }: SimulatedNodesOptions,
): EventRecorder {
  return wanted ? events.recorder({ component: "kubelet", host }) : { event() {} };
}

function factsOf(index: number, options: SimulatedNodesOptions): NodeFacts {
  const { random } = options;
  return {
    cpus: options.cpus ?? defaults.cpus,
    memoryBytes: options.memoryBytes ?? defaults.memoryBytes,
    diskBytes,
    podsMax: options.podsMax ?? defaults.podsMax,
    address: addressOf(options.nodeCidr ?? defaults.nodeCidr, index + 1),
    // Nobody is there to be asked for logs.
    kubeletPort: 0,
    machineId: random.uuid().replaceAll("-", ""),
    systemUuid: random.uuid(),
    bootId: random.uuid(),
    kernelVersion: "simulated",
    osImage: "Kijabi simulated node",
    architecture: "amd64",
    runtimeVersion: "simulated://1.0",
    kubeletVersion: options.kubeletVersion,
    swapBytes: 0,
  };
}

async function healthOf(runtime: Runtime | undefined): Promise<NodeHealth> {
  const { images } = (await runtime?.listImages({})) ?? { images: [] };
  return {
    problems: [],
    memoryAvailableBytes: defaults.memoryBytes,
    diskAvailableBytes: diskBytes,
    images: images.slice(0, imagesMax).map(({ repoTags, repoDigests, size }) => ({
      names: [...repoDigests, ...repoTags],
      sizeBytes: size,
    })),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
