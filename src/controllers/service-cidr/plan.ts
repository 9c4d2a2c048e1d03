import type { IPAddress, ServiceCIDR } from "#api/networking/v1.ts";
import { includes } from "#machinery/networks.ts";

/** Ready: Services may have its addresses. Blocked: it is to go, and some have them still. */
export type NetworkPlan =
  | { readonly step: "ready" | "blocked" | "release" }
  | { readonly step: "wait"; readonly ms: number };

/** By then every API server has heard that the network gives out no addresses any more. */
const graceMs = 10_000;

/** What becomes of a network. Those that are to go themselves are no home for its addresses. */
export function planNetwork(
  network: ServiceCIDR,
  all: readonly ServiceCIDR[],
  addresses: readonly IPAddress[],
  now: number,
): NetworkPlan {
  const { deletionTimestamp, name } = network.metadata;
  if (deletionTimestamp === undefined) return { step: "ready" };
  const others = all
    .filter(({ metadata }) => metadata.name !== name && !metadata.deletionTimestamp)
    .flatMap(networksOf);
  const isElsewhere = (part: string) => others.some((other) => includes(other, part));
  const loses = addresses.some(
    (address) => isFrom(network, address) && !isElsewhere(address.metadata.name),
  );
  if (loses && !networksOf(network).every(isElsewhere)) return { step: "blocked" };
  const ms = Date.parse(deletionTimestamp) + graceMs - now;
  return ms > 0 ? { step: "wait", ms } : { step: "release" };
}

export const networksOf = ({ spec }: ServiceCIDR): readonly string[] => spec.cidrs ?? [];

/** Whether a Service has the address, and it may have it from this network. */
export function isFrom(network: ServiceCIDR, { metadata }: IPAddress): boolean {
  return (
    metadata.labels?.["ipaddress.kubernetes.io/managed-by"] === "ipallocator.k8s.io" &&
    networksOf(network).some((cidr) => includes(cidr, metadata.name))
  );
}

export function overlap(left: ServiceCIDR, right: ServiceCIDR): boolean {
  return networksOf(left).some((one) =>
    networksOf(right).some((other) => includes(one, other) || includes(other, one)),
  );
}
