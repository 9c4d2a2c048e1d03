import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { dirname, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { sleep } from "#base/clock.ts";
import { Node } from "#api/core/v1.ts";
import { createClient } from "#client/typed.ts";
import type { Client } from "#client/client.ts";
import { httpsTransport } from "#client/node/https-transport.ts";
import { apiPortPreferred, nodeNamesOf, gatewayOf, networksOf, nodesOf } from "../../config.ts";
import type { AuditConfig, ClusterConfig, EncryptionConfig, EtcdConfig } from "../../config.ts";
import { addToKubeconfig, kubeconfigFile, kubeconfigText } from "../../node/kubeconfig.ts";
import {
  nodePaths,
  processEnvironment,
  processFlags,
  profilePaths,
  profilesFolder,
  startLockFile,
} from "../../node/paths.ts";
import type { KeptSettings } from "../../node/kept-flags.ts";
import { ensurePki } from "../../node/pki.ts";
import type { ClusterPki } from "../../node/pki.ts";
import type { SnapshotConfig } from "../../node/snapshot.ts";
import { detectHost, findBinary, InstallError, installMissing } from "../../providers/node/host.ts";
import { checkName } from "../../providers/node/names.ts";
import { identify, isAlive, readPidFile, writePidFile } from "../../providers/node/processes.ts";
import type { ProcessIdentity } from "../../providers/node/processes.ts";
import { takeStartLock } from "../../providers/node/start-lock.ts";
import { ActionError, readConfig } from "./context.ts";
import type { ActionContext } from "./context.ts";
import { removeAll } from "./stop.ts";

export interface StartOptions {
  readonly nodes: number | undefined;
  readonly simulated: number;
  /** The store of a cluster that is made; one that exists keeps what it has. */
  readonly etcd: EtcdConfig | undefined;
  /** In place of what the profile says; takes effect when the server starts. */
  readonly audit: AuditConfig | undefined;
  /** The same. */
  readonly encryption: EncryptionConfig | undefined;
  /** The same, of what the profile has of it already. */
  readonly kept: (known: KeptSettings) => KeptSettings;
  readonly waitSeconds: number;
  /** Leaves the person's kubeconfig alone; the profile's own is always written. */
  readonly kubeconfig: boolean;
}

/** Starts the profile's cluster, making it first where there is none; returns when it is ready. */
export async function start(context: ActionContext, options: StartOptions): Promise<void> {
  checkProfile(context.profile);
  const { clock, messages, say } = context;
  const waiting = (pid: number) => say(messages.waitingForStart(pid));
  await using _lock = await takeStartLock({ file: startLockFile(), clock, waiting });
  await startAlone(context, options);
}

async function startAlone(context: ActionContext, options: StartOptions): Promise<void> {
  const { messages, paths, clock, profile, say } = context;
  const startedAt = clock.monotonic();
  const elapsed = () => `${((clock.monotonic() - startedAt) / 1000).toFixed(1)} s`;
  const known = await readConfig(paths.config);
  if (known && options.etcd && !isDeepStrictEqual(known.etcd, absolute(options.etcd))) {
    throw new ActionError(messages.otherStore(profile));
  }
  const running = await readPidFile(paths.serverPid);
  const changesSettings = !isDeepStrictEqual(configWith(known ?? {}, options), known ?? {});
  if (known && running) {
    if (changesSettings) throw new ActionError(messages.stopFirst(profile));
    const pki = await ensurePki(paths.pki, known, clock.now());
    await waitForApi(context, known, pki, running, options.waitSeconds);
    await writeKubeconfigs(context, known, pki, options);
    say(messages.alreadyRunning(profile));
    return;
  }
  if (!options.simulated || options.nodes) await prepareHost(context);
  // What a deletion left half done is nobody's: another authority's keys, nodes that still run.
  if (!known && (existsSync(paths.folder) || existsSync(paths.run))) await removeAll(context);
  let config = known ?? (await createConfig(context, options));
  if (changesSettings) {
    config = configWith(config, options);
    await storeConfig(paths.config, config);
  }
  if (known && !(await isFree(known.apiPort))) {
    throw new ActionError(messages.portTaken(known.apiPort, profile));
  }
  say(known ? messages.starting(profile) : messages.creating(profile));
  const pki = await ensurePki(paths.pki, config, clock.now());
  const launchedAt = clock.now();
  const live = await liveNodes(profile, config);
  const server = await launchServer(context);
  const client = await waitForApi(context, config, pki, server, options.waitSeconds);
  say(`  ✔ ${messages.apiReady(elapsed())}`);
  await writeKubeconfigs(context, config, pki, options);
  await waitForNodes(
    context,
    config,
    client,
    { server, launchedAt, live },
    options.waitSeconds,
    (node) => say(`  ✔ ${messages.nodeReady(node, elapsed())}`),
  );
  await markFirstNode(config, client);
  if (options.kubeconfig) say(`  ✔ ${messages.context(profile, kubeconfigFile())}`);
  say("");
  say(messages.tryNext);
  // Ours is always at hand; a program of that name is shorter to type.
  const kubectl = findBinary("kubectl", process.env.PATH ?? "") ? "kubectl" : "kijabi kubectl";
  say(`  ${kubectl} get nodes`);
  say(`  ${kubectl} create deployment hello --image=nginx`);
  say(`  ${kubectl} expose deployment hello --port=80`);
  say(`  curl http://$(${kubectl} get service hello -o jsonpath={.spec.clusterIP})`);
}

/** With what a profile keeps of the options, in place of what it has. */
function configWith<T extends Partial<ClusterConfig>>(config: T, options: StartOptions) {
  const { access, admission, runtimeConfig, scheduler, ...rest } = config;
  const { audit, encryption, kept } = options;
  return {
    ...rest,
    ...kept({
      ...(access && { access }),
      ...(admission && { admission }),
      ...(runtimeConfig !== undefined && { runtimeConfig }),
      ...(scheduler && { scheduler }),
    }),
    ...(audit && { audit }),
    ...(encryption && { encryption }),
  };
}

export function checkProfile(profile: string): void {
  try {
    checkName("profile", profile);
  } catch (error) {
    throw new ActionError(error instanceof Error ? error.message : String(error));
  }
}

async function prepareHost({ messages, say }: ActionContext): Promise<void> {
  if (process.platform !== "linux") throw new ActionError(messages.notLinux(process.platform));
  if (process.getuid?.() !== 0) throw new ActionError(messages.notRoot);
  try {
    await installMissing({ host: detectHost(), announce: say });
  } catch (error) {
    if (error instanceof InstallError) throw new ActionError(error.message);
    throw error;
  }
}

async function createConfig(context: ActionContext, options: StartOptions): Promise<ClusterConfig> {
  const others = await otherConfigs(context.profile);
  const taken = new Set([...others.map(gatewayOf), ...ownAddresses()]);
  let index = 0;
  while (taken.has(gatewayOf(networksOf(index)))) index++;
  const nodes = options.nodes ?? (options.simulated > 0 ? 0 : 1);
  const config = { ...networksOf(index), simulatedNodes: options.simulated, nodes };
  return await writeConfig(context, config, options.etcd);
}

/** Makes the profile of a cluster whose objects come from elsewhere, with the networks they name. */
export async function createConfigLike(
  context: ActionContext,
  config: SnapshotConfig,
): Promise<ClusterConfig> {
  const others = await otherConfigs(context.profile);
  const gateway = gatewayOf(config);
  if (others.some((other) => gatewayOf(other) === gateway) || ownAddresses().includes(gateway)) {
    throw new ActionError(context.messages.networkTaken(config.nodeSubnet));
  }
  return await writeConfig(context, config, undefined);
}

async function writeConfig(
  { profile, paths }: ActionContext,
  { nodes, simulatedNodes, ...networks }: SnapshotConfig,
  etcd: EtcdConfig | undefined,
): Promise<ClusterConfig> {
  const others = await otherConfigs(profile);
  const config: ClusterConfig = {
    profile,
    ...networks,
    apiPort: await freePort(apiPortPreferred, new Set(others.map(({ apiPort }) => apiPort))),
    nodes: nodesOf(profile, nodes, networks),
    simulatedNodes,
    ...(etcd && { etcd: absolute(etcd) }),
  };
  await storeConfig(paths.config, config);
  return config;
}

async function storeConfig(file: string, config: ClusterConfig): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o711 });
  const temporary = `${file}.new`;
  await writeFile(temporary, `${JSON.stringify(config, undefined, 2)}\n`, { flush: true });
  await rename(temporary, file);
}

