import type { DnsEndpoint, DnsOwner, DnsPort, DnsService, Records } from "./records.ts";
import { isIpv4 } from "./records.ts";

export interface DnsQuestion {
  /** In any case, without the last dot. */
  readonly name: string;
  /** The number of the type: `recordType.A`, … */
  readonly type: number;
}

/** Numbers of the types that are of interest here. */
export const recordType = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DNAME: 39,
  OPT: 41,
} as const;

/** Names have no last dot. */
export type DnsRecord = { readonly name: string; readonly ttl: number } & (
  | { readonly type: "A"; readonly address: string }
  | { readonly type: "CNAME" | "NS" | "PTR"; readonly target: string }
  | {
      readonly type: "SRV";
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly type: "TXT"; readonly text: string }
  | {
      readonly type: "SOA";
      readonly nameServer: string;
      readonly mailbox: string;
      readonly serial: number;
      readonly negativeTtl: number;
    }
);

export type DnsAnswer =
  | {
      readonly kind: "answer";
      readonly rcode: "NOERROR" | "NXDOMAIN" | "SERVFAIL";
      readonly answers: readonly DnsRecord[];
      readonly authorities: readonly DnsRecord[];
      readonly additionals: readonly DnsRecord[];
    }
  /** The name is another name for `target`, which is to be resolved in turn. */
  | { readonly kind: "alias"; readonly answers: readonly DnsRecord[]; readonly target: string }
  /** Not a name of the cluster: others know it. */
  | { readonly kind: "forward" };

export interface ResolveOptions {
  /** The cluster's domain, in lower case. */
  readonly zone?: string;
  readonly ttlSeconds?: number;
  /** How long a client may remember that a name is not there. */
  readonly negativeTtlSeconds?: number;
}

/** By the specification of DNS-based service discovery, version 1.1.0; details are CoreDNS's. */
export function resolve(
  question: DnsQuestion,
  records: Records,
  options: ResolveOptions = {},
): DnsAnswer {
  const { zone = "cluster.local", ttlSeconds = 30, negativeTtlSeconds = 5 } = options;
  const context: Context = {
    name: question.name,
    type: question.type,
    zone,
    ttl: ttlSeconds,
    negativeTtl: negativeTtlSeconds,
    records,
  };
  const name = question.name.toLowerCase();
  if (name !== zone && !name.endsWith(`.${zone}`)) return resolveReverse(name, context);
  // Better no answer than a wrong "no".
  if (!records.hasSynced) return { kind: "answer", rcode: "SERVFAIL", ...nothing };
  const labels = name === zone ? [] : name.slice(0, -zone.length - 1).split(".");
  const last = labels.at(-1);
  if (last === "svc") return resolveService(labels.slice(0, -1), context);
  if (last === "pod") return resolvePod(labels.slice(0, -1), context);
  return resolveZone(labels.join("."), context);
}

interface Context extends DnsQuestion {
  readonly zone: string;
  readonly ttl: number;
  readonly negativeTtl: number;
  readonly records: Records;
}

const nothing = { answers: [], authorities: [], additionals: [] } as const;

/** The zone itself, and the names that are neither of Services nor of pods. */
function resolveZone(rest: string, context: Context): DnsAnswer {
  const { name, type, zone, ttl } = context;
  switch (rest) {
    case "":
      if (type === recordType.SOA) return found([soa(context)]);
      if (type === recordType.NS) {
        return found([{ name, ttl, type: "NS", target: `ns.dns.${zone}` }], nameServer(context));
      }
      return noData(context);
    case "dns-version":
      if (type !== recordType.TXT) return noData(context);
      return found([{ name, ttl: 28_800, type: "TXT", text: "1.1.0" }]);
    case "dns":
      return noData(context);
    case "ns.dns": {
      const addresses = nameServer(context).map((record) => ({ ...record, name }));
      return type === recordType.A && addresses.length > 0 ? found(addresses) : noData(context);
    }
    default:
      return noName(context);
  }
}

/** The cluster's DNS is itself a Service, which has this name in every cluster. */
function nameServer({ zone, ttl, records }: Context): readonly DnsRecord[] {
  const address = records.service("kube-system", "kube-dns")?.clusterIp;
  return address ? [{ name: `ns.dns.${zone}`, ttl, type: "A", address }] : [];
}

function resolvePod(labels: readonly string[], context: Context): DnsAnswer {
  const { name, type, ttl } = context;
  if (labels.length < 2) return noData(context);
  const address = (labels[0] ?? "").replaceAll("-", ".");
  if (labels.length > 2 || !isIpv4(address)) return noName(context);
  return type === recordType.A ? found([{ name, ttl, type: "A", address }]) : noData(context);
}

