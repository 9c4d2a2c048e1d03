import { mkdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { Clock } from "#base/clock.ts";
import { systemClock } from "#base/node/system-clock.ts";
import type { Logger } from "#base/log.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import { cryptoRandom } from "#base/random.ts";
import type { Random } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { KeyPairPem } from "#pki/certificate.ts";
import { frontProxy } from "#server/aggregation/node/front-proxy.ts";
import { httpsWebhooks } from "#server/webhook/node/https-post.ts";
import { listen } from "#server/node/listen.ts";
import type { Listener } from "#server/node/listen.ts";
import { gitVersion } from "#server/health/version.ts";
import type { RestorableStore } from "#storage/store.ts";
import { gatewayOf, kubeletPort, simulatedPrefix } from "../config.ts";
import type { AuditConfig, ClusterConfig, EncryptionConfig, EtcdConfig } from "../config.ts";
import { createControlPlane } from "../control-plane.ts";
import type { ControlPlane } from "../control-plane.ts";
import { tokenIssuer } from "../control-plane/options.ts";
import type { ControlPlaneOptions } from "../control-plane/options.ts";
import { accessFlagsOf, readAccess } from "./access.ts";
import { readAdmission } from "./admission.ts";
import type { AdmissionFlags } from "./admission.ts";
import type { AccessFlags } from "./access.ts";
import { openAuditor } from "./audit.ts";
import { ServerCertificates, keepCertificates } from "./certificates.ts";
import { withEncryption } from "./encryption.ts";
import { createKubeletConnector } from "#server/streaming/node/kubelet-connector.ts";
import { runLoadBalancers } from "./load-balancers.ts";
import { prepareNetwork, renewAgents, runNodes } from "./nodes.ts";
import { keepServiceRoutes } from "./service-routes.ts";
import { routeServices } from "../providers/node/network.ts";
import { profilePaths } from "./paths.ts";
import type { ProfilePaths } from "./paths.ts";
import { readScheduler } from "./scheduler.ts";
import type { SchedulerFlags } from "./scheduler-flags.ts";
import { proxyTrust } from "./front-proxy.ts";
import { followConfiguration } from "./reload.ts";
import type { ConfigurationFile } from "./reload.ts";
import { settleMemory } from "./settle-memory.ts";
import { snapshotHandler } from "./snapshot.ts";
import { keepSnapshots, restoreAdvice } from "./snapshot-keeper.ts";
import { openStore } from "./store.ts";

export interface ServerOptions {
  readonly profile: string;
  /** In place of what the profile says. */
  readonly etcd: EtcdConfig | undefined;
  readonly audit: AuditConfig | undefined;
  readonly encryption: EncryptionConfig | undefined;
  /** The flags that are given count for more than what the profile says. */
  readonly access: { readonly values: AccessFlags; readonly given: ReadonlySet<string> };
  readonly admission?: AdmissionFlags;
  readonly scheduler?: SchedulerFlags;
  /** As `ClusterConfig` has it, and in place of it. */
  readonly runtimeConfig?: string | undefined;
  /** Of the profile's own file, made by the server itself. None when missing. */
  readonly snapshots?: { readonly intervalMs: number; readonly countMax: number };
}

/** One profile's control plane as a process: until the signal aborts. */
export async function runServer(
  options: ServerOptions,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { profile } = options;
  const paths = profilePaths(profile);
  const clock = systemClock();
  const config = await configOf(paths, options);
  await mkdir(paths.run, { recursive: true, mode: 0o711 });
  const flags = accessFlagsOf(config.access ?? [], options.access.values, options.access.given);
  const [certificates, store, network] = await Promise.all([
    ServerCertificates.open({ folder: paths.pki, config, flags, clock }),
    openStore(config, paths, {
      clock,
      random: cryptoRandom,
      logger,
      adviceOnDamage: () => restoreAdvice(profile, paths.snapshots),
    }),
    prepareNetwork(config),
  ]);
  await using scope = new Scope({
    onFailure: (task, error) => logger.error("a part of the server failed", { task, error }),
  });
  scope.onClose(async () => await store[Symbol.asyncDispose]());
  const identity = `${hostname()}_${store.shared ? cryptoRandom.uuid() : profile}`;
  const metrics = new MetricsRegistry();
  const environment = { clock, random: cryptoRandom, logger, metrics, scope, identity };
  const { admission = {}, scheduler = {} } = options;
  const loadBalancers = network && runLoadBalancers(config, { network, clock, logger }, scope);
  const controllers = loadBalancers ? { loadBalancers } : {};
  const parts = { config, flags, admission, scheduler, controllers, certificates, store };
  const { controlPlane, files } = await assemble(parts, environment);
  scope.onClose(() => controlPlane.server.close());
  const addresses = ["127.0.0.1", ...(network ? [gatewayOf(config)] : [])];
  const listeners: Listener[] = [];
  for (const address of addresses) {
    const { server } = controlPlane;
    const at = { ...certificates.tls, server, address, port: config.apiPort, logger };
    listeners.push(await listen(at, scope));
  }
  logger.info("listening", { addresses: addresses.join(), port: config.apiPort });
  for (const file of files) {
    scope.run(file.path, (linked) => followConfiguration(file, environment, linked));
  }
  const nodes = { config, pki: () => certificates.pki, clock, logger };
  if (network) runNodes(nodes, network, scope);
  await renewAgents(nodes);
  const changed = () => listeners.forEach((listener) => listener.renew(certificates.tls));
  const looked = () => renewAgents(nodes);
  scope.run("certificates", (linked) =>
    keepCertificates(certificates, { clock, logger, changed, looked }, linked),
  );
  await controlPlane.bootstrap(scope);
  logger.info("ready");
  if (network) {
    const { client } = controlPlane;
    const route = (cidrs: readonly string[], linked: AbortSignal) =>
      routeServices({ network, cidrs }, linked);
    const routes = { ...environment, client, first: config.serviceCidr, route };
    scope.run("routes to Services", (linked) => keepServiceRoutes(routes, linked));
  }
  if (config.simulatedNodes > 0) await simulateNodes(config, controlPlane, environment);
  controlPlane.run(scope);
  const { intervalMs = 0, countMax = 1 } = options.snapshots ?? {};
  if (!config.etcd && intervalMs > 0) {
    const source = { store, config, clock, logger, paths, intervalMs, countMax };
    scope.run("snapshots", (linked) => keepSnapshots(source, linked));
  }
  settleMemory(clock, scope);
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  logger.info("stopping");
}

/** The profile's, and in its place what the server was given. */
async function configOf(
  paths: ProfilePaths,
  { etcd, audit, encryption, runtimeConfig }: ServerOptions,
): Promise<ClusterConfig> {
  const known = JSON.parse(await readFile(paths.config, "utf8")) as ClusterConfig;
  return {
    ...known,
    ...(etcd && { etcd }),
    ...(audit && { audit }),
    ...(encryption && { encryption }),
    ...(runtimeConfig !== undefined && { runtimeConfig }),
  };
}

interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  readonly scope: Scope;
  /** Of this server among those that share the store. */
  readonly identity: string;
}

