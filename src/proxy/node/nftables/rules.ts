import { createHash } from "node:crypto";
import type { ProxyNode, ProxyPlan, ServicePortPlan } from "../../plan.ts";

/** Everything of ours is in this table of family `ip`. */
export const table = "ip kijabi_proxy";

/** The bit of a packet's mark that asks for masquerading; the same as upstream's. */
export const masqueradeMark = "0x4000";

/**
 * A part of a table, as text of the `nft` language by name. Chains, sets and elements of one
 * Service port are its own, so that parts can be merged and taken away without counting users.
 */
export interface Rules {
  readonly chains: Map<string, readonly string[]>;
  /** Sets that packets fill: their content is left alone. */
  readonly dynamicSets: Map<string, string>;
  /** Of the fixed sets and maps: key to value, which is empty for sets. */
  readonly elements: Map<FixedSet, Map<string, string>>;
}

/** Sets and maps of which the proxy writes the content. */
export const fixedSets = {
  services: "map type ipv4_addr . inet_proto . inet_service : verdict;",
  "node-ports": "map type inet_proto . inet_service : verdict;",
  refusals: "map type ipv4_addr . inet_proto . inet_service : verdict;",
  "refused-node-ports": "map type inet_proto . inet_service : verdict;",
  firewalls: "map type ipv4_addr . inet_proto . inet_service : verdict;",
  "cluster-ips": "set type ipv4_addr;",
  "node-ips": "set type ipv4_addr;",
  "udp-addresses": "set type ipv4_addr . inet_service;",
  "udp-endpoints": "set type ipv4_addr . inet_service . ipv4_addr . inet_service;",
} as const;

export type FixedSet = keyof typeof fixedSets;

export function emptyRules(): Rules {
  return { chains: new Map(), dynamicSets: new Map(), elements: new Map() };
}

/** Adds what one Service port needs. */
export function addServicePort(rules: Rules, port: ServicePortPlan, node: ProxyNode): void {
  const { protocol, clusterIp, externalAddresses, nodePort, internal } = port;
  const clusterChain = chainName("service", port);
  const localChain = chainName("local", port);
  const pools = [
    { chain: clusterChain, endpoints: port.clusterEndpoints },
    { chain: localChain, endpoints: port.localEndpoints },
  ];
  for (const { chain, endpoints } of pools) {
    if (endpoints.length === 0) continue;
    rules.chains.set(chain, [
      `ip daddr ${clusterIp} ip saddr != ${node.clusterCidr} jump mark-for-masquerade`,
      ...balancing(port, endpoints),
    ]);
  }
  for (const endpoint of endpointsOf(port)) addEndpoint(rules, port, endpoint);

  const place = (address: string) => `${address} . ${protocol} . ${port.port}`;
  const chainOf = { cluster: clusterChain, local: localChain };
  if (internal === "cluster" || internal === "local") {
    setElement(rules, "services", place(clusterIp), `goto ${chainOf[internal]}`);
  } else {
    setElement(rules, "refusals", place(clusterIp), refusal(internal));
  }
  if (externalAddresses.length > 0 || nodePort !== undefined) addExternal(rules, port, node);
  if (protocol === "udp") addUdpFlows(rules, port, node);
}

/** Names that differ when what they stand for differs, and that a reader recognizes. */
export function chainName(purpose: string, port: ServicePortPlan, detail = ""): string {
  const hash = createHash("sha256").update(`${port.key} ${detail}`).digest("hex").slice(0, 8);
  const [service = "", rest = ""] = port.key.split(":");
  const [portName = "", protocol = ""] = rest.split("/");
  const readable = `${service}/${protocol}/${portName}${detail && `__${detail}`}`;
  // 255 is the longest that the kernel takes. The hash tells apart what is cut to the same.
  return `${purpose}-${hash}-${readable.replaceAll(":", "/")}`.slice(0, 240);
}

/** Clients that have been to an endpoint lately first; the others by chance. */
function balancing(port: ServicePortPlan, endpoints: readonly string[]): readonly string[] {
  const chains = endpoints.map((endpoint) => chainName("endpoint", port, endpoint));
  const returning =
    port.affinitySeconds === undefined
      ? []
      : endpoints.map((endpoint, index) => {
          return `ip saddr @${affinitySet(port, endpoint)} goto ${chains[index]}`;
        });
  const [only] = chains;
  if (chains.length === 1) return [...returning, `goto ${only}`];
  const choices = chains.map((chain, index) => `${index} : goto ${chain}`).join(", ");
  return [...returning, `numgen random mod ${chains.length} vmap { ${choices} }`];
}

