import type { EndpointAddress, EndpointPort, EndpointSubset, Pod, Service } from "#api/core/v1.ts";
import { isReady } from "../common/pods.ts";
import {
  addressOf,
  hasEndpoint,
  hostnameOf,
  isHeadless,
  targetPortOf,
  targetReference,
} from "../common/services.ts";
import { compare } from "../common/time.ts";

const addressesMax = 1000;

/** The subsets of a Service: addresses that share the same ports stand together. */
export function subsetsOf(
  service: Service,
  pods: readonly Pod[],
): { subsets: EndpointSubset[]; truncated: boolean } {
  const unready = service.spec.publishNotReadyAddresses ?? false;
  const family = service.spec.ipFamilies?.[0] === "IPv6" ? "IPv6" : "IPv4";
  const groups = new Map<
    string,
    EndpointSubset & { ready: EndpointAddress[]; not: EndpointAddress[] }
  >();
  for (const pod of pods) {
    const ip = hasEndpoint(pod, unready) ? addressOf(pod, family) : undefined;
    if (!ip) continue;
    const ports = portsOf(service, pod);
    if (ports.length === 0 && !isHeadless(service)) continue;
    const key = JSON.stringify(ports);
    let group = groups.get(key);
    if (!group) {
      group = { ready: [], not: [], ...(ports.length > 0 && { ports }) };
      groups.set(key, group);
    }
    const address = addressFor(pod, ip, service);
    if (unready || isReady(pod)) group.ready.push(address);
    else group.not.push(address);
  }
  const all = [...groups].sort(([a], [b]) => compare(a, b)).map(([, group]) => group);
  const truncated = truncate(all);
  const byIp = (a: EndpointAddress, b: EndpointAddress) => compare(a.ip, b.ip);
  const subsets = all
    .map(({ ready, not, ports }) => ({
      ...(ready.length > 0 && { addresses: ready.sort(byIp) }),
      ...(not.length > 0 && { notReadyAddresses: not.sort(byIp) }),
      ...(ports && { ports }),
    }))
    .filter(({ addresses, notReadyAddresses }) => addresses ?? notReadyAddresses);
  return { subsets, truncated };
}

function portsOf(service: Service, pod: Pod): EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((servicePort) => {
    const port = targetPortOf(pod, servicePort);
    if (port === undefined) return [];
    const { name, protocol, appProtocol } = servicePort;
    return [{ ...(name && { name }), port, protocol, ...(appProtocol && { appProtocol }) }];
  });
}

function addressFor(pod: Pod, ip: string, service: Service): EndpointAddress {
  const hostname = hostnameOf(pod, service);
  const { nodeName } = pod.spec;
  return {
    ip,
    ...(hostname && { hostname }),
    ...(nodeName && { nodeName }),
    targetRef: targetReference(pod),
  };
}

/** One object has room for so many; ready addresses matter more. */
function truncate(groups: { ready: EndpointAddress[]; not: EndpointAddress[] }[]): boolean {
  let room = addressesMax;
  let truncated = false;
  for (const list of [...groups.map(({ ready }) => ready), ...groups.map(({ not }) => not)]) {
    if (list.length > room) {
      list.length = room;
      truncated = true;
    }
    room -= list.length;
  }
  return truncated;
}
