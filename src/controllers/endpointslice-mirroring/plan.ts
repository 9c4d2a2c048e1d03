import type { EndpointAddress, EndpointPort, Endpoints, Service } from "#api/core/v1.ts";
import type { Endpoint, EndpointSlice } from "#api/discovery/v1.ts";
import { formatAddress, parseAddress } from "#machinery/cel/library/address.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { compare } from "../common/time.ts";
import type { AddressType, Group } from "../endpointslice/plan.ts";

/** Of each subset so many addresses are mirrored, into one slice. */
export const addressesMax = 1000;

/** Whether the endpoints are somebody's own, which no other controller makes slices of. */
export function isMirrored(endpoints: Endpoints, service: Service | undefined): boolean {
  const { annotations, labels } = endpoints.metadata;
  if (labels?.["endpointslice.kubernetes.io/skip-mirror"] === "true") return false;
  // Endpoints were locks once, and change every few seconds then.
  if (annotations?.["control-plane.alpha.kubernetes.io/leader"] !== undefined) return false;
  return service !== undefined && service.spec.selector === undefined;
}

export interface Mirror {
  readonly groups: readonly Group[];
  readonly invalid: number;
  /** Left out, be it that they are invalid or too many. */
  readonly skipped: number;
}

/** What slices are to say. */
export function mirrorOf(endpoints: Endpoints): Mirror {
  const groups = new Map<
    string,
    { addressType: AddressType; ports: typeof ports; endpoints: Endpoint[] }
  >();
  let ports: Group["ports"][number][] = [];
  let invalid = 0;
  let skipped = 0;
  for (const subset of repack(endpoints)) {
    ports = subset.ports.map(({ name = "", port, protocol, appProtocol }) => ({
      name,
      port,
      protocol,
      ...(appProtocol !== undefined && { appProtocol }),
    }));
    let added = 0;
    for (const { address, ready } of subset.addresses) {
      const bytes = added < addressesMax ? parseAddress(address.ip) : undefined;
      if (!bytes) {
        if (added < addressesMax) invalid++;
        skipped++;
        continue;
      }
      added++;
      const addressType = bytes.length === 4 ? "IPv4" : "IPv6";
      const key = `${addressType} ${JSON.stringify(ports)}`;
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { addressType, ports, endpoints: [] }));
      group.endpoints.push(endpointOf(address, formatAddress(bytes), ready));
    }
  }
  return { groups: [...groups.values()], invalid, skipped };
}

interface Subset {
  readonly ports: readonly EndpointPort[];
  readonly addresses: readonly { readonly address: EndpointAddress; readonly ready: boolean }[];
}

/** The same endpoints in as few subsets as can be: an address in several of them has all ports. */
function repack({ subsets = [] }: Endpoints): readonly Subset[] {
  const byAddress = new Map<
    string,
    { address: EndpointAddress; ready: boolean; ports: Map<string, EndpointPort> }
  >();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const all = [
      ...addresses.map((address) => ({ address, ready: true })),
      ...notReadyAddresses.map((address) => ({ address, ready: false })),
    ];
    for (const { address, ready } of all) {
      const key = `${address.ip} ${address.targetRef?.uid ?? ""}`;
      let known = byAddress.get(key);
      if (!known) byAddress.set(key, (known = { address, ready, ports: new Map() }));
      // Not ready for one of its ports, it is not ready.
      known.ready &&= ready;
      for (const port of ports) known.ports.set(`${port.name} ${port.protocol} ${port.port}`, port);
    }
  }
  const bySet = new Map<
    string,
    { ports: EndpointPort[]; addresses: Subset["addresses"][number][] }
  >();
  for (const { address, ready, ports } of byAddress.values()) {
    const sorted = [...ports].sort(([left], [right]) => compare(left, right));
    const key = sorted.map(([name]) => name).join();
    let subset = bySet.get(key);
    if (!subset) {
      bySet.set(key, (subset = { ports: sorted.map(([, port]) => port), addresses: [] }));
    }
    subset.addresses.push({ address, ready });
  }
  // Of too many addresses those that are ready are mirrored.
  return [...bySet.values()].map(({ ports, addresses }) => ({
    ports,
    addresses: addresses.sort((left, right) => Number(right.ready) - Number(left.ready)),
  }));
}

function endpointOf(address: EndpointAddress, ip: string, ready: boolean): Endpoint {
  const { hostname, nodeName, targetRef } = address;
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname && { hostname }),
    ...(targetRef && { targetRef }),
    ...(nodeName !== undefined && { nodeName }),
  };
}

const managedBy = "endpointslice.kubernetes.io/managed-by";
const serviceName = "kubernetes.io/service-name";
const manager = "endpointslicemirroring-controller.k8s.io";

/** The endpoints that the slice mirrors; undefined for one of another maker. */
export function mirroredName({ metadata: { labels } }: EndpointSlice): string | undefined {
  return labels?.[managedBy] === manager ? labels[serviceName] : undefined;
}

/** Labels and annotations of a slice. */
export function marksOf({ metadata }: Endpoints) {
  const {
    "endpoints.kubernetes.io/last-change-trigger-time": _trigger,
    "kubectl.kubernetes.io/last-applied-configuration": _applied,
    ...annotations
  } = metadata.annotations ?? {};
  const labels = { ...metadata.labels, [serviceName]: metadata.name, [managedBy]: manager };
  return { labels, annotations };
}

/** Whether the slice says nothing of its endpoints that is out of date, but for the addresses. */
export function isMarked({ metadata }: EndpointSlice, endpoints: Endpoints): boolean {
  const { labels, annotations } = marksOf(endpoints);
  const owner = metadata.ownerReferences?.find(({ kind }) => kind === "Endpoints");
  return (
    deepEqual(metadata.labels ?? {}, labels) &&
    deepEqual(metadata.annotations ?? {}, annotations) &&
    owner?.uid === endpoints.metadata.uid
  );
}
