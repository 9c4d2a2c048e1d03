import { Service } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { badRequest, serviceUnavailable } from "#machinery/status.ts";
import type { Subresource } from "../../../registry/resource.ts";
import { parseProxyName, proxySubresource } from "../../common/proxy.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { mayBeReached } from "../pods/proxy.ts";

/** `services/x:port/proxy/…`: one of the ready endpoints behind a service. */
export function serviceProxy(dependencies: ResourceDependencies): Subresource {
  return proxySubresource("ServiceProxyOptions", dependencies, async ({ info }) => {
    const { scheme, name, port } = parseProxyName(info.name, "service");
    const { namespace } = info;
    const service = await dependencies.objects.get(Service, { namespace, name });
    const portName = portNameOf(service, port);
    const { items } = await dependencies.client.list(EndpointSlice, {
      namespace,
      labelSelector: `kubernetes.io/service-name=${name}`,
    });
    const addresses = items.flatMap((slice) => readyAddresses(slice, portName));
    const chosen = addresses[Math.floor(dependencies.random.float() * addresses.length)];
    if (!chosen) {
      throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(info.name)}`);
    }
    if (!mayBeReached(chosen.host)) throw badRequest("address not allowed");
    return { kind: "http", scheme, ...chosen };
  });
}

/** Endpoints know ports by name, so that a number must be one of the service's own. */
function portNameOf(service: Service, wanted: string): string {
  const ports = service.spec.ports ?? [];
  if (wanted === "") return ports.length === 1 ? (ports[0]?.name ?? "") : "";
  if (!/^\d+$/.test(wanted)) return wanted;
  const found = ports.find((port) => String(port.port) === wanted);
  if (found) return found.name ?? "";
  throw serviceUnavailable(
    `no service port ${wanted} found for service ${JSON.stringify(service.metadata.name)}`,
  );
}

function readyAddresses(slice: EndpointSlice, portName: string): { host: string; port: number }[] {
  const ready = (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
  return (slice.ports ?? [])
    .filter((port) => (port.name ?? "") === portName)
    .flatMap(({ port }) =>
      port === undefined
        ? []
        : ready.flatMap(({ addresses: [host] }) => (host ? [{ host, port }] : [])),
    );
}
