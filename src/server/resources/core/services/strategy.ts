import type { Service, ServicePort, ServiceSpec } from "#api/core/v1.ts";

/** Keeps `clusterIP` and `clusterIPs[0]` the same, whichever of them a client wrote. */
export function matchClusterIPs(service: Service, old: Service | undefined): void {
  const { spec } = service;
  if (!old) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const listUnchanged = same(spec.clusterIPs ?? [], old.spec.clusterIPs ?? []);
  if ((spec.clusterIP ?? "") !== (old.spec.clusterIP ?? "") && listUnchanged) {
    // A client that knows only the older field.
    if (!spec.clusterIP) delete spec.clusterIPs;
    else spec.clusterIPs = [spec.clusterIP, ...(spec.clusterIPs ?? []).slice(1)];
  } else if (spec.clusterIP && !spec.clusterIPs?.length) {
    spec.clusterIPs = [spec.clusterIP];
  }
}

/** An update that leaves out what the server has chosen means to keep it. */
export function keepAllocated(service: Service, old: Readonly<Service>): void {
  const { spec } = service;
  if (hasClusterIP(old.spec) && hasClusterIP(spec)) {
    if (!spec.clusterIP && old.spec.clusterIP) spec.clusterIP = old.spec.clusterIP;
    if (!spec.clusterIPs?.length && spec.clusterIP === old.spec.clusterIP && old.spec.clusterIPs) {
      spec.clusterIPs = [...old.spec.clusterIPs];
    }
    if (!spec.ipFamilyPolicy && old.spec.ipFamilyPolicy) {
      spec.ipFamilyPolicy = old.spec.ipFamilyPolicy;
    }
    if (!spec.ipFamilies?.length && old.spec.ipFamilies) {
      spec.ipFamilies = [...old.spec.ipFamilies];
    }
  }
  if (hasNodePorts(old.spec) && hasNodePorts(spec)) keepNodePorts(spec, old.spec);
  if (hasHealthCheckPort(old.spec) && hasHealthCheckPort(spec) && old.spec.healthCheckNodePort) {
    spec.healthCheckNodePort ||= old.spec.healthCheckNodePort;
  }
}

function keepNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  const used = new Set((spec.ports ?? []).map((port) => port.nodePort ?? 0));
  const key = (port: ServicePort) => `${port.protocol} ${port.port}`;
  const before = new Map((old.ports ?? []).map((port) => [key(port), port.nodePort]));
  for (const port of spec.ports ?? []) {
    const nodePort = before.get(key(port));
    if (!port.nodePort && nodePort && !used.has(nodePort)) port.nodePort = nodePort;
  }
}

/** A change of type drops what only the old type had, unless the client says otherwise. */
export function dropUnneeded(service: Service, old: Readonly<Service>): void {
  const { spec } = service;
  const before = old.spec;
  if (hasClusterIP(before) && !hasClusterIP(spec)) {
    if (spec.clusterIP === before.clusterIP && same(spec.clusterIPs, before.clusterIPs)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
      delete spec.ipFamilies;
      delete spec.ipFamilyPolicy;
      delete spec.internalTrafficPolicy;
    }
  }
  if (hasNodePorts(before) && !hasNodePorts(spec)) {
    const ports = (all: ServiceSpec) => (all.ports ?? []).map((port) => port.nodePort ?? 0);
    if (same(ports(spec), ports(before))) for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (hasHealthCheckPort(before) && !hasHealthCheckPort(spec)) {
    if (spec.healthCheckNodePort === before.healthCheckNodePort) delete spec.healthCheckNodePort;
  }
  if (isExternal(before) && !isExternal(spec)) {
    if (spec.externalTrafficPolicy === before.externalTrafficPolicy) {
      delete spec.externalTrafficPolicy;
    }
  }
  if (before.type === "LoadBalancer" && spec.type !== "LoadBalancer") {
    if (spec.loadBalancerClass === before.loadBalancerClass) delete spec.loadBalancerClass;
    if (spec.allocateLoadBalancerNodePorts === before.allocateLoadBalancerNodePorts) {
      delete spec.allocateLoadBalancerNodePorts;
    }
  }
}

/** The address families, on a cluster that has IPv4 for its services. */
export function applyFamilies({ spec }: Service): void {
  if (spec.type === "ExternalName") return;
  const headless = spec.clusterIP === "None";
  spec.ipFamilies = spec.ipFamilies?.length ? spec.ipFamilies : ["IPv4"];
  if (headless && !Object.keys(spec.selector ?? {}).length) {
    // Whoever writes the endpoints by hand may use both families.
    if (spec.ipFamilies.length < 2 && spec.ipFamilyPolicy !== "SingleStack") {
      spec.ipFamilies = [...spec.ipFamilies, spec.ipFamilies[0] === "IPv4" ? "IPv6" : "IPv4"];
    }
    spec.ipFamilyPolicy ??= "RequireDualStack";
    return;
  }
  spec.ipFamilyPolicy ??= "SingleStack";
}

export const hasClusterIP = (spec: ServiceSpec): boolean => spec.type !== "ExternalName";

const hasNodePorts = (spec: ServiceSpec): boolean =>
  spec.type === "NodePort" || spec.type === "LoadBalancer";

const hasHealthCheckPort = (spec: ServiceSpec): boolean =>
  spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";

/** Reached from outside of the cluster: the policy for such traffic applies. */
export const isExternal = (spec: ServiceSpec): boolean =>
  hasNodePorts(spec) || (spec.type === "ClusterIP" && (spec.externalIPs?.length ?? 0) > 0);

function same(left: readonly unknown[] = [], right: readonly unknown[] = []): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}
