import { SlicesByService, nameKey } from "#machinery/slices-by-service.ts";
import type { Service } from "#api/core/v1/service.ts";
import type { Endpoint, EndpointSlice } from "#api/discovery/v1.ts";

/** The node that rules are planned for. IPv4 only: other families are left to other proxies. */
export interface ProxyNode {
  readonly name: string;
  /** NodePorts answer on each of these. */
  readonly addresses: readonly string[];
  /** Of all pods of the cluster. What comes from elsewhere is masqueraded, so answers come back. */
  readonly clusterCidr: string;
  /** Where Services get their addresses: what none has taken leads nowhere. */
  readonly serviceCidrs: readonly string[];
}

export interface ProxyState {
  readonly node: ProxyNode;
  readonly services: Iterable<Service>;
  readonly endpointSlices: Iterable<EndpointSlice>;
}

export type Protocol = "tcp" | "udp" | "sctp";

/**
 * Where traffic goes: to all endpoints or to this node's own, refused because there is no endpoint
 * anywhere, or dropped because the policy wants one on this node and there is none.
 */
export type Route = "cluster" | "local" | "reject" | "drop";

/** What the node does for one port of one Service. Plain values: two that are equal do the same. */
export interface ServicePortPlan {
  /** "namespace/name:port name/protocol", unique in a plan. */
  readonly key: string;
  readonly protocol: Protocol;
  readonly clusterIp: string;
  readonly port: number;
  /** Of traffic to the cluster address. */
  readonly internal: Route;
  /** externalIPs and load-balancer addresses. */
  readonly externalAddresses: readonly string[];
  readonly nodePort: number | undefined;
  /** "Local" still serves pods and the node itself from every endpoint. */
  readonly externalPolicy: "Cluster" | "Local";
  /** Of traffic to external addresses and the node port. */
  readonly external: Route;
  /** Load-balancer addresses that only these networks may use. */
  readonly firewall: LoadBalancerFirewall | undefined;
  /** How long a client stays with its endpoint after its last connection. */
  readonly affinitySeconds: number | undefined;
  /** "address:port", sorted. */
  readonly clusterEndpoints: readonly string[];
  readonly localEndpoints: readonly string[];
}

export interface LoadBalancerFirewall {
  readonly addresses: readonly string[];
  readonly sourceRanges: readonly string[];
}

/** What a load balancer asks at `port` to learn whether this node has endpoints of the Service. */
export interface HealthCheck {
  readonly port: number;
  readonly namespace: string;
  readonly name: string;
  readonly localEndpoints: number;
}

/** All that the node does for Services. Its order is that of the keys. */
export interface ProxyPlan {
  readonly node: ProxyNode;
  readonly ports: ReadonlyMap<string, ServicePortPlan>;
  readonly healthChecks: readonly HealthCheck[];
  /** Addresses or node ports that a Service asks for and another has already, for the log. */
  readonly conflicts: readonly string[];
}

/** One Service's part of a plan: it depends on nothing but that Service, its slices and the node. */
export interface ServicePlan {
  readonly ports: readonly ServicePortPlan[];
  readonly healthCheck: HealthCheck | undefined;
}

export function plan(state: ProxyState): ProxyPlan {
  const slices = new SlicesByService();
  for (const slice of state.endpointSlices) slices.set(slice);
  const parts: ServicePlan[] = [];
  for (const service of state.services) {
    const key = nameKey(service.metadata);
    parts.push(planService(service, slices.of(key), state.node));
  }
  return assemble(state.node, parts);
}

