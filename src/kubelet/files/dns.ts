import type { Pod } from "#api/core/v1.ts";

/** What /etc/resolv.conf says. */
export interface ResolverConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface DnsSetting {
  /** Addresses of the cluster's DNS; none where it has no such. */
  readonly clusterDns: readonly string[];
  /** "cluster.local". */
  readonly clusterDomain: string;
  /** Of the node. */
  readonly host: ResolverConfig;
}

const serversMax = 3;
const searchesMax = 32;
const searchCharactersMax = 2048;
const clusterOptions = ["ndots:5"];

/** The resolver of a pod, by its DNS policy and with what its `dnsConfig` adds. */
export function podDns(pod: Pod, setting: DnsSetting): ResolverConfig {
  const base = baseConfig(pod, setting);
  const { nameservers = [], searches = [], options = [] } = pod.spec.dnsConfig ?? {};
  return limited({
    servers: unique([...base.servers, ...nameservers]),
    searches: unique([...base.searches, ...searches]),
    options: mergedOptions(base.options, options),
  });
}

function baseConfig(pod: Pod, { clusterDns, clusterDomain, host }: DnsSetting): ResolverConfig {
  const { dnsPolicy, hostNetwork = false } = pod.spec;
  if (dnsPolicy === "None") return { servers: [], searches: [], options: [] };
  // On the node's network, "ClusterFirst" means the node's own resolver.
  const isCluster =
    dnsPolicy === "ClusterFirstWithHostNet" || (dnsPolicy === "ClusterFirst" && !hostNetwork);
  if (!isCluster || clusterDns.length === 0) return host;
  const namespace = pod.metadata.namespace ?? "";
  const searches = clusterDomain
    ? [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain]
    : [];
  return {
    servers: clusterDns,
    searches: unique([...searches, ...host.searches]),
    options: clusterOptions,
  };
}

/** The pod's word on an option replaces the one that was there. */
function mergedOptions(
  base: readonly string[],
  own: readonly { readonly name?: string | undefined; readonly value?: string | undefined }[],
): readonly string[] {
  const options = new Map(base.map((option) => [option.split(":")[0] ?? option, option]));
  for (const { name = "", value } of own) options.set(name, value ? `${name}:${value}` : name);
  return [...options.values()];
}

/** Resolvers ignore or refuse what is more. */
function limited({ servers, searches, options }: ResolverConfig): ResolverConfig {
  const kept: string[] = [];
  let characters = 0;
  for (const search of searches.slice(0, searchesMax)) {
    characters += search.length + (kept.length > 0 ? 1 : 0);
    if (characters > searchCharactersMax) break;
    kept.push(search);
  }
  return { servers: servers.slice(0, serversMax), searches: kept, options };
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

/** Reads a resolv.conf; the last `search` or `domain` line holds. */
export function parseResolverConfig(content: string): ResolverConfig {
  const servers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  for (const line of content.split("\n")) {
    const [keyword, ...values] = line
      .replace(/[#;].*$/, "")
      .trim()
      .split(/\s+/);
    if (keyword === "nameserver" && values[0]) servers.push(values[0]);
    if (keyword === "search" || keyword === "domain") {
      searches = values.map((value) => (value === "." ? value : value.replace(/\.$/, "")));
    }
    if (keyword === "options") options = values;
  }
  return { servers, searches, options };
}
