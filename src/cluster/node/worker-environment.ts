import { join } from "node:path";
import type { TokenRequest } from "#api/authentication/v1.ts";
import {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Service,
  ServiceAccount,
} from "#api/core/v1.ts";
import type { Pod } from "#api/core/v1.ts";
import { cryptoRandom } from "#base/random.ts";
import type { Scope } from "#base/scope.ts";
import type { Draft } from "#schema/message.ts";
import { quantityMilli } from "#schema/quantity.ts";
import { createCgroupManager } from "#kubelet/cgroups/node/cgroup-manager.ts";
import { readHierarchy } from "#kubelet/cgroups/node/hierarchy.ts";
import { createEnvironmentResolver } from "#kubelet/environment/resolve.ts";
import { createNodeFiles, readHostResolver } from "#kubelet/files/node/node-files.ts";
import { createHooks } from "#kubelet/hooks/node/hooks.ts";
import { authsOfSecret } from "#kubelet/images/credentials.ts";
import { createImageManager } from "#kubelet/images/image-manager.ts";
import { createRegistryProbe } from "#kubelet/images/node/registry-probe.ts";
import type { Kubelet } from "#kubelet/kubelet.ts";
import { FollowedObjects } from "#kubelet/objects/followed-objects.ts";
import { podEvents } from "#kubelet/pod-events.ts";
import type { WorkerEnvironment } from "#kubelet/pod-worker/worker.ts";
import { probeActions } from "#kubelet/prober/node/actions.ts";
import { createProber } from "#kubelet/prober/prober.ts";
import { createStatusReporter } from "#kubelet/status/reporter.ts";
import type { ClaimSource } from "#kubelet/volumes/claims.ts";
import { createVolumeManager } from "#kubelet/volumes/node/volume-manager.ts";
import type { Agent } from "./agent.ts";

/** Everything that the pods' workers of a real node act through. */
export async function workerEnvironment(
  agent: Agent,
  /** The API object that shows a pod: the pod itself, or its mirror. */
  target: Parameters<typeof createStatusReporter>[0]["target"],
  scope: Scope,
): Promise<{ readonly env: WorkerEnvironment; bind(kubelet: Kubelet): void }> {
  const { config, client, runtime, clock, logger, facts } = agent;
  const recorder = agent.events.recorder({ component: "kubelet", host: config.node });
  const event = podEvents(recorder);
  let kubelet: Kubelet | undefined;
  const source = objectSource(agent, (namespace) => kubelet?.objectsChanged(namespace), scope);
  const node = {
    addresses: [config.address],
    allocatable: { cpu: String(facts.cpus), memory: String(facts.memoryBytes) },
  };
  const environment = createEnvironmentResolver({ source, node });
  const prober = createProber({
    clock,
    random: cryptoRandom,
    logger,
    act: probeActions(runtime),
    event,
    changed: (podUid) => kubelet?.poke(podUid),
  });
  scope.onClose(async () => await prober[Symbol.asyncDispose]());
  const env: WorkerEnvironment = {
    runtime,
    environment,
    prober,
    clock,
    logger,
    event,
    hostAddress: config.address,
    memoryBytes: facts.memoryBytes,
    volumes: createVolumeManager({
      root: config.root,
      ownVolumes: config.volumes,
      clock,
      logger,
      source,
      claims: claimSource(agent),
      tokens: tokenSource(agent),
      node,
      environment,
    }),
    images: createImageManager({
      runtime,
      clock,
      logger,
      parallelPulls: 4,
      event,
      pullSecrets: async (pod, signal) => {
        const names = (pod.spec.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []);
        const secrets = await Promise.all(
          names.map((name) => source.secret(pod.metadata.namespace ?? "", name, signal)),
        );
        return secrets.flatMap((secret) => (secret ? [authsOfSecret(secret)] : []));
      },
      probeRegistry: createRegistryProbe({ clock, proxied: process.env.HTTPS_PROXY !== undefined }),
    }),
    hooks: createHooks({ runtime, clock }),
    reporter: createStatusReporter({
      client,
      clock,
      logger,
      scope,
      target,
    }),
    files: createNodeFiles({
      root: config.root,
      logRoot: join(config.root, "logs", "pods"),
      clusterDns: [config.dnsAddress],
      clusterDomain: config.clusterDomain,
      hostResolver: readHostResolver(),
    }),
    cgroups: createCgroupManager({
      hierarchy: readHierarchy(),
      parent: config.cgroup,
      allocatableCpuMilli: quantityMilli(String(facts.cpus)),
      clock,
    }),
  };
  return { env, bind: (owner) => (kubelet = owner) };
}

/** Objects that pods refer to: Services as the proxy's watch has them, the others one by one. */
function objectSource(
  { client, services: factory, clock, logger }: Agent,
  changed: (namespace: string) => void,
  scope: Scope,
) {
  const objects = new FollowedObjects(
    { client, clock, random: cryptoRandom, logger, changed },
    scope,
  );
  const services = factory.informer(Service);
  return {
    configMap: (namespace: string, name: string, signal: AbortSignal) =>
      objects.configMap(namespace, name, signal),
    secret: (namespace: string, name: string, signal: AbortSignal) =>
      objects.secret(namespace, name, signal),
    services: async (namespace: string) => {
      await services.synced;
      return services.list(namespace);
    },
  };
}

function claimSource({ client, config }: Agent): ClaimSource {
  return {
    claim: (namespace, name, signal) =>
      client.find(PersistentVolumeClaim, { namespace, name }, signal),
    volume: (name, signal) => client.find(PersistentVolume, { name }, signal),
    node: (signal) => client.find(Node, { name: config.node }, signal),
  };
}

function tokenSource({ client }: Agent) {
  return {
    async request(
      pod: Pod,
      { audience, expirationSeconds }: { audience: string; expirationSeconds: number },
    ) {
      const { namespace, name, uid } = pod.metadata;
      const account = pod.spec.serviceAccountName || "default";
      const review: Draft<TokenRequest> = {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: {
          audiences: audience ? [audience] : [],
          expirationSeconds,
          boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
        },
      };
      const answer = await client.post<Draft<TokenRequest>, TokenRequest>(
        ServiceAccount,
        { namespace, name: account },
        "token",
        review,
      );
      const { token = "", expirationTimestamp = "" } = answer.status ?? {};
      return { token, expiresAtMs: Date.parse(expirationTimestamp) };
    },
  };
}
