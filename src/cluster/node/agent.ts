import { mkdir, readFile } from "node:fs/promises";
import { Pod } from "#api/core/v1.ts";
import { followFile } from "#base/node/follow-file.ts";
import { systemClock } from "#base/node/system-clock.ts";
import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { Client } from "#client/client.ts";
import { EventWriter } from "#client/events/event-writer.ts";
import { InformerFactory } from "#client/informer/factory.ts";
import { httpsTransport } from "#client/node/https-transport.ts";
import type { TransportCredentials } from "#client/node/https-transport.ts";
import { createClient } from "#client/typed.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import { serveDns } from "#dns/node/server.ts";
import { upstreamsOfResolvConf } from "#dns/node/forwarder.ts";
import { ClusterRecords } from "#dns/records.ts";
import { connectRuntime } from "#kubelet/cri/node/containerd.ts";
import type { Runtime } from "#kubelet/cri/runtime.ts";
import { Kubelet } from "#kubelet/kubelet.ts";
import { Heartbeat } from "#kubelet/node-status/heartbeat.ts";
import { readFacts, readHealth } from "#kubelet/node-status/node/facts.ts";
import type { NodeFacts } from "#kubelet/node-status/node-status.ts";
import { followPods } from "#kubelet/pod-source.ts";
import { delegatedAuthorizer } from "#kubelet/server/authorize.ts";
import { serveKubelet } from "#kubelet/server/node/server.ts";
import type { KubeletListener, KubeletTls } from "#kubelet/server/node/server.ts";
import { readLogs } from "#kubelet/files/node/read-logs.ts";
import { rotateLogs } from "#kubelet/files/node/rotate-logs.ts";
import { watchManifests } from "#kubelet/static-pods/node/watch-manifests.ts";
import { StaticPods } from "#kubelet/static-pods/static-pods.ts";
import { readMachineUsage } from "#kubelet/stats/node/machine-usage.ts";
import { resourceMetrics, statsSummary } from "#kubelet/stats/stats.ts";
import type { StatsInput } from "#kubelet/stats/stats.ts";
import { removeOwnVolume } from "#kubelet/volumes/node/bound-volumes.ts";
import { machineLabel, volumeFolderAnnotation } from "#machinery/volumes.ts";
import { followServiceNetworks, followServices } from "#proxy/follow.ts";
import { serveHealthChecks, serveProxyHealth } from "#proxy/node/health-server.ts";
import { NftablesRules } from "#proxy/node/nftables/nftables.ts";
import { Proxy } from "#proxy/proxy.ts";
import type { AgentConfig } from "./agent-config.ts";
import { workerEnvironment } from "./worker-environment.ts";
import { settleMemory } from "./settle-memory.ts";

export const kubeletVersion = "v1.36.0+kijabi-0.1.0";

/** What the parts of an agent share. */
export interface Agent {
  readonly config: AgentConfig;
  readonly client: Client;
  readonly informers: InformerFactory;
  /** Follows Services and endpoints, for the proxy, DNS and environments alike. */
  readonly services: InformerFactory;
  readonly events: EventWriter;
  readonly runtime: Runtime;
  readonly metrics: MetricsRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly facts: NodeFacts;
}

/**
 * One node: kubelet, proxy and DNS, until the signal aborts. Containers run on afterwards. The
 * certificates are those that the configuration's file has at the time.
 */
