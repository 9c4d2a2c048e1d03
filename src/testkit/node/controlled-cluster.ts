import { setImmediate } from "node:timers/promises";
import { VirtualClock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import type { Random } from "#base/random.ts";
import { Lease } from "#api/coordination/v1.ts";
import { Namespace, Node, Service } from "#api/core/v1.ts";
import type { Client } from "#client/client.ts";
import type { Transport } from "#client/transport.ts";
import { allControllers } from "#controllers/all.ts";
import type { AllControllersOptions } from "#controllers/all.ts";
import { startCluster } from "#controllers/testing/cluster.ts";
import type { TestCluster } from "#controllers/testing/cluster.ts";
import type { Draft } from "#schema/message.ts";
import { defaultAdmission } from "#server/admission/default.ts";
import { createDiscovery } from "#server/discovery/discovery.ts";
import { allResources } from "#server/resources/all.ts";
import type { KubeletConnector } from "#server/resources/core/pods/kubelet-connector.ts";
import { createServiceAllocator } from "#server/resources/core/services/allocator.ts";
import { serviceNetworks } from "#server/resources/core/services/networks.ts";
import type { ApiServer, ServerParts } from "#server/server.ts";
import { allowAll, openTestServer } from "../server.ts";

export interface ControlledClusterOptions {
  /** As --runtime-config says it. */
  readonly runtimeConfig?: string;
  readonly seed?: number;
  /** Nodes that are there from the start; "node-1" when missing. */
  readonly nodes?: readonly string[];
  /** What the controllers are given, besides the way to the server. */
  readonly controllers?: Pick<AllControllersOptions, "nodeIpam" | "loadBalancers">;
  /** Which of the controllers run; all of them when missing. */
  readonly choose?: (name: string) => boolean;
  /** Stands between the controllers and the server. */
  readonly between?: (transport: Transport, clock: VirtualClock) => Transport;
  readonly prepare?: (client: Client) => Promise<void>;
}

const noKubelet: KubeletConnector = {
  fetch: () => Promise.reject(new Error("no kubelet here")),
  tunnel: () => Promise.reject(new Error("no kubelet here")),
};

const refuse = () => Promise.reject(new Error("nobody asks for this here"));

function resources(
  parts: ServerParts,
  { clock, random }: { clock: VirtualClock; random: Random },
  runtimeConfig: string | undefined,
) {
  const dependencies = {
    ...parts,
    clock,
    random,
    services: createServiceAllocator({
      networks: serviceNetworks(parts.client, "10.96.0.0/16"),
      nodePortRange: { from: 30000, to: 32767 },
      clock,
      random,
      list: async () => (await parts.client.list(Service)).items,
    }),
    kubelet: noKubelet,
    tokenIssuer: { issue: refuse },
    tokenReviewer: { review: refuse },
    authorizer: allowAll,
    rules: { rulesFor: refuse },
    components: { health: refuse },
  };
  return allResources(dependencies, runtimeConfig);
}

/** All controllers on the real server, in this process, on a memory store and a virtual clock. */
export async function openControlledCluster(
  options: ControlledClusterOptions = {},
): Promise<TestCluster> {
  const clock = new VirtualClock();
  const random = seededRandom(options.seed ?? 3);
  const discovery = createDiscovery({
    definitions: (): ApiServer["definitions"] => server.api.definitions,
    serverAddress: "127.0.0.1:8443",
    otherPaths: [],
  });
  const server = await openTestServer({
    clock,
    random,
    resources: (parts) => resources(parts, { clock, random }, options.runtimeConfig),
    admission: ({ client }) => defaultAdmission({ client, clock, random, authorizer: allowAll }),
    paths: [{ handle: (path, headers) => discovery.handle(path, headers) }],
  });
  for (const name of ["default", "kube-system", "kube-node-lease"]) {
    await server.client.create(Namespace, { metadata: { name } });
  }
  const direct = server.api.transport({ name: "tester", groups: ["system:masters"] });
  const transport = options.between?.(direct, clock) ?? direct;
  const cluster = await startCluster(
    allControllers({
      transport,
      rootCertificateAuthority: "the authority",
      serves: (kind) => server.api.definitions.some(({ type }) => type === kind),
      ...options.controllers,
    }).filter(({ name }) => options.choose?.(name) ?? true),
    {
      server: { transport, clock },
      settle: () => setImmediate(),
      async prepare(client) {
        for (const name of options.nodes ?? ["node-1"]) await addNode(client, name);
        await options.prepare?.(client);
      },
    },
  );
  await cluster.advance(100);
  return {
    ...cluster,
    async stop() {
      await cluster.stop();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function addNode(client: Client, name: string): Promise<void> {
  const node: Draft<Node> = { metadata: { name, labels: { "kubernetes.io/hostname": name } } };
  await client.create(Node, node);
  await client.create(Lease, { metadata: { namespace: "kube-node-lease", name } });
}