function addEndpoint(rules: Rules, port: ServicePortPlan, endpoint: string): void {
  const [address] = endpoint.split(":");
  const lines = [
    // A pod that meets itself behind a Service would answer itself directly, and not be understood.
    `ip saddr ${address} jump mark-for-masquerade`,
  ];
  if (port.affinitySeconds !== undefined) {
    const set = affinitySet(port, endpoint);
    const timeout = `timeout ${port.affinitySeconds}s;`;
    rules.dynamicSets.set(set, `set type ipv4_addr; size 65535; flags dynamic,timeout; ${timeout}`);
    lines.push(`update @${set} { ip saddr }`);
  }
  lines.push(`meta l4proto ${port.protocol} dnat to ${endpoint}`);
  rules.chains.set(chainName("endpoint", port, endpoint), lines);
}

/** The timeout is part of the name: a set's own cannot be changed. */
function affinitySet(port: ServicePortPlan, endpoint: string): string {
  return chainName("affinity", port, `${endpoint}/${port.affinitySeconds}s`);
}

function addExternal(rules: Rules, port: ServicePortPlan, node: ProxyNode): void {
  const { protocol, externalAddresses, nodePort, external, firewall } = port;
  const place = (address: string) => `${address} . ${protocol} . ${port.port}`;
  const nodePlace = nodePort === undefined ? undefined : `${protocol} . ${nodePort}`;
  const lines = externalLines(port, node);
  if (lines.length > 0) {
    const chain = chainName("external", port);
    rules.chains.set(chain, lines);
    for (const address of externalAddresses) {
      setElement(rules, "services", place(address), `goto ${chain}`);
    }
    if (nodePlace) setElement(rules, "node-ports", nodePlace, `goto ${chain}`);
  }
  if (external === "reject" || external === "drop") {
    for (const address of externalAddresses) {
      setElement(rules, "refusals", place(address), refusal(external));
    }
    if (nodePlace) setElement(rules, "refused-node-ports", nodePlace, refusal(external));
  }
  if (firewall) {
    const chain = chainName("firewall", port);
    rules.chains.set(chain, [`ip saddr { ${firewall.sourceRanges.join(", ")} } return`, "drop"]);
    for (const address of firewall.addresses) {
      if (!externalAddresses.includes(address)) continue;
      setElement(rules, "firewalls", place(address), `goto ${chain}`);
    }
  }
}

function externalLines(port: ServicePortPlan, node: ProxyNode): readonly string[] {
  const clusterChain = chainName("service", port);
  const hasCluster = port.clusterEndpoints.length > 0;
  if (port.externalPolicy === "Cluster") {
    return hasCluster ? ["jump mark-for-masquerade", `goto ${clusterChain}`] : [];
  }
  // "Local" is for traffic from outside: pods and the node itself see the Service as a whole.
  const inside = hasCluster
    ? [
        `ip saddr ${node.clusterCidr} goto ${clusterChain}`,
        "fib saddr type local jump mark-for-masquerade",
        `fib saddr type local goto ${clusterChain}`,
      ]
    : [];
  return port.external === "local" ? [...inside, `goto ${chainName("local", port)}`] : inside;
}

/** What the rules for stale flows compare with: who may be spoken to at which address. */
function addUdpFlows(rules: Rules, port: ServicePortPlan, node: ProxyNode): void {
  const places = [port.clusterIp, ...port.externalAddresses].map((ip) => `${ip} . ${port.port}`);
  if (port.nodePort !== undefined) {
    places.push(...node.addresses.map((ip) => `${ip} . ${port.nodePort}`));
  }
  const endpoints = endpointsOf(port).map((endpoint) => endpoint.replace(":", " . "));
  for (const place of places) {
    setElement(rules, "udp-addresses", place, "");
    for (const endpoint of endpoints) {
      setElement(rules, "udp-endpoints", `${place} . ${endpoint}`, "");
    }
  }
}

/** Adds what belongs to the node and to all Services together. */
export function addShared(rules: Rules, plan: ProxyPlan): void {
  for (const address of plan.node.addresses) setElement(rules, "node-ips", address, "");
  for (const { clusterIp } of plan.ports.values()) setElement(rules, "cluster-ips", clusterIp, "");
}

const flow = "ip saddr . udp sport . ip daddr . udp dport";

/**
 * Chains that packets enter by, with what follows from the node alone. Without a zone there is
 * nothing for stale UDP flows.
 */