export async function runAgent(file: string, logger: Logger, signal: AbortSignal): Promise<void> {
  const content = await readFile(file, "utf8");
  const config = JSON.parse(content) as AgentConfig;
  const clock = systemClock();
  await using scope = new Scope({
    signal,
    onFailure: (task, error) => logger.error("a part of the node failed", { task, error }),
  });
  const own = httpsTransport({ ...kubeletCredentials(config), ...serverOf(config, "kubelet") });
  const others = httpsTransport({ ...proxyCredentials(config), ...serverOf(config, "kube-proxy") });
  scope.onClose(() => own.close());
  scope.onClose(() => others.close());
  const [client, proxy] = [createClient(own), createClient(others)];
  const shared = { client, clock, random: cryptoRandom, logger };
  const informers = new InformerFactory(shared);
  const services = new InformerFactory({ ...shared, client: proxy });
  const events = new EventWriter(shared);
  const metrics = new MetricsRegistry();
  scope.run("events", (linked) => events.run(linked));
  await runNetwork({ config, services, metrics, clock, logger }, scope);
  services.start(scope.signal);
  informers.start(scope.signal);

  await mkdir(config.root, { recursive: true });
  const runtime = connectRuntime(config.containerdSocket);
  scope.onClose(() => runtime.close());
  const facts = await factsOnceReady(config, runtime, clock, scope.signal);
  const agent = {
    config,
    client,
    informers,
    services,
    events,
    runtime,
    metrics,
    clock,
    logger,
    facts,
  };
  const listener = await runKubelet(agent, scope);
  const apply = (changed: string) => {
    const renewed = JSON.parse(changed) as AgentConfig;
    own.renew(kubeletCredentials(renewed));
    others.renew(proxyCredentials(renewed));
    listener.renew(servingOf(renewed));
    logger.info("the node's certificates were renewed");
  };
  const failed = (error: unknown) =>
    logger.warn("the node's certificates are the old ones", { error });
  scope.run("certificates", (linked) =>
    followFile({ path: file, known: content, clock, apply, failed }, linked),
  );
  settleMemory(clock, scope);
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function serverOf({ server }: AgentConfig, name: string) {
  return { server, userAgent: `${name}/v1.36.0 (kijabi)` };
}

function kubeletCredentials(config: AgentConfig): TransportCredentials {
  return {
    certificateAuthority: config.authorityPem,
    clientCertificate: { certificate: config.certificatePem, key: config.privateKeyPem },
  };
}

function proxyCredentials(config: AgentConfig): TransportCredentials {
  return {
    certificateAuthority: config.authorityPem,
    clientCertificate: { certificate: config.proxyCertificatePem, key: config.proxyKeyPem },
  };
}

function servingOf(config: AgentConfig): KubeletTls {
  const { privateKeyPem: key, certificatePem: cert, authorityPem: clientCa } = config;
  return { key, cert, clientCa };
}

/** The proxy and DNS: they need no runtime, and pods need them from their first moment. */
async function runNetwork(
  {
    config,
    services,
    metrics,
    clock,
    logger,
  }: Pick<Agent, "config" | "services" | "metrics" | "clock" | "logger">,
  scope: Scope,
): Promise<void> {
  const records = new ClusterRecords();
  const checks: { apply?: ReturnType<typeof serveHealthChecks> } = {};
  const node = {
    name: config.node,
    addresses: [config.address],
    clusterCidr: config.clusterCidr,
    serviceCidrs: [config.serviceCidr],
  };
  const proxy = new Proxy({
    node,
    rules: new NftablesRules({ random: cryptoRandom, logger }),
    clock,
    logger,
    metrics,
    onApplied: (plan) => checks.apply?.(plan),
  });
  checks.apply = serveHealthChecks({ proxy, addresses: [config.address], logger }, scope);
  followServices(services, [proxy, records], scope);
  followServiceNetworks(services, { node, proxy }, scope);
  scope.run("proxy", (signal) => proxy.run(signal));
  await serveProxyHealth({ proxy, metrics }, scope);
  const own = [config.address, config.dnsAddress];
  const upstreams = upstreamsOfResolvConf({ own, loopback: false, clock, logger });
  await serveDns(
    {
      addresses: [config.address],
      records,
      upstreams,
      clock,
      random: cryptoRandom,
      logger,
      metrics,
    },
    scope,
  );
}

/** The runtime starts beside the agent: it is asked until it answers. */
async function factsOnceReady(
  config: AgentConfig,
  runtime: Runtime,
  clock: Clock,
  signal: AbortSignal,
): Promise<NodeFacts> {
  for (;;) {
    try {
      const { address, kubeletPort, root } = config;
      return await readFacts({ address, kubeletPort, kubeletVersion, root, runtime }, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Error && "code" in error && error.code === "UNAVAILABLE")) throw error;
      await sleep(clock, 20, signal);
    }
  }
}

const logCheckMs = 10_000;

