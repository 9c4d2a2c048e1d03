import type { Pod } from "#api/core/v1.ts";
import { hostnameOf } from "../pod-worker/sandbox-config.ts";

/** /etc/hosts of a pod with a network of its own. */
export function hostsContent(
  pod: Pod,
  addresses: readonly string[],
  clusterDomain: string,
): string {
  const hostname = hostnameOf(pod);
  const domain = subdomainOf(pod, clusterDomain);
  const names = domain ? `${hostname}.${domain}\t${hostname}` : hostname;
  return [
    "# Kubernetes-managed hosts file.",
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    "fe00::0\tip6-localnet",
    "fe00::0\tip6-mcastprefix",
    "fe00::1\tip6-allnodes",
    "fe00::2\tip6-allrouters",
    ...addresses.map((address) => `${address}\t${names}`),
    ...aliasLines(pod),
    "",
  ].join("\n");
}

/** /etc/hosts of a pod on the node's network: the node's own, and the pod's aliases. */
export function hostNetworkHostsContent(pod: Pod, hostContent: string): string {
  const header = "# Kubernetes-managed hosts file (host network).\n";
  const aliases = aliasLines(pod);
  return header + hostContent + aliases.map((line) => `${line}\n`).join("");
}

function aliasLines({ spec: { hostAliases = [] } }: Pod): readonly string[] {
  if (hostAliases.length === 0) return [];
  const lines = hostAliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join("\t")}`);
  return ["", "# Entries added by HostAliases.", ...lines];
}

/** The pod's domain below its subdomain's headless Service. */
function subdomainOf({ metadata, spec }: Pod, clusterDomain: string): string {
  // An override is the whole name, and in no domain.
  if (!spec.subdomain || spec.hostnameOverride) return "";
  return `${spec.subdomain}.${metadata.namespace}.svc.${clusterDomain}`;
}
