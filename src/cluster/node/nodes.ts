import { spawn } from "node:child_process";
import { mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { arch } from "node:os";
import { existsSync } from "node:fs";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Scope } from "#base/scope.ts";
import { clusterDomain, gatewayOf, kubeletPort, serviceAddress } from "../config.ts";
import type { ClusterConfig, NodeConfig } from "../config.ts";
import { pauseImage, writePauseImage } from "../images/node/pause.ts";
import { startContainerd } from "../providers/node/containerd.ts";
import { detectHost } from "../providers/node/host.ts";
import { importImage, listImages } from "../providers/node/images.ts";
import { nodeCgroup } from "../providers/node/names.ts";
import { createNetwork, createNodeNamespace } from "../providers/node/network.ts";
import type { Network } from "../providers/node/network.ts";
import { identify, isAlive, readPidFile, writePidFile } from "../providers/node/processes.ts";
import type { AgentConfig } from "./agent-config.ts";
import { nodePaths, processEnvironment, processFlags, profilePaths } from "./paths.ts";
import { nodeCertificate } from "./pki.ts";
import type { ClusterPki } from "./pki.ts";

export interface NodesOptions {
  readonly config: ClusterConfig;
  /** As it is at the time. */
  readonly pki: () => ClusterPki;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long after its end an agent or runtime is started again, and how often that is looked at. */
const watchMs = 1000;

/** Makes the host's side of the cluster's network. Before the server listens on its address. */
export async function prepareNetwork(config: ClusterConfig): Promise<Network | undefined> {
  if (config.nodes.length === 0) return undefined;
  return await createNetwork({
    profile: config.profile,
    subnet: config.nodeSubnet,
    clusterCidr: config.podCidr,
  });
}

/**
 * Starts every node of the cluster and watches over it: a runtime or agent that ends is started
 * again. What runs already, from before this server, is left as it is.
 */
export function runNodes(options: NodesOptions, network: Network, scope: Scope): void {
  // The host reaches Services through the node that is made first: it shall be the first one.
  const first = Promise.withResolvers<void>();
  options.config.nodes.forEach((node, index) => {
    scope.run(`node ${node.name}`, async (signal) => {
      signal.addEventListener("abort", () => first.resolve(), { once: true });
      if (index > 0) await first.promise;
      await superviseNode(options, network, node, first.resolve, signal);
    });
  });
}

async function superviseNode(
  options: NodesOptions,
  network: Network,
  node: NodeConfig,
  inNetwork: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { logger, clock } = options;
  for (let failures = 0; !signal.aborted;) {
    try {
      await ensureNode(options, network, node, inNetwork, signal);
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      inNetwork(); // others need not wait for what fails
      logger.error("node could not be started", { node: node.name, error });
    }
    await sleep(clock, Math.min(watchMs * 2 ** failures, 30_000), signal).catch(() => {});
  }
}

async function ensureNode(
  options: NodesOptions,
  network: Network,
  node: NodeConfig,
  inNetwork: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { profile } = options.config;
  const paths = nodePaths(profile, node.name);
  const [agent, runtime] = await Promise.all([
    readPidFile(paths.agentPid),
    readPidFile(paths.containerdPid),
  ]);
  if (agent && runtime) return inNetwork();
  const namespace = await createNodeNamespace(
    {
      network,
      node: node.name,
      address: node.address,
      podCidr: node.podCidr,
      serviceCidrs: [options.config.serviceCidr],
    },
    signal,
  );
  inNetwork();
  const starting = agent ? undefined : startAgent(options, node, namespace.path);
  await Promise.all([starting, startRuntime(options, network, node, namespace.path, signal)]);
}

async function startRuntime(
  { config, clock }: NodesOptions,
  network: Network,
  node: NodeConfig,
  networkNamespace: string,
  signal: AbortSignal,
): Promise<void> {
  const paths = nodePaths(config.profile, node.name);
  const { snapshotter } = await startContainerd(
    {
      profile: config.profile,
      node: node.name,
      root: paths.containerdRoot,
      state: paths.containerdState,
      socket: paths.containerdSocket,
      pidFile: paths.containerdPid,
      networkNamespace,
      podCidr: node.podCidr,
      mtu: network.mtu,
      host: detectHost(),
      sandboxImage: pauseImage,
      configDir: paths.containerdConfig,
      logFile: paths.containerdLog,
      clock,
    },
    signal,
  );
  const images = await listImages({ socket: paths.containerdSocket }, signal);
  if (images.some(({ name }) => name === pauseImage)) return;
  const file = join(paths.folder, "pause.tar");
  if (!existsSync(file)) {
    await writePauseImage({ file, architecture: arch() === "arm64" ? "arm64" : "amd64" });
  }
  await importImage({ socket: paths.containerdSocket, file, snapshotter, pinned: true }, signal);
}

/** The agent lives in the node's network, and on its own: it outlives the server. */
async function startAgent(
  options: NodesOptions,
  node: NodeConfig,
  networkNamespace: string,
): Promise<void> {
  const { profile } = options.config;
  const paths = nodePaths(profile, node.name);
  for (const folder of [paths.folder, paths.kubelet, paths.staticPods, dirname(paths.agentPid)]) {
    await mkdir(folder, { recursive: true });
  }
  await mkdir(dirname(paths.agentLog), { recursive: true });
  await writeFile(paths.agentConfig, await agentConfigText(options, node), { mode: 0o600 });
  const log = await open(paths.agentLog, "a");
  try {
    const main = join(import.meta.dirname, "../../bin/kijabi-node.ts");
    const command = [`--net=${networkNamespace}`, "--", process.execPath, ...processFlags, main];
    // nsenter executes the program in its own place, so this is the agent's pid.
    const child = spawn("nsenter", [...command, "--config", paths.agentConfig], {
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      cwd: "/",
      // The few threads share one pool of memory: 13 MB less under load, as measured.
      env: { ...processEnvironment(), MALLOC_ARENA_MAX: "1" },
    });
    child.unref();
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (!identity || !isAlive(identity)) throw new Error(`the agent of ${node.name} did not start`);
    await writePidFile(paths.agentPid, identity);
  } finally {
    await log.close();
  }
}

/**
 * Tells the agents that run of certificates that were renewed. They follow the file, whichever
 * server started them.
 */
export async function renewAgents(options: NodesOptions): Promise<void> {
  const { profile, nodes } = options.config;
  for (const node of nodes) {
    const { agentConfig } = nodePaths(profile, node.name);
    if (!existsSync(agentConfig)) continue;
    const content = await agentConfigText(options, node);
    if ((await readFile(agentConfig, "utf8")) === content) continue;
    const temporary = `${agentConfig}.new`;
    await writeFile(temporary, content, { mode: 0o600 });
    await rename(temporary, agentConfig);
  }
}

async function agentConfigText(
  { config, pki, clock }: NodesOptions,
  node: NodeConfig,
): Promise<string> {
  const { profile } = config;
  const paths = nodePaths(profile, node.name);
  const { authority, proxy } = pki();
  const own = await nodeCertificate(profilePaths(profile).pki, authority, node, clock.now());
  const agent: AgentConfig = {
    profile,
    node: node.name,
    address: node.address,
    podCidr: node.podCidr,
    clusterCidr: config.podCidr,
    serviceCidr: config.serviceCidr,
    dnsAddress: serviceAddress(config, "kube-dns"),
    clusterDomain,
    kubeletPort,
    server: `https://${gatewayOf(config)}:${config.apiPort}`,
    authorityPem: authority.certificatePem,
    certificatePem: own.certificatePem,
    privateKeyPem: own.privateKeyPem,
    proxyCertificatePem: proxy.certificatePem,
    proxyKeyPem: proxy.privateKeyPem,
    containerdSocket: paths.containerdSocket,
    root: paths.kubelet,
    volumes: profilePaths(profile).volumes,
    staticPods: paths.staticPods,
    cgroup: nodeCgroup(profile, node.name),
  };
  return JSON.stringify(agent);
}