async function runKubelet(agent: Agent, scope: Scope): Promise<KubeletListener> {
  const { config, client, informers, events, runtime, metrics, clock, logger, facts } = agent;
  const nodeEvents = events.recorder({ component: "kubelet", host: config.node });
  const heartbeat = new Heartbeat({
    client,
    clock,
    random: cryptoRandom,
    logger,
    name: config.node,
    labels: facts.machineId ? { [machineLabel]: facts.machineId } : {},
    annotations: { [volumeFolderAnnotation]: config.volumes },
    podCidr: config.podCidr,
    facts,
    health: (signal) => readHealth({ root: config.root, runtime, imagesMax: 50 }, signal),
    event: (node, type, reason, message) => nodeEvents.event(node, type, reason, message),
  });
  await heartbeat.register(scope.signal);
  scope.run("node status", (signal) => heartbeat.runStatus(signal));
  scope.run("node lease", (signal) => heartbeat.runLease(signal));

  const pods = informers.informer(Pod, { fieldSelector: `spec.nodeName=${config.node}` });
  const own = { node: config.node, client, informer: pods, clock, logger };
  const staticPods = new StaticPods(own);
  const worker = await workerEnvironment(agent, (pod) => staticPods.target(pod), scope);
  const kubelet = new Kubelet({ ...worker.env, node: heartbeat }, scope.signal);
  worker.bind(kubelet);
  scope.run("kubelet", () => kubelet.run());
  const others = staticPods.applied;
  followPods({ informer: pods, node: config.node, kubelet, others }, scope);
  staticPods.start(kubelet, scope);
  scope.run("static pods", (signal) =>
    watchManifests(
      {
        directory: config.staticPods,
        clock,
        logger,
        apply: (manifests) => staticPods.apply(manifests),
      },
      signal,
    ),
  );
  scope.run("log rotation", (signal) => rotate(agent, kubelet, signal));
  return await serveKubelet(
    {
      address: config.address,
      port: config.kubeletPort,
      tls: servingOf(config),
      kubelet,
      runtime,
      clock,
      logger,
      authorize: delegatedAuthorizer({ client, clock, node: config.node }),
      logs: (worker, run, query, signal) =>
        readLogs(
          {
            path: run.logPath,
            options: logOptions(query),
            ended: () => worker.state.runs.find(({ id }) => id === run.id)?.state !== "running",
            clock,
          },
          signal,
        ),
      removeVolume: (name) => removeOwnVolume(config.volumes, name),
      metrics: async () => metrics.render(),
      stats: async (signal) => statsSummary(await usage(agent, kubelet, signal)),
      resourceMetrics: async (signal) => resourceMetrics(await usage(agent, kubelet, signal)),
    },
    scope,
  );
}

async function usage(
  { config, runtime, clock }: Agent,
  kubelet: Kubelet,
  signal: AbortSignal,
): Promise<StatsInput> {
  const [{ stats }, machine] = await Promise.all([
    runtime.listContainerStats({}, signal),
    readMachineUsage(config.root, clock),
  ]);
  const pods = kubelet.pods.flatMap((pod) => {
    const state = kubelet.worker(pod.metadata.uid)?.state;
    return state ? [{ pod, state }] : [];
  });
  return { node: config.node, machine, pods, stats };
}

function logOptions(query: URLSearchParams) {
  const number = (name: string) => {
    const value = query.get(name);
    return value === null || value === "" ? undefined : Number(value);
  };
  const [tailLines, sinceSeconds, limitBytes] = [
    number("tailLines"),
    number("sinceSeconds"),
    number("limitBytes"),
  ];
  const sinceTime = query.get("sinceTime");
  const stream = query.get("stream");
  return {
    follow: query.get("follow") === "true",
    timestamps: query.get("timestamps") === "true",
    ...(tailLines !== undefined && { tailLines }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(sinceTime && { sinceTime }),
    ...(stream && { stream: stream as "All" | "Stdout" | "Stderr" }),
  };
}

async function rotate(agent: Agent, kubelet: Kubelet, signal: AbortSignal): Promise<void> {
  const { runtime, clock, logger } = agent;
  while (!signal.aborted) {
    await sleep(clock, logCheckMs, signal).catch(() => {});
    const running = kubelet.pods.flatMap(({ metadata }) =>
      (kubelet.worker(metadata.uid)?.state.runs ?? []).filter(({ state }) => state === "running"),
    );
    const files = running.map(({ id, logPath }) => ({ containerId: id, path: logPath }));
    const limits = { bytesMax: 10 * 1024 * 1024, filesMax: 5 };
    await rotateLogs(files, { runtime, clock, logger, ...limits }, signal);
  }
}
