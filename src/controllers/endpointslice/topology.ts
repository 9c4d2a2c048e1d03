import type { Node, Service } from "#api/core/v1.ts";
import type { Endpoint } from "#api/discovery/v1.ts";
import { quantityMilli } from "#schema/quantity.ts";
import { compare } from "../common/time.ts";

/** Whether the Service asks that zones get as many endpoints as they have processors. */
export function sharesByZone({ metadata: { annotations } }: Service): boolean {
  const mode =
    annotations?.["service.kubernetes.io/topology-mode"] ??
    annotations?.["service.kubernetes.io/topology-aware-hints"];
  return mode === "Auto" || mode === "auto";
}

/** The part that each zone has of all processors; undefined where that cannot be told. */
export type ZoneShares = ReadonlyMap<string, number> | undefined;

const excludedLabels = [
  "node-role.kubernetes.io/control-plane",
  "node-role.kubernetes.io/master",
] as const;

/** What of a node matters here: its zone and processors, if it takes part. */
export function zoneOf({ metadata, status }: Node) {
  const { labels = {} } = metadata;
  const ready = status.conditions?.find(({ type }) => type === "Ready")?.status === "True";
  if (!ready || excludedLabels.some((label) => label in labels)) return undefined;
  const cpu = status.allocatable?.["cpu"];
  return {
    zone: labels["topology.kubernetes.io/zone"] ?? "",
    cpus: cpu === undefined ? 0 : quantityMilli(cpu),
  };
}

export function sharesOf(nodes: readonly Node[]): ZoneShares {
  const cpusOf = new Map<string, number>();
  let total = 0;
  for (const node of nodes) {
    const part = zoneOf(node);
    if (!part) continue;
    if (!part.zone || part.cpus === 0) return undefined;
    cpusOf.set(part.zone, (cpusOf.get(part.zone) ?? 0) + part.cpus);
    total += part.cpus;
  }
  if (total === 0 || cpusOf.size < 2) return undefined;
  return new Map([...cpusOf].map(([zone, cpus]) => [zone, cpus / total]));
}

/** More traffic than its share that one endpoint may get because of hints. */
const overloadMax = 0.2;

const words = {
  nodes:
    "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes",
  zone: "One or more endpoints do not have a zone specified",
  endpoints: "Insufficient number of endpoints",
  overload:
    "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold",
};

export type TopologyPlan =
  | { readonly problem: string }
  /** For which zone each endpoint is that is ready. */
  | { readonly zones: ReadonlyMap<Endpoint, string> };

/**
 * Assigns endpoints to zones by the zones' shares: each stays with the zone that it was for, or
 * that it is in, unless another one has far too few. `before` is what the slices say now.
 */
export function planZones(
  endpoints: readonly Endpoint[],
  shares: ZoneShares,
  before: (endpoint: Endpoint) => string | undefined,
): TopologyPlan {
  const ready = endpoints.filter(({ conditions }) => conditions?.ready);
  if (!shares) return { problem: words.nodes };
  const counts = `(${ready.length} endpoints, ${shares.size} zones)`;
  if (shares.size > ready.length) return { problem: `${words.endpoints} ${counts}` };
  const targets = new Map<string, number>();
  let left = ready.length;
  for (const [zone, share] of shares) {
    const desired = share * ready.length;
    const least = Math.ceil(desired / (1 + overloadMax));
    targets.set(zone, Math.max(desired, least));
    left -= least;
  }
  if (left < 0) return { problem: `${words.overload} ${counts}` };
  const zones = new Map<Endpoint, string>();
  for (const endpoint of ready) {
    if (!endpoint.zone) return { problem: words.zone };
    const last = before(endpoint);
    zones.set(endpoint, last !== undefined && shares.has(last) ? last : endpoint.zone);
  }
  redistribute(zones, targets);
  return { zones };
}

function redistribute(zones: Map<Endpoint, string>, targets: ReadonlyMap<string, number>): void {
  const surplus = new Map(targets);
  for (const [zone, target] of targets) surplus.set(zone, -target);
  for (const zone of zones.values()) surplus.set(zone, (surplus.get(zone) ?? 0) + 1);
  for (;;) {
    const ranked = [...surplus].sort((a, b) => b[1] - a[1] || compare(a[0], b[0]));
    const [giver] = ranked;
    const taker = ranked.at(-1);
    if (!giver || !taker || giver === taker) return;
    const [given, lacking] = [giver[1], -taker[1]];
    // Half an endpoint too many or too few is as near as it gets.
    if (given < 0.5 || lacking < 0.5 || (given < 1 && lacking < 1)) return;
    const moved = [...zones].find(([, zone]) => zone === giver[0]);
    if (!moved) return;
    zones.set(moved[0], taker[0]);
    surplus.set(giver[0], given - 1);
    surplus.set(taker[0], 1 - lacking);
  }
}