export function planService(
  service: Service,
  slices: readonly EndpointSlice[],
  node: ProxyNode,
): ServicePlan {
  const { spec, metadata } = service;
  const clusterIp = clusterIpOf(service);
  if (!clusterIp) return { ports: [], healthCheck: undefined };
  const balancerIps = loadBalancerAddresses(service);
  const ranges = (spec.loadBalancerSourceRanges ?? [])
    .map((range) => range.trim())
    .filter(isIpv4Cidr);
  const isLocalOnly = spec.externalTrafficPolicy === "Local" && isExternalType(service);
  const externalAddresses = unique([...(spec.externalIPs ?? []).filter(isIpv4), ...balancerIps]);
  let localMax = 0;
  const ports = (spec.ports ?? []).map((port): ServicePortPlan => {
    const nodePort = (isExternalType(service) && port.nodePort) || undefined;
    const isExternal = externalAddresses.length > 0 || nodePort !== undefined;
    const pools = choosePools(endpointsOf(slices, port, node.name), {
      internalLocal: spec.internalTrafficPolicy === "Local",
      externalLocal: isExternal && isLocalOnly,
      external: isExternal,
    });
    localMax = Math.max(localMax, pools.localReady);
    return {
      key: `${metadata.namespace}/${metadata.name}:${port.name ?? ""}/${port.protocol.toLowerCase()}`,
      protocol: port.protocol.toLowerCase() as Protocol,
      clusterIp,
      port: port.port,
      internal: pools.internal,
      externalAddresses,
      nodePort,
      externalPolicy: isLocalOnly ? "Local" : "Cluster",
      external: pools.external,
      firewall:
        balancerIps.length > 0 && ranges.length > 0
          ? { addresses: balancerIps, sourceRanges: ranges }
          : undefined,
      affinitySeconds: affinityOf(service),
      clusterEndpoints: pools.cluster,
      localEndpoints: pools.local,
    };
  });
  const { namespace = "", name } = metadata;
  const healthCheck =
    isLocalOnly && spec.type === "LoadBalancer" && spec.healthCheckNodePort
      ? { port: spec.healthCheckNodePort, namespace, name, localEndpoints: localMax }
      : undefined;
  return { ports, healthCheck };
}

/** Puts the parts in order, and settles who gets an address that several ask for: the first key. */
export function assemble(node: ProxyNode, parts: Iterable<ServicePlan>): ProxyPlan {
  const all: ServicePortPlan[] = [];
  const healthChecks: HealthCheck[] = [];
  for (const part of parts) {
    all.push(...part.ports);
    if (part.healthCheck) healthChecks.push(part.healthCheck);
  }
  all.sort((left, right) => compare(left.key, right.key));
  healthChecks.sort((left, right) => left.port - right.port);
  const owners = new Map<string, string>();
  // Cluster addresses first: an externalIP must not take another Service's address.
  for (const { protocol, clusterIp, port, key } of all) {
    const claim = `${clusterIp}:${port}/${protocol}`;
    if (!owners.has(claim)) owners.set(claim, key);
  }
  const conflicts: string[] = [];
  const take = (claim: string, key: string) => {
    const owner = owners.get(claim);
    if (owner === undefined) owners.set(claim, key);
    if (owner === undefined || owner === key) return true;
    conflicts.push(`${key} asks for ${claim}, which ${owner} has`);
    return false;
  };
  const ports = new Map<string, ServicePortPlan>();
  for (const entry of all) {
    const { key, protocol, port, externalAddresses, nodePort } = entry;
    if (!take(`${entry.clusterIp}:${port}/${protocol}`, key)) continue;
    const addresses = externalAddresses.filter((ip) => take(`${ip}:${port}/${protocol}`, key));
    const hasNodePort = nodePort !== undefined && take(`node port ${nodePort}/${protocol}`, key);
    const isWhole =
      addresses.length === externalAddresses.length && hasNodePort === (nodePort !== undefined);
    ports.set(
      key,
      isWhole
        ? entry
        : { ...entry, externalAddresses: addresses, nodePort: hasNodePort ? nodePort : undefined },
    );
  }
  return { node, ports, healthChecks, conflicts };
}

/** One port that is not as it was; without `before` it is new, without `after` it is gone. */
export interface PortChange {
  readonly before: ServicePortPlan | undefined;
  readonly after: ServicePortPlan | undefined;
}

export interface PlanDiff {
  /** The node itself changed, which touches every rule. */
  readonly nodeChanged: boolean;
  readonly changes: readonly PortChange[];
}

export function diff(before: ProxyPlan, after: ProxyPlan): PlanDiff {
  const changes: PortChange[] = [];
  for (const [key, old] of before.ports) {
    if (!after.ports.has(key)) changes.push({ before: old, after: undefined });
  }
  for (const [key, next] of after.ports) {
    const old = before.ports.get(key);
    if (!old || !isSame(old, next)) changes.push({ before: old, after: next });
  }
  return { nodeChanged: !isSame(before.node, after.node), changes };
}

/** Plans are made of plain values in a fixed order of keys. */
function isSame(left: object, right: object): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

interface PlannedEndpoint {
  readonly address: string;
  readonly isLocal: boolean;
  readonly isReady: boolean;
  readonly isServing: boolean;
  readonly isTerminating: boolean;
}