export function baseChains(
  node: ProxyNode,
  zone: number | undefined,
): ReadonlyMap<string, { readonly hook?: string; readonly lines: readonly string[] }> {
  const serviceCidrs = `{ ${node.serviceCidrs.join(", ")} }`;
  const hasServiceCidrs = node.serviceCidrs.length > 0;
  const forUnanswered = ["ct state new jump check-refusals", "ct state new jump check-cluster-ips"];
  return new Map(
    Object.entries({
      "mark-for-masquerade": { lines: [`meta mark set meta mark or ${masqueradeMark}`] },
      refuse: { lines: ["meta l4proto tcp reject with tcp reset", "reject"] },
      "check-refusals": { lines: ["ip daddr . meta l4proto . th dport vmap @refusals"] },
      "check-refused-node-ports": {
        lines: ["ip daddr @node-ips meta l4proto . th dport vmap @refused-node-ports"],
      },
      "check-cluster-ips": {
        lines: [
          "ip daddr @cluster-ips goto refuse",
          ...(hasServiceCidrs ? [`ip daddr ${serviceCidrs} drop`] : []),
        ],
      },
      "check-firewalls": { lines: ["ip daddr . meta l4proto . th dport vmap @firewalls"] },
      "to-services": {
        lines: [
          "ip daddr . meta l4proto . th dport vmap @services",
          "ip daddr @node-ips meta l4proto . th dport vmap @node-ports",
        ],
      },
      ...(zone === undefined ? {} : udpChains(serviceCidrs, hasServiceCidrs, zone)),
      // Before the translation of addresses, to see those that the sender used.
      "filter-prerouting": {
        hook: "type filter hook prerouting priority -110;",
        lines: ["ct state new jump check-firewalls"],
      },
      "filter-output-early": {
        hook: "type filter hook output priority -110;",
        lines: ["ct state new jump check-firewalls"],
      },
      // After it: what still has a Service's address was not translated.
      "filter-input": {
        hook: "type filter hook input priority 0;",
        lines: ["ct state new jump check-refused-node-ports", "ct state new jump check-refusals"],
      },
      "filter-forward": { hook: "type filter hook forward priority 0;", lines: forUnanswered },
      "filter-output": { hook: "type filter hook output priority 0;", lines: forUnanswered },
      "nat-prerouting": {
        hook: "type nat hook prerouting priority -100;",
        lines: ["jump to-services"],
      },
      "nat-output": { hook: "type nat hook output priority -100;", lines: ["jump to-services"] },
      "nat-postrouting": {
        hook: "type nat hook postrouting priority 100;",
        lines: [
          `meta mark and ${masqueradeMark} == 0 return`,
          `meta mark set meta mark xor ${masqueradeMark}`,
          "masquerade fully-random",
        ],
      },
    }),
  );
}

/**
 * A UDP sender that keeps its port keeps its endpoint, too, by the kernel's record of the flow, even
 * when that endpoint is gone. A packet of such a flow is dropped, and the flow remembered with a
 * connection tracking zone of its own: there its next packet is a new flow, and finds an endpoint
 * that is there. No record has to be deleted, which would take a program of its own.
 */
function udpChains(serviceCidrs: string, hasServiceCidrs: boolean, zone: number) {
  const isStale =
    "ip daddr . udp dport . ct reply ip saddr . ct reply proto-src != @udp-endpoints goto udp-move";
  const toZone = {
    lines: [`ct original zone set ${flow} map @udp-flows`],
  };
  const check = {
    lines: [
      `ct original zone != 0 update @udp-flows { ${flow} : ct original zone }`,
      ...(hasServiceCidrs ? [`ip daddr ${serviceCidrs} ${isStale}`] : []),
      `ip daddr . udp dport @udp-addresses ${isStale}`,
    ],
  };
  const known = "meta l4proto udp ct direction original ct status confirmed jump udp-check";
  return {
    "udp-zone": toZone,
    "udp-check": check,
    "udp-move": udpMove(zone),
    "raw-prerouting": {
      hook: "type filter hook prerouting priority -300;",
      lines: ["meta l4proto udp jump udp-zone"],
    },
    "raw-output": {
      hook: "type filter hook output priority -300;",
      lines: ["meta l4proto udp jump udp-zone"],
    },
    "mangle-prerouting": {
      hook: "type filter hook prerouting priority -150;",
      lines: [known],
    },
    "mangle-output": { hook: "type filter hook output priority -150;", lines: [known] },
  };
}

/** Flows that turn stale from now on get this zone. Also one that was moved before can move on. */
export function udpMove(zone: number): { readonly lines: readonly string[] } {
  return {
    lines: [
      `delete @udp-flows { ${flow} : ct original zone }`,
      `update @udp-flows { ${flow} : ${zone} } drop`,
    ],
  };
}

/** Rules of this kind need a kernel with connection tracking zones: this is what to try. */
export const udpProbe = `table ip kijabi_probe {
  map flows { typeof ip saddr . udp sport . ip daddr . udp dport : ct zone; flags dynamic,timeout; size 9; }
  chain move {
    ct original zone set ${flow} map @flows
    delete @flows { ${flow} : ct original zone }
    update @flows { ${flow} : 1 } drop
  }
}
`;

/** Longer than the kernel remembers a flow by default (2 minutes). */
export const udpFlows =
  "map typeof ip saddr . udp sport . ip daddr . udp dport : ct zone;" +
  " size 65535; flags dynamic,timeout; timeout 3m;";

function setElement(rules: Rules, set: FixedSet, key: string, value: string): void {
  let elements = rules.elements.get(set);
  if (!elements) rules.elements.set(set, (elements = new Map()));
  elements.set(key, value);
}

const refusal = (route: "reject" | "drop") => (route === "drop" ? "drop" : "goto refuse");

const endpointsOf = (port: ServicePortPlan) =>
  [...new Set([...port.clusterEndpoints, ...port.localEndpoints])].sort();
