import type { Service } from "#api/core/v1/service.ts";
import type { EndpointSlice } from "#api/discovery/v1.ts";
import { SlicesByService, nameKey } from "#machinery/slices-by-service.ts";
import type { ObjectName } from "#machinery/slices-by-service.ts";

export interface DnsPort {
  readonly name: string;
  /** In lower case. */
  readonly protocol: string;
  readonly port: number;
}

/** An address behind a Service. One that is in several slices is here several times. */
export interface DnsEndpoint {
  readonly ip: string;
  /** The first label of its own name: the pod's hostname, or the address with dashes. */
  readonly hostname: string;
  readonly ports: readonly DnsPort[];
}

export interface DnsService {
  readonly namespace: string;
  readonly name: string;
  /** Undefined for headless and external Services. */
  readonly clusterIp: string | undefined;
  readonly externalName: string | undefined;
  readonly ports: readonly DnsPort[];
  readonly endpoints: readonly DnsEndpoint[];
}

/** Who an address belongs to: a Service, or with a hostname one of its endpoints. */
export interface DnsOwner {
  readonly namespace: string;
  readonly name: string;
  readonly hostname: string | undefined;
}

/** All that names are resolved from. */
export interface Records {
  /** Before that, what is not found may only not be known yet. */
  readonly hasSynced: boolean;
  /** Grows with every change. */
  readonly serial: number;
  service(namespace: string, name: string): DnsService | undefined;
  hasNamespace(namespace: string): boolean;
  /** A Service by its address, else the endpoints by theirs. */
  owners(ip: string): readonly DnsOwner[];
}

/**
 * Records made of the Services and EndpointSlices that it is told of, in any order. What changes is
 * worked out at once, for the one Service alone.
 */
export class ClusterRecords implements Records {
  hasSynced = false;
  #serial = 0;
  readonly #services = new Map<string, Service>();
  readonly #slices = new SlicesByService();
  readonly #resolved = new Map<string, DnsService>();
  readonly #namespaces = new Map<string, number>();
  readonly #clusterIps = new Map<string, string>();
  readonly #endpointIps = new Map<string, Set<string>>();

  get serial(): number {
    return this.#serial;
  }

  service(namespace: string, name: string): DnsService | undefined {
    return this.#resolved.get(`${namespace}/${name}`);
  }

  /** Namespaces are known by their Services. */
  hasNamespace(namespace: string): boolean {
    return this.#namespaces.has(namespace);
  }

  owners(ip: string): readonly DnsOwner[] {
    const cluster = this.#resolved.get(this.#clusterIps.get(ip) ?? "");
    if (cluster) {
      return [{ namespace: cluster.namespace, name: cluster.name, hostname: undefined }];
    }
    const owners: DnsOwner[] = [];
    for (const key of this.#endpointIps.get(ip) ?? []) {
      const service = this.#resolved.get(key);
      const endpoint = service?.endpoints.find((endpoint) => endpoint.ip === ip);
      if (!service || !endpoint) continue;
      const { namespace, name } = service;
      owners.push({ namespace, name, hostname: endpoint.hostname });
    }
    return owners;
  }

  setService(service: Service): void {
    const key = nameKey(service.metadata);
    this.#services.set(key, service);
    this.#resolve(key);
  }

  removeService(service: ObjectName): void {
    const key = nameKey(service);
    if (this.#services.delete(key)) this.#resolve(key);
  }

  setEndpointSlice(slice: EndpointSlice): void {
    for (const service of this.#slices.set(slice)) this.#resolve(service);
  }

  removeEndpointSlice(slice: ObjectName): void {
    for (const service of this.#slices.remove(slice)) this.#resolve(service);
  }

  markSynced(): void {
    this.hasSynced = true;
  }

  #resolve(key: string): void {
    this.#serial++;
    this.#forget(key);
    const service = this.#services.get(key);
    if (!service) return;
    const resolved = dnsService(service, this.#slices.of(key));
    this.#resolved.set(key, resolved);
    const { namespace, clusterIp, endpoints } = resolved;
    this.#namespaces.set(namespace, (this.#namespaces.get(namespace) ?? 0) + 1);
    if (clusterIp) this.#clusterIps.set(clusterIp, key);
    for (const { ip } of endpoints) {
      let keys = this.#endpointIps.get(ip);
      if (!keys) this.#endpointIps.set(ip, (keys = new Set()));
      keys.add(key);
    }
  }

  #forget(key: string): void {
    const old = this.#resolved.get(key);
    if (!old) return;
    this.#resolved.delete(key);
    const services = (this.#namespaces.get(old.namespace) ?? 1) - 1;
    if (services > 0) this.#namespaces.set(old.namespace, services);
    else this.#namespaces.delete(old.namespace);
    if (old.clusterIp && this.#clusterIps.get(old.clusterIp) === key) {
      this.#clusterIps.delete(old.clusterIp);
    }
    for (const { ip } of old.endpoints) {
      const keys = this.#endpointIps.get(ip);
      keys?.delete(key);
      if (keys?.size === 0) this.#endpointIps.delete(ip);
    }
  }
}

function dnsService(service: Service, slices: readonly EndpointSlice[]): DnsService {
  const { spec, metadata } = service;
  const isExternal = spec.type === "ExternalName";
  const addresses = [...(spec.clusterIPs ?? []), spec.clusterIP ?? ""];
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    clusterIp: isExternal ? undefined : addresses.find(isIpv4),
    externalName: isExternal ? spec.externalName?.toLowerCase().replace(/\.$/, "") : undefined,
    ports: (spec.ports ?? []).map(dnsPort),
    endpoints: slices
      .toSorted((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1))
      .flatMap((slice) => endpointsOf(slice, spec.publishNotReadyAddresses ?? false)),
  };
}

function endpointsOf(slice: EndpointSlice, publishNotReady: boolean): readonly DnsEndpoint[] {
  if (slice.addressType !== "IPv4") return [];
  const ports = (slice.ports ?? []).flatMap((port) =>
    port.port ? [dnsPort({ ...port, port: port.port })] : [],
  );
  return (slice.endpoints ?? [])
    .filter(({ conditions }) => publishNotReady || (conditions?.ready ?? true))
    .flatMap(({ addresses, hostname }) =>
      addresses.filter(isIpv4).map((ip) => ({
        ip,
        hostname: hostname?.toLowerCase() || ip.replaceAll(".", "-"),
        ports,
      })),
    );
}

const dnsPort = (port: { name?: string; protocol: string; port: number }): DnsPort => ({
  name: port.name ?? "",
  protocol: port.protocol.toLowerCase(),
  port: port.port,
});

/** Four numbers below 256, written as numbers are. */
export function isIpv4(value: string): boolean {
  const parts = value.split(".");
  return (
    parts.length === 4 &&
    parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  );
}