/** A name below `svc`: the labels are [[endpoint | port protocol] service] namespace. */
function resolveService(labels: readonly string[], context: Context): DnsAnswer {
  const { records, name, ttl, type } = context;
  const [namespace, serviceName, ...left] = labels.toReversed();
  if (namespace === undefined) return noData(context);
  if (serviceName === undefined) {
    return records.hasNamespace(namespace) ? noData(context) : noName(context);
  }
  const service = records.service(namespace, serviceName);
  if (!service || left.length > 2) return noName(context);
  const [hostname] = left.length === 1 ? left : [];
  const [protocol = "", port = ""] = left.length === 2 ? left.map(withoutUnderscore) : [];
  if (service.externalName !== undefined) {
    if (left.length > 0 || isIpv4(service.externalName)) return noName(context);
    if (type === recordType.SRV) return noData(context);
    const alias: DnsRecord = { name, ttl, type: "CNAME", target: service.externalName };
    if (type === recordType.CNAME) return found([alias]);
    return { kind: "alias", answers: [alias], target: service.externalName };
  }
  const hosts = hostsOf(service, hostname, { port, protocol });
  if (hosts.length === 0) return noName(context);
  if (type === recordType.A) return found(addressRecords(hosts, context));
  if (type === recordType.SRV) return serviceLocations(service, hosts, context);
  return noData(context);
}

/** One place where the Service is: a name below its own, or the Service itself. */
interface Host {
  readonly hostname: string | undefined;
  readonly ip: string;
  readonly port: number | undefined;
}

function hostsOf(
  service: DnsService,
  hostname: string | undefined,
  wanted: { readonly port: string; readonly protocol: string },
): readonly Host[] {
  const isWanted = (port: DnsPort) =>
    (wanted.port === "" || port.name === wanted.port) &&
    (wanted.protocol === "" || port.protocol === wanted.protocol);
  const { clusterIp } = service;
  if (clusterIp && hostname === undefined) {
    const ports = service.ports.filter(isWanted);
    return ports.map(({ port }) => ({ hostname: undefined, ip: clusterIp, port }));
  }
  const hostsAt = ({ ip, hostname, ports }: DnsEndpoint): readonly Host[] => {
    // A headless Service may have no ports, and its endpoints names all the same.
    if (ports.length === 0 && wanted.port === "") return [{ hostname, ip, port: undefined }];
    return ports.filter(isWanted).map(({ port }) => ({ hostname, ip, port }));
  };
  return service.endpoints
    .filter((endpoint) => hostname === undefined || endpoint.hostname === hostname)
    .flatMap(hostsAt);
}

function addressRecords(hosts: readonly Host[], { name, ttl }: Context): readonly DnsRecord[] {
  const addresses = new Set(hosts.map(({ ip }) => ip));
  return [...addresses].map((address) => ({ name, ttl, type: "A", address }));
}

function serviceLocations(
  service: DnsService,
  hosts: readonly Host[],
  context: Context,
): DnsAnswer {
  const { name, ttl, zone } = context;
  const located = hosts.filter((host) => host.port !== undefined);
  if (located.length === 0) return noData(context);
  const weight = Math.max(1, Math.floor(100 / located.length));
  const answers: DnsRecord[] = [];
  const additionals = new Map<string, DnsRecord>();
  for (const { hostname, ip, port = 0 } of located) {
    const target = domainOf({ ...service, hostname }, zone);
    answers.push({ name, ttl, type: "SRV", priority: 0, weight, port, target });
    additionals.set(`${target} ${ip}`, { name: target, ttl, type: "A", address: ip });
  }
  return found(answers, [...additionals.values()]);
}

/** Addresses of the cluster's own; what else there is, the world knows. */
function resolveReverse(lowerName: string, context: Context): DnsAnswer {
  const suffix = ".in-addr.arpa";
  if (context.type !== recordType.PTR || !lowerName.endsWith(suffix)) return { kind: "forward" };
  const ip = lowerName.slice(0, -suffix.length).split(".").reverse().join(".");
  const { records, name, ttl, zone } = context;
  const owners = isIpv4(ip) ? records.owners(ip) : [];
  if (owners.length === 0) return { kind: "forward" };
  return found(owners.map((owner) => ({ name, ttl, type: "PTR", target: domainOf(owner, zone) })));
}

function domainOf({ hostname, name, namespace }: DnsOwner, zone: string): string {
  const service = `${name}.${namespace}.svc.${zone}`;
  return hostname === undefined ? service : `${hostname}.${service}`;
}

function found(answers: readonly DnsRecord[], additionals: readonly DnsRecord[] = []): DnsAnswer {
  return { kind: "answer", rcode: "NOERROR", answers, authorities: [], additionals };
}

/** The name is there, but has nothing of that type. */
function noData(context: Context): DnsAnswer {
  return { kind: "answer", rcode: "NOERROR", ...nothing, authorities: [soa(context)] };
}

function noName(context: Context): DnsAnswer {
  return { kind: "answer", rcode: "NXDOMAIN", ...nothing, authorities: [soa(context)] };
}

function soa({ zone, negativeTtl, records }: Context): DnsRecord {
  return {
    name: zone,
    ttl: negativeTtl,
    type: "SOA",
    nameServer: `ns.dns.${zone}`,
    mailbox: `hostmaster.${zone}`,
    serial: records.serial,
    negativeTtl,
  };
}

const withoutUnderscore = (label: string) => label.replace(/^_/, "");