/** The control plane, and the files that it follows once it serves. */
async function assemble(
  {
    config,
    flags,
    admission,
    scheduler,
    controllers,
    certificates,
    store,
  }: {
    readonly config: ClusterConfig;
    readonly flags: AccessFlags;
    readonly admission: AdmissionFlags;
    readonly scheduler: SchedulerFlags;
    readonly controllers: NonNullable<ControlPlaneOptions["controllers"]>;
    readonly certificates: ServerCertificates;
    readonly store: RestorableStore;
  },
  environment: Environment,
): Promise<{ controlPlane: ControlPlane; files: readonly ConfigurationFile[] }> {
  const { scope, clock, random, logger, metrics, identity } = environment;
  const files: ConfigurationFile[] = [];
  const follow = (file: ConfigurationFile) => void files.push(file);
  const disallowedIssuers = [tokenIssuer];
  const access = await readAccess(flags, { ...environment, follow, disallowedIssuers });
  const encrypted = await withEncryption(store, config, { ...environment, follow });
  const { pki } = certificates;
  const controlPlane = await createControlPlane({
    config,
    ...outgoing(config, certificates, scope),
    ...(config.audit && { auditor: await openAuditor(config.audit, environment) }),
    admission: await readAdmission(config.admission, admission),
    scheduler: await readScheduler(config.scheduler, scheduler),
    controllers,
    access: {
      ...access.options,
      requestHeader: proxyTrust(access, pki).options,
      get requestHeaderAuthority() {
        return certificates.trusted.requestHeader;
      },
      get clientAuthority() {
        return certificates.trusted.client;
      },
    },
    store: encrypted.store,
    checks: encrypted.checks,
    serviceAccountKey: pki.serviceAccountKey,
    authorityPem: pki.authority.certificatePem,
    authority: () => certificates.pki.authority,
    // Snapshots hold what the store does: what is encrypted there is so in them.
    paths: [snapshotHandler({ store, config, clock })],
    identity,
    metrics,
    build: { runtime: `node${process.versions.node}`, platform: `linux/${process.arch}` },
    clock,
    random,
    logger,
  });
  return { controlPlane, files };
}

/** The ways to webhooks, to servers behind APIServices and to kubelets. */
function outgoing(
  config: ClusterConfig,
  certificates: ServerCertificates,
  scope: Scope,
): Pick<ControlPlaneOptions, "webhookPost" | "remoteServers" | "kubelet"> {
  const webhooks = httpsWebhooks();
  scope.onClose(() => webhooks.close());
  const remoteServers = frontProxy({
    get clientCertificate() {
      return shown(certificates.pki.frontProxyClient);
    },
  });
  scope.onClose(() => remoteServers.close());
  const kubelet = createKubeletConnector({
    get certificateAuthority() {
      return certificates.pki.authority.certificatePem;
    },
    get clientCertificate() {
      return shown(certificates.pki.kubeletClient);
    },
    addressOf: (node) => {
      const known = config.nodes.find(({ name }) => name === node);
      return known && { host: known.address, port: kubeletPort };
    },
  });
  return { webhookPost: webhooks.post, remoteServers, kubelet };
}

async function simulateNodes(
  { simulatedNodes: count }: ClusterConfig,
  { client }: ControlPlane,
  { scope, clock, random, logger }: Environment,
): Promise<void> {
  // With it comes a kubelet, which a server without such nodes has no use for.
  const { runSimulatedNodes } = await import("#testkit/simulated-node.ts");
  const names = { kubeletVersion: gitVersion, namePrefix: simulatedPrefix };
  scope.run("simulated nodes", (linked) =>
    runSimulatedNodes({ clock, random, logger, ...names, client, count }, linked),
  );
}

function shown({ certificatePem: certificate, privateKeyPem: key }: KeyPairPem) {
  return { certificate, key };
}
