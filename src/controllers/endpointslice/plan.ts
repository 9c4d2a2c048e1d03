import type { Node, Pod, Service } from "#api/core/v1.ts";
import type { Endpoint, EndpointPort, EndpointSlice } from "#api/discovery/v1.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { isReady } from "../common/pods.ts";
import {
  addressOf,
  hasEndpoint,
  hostnameOf,
  isHeadless,
  targetPortOf,
  targetReference,
} from "../common/services.ts";
import { sharesByZone } from "./topology.ts";

export type AddressType = "IPv4" | "IPv6";

/** Endpoints that share the same ports of one address family. */
export interface Group {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** What is to be written. Slices that need no change are in none of the lists. */
export interface SlicePlan {
  readonly create: readonly Group[];
  readonly update: readonly { readonly slice: EndpointSlice; readonly group: Group }[];
  readonly remove: readonly EndpointSlice[];
}

/** Slices of pods are this large at most: a change of one endpoint resends its whole slice. */
const endpointsMax = 100;

/** The endpoints of a Service, by address family and ports. At least one group per family. */
export function groupsOf(
  service: Service,
  pods: readonly Pod[],
  nodeOf: (name: string) => Node | undefined,
): readonly Group[] {
  return familiesOf(service).flatMap((addressType) => {
    const groups = new Map<string, { ports: EndpointPort[]; endpoints: Endpoint[] }>();
    for (const pod of pods) {
      const ip = hasEndpoint(pod, true) ? addressOf(pod, addressType) : undefined;
      if (!ip) continue;
      const ports = portsOf(service, pod);
      const key = JSON.stringify(ports);
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { ports, endpoints: [] }));
      group.endpoints.push(endpointOf(pod, ip, service, nodeOf));
    }
    // A Service without endpoints still has a slice, which says so.
    if (groups.size === 0) return [{ addressType, ports: [], endpoints: [] }];
    return [...groups.values()].map((group) => ({ addressType, ...group }));
  });
}

function familiesOf({ spec }: Service): readonly AddressType[] {
  const families = spec.ipFamilies ?? [];
  if (families.length === 0) return [spec.clusterIP?.includes(":") ? "IPv6" : "IPv4"];
  return families.map((family) => (family === "IPv6" ? "IPv6" : "IPv4"));
}

function portsOf(service: Service, pod: Pod): EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((servicePort) => {
    const port = targetPortOf(pod, servicePort);
    if (port === undefined) return [];
    const { name = "", protocol, appProtocol } = servicePort;
    return [{ name, protocol, port, ...(appProtocol && { appProtocol }) }];
  });
}

function endpointOf(
  pod: Pod,
  ip: string,
  service: Service,
  nodeOf: (name: string) => Node | undefined,
): Endpoint {
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = (service.spec.publishNotReadyAddresses ?? false) || (serving && !terminating);
  const { nodeName } = pod.spec;
  const zone = nodeName && nodeOf(nodeName)?.metadata.labels?.["topology.kubernetes.io/zone"];
  const hostname = hostnameOf(pod, service);
  const hints = ready ? hintsOf(service, nodeName, zone) : undefined;
  return {
    addresses: [ip],
    conditions: { ready, serving, terminating },
    ...(hostname && { hostname }),
    targetRef: targetReference(pod),
    ...(nodeName && { nodeName }),
    ...(zone && { zone }),
    ...(hints && { hints }),
  };
}

function hintsOf(service: Service, node: string | undefined, zone: string | undefined) {
  const { spec } = service;
  // Zones that share the load by their size are for `topology.ts`.
  if (sharesByZone(service)) return undefined;
  const zones = zone ? { forZones: [{ name: zone }] } : undefined;
  switch (spec.trafficDistribution) {
    case "PreferClose":
    case "PreferSameZone":
      return zones;
    case "PreferSameNode":
      return node ? { ...zones, forNodes: [{ name: node }] } : zones;
    default:
      return undefined;
  }
}

/** Spreads groups over slices, moving as few endpoints as it can. `isCurrent` checks metadata. */
export function planSlices(
  groups: readonly Group[],
  existing: readonly EndpointSlice[],
  isCurrent: (slice: EndpointSlice) => boolean,
  sizeMax = endpointsMax,
): SlicePlan {
  const plan = {
    create: [] as Group[],
    update: [] as { slice: EndpointSlice; group: Group }[],
    remove: [] as EndpointSlice[],
  };
  const unused = new Set(existing);
  for (const group of groups) {
    const same = existing.filter(
      (slice) =>
        slice.addressType === group.addressType && deepEqual(slice.ports ?? [], group.ports),
    );
    for (const slice of same) unused.delete(slice);
    planGroup(group, same, { isCurrent, sizeMax }, plan);
  }
  plan.remove.push(...unused);
  return recycle(plan);
}

/** A slice that would go serves for one that would be made: readers see one change, not two. */
function recycle(plan: SlicePlan): SlicePlan {
  const remove = [...plan.remove];
  const update = [...plan.update];
  const create = plan.create.filter((group) => {
    const at = remove.findIndex(({ addressType }) => addressType === group.addressType);
    const [slice] = at >= 0 ? remove.splice(at, 1) : [];
    if (slice) update.push({ slice, group });
    return !slice;
  });
  return { create, update, remove };
}

function planGroup(
  group: Group,
  slices: readonly EndpointSlice[],
  { isCurrent, sizeMax }: { isCurrent: (slice: EndpointSlice) => boolean; sizeMax: number },
  plan: {
    create: Group[];
    update: { slice: EndpointSlice; group: Group }[];
    remove: EndpointSlice[];
  },
): void {
  const waiting = new Map(group.endpoints.map((endpoint) => [keyOf(endpoint), endpoint]));
  const filled = slices.map((slice) => {
    const kept = (slice.endpoints ?? []).flatMap((endpoint) => {
      const wanted = waiting.get(keyOf(endpoint));
      waiting.delete(keyOf(endpoint));
      return wanted ?? [];
    });
    return { slice, kept };
  });
  const rest = [...waiting.values()];
  for (const { kept } of [...filled].sort((a, b) => b.kept.length - a.kept.length)) {
    kept.push(...rest.splice(0, Math.max(0, sizeMax - kept.length)));
  }
  let stands = false;
  for (const { slice, kept } of filled) {
    // One that is empty goes, unless it is what says that there is nothing.
    if (kept.length === 0 && (group.endpoints.length > 0 || stands)) {
      plan.remove.push(slice);
      continue;
    }
    stands = true;
    if (deepEqual(kept, slice.endpoints ?? []) && isCurrent(slice)) continue;
    plan.update.push({ slice, group: { ...group, endpoints: kept } });
  }
  while (rest.length > 0) {
    plan.create.push({ ...group, endpoints: rest.splice(0, sizeMax) });
    stands = true;
  }
  if (!stands) plan.create.push(group);
}

export const keyOf = ({ addresses, targetRef }: Endpoint) => `${targetRef?.uid} ${addresses[0]}`;

export function labelsOf(service: Service): Record<string, string> {
  const { "service.kubernetes.io/headless": _, ...labels } = service.metadata.labels ?? {};
  return {
    ...labels,
    "kubernetes.io/service-name": service.metadata.name,
    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    ...(isHeadless(service) && { "service.kubernetes.io/headless": "" }),
  };
}