/** The IPv4 endpoints of a Service's port, each once, in the order of their addresses. */
function endpointsOf(
  slices: readonly EndpointSlice[],
  port: { readonly name?: string; readonly protocol: string },
  nodeName: string,
): readonly PlannedEndpoint[] {
  const found = new Map<string, PlannedEndpoint>();
  for (const slice of slices) {
    if (slice.addressType !== "IPv4") continue;
    for (const { name = "", protocol, port: number } of slice.ports ?? []) {
      if (name !== (port.name ?? "") || protocol !== port.protocol || !number) continue;
      for (const endpoint of slice.endpoints ?? []) {
        const [ip] = endpoint.addresses;
        if (!ip || !isIpv4(ip)) continue;
        const planned = plannedEndpoint(endpoint, `${ip}:${number}`, nodeName);
        // While it moves between slices an endpoint is in two; ready wins.
        if (!found.get(planned.address)?.isReady) found.set(planned.address, planned);
      }
    }
  }
  return [...found.values()].sort((left, right) => compare(left.address, right.address));
}

function plannedEndpoint(endpoint: Endpoint, address: string, nodeName: string): PlannedEndpoint {
  const { ready, serving, terminating } = endpoint.conditions ?? {};
  return {
    address,
    isLocal: endpoint.nodeName === nodeName,
    isReady: ready ?? true,
    isServing: serving ?? true,
    isTerminating: terminating ?? false,
  };
}

/** Ready endpoints; where there are none, those that still serve while they terminate. */
function usable(endpoints: readonly PlannedEndpoint[]): readonly string[] {
  const ready = endpoints.filter((endpoint) => endpoint.isReady);
  const chosen =
    ready.length > 0
      ? ready
      : endpoints.filter((endpoint) => endpoint.isServing && endpoint.isTerminating);
  return chosen.map((endpoint) => endpoint.address);
}

function choosePools(
  endpoints: readonly PlannedEndpoint[],
  uses: {
    readonly internalLocal: boolean;
    readonly externalLocal: boolean;
    readonly external: boolean;
  },
) {
  const local = endpoints.filter((endpoint) => endpoint.isLocal);
  const anywhere = usable(endpoints);
  const onNode = usable(local);
  const usesCluster = !uses.internalLocal || uses.external;
  const usesLocal = uses.internalLocal || uses.externalLocal;
  const route = (isLocal: boolean): Route => {
    if (anywhere.length === 0 && onNode.length === 0) return "reject";
    if (!isLocal) return "cluster";
    return onNode.length > 0 ? "local" : "drop";
  };
  return {
    internal: route(uses.internalLocal),
    external: route(uses.externalLocal),
    cluster: usesCluster ? anywhere : [],
    local: usesLocal ? onNode : [],
    localReady: local.filter((endpoint) => endpoint.isReady).length,
  };
}

/** Undefined for Services that a proxy has nothing to do with. */
function clusterIpOf(service: Service): string | undefined {
  const { spec, metadata } = service;
  if (spec.type === "ExternalName" || spec.clusterIP === "None") return undefined;
  if (metadata.labels?.["service.kubernetes.io/service-proxy-name"] !== undefined) return undefined;
  if (metadata.labels?.["service.kubernetes.io/headless"] !== undefined) return undefined;
  return [...(spec.clusterIPs ?? []), spec.clusterIP ?? ""].find(isIpv4);
}

/** `ipMode: Proxy` wants traffic to pass through the balancer itself. */
function loadBalancerAddresses(service: Service): readonly string[] {
  if (service.spec.type !== "LoadBalancer") return [];
  const ingress = service.status.loadBalancer.ingress ?? [];
  return ingress.flatMap(({ ip, ipMode }) => (ip && isIpv4(ip) && ipMode !== "Proxy" ? [ip] : []));
}

function affinityOf(service: Service): number | undefined {
  if (service.spec.sessionAffinity !== "ClientIP") return undefined;
  return service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800;
}

function isExternalType(service: Service): boolean {
  const { type, externalIPs = [] } = service.spec;
  return type === "NodePort" || type === "LoadBalancer" || externalIPs.length > 0;
}

/** Strict, because it becomes part of a rule, and one that is malformed would refuse them all. */
function isIpv4(value: string): boolean {
  const parts = value.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

function isIpv4Cidr(value: string): boolean {
  const [address = "", length = "", ...rest] = value.split("/");
  return isIpv4(address) && /^\d{1,2}$/.test(length) && Number(length) <= 32 && rest.length === 0;
}

const unique = (values: readonly string[]) => [...new Set(values)];

const compare = (left: string, right: string) => (left < right ? -1 : Number(left > right));