/** The server has another working directory. */
function absolute(etcd: EtcdConfig): EtcdConfig {
  const { caFile, certFile, keyFile, ...rest } = etcd;
  return {
    ...rest,
    ...(caFile !== undefined && { caFile: resolve(caFile) }),
    ...(certFile !== undefined && { certFile: resolve(certFile) }),
    ...(keyFile !== undefined && { keyFile: resolve(keyFile) }),
  };
}

/** Where this machine is already: clusters of other people's profiles are seen by their bridges. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ address }) => address),
  );
}

async function otherConfigs(profile: string): Promise<ClusterConfig[]> {
  const folder = profilesFolder();
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder)).filter((name) => name !== profile);
  const configs = await Promise.all(names.map((name) => readConfig(profilePaths(name).config)));
  return configs.filter((config) => config !== undefined);
}

/** The preferred port, or the next one that nobody listens on and no other cluster has. */
async function freePort(preferred: number, taken: ReadonlySet<number>): Promise<number> {
  for (let port = preferred; port < preferred + 100; port++) {
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new ActionError(
    `no free port between ${preferred} and ${preferred + 99} for the API server`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "0.0.0.0", exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}

/** The server is a session of its own: it lives on when the shell that started it ends. */
async function launchServer({ paths, profile }: ActionContext): Promise<ProcessIdentity> {
  await mkdir(paths.logs, { recursive: true });
  await mkdir(paths.run, { recursive: true, mode: 0o711 });
  const log = await open(paths.serverLog, "a");
  try {
    const main = join(import.meta.dirname, "../../../bin/kijabi-server.ts");
    const child = spawn(process.execPath, [...processFlags, main, "--profile", profile], {
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      cwd: "/",
      env: processEnvironment(),
    });
    child.unref();
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (!identity) throw new ActionError(`the server could not be started: see ${paths.serverLog}`);
    await writePidFile(paths.serverPid, identity);
    return identity;
  } finally {
    await log.close();
  }
}

async function waitForApi(
  context: ActionContext,
  config: ClusterConfig,
  pki: ClusterPki,
  server: ProcessIdentity,
  waitSeconds: number,
): Promise<Client> {
  const { clock, messages, paths } = context;
  const transport = adminTransport(config, pki);
  const deadline = clock.monotonic() + waitSeconds * 1000;
  for (;;) {
    if (!isAlive(server)) throw await serverEnded(context);
    try {
      const { status } = await transport.send({
        method: "GET",
        path: "/readyz",
        query: new URLSearchParams(),
        headers: {},
        body: { kind: "none" },
      });
      if (status === 200) return createClient(transport);
    } catch (error) {
      // Not listening yet: that is what the wait is for.
      if (clock.monotonic() > deadline) throw error;
    }
    if (clock.monotonic() > deadline) {
      throw new ActionError(messages.timedOut("API server", waitSeconds, paths.serverLog));
    }
    await sleep(clock, 20);
  }
}

export function adminTransport(config: ClusterConfig, pki: ClusterPki) {
  return httpsTransport({
    server: `https://127.0.0.1:${config.apiPort}`,
    certificateAuthority: pki.authority.certificatePem,
    clientCertificate: { certificate: pki.admin.certificatePem, key: pki.admin.privateKeyPem },
  });
}

async function serverEnded({ messages, paths }: ActionContext): Promise<ActionError> {
  const log = await readFile(paths.serverLog, "utf8").catch(() => "");
  const end = log.trimEnd().split("\n").slice(-15).join("\n");
  return new ActionError(`${messages.serverEnded(paths.serverLog)}\n${end}`);
}

interface Launched {
  readonly server: ProcessIdentity;
  readonly launchedAt: number;
  /** Nodes that ran before, and go on: they say that they are ready when that changes only. */
  readonly live: ReadonlySet<string>;
}

async function liveNodes(profile: string, config: ClusterConfig): Promise<ReadonlySet<string>> {
  const live = new Set<string>();
  for (const { name } of config.nodes) {
    const { agentPid, containerdPid } = nodePaths(profile, name);
    if ((await readPidFile(agentPid)) && (await readPidFile(containerdPid))) live.add(name);
  }
  return live;
}

async function waitForNodes(
  context: ActionContext,
  config: ClusterConfig,
  client: Client,
  { server, launchedAt, live }: Launched,
  waitSeconds: number,
  ready: (node: string) => void,
): Promise<void> {
  const { clock, messages, paths } = context;
  const deadline = clock.monotonic() + waitSeconds * 1000;
  const waiting = new Set(nodeNamesOf(config));
  // A node that was ready before the cluster stopped still says so; API times have whole seconds.
  const since = Math.floor(launchedAt / 1000) * 1000;
  while (waiting.size > 0) {
    const { items } = await client.list(Node);
    for (const node of items) {
      const condition = node.status.conditions?.find(({ type }) => type === "Ready");
      const isFresh =
        live.has(node.metadata.name) || Date.parse(condition?.lastHeartbeatTime ?? "") >= since;
      if (condition?.status === "True" && isFresh && waiting.delete(node.metadata.name)) {
        ready(node.metadata.name);
      }
    }
    if (waiting.size === 0) return;
    if (!isAlive(server)) throw await serverEnded(context);
    if (clock.monotonic() > deadline) {
      const names = [...waiting].join(", ");
      throw new ActionError(messages.timedOut(names, waitSeconds, paths.logs));
    }
    await sleep(clock, 30);
  }
}

/**
 * The first node is the one that people look for as the control plane's. No node may say so of
 * itself.
 */
async function markFirstNode(config: ClusterConfig, client: Client): Promise<void> {
  const [name] = nodeNamesOf(config);
  if (name === undefined) return;
  const labels = { "node-role.kubernetes.io/control-plane": "" };
  await client.patch(Node, { name }, { type: "merge", patch: { metadata: { labels } } });
}

async function writeKubeconfigs(
  { profile, paths }: ActionContext,
  config: ClusterConfig,
  pki: ClusterPki,
  options: StartOptions,
): Promise<void> {
  const entry = {
    name: profile,
    server: `https://127.0.0.1:${config.apiPort}`,
    authorityPem: pki.authority.certificatePem,
    client: pki.admin,
  };
  await writeFile(paths.kubeconfig, kubeconfigText(entry), { mode: 0o600 });
  if (options.kubeconfig) await addToKubeconfig(kubeconfigFile(), entry);
}
