import { Namespace, Service } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import type { Clock } from "#base/clock.ts";
import { ServiceCIDR } from "#api/networking/v1.ts";
import { isAlreadyExists } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import type { Draft } from "#schema/message.ts";
import type { ClientTrust } from "#server/authn/client-trust.ts";
import { createSystemPriorityClasses } from "#server/admission/priority/system-classes.ts";
import { reconcileBootstrapPolicy } from "#server/authz/rbac/bootstrap/reconcile.ts";
import { publishClientTrust } from "./client-trust.ts";
import { createFlowControl } from "./flow-control.ts";
import type { ClusterConfig } from "../config.ts";
import { serviceAddress } from "../config.ts";
import { put } from "./put.ts";
import { createDefaultStorageClass } from "./storage-class.ts";
import { noteTokenTracking } from "./token-tracking.ts";

export const systemNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

/**
 * Brings the objects that every cluster has into being: namespaces, roles, the Services of the API
 * server and of DNS. Repeated at every start, so that what somebody deleted comes back.
 */
export async function bootstrapCluster(
  client: Client,
  config: ClusterConfig,
  trust: ClientTrust,
  clock: Clock,
  serves: (kind: string) => boolean = () => false,
): Promise<void> {
  await Promise.all(
    systemNamespaces.map((name) => ifMissing(client.create(Namespace, { metadata: { name } }))),
  );
  await Promise.all([
    reconcileBootstrapPolicy(client, serves),
    createSystemPriorityClasses(client),
    kubernetesService(client, config),
    dnsService(client, config),
    publishClientTrust(client, trust, clock.now()),
    createFlowControl(client, clock),
    createDefaultStorageClass(client, config),
    serviceNetwork(client, config, clock),
    noteTokenTracking(client, clock.now()),
  ]);
}

/** `kubernetes.default`: the way to the API servers from pods, whose addresses are published. */
async function kubernetesService(client: Client, config: ClusterConfig): Promise<void> {
  const labels = { component: "apiserver", provider: "kubernetes" };
  const reference = { namespace: "default", name: "kubernetes" };
  const port = { name: "https", port: 443, protocol: "TCP" as const, targetPort: config.apiPort };
  await ensureService(client, {
    metadata: { ...reference, labels },
    spec: { clusterIP: serviceAddress(config, "kubernetes"), ports: [port] },
  });
}

/**
 * The cluster's DNS: every node answers for itself, so the Service has no selector, and its
 * traffic stays on the node.
 */
async function dnsService(client: Client, config: ClusterConfig): Promise<void> {
  const labels = {
    "k8s-app": "kube-dns",
    "kubernetes.io/cluster-service": "true",
    "kubernetes.io/name": "CoreDNS",
  };
  await ensureService(client, {
    metadata: { namespace: "kube-system", name: "kube-dns", labels },
    spec: {
      clusterIP: serviceAddress(config, "kube-dns"),
      internalTrafficPolicy: "Local",
      ports: [
        { name: "dns", port: 53, protocol: "UDP" },
        { name: "dns-tcp", port: 53, protocol: "TCP" },
      ],
    },
  });
  await put(client, EndpointSlice, {
    metadata: {
      namespace: "kube-system",
      name: "kube-dns",
      labels: { "kubernetes.io/service-name": "kube-dns" },
    },
    addressType: "IPv4",
    endpoints: config.nodes.map(({ name, address }) => ({
      addresses: [address],
      nodeName: name,
      conditions: { ready: true },
    })),
    ports: [
      { name: "dns", port: 53, protocol: "UDP" },
      { name: "dns-tcp", port: 53, protocol: "TCP" },
    ],
  });
}

/** The network that the cluster was made with, as an object that others may read and add to. */
async function serviceNetwork(
  client: Client,
  { serviceCidr }: ClusterConfig,
  clock: Clock,
): Promise<void> {
  const name = "kubernetes";
  await ifMissing(
    client.create(ServiceCIDR, { metadata: { name }, spec: { cidrs: [serviceCidr] } }),
  );
  const network = await client.get(ServiceCIDR, { name });
  if (network.status.conditions?.some(({ type }) => type === "Ready")) return;
  const ready = {
    type: "Ready",
    status: "True" as const,
    reason: "",
    message: "Kubernetes default Service CIDR is ready",
    lastTransitionTime: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
  };
  await client.update(
    ServiceCIDR,
    { ...network, status: { conditions: [ready] } },
    { subresource: "status" },
  );
}

/** Looks first: the address of a Service that exists counts as taken, before its name does. */
async function ensureService(
  client: Client,
  draft: Draft<Service> & { metadata: { namespace: string; name: string } },
): Promise<void> {
  if (await client.find(Service, draft.metadata)) return;
  await ifMissing(client.create(Service, draft));
}

async function ifMissing(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}
