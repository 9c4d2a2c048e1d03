import { existsSync, readFileSync, statfsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { addressAt, parseCidr } from "./cidr.ts";
import {
  bridgeName,
  checkName,
  hardwareAddress,
  linkName,
  namespaceName,
  namespacePath,
  namespacePrefix,
  tableName,
} from "./names.ts";
import { CommandError, run } from "./run.ts";

export interface NetworkOptions {
  /** A DNS label. */
  readonly profile: string;
  /** Of the nodes. Its first address is the host's, and the nodes' gateway. */
  readonly subnet: string;
  /** Of pods: the network that all nodes' pod networks are cut from. */
  readonly clusterCidr: string;
}

export interface Network {
  readonly profile: string;
  readonly bridge: string;
  readonly subnet: string;
  /** The host's address on the bridge: the source of what the host sends to nodes and pods. */
  readonly gateway: string;
  /** Of every link of the profile: that of the host's way out, so that no packet is too big. */
  readonly mtu: number;
  /** What of the host stands in the way of pods, for a user to read. */
  readonly warnings: readonly string[];
}

/**
 * A bridge on the host that nodes are plugged into. What leaves the host from nodes and pods is
 * masqueraded; between host, nodes and pods all is routed, with true addresses. The only firewall
 * table touched is `kijabi_<profile>`; IP forwarding is switched on, and stays on. What is there
 * already is repaired and kept, so that it may be called over a running cluster.
 */
export async function createNetwork(
  options: NetworkOptions,
  signal?: AbortSignal,
): Promise<Network> {
  const { profile, subnet, clusterCidr } = options;
  checkName("profile", profile);
  parseCidr(clusterCidr);
  const bridge = bridgeName(profile);
  const gateway = addressAt(subnet, 1);
  const mtu = outgoingMtu(await run("ip", ["-j", "route", "show", "default"], {}, signal));
  await refuseTakenSubnets({ bridge, cidrs: [subnet, clusterCidr] }, signal);
  const fresh = !existsSync(`/sys/class/net/${bridge}`);
  await run(
    "ip",
    ["-batch", "-"],
    {
      input: [
        ...(fresh ? [bridgeCommand(bridge, mtu)] : []),
        `link set ${bridge} alias kijabi/${profile} up`,
        `address replace ${gateway}/${parseCidr(subnet).prefixLength} dev ${bridge}`,
      ].join("\n"),
    },
    signal,
  );
  await enable("/proc/sys/net/ipv4/ip_forward");
  await run("nft", ["-f", "-"], { input: hostRules({ ...options, bridge }) }, signal);
  const chains = await run("nft", ["-j", "list", "chains"], {}, signal);
  return { profile, bridge, subnet, gateway, mtu, warnings: forwardingWarnings(chains) };
}

/**
 * Takes away all that a profile has in the kernel's network: namespaces, links, routes, rules. Also
 * after a crash, with nothing known but the profile's name. Processes are ended by their owners
 * before: a namespace lives on, unseen, while one is in it.
 */
export async function removeNetwork(
  options: { readonly profile: string },
  signal?: AbortSignal,
): Promise<void> {
  const { profile } = options;
  for (const { node } of await listNodeNamespaces({ profile })) {
    await removeNodeNamespace({ profile, node }, signal);
  }
  const bridge = bridgeName(profile);
  if (existsSync(`/sys/class/net/${bridge}`)) {
    const ports = await readdir(`/sys/class/net/${bridge}/brif`);
    const links = [...ports, bridge].map((link) => `link delete ${link}`);
    await run("ip", ["-batch", "-"], { input: links.join("\n") }, signal);
  }
  const table = tableName(profile);
  const rules = `table ip ${table} {}\ndelete table ip ${table}\n`;
  await run("nft", ["-f", "-"], { input: rules }, signal);
}

export interface NodeNamespaceOptions {
  readonly network: Network;
  readonly node: string;
  /** In the network's subnet. */
  readonly address: string;
  /** Of this node's pods. */
  readonly podCidr: string;
  /**
   * Networks whose addresses live in the nodes' rules alone: that of Services, and of load
   * balancers. The host reaches them through one of the nodes: the first, and when it is removed,
   * another. That node must masquerade what comes from outside of the cluster's pods, else
   * answers of pods on other nodes go past it.
   */
  readonly serviceCidrs: readonly string[];
}

export interface NodeNamespace {
  /** For `ip netns`. */
  readonly name: string;
  /** For `nsenter --net=`. */
  readonly path: string;
}

/**
 * A network namespace that is a node: `eth0` with its address, the default route through the
 * host, routes to the pods of all other nodes of the profile, in both directions. Repairs and
 * keeps what is there; one with another address is refused.
 */
export async function createNodeNamespace(
  options: NodeNamespaceOptions,
  signal?: AbortSignal,
): Promise<NodeNamespace> {
  const { network, node, address, podCidr } = options;
  checkName("node", node);
  parseCidr(podCidr);
  const { profile } = network;
  const name = namespaceName(profile, node);
  const path = namespacePath(name);
  const link = linkName(profile, node);
  const routes = await hostRoutes(network.bridge, signal);
  const taken = routes.find((route) => route.via === address && route.to !== podCidr);
  if (taken?.kind === "pods") {
    throw new Error(`node ${node}: ${address} is already the way to ${taken.to}, not ${podCidr}`);
  }
  const host = [];
  if (existsSync(path) && !isNamespace(path)) await rm(path); // its mount went with a crash
  if (!existsSync(path)) host.push(`netns add ${name}`);
  if (!existsSync(`/sys/class/net/${link}`)) {
    const peer = `peer name eth0 address ${hardwareAddress(link)} netns ${name}`;
    host.push(`link add ${link} mtu ${network.mtu} type veth ${peer}`);
  }
  host.push(`link set ${link} alias kijabi/${profile}/${node} master ${network.bridge} up`);
  await run("ip", ["-batch", "-"], { input: host.join("\n") }, signal);
  const { prefixLength } = parseCidr(network.subnet);
  const inside = [
    "link set lo up",
    `link set eth0 mtu ${network.mtu} up`,
    `address replace ${address}/${prefixLength} dev eth0`,
    `route replace default via ${network.gateway} dev eth0`,
  ];
  for (const route of routes) {
    if (route.kind !== "pods" || route.via === address) continue;
    inside.push(`route replace ${route.to} via ${route.via} dev eth0`);
  }
  const nsenter = [`--net=${path}`, "sh", "-ec", namespaceScript];
  await run("nsenter", nsenter, { input: inside.join("\n") }, signal);
  await addHostRoutes({ ...options, routes }, signal);
  for (const other of await listNodeNamespaces({ profile })) {
    if (other.name === name) continue;
    const route = ["-n", other.name, "route", "replace", podCidr, "via", address, "dev", "eth0"];
    await run("ip", route, {}, signal).catch(ignoreHalfMade);
  }
  return { name, path };
}

/** Nothing happens when it is not there. The ways through it move to another node, or go. */
export async function removeNodeNamespace(
  options: { readonly profile: string; readonly node: string },
  signal?: AbortSignal,
): Promise<void> {
  const { profile, node } = options;
  const name = namespaceName(profile, node);
  const bridge = bridgeName(profile);
  const path = namespacePath(name);
  const others = (await listNodeNamespaces({ profile })).filter((other) => other.name !== name);
  const link = linkName(profile, node);
  if (existsSync(`/sys/class/net/${bridge}`)) {
    const address = isNamespace(path) ? await addressIn(name, signal) : undefined;
    const routes = await hostRoutes(bridge, signal);
    const own = routes.filter((route) => route.via === address);
    const heir = routes.find((route) => route.kind === "pods" && route.via !== address);
    const changes = own.map((route) =>
      route.kind !== "pods" && heir
        ? `route replace ${route.to} via ${heir.via} dev ${bridge} proto ${protocol[route.kind]}`
        : `route delete ${route.to} via ${route.via} dev ${bridge}`,
    );
    if (changes.length > 0) await run("ip", ["-batch", "-"], { input: changes.join("\n") }, signal);
    for (const other of others) {
      for (const route of own.filter(({ kind }) => kind === "pods")) {
        const removal = ["-n", other.name, "route", "delete", route.to, "via", route.via];
        await run("ip", removal, {}, signal).catch(ignoreMissingRoute);
      }
    }
  }
  // Deleted by itself, because the namespace's own end comes late while something is still in it.
  if (existsSync(`/sys/class/net/${link}`)) await run("ip", ["link", "delete", link], {}, signal);
  if (isNamespace(path)) await run("ip", ["netns", "delete", name], {}, signal);
  else await rm(path, { force: true });
}

/**
 * Makes the host's ways to Services those to these networks. New ones go through the node that the
 * others go through. A network that the host has another way to keeps that: all others are routed
 * before it throws.
 */
export async function routeServices(
  options: { readonly network: Pick<Network, "bridge">; readonly cidrs: readonly string[] },
  signal?: AbortSignal,
): Promise<void> {
  const { network, cidrs } = options;
  const { bridge } = network;
  const routes = await hostRoutes(bridge, signal);
  const nodes = routes.filter(({ kind }) => kind === "pods").map(({ via }) => via);
  const known = routes.filter(({ kind }) => kind === "services");
  const via = known.find((route) => nodes.includes(route.via))?.via ?? nodes[0];
  if (via === undefined) throw new Error("there is no node yet that Services are reached through");
  const changes = known
    .filter(({ to }) => !cidrs.includes(to))
    .map((route) => `route delete ${route.to} via ${route.via} dev ${bridge}`);
  const failures: unknown[] = [];
  for (const cidr of cidrs) {
    if (known.some((route) => route.to === cidr && nodes.includes(route.via))) continue;
    try {
      await refuseTakenSubnets({ bridge, cidrs: [cidr] }, signal);
      changes.push(`route replace ${cidr} via ${via} dev ${bridge} proto ${protocol.services}`);
    } catch (error) {
      failures.push(error);
    }
  }
  if (changes.length > 0) await run("ip", ["-batch", "-"], { input: changes.join("\n") }, signal);
  const [failure] = failures;
  if (failure) throw failure;
}

/** Sends what is for one address to a node, whose rules know it; in place of another node. */
export async function routeThroughNode(
  options: { readonly network: Network; readonly address: string; readonly via: string },
  signal?: AbortSignal,
): Promise<void> {
  const { network, address, via } = options;
  const where = ["via", via, "dev", network.bridge, "proto", String(protocol.balancers)];
  await run("ip", ["route", "replace", `${address}/32`, ...where], {}, signal);
}

/** Nothing happens when there is no such route. */
export async function unroute(
  options: { readonly network: Network; readonly address: string },
  signal?: AbortSignal,
): Promise<void> {
  const { network, address } = options;
  const route = ["route", "delete", `${address}/32`, "dev", network.bridge];
  await run("ip", route, {}, signal).catch(ignoreMissingRoute);
}

/** Of a profile, running or left behind. */
export async function listNodeNamespaces(options: {
  readonly profile: string;
}): Promise<readonly (NodeNamespace & { readonly node: string })[]> {
  const prefix = namespacePrefix(options.profile);
  if (!existsSync("/run/netns")) return [];
  const names = (await readdir("/run/netns")).filter((name) => name.startsWith(prefix)).sort();
  return names.map((name) => ({
    name,
    path: namespacePath(name),
    node: name.slice(prefix.length),
  }));
}

/** Marks our routes in the kernel, which is the only record of them: it cannot be out of date. */
const protocol = { pods: 75, services: 76, balancers: 77 } as const;
type RouteKind = keyof typeof protocol;
const routeKinds = Object.keys(protocol) as RouteKind[];

interface HostRoute {
  /** What is reached: pods of a node, a network of Services, one load balancer. */
  readonly kind: RouteKind;
  readonly to: string;
  readonly via: string;
}

/** Reads the batch for `ip` from its input; bridged packets pass the rules where the kernel can. */
const namespaceScript = `ip -batch -
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
echo 0 > /proc/sys/net/ipv4/conf/default/rp_filter
echo 0 > /proc/sys/net/ipv4/conf/eth0/rp_filter
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then
  echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables
fi`;

function bridgeCommand(bridge: string, mtu: number): string {
  return `link add ${bridge} address ${hardwareAddress(bridge)} mtu ${mtu} type bridge`;
}

/** `-j` prints a host route's network without its length. */
async function hostRoutes(bridge: string, signal?: AbortSignal): Promise<readonly HostRoute[]> {
  const output = await run("ip", ["-j", "-N", "route", "show", "dev", bridge], {}, signal);
  const routes = JSON.parse(output || "[]") as {
    dst: string;
    gateway?: string;
    protocol: string;
  }[];
  return routes.flatMap(({ dst, gateway: via, protocol: number }) => {
    const kind = routeKinds.find((each) => protocol[each] === Number(number));
    if (!via || !kind) return [];
    return [{ kind, via, to: dst.includes("/") ? dst : `${dst}/32` }];
  });
}

async function addHostRoutes(
  options: NodeNamespaceOptions & { readonly routes: readonly HostRoute[] },
  signal?: AbortSignal,
): Promise<void> {
  const { network, address, podCidr, serviceCidrs, routes } = options;
  const route = (to: string, mark: number) =>
    `route replace ${to} via ${address} dev ${network.bridge} proto ${mark}`;
  const alive = new Set(routes.filter(({ kind }) => kind === "pods").map(({ via }) => via));
  const changes = [route(podCidr, protocol.pods)];
  for (const cidr of serviceCidrs) {
    const known = routes.find(({ kind, to }) => kind === "services" && to === cidr);
    if (!known || !alive.has(known.via)) changes.push(route(cidr, protocol.services));
  }
  await run("ip", ["-batch", "-"], { input: changes.join("\n") }, signal);
}

/** Another interface's network would swallow the cluster's packets: said before it is too late. */
async function refuseTakenSubnets(
  options: { readonly bridge: string; readonly cidrs: readonly string[] },
  signal?: AbortSignal,
): Promise<void> {
  const output = await run("ip", ["-j", "route", "show"], {}, signal);
  for (const route of JSON.parse(output || "[]") as { dst: string; dev?: string }[]) {
    if (route.dev === options.bridge || route.dst === "default" || !route.dev) continue;
    const taken = route.dst.includes("/") ? route.dst : `${route.dst}/32`;
    const clash = options.cidrs.find((cidr) => overlaps(cidr, taken));
    if (clash) {
      throw new Error(
        `the network ${clash} is taken: this machine has a route to ${route.dst} on ${route.dev}`,
      );
    }
  }
}

function overlaps(left: string, right: string): boolean {
  const shorter = Math.min(parseCidr(left).prefixLength, parseCidr(right).prefixLength);
  const start = (cidr: string) => addressAt(`${parseCidr(cidr).address}/${shorter}`, 0);
  return start(left) === start(right);
}

/** `accept` here does not overrule another table's drop, and so does not open the host. */
function hostRules(options: NetworkOptions & { readonly bridge: string }): string {
  const { profile, subnet, clusterCidr, bridge } = options;
  const table = tableName(profile);
  return `table ip ${table} {}
delete table ip ${table}
table ip ${table} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr { ${subnet}, ${clusterCidr} } oifname != "${bridge}" masquerade
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "${bridge}" accept
    oifname "${bridge}" accept
  }
}
`;
}

/** Another program's chain that drops by default wins over our accept: Docker's, for one. */
function forwardingWarnings(nftChains: string): readonly string[] {
  const { nftables } = JSON.parse(nftChains) as {
    nftables: {
      chain?: { family: string; table: string; name: string; hook?: string; policy?: string };
    }[];
  };
  return nftables.flatMap(({ chain }) => {
    if (chain?.hook !== "forward" || chain.policy !== "drop") return [];
    if (!["ip", "inet"].includes(chain.family)) return [];
    const where = `${chain.family} ${chain.table} ${chain.name}`;
    return [
      `the firewall chain "${where}" drops forwarded packets unless a rule accepts them: pods` +
        " reach each other and this machine, but perhaps no other network",
    ];
  });
}

function outgoingMtu(defaultRoutes: string): number {
  const [route] = JSON.parse(defaultRoutes || "[]") as { dev?: string }[];
  if (!route?.dev) return 1500;
  const mtu = Number(readFileSync(`/sys/class/net/${route.dev}/mtu`, "utf8"));
  return Math.min(mtu, 1500);
}

async function addressIn(namespace: string, signal?: AbortSignal): Promise<string | undefined> {
  const args = ["-n", namespace, "-j", "-4", "address", "show", "eth0"];
  const output = await run("ip", args, {}, signal).catch((error: unknown) => {
    if (error instanceof CommandError && /does not exist/.test(error.stderr)) return "[]";
    throw error;
  });
  const [link] = JSON.parse(output || "[]") as { addr_info?: { local: string }[] }[];
  return link?.addr_info?.[0]?.local;
}

/** A file in /run/netns is a namespace only while the kernel's one is mounted over it. */
function isNamespace(path: string): boolean {
  return existsSync(path) && statfsSync(path).type === 0x6e736673;
}

async function enable(path: string): Promise<void> {
  // Not written when it is on: writing resets other settings of every interface.
  if (readFileSync(path, "utf8").trim() !== "1") await writeFile(path, "1");
}

/** A namespace that a crash left without its link gets all routes when its own turn comes. */
function ignoreHalfMade(error: unknown): void {
  const lacking = /Cannot find device|Network is unreachable|invalid gateway/;
  if (error instanceof CommandError && lacking.test(error.stderr)) return;
  throw error;
}

function ignoreMissingRoute(error: unknown): void {
  if (error instanceof CommandError && /No such process|Cannot find/.test(error.stderr)) return;
  throw error;
}
