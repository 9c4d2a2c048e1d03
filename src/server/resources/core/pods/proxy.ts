import { Pod } from "#api/core/v1.ts";
import { badRequest } from "#machinery/status.ts";
import type { Subresource } from "../../../registry/resource.ts";
import { parseProxyName, proxySubresource } from "../../common/proxy.ts";
import type { ResourceDependencies } from "../../dependencies.ts";

/** `pods/x:port/proxy/…`: an HTTP server in a pod. */
export function podProxy(dependencies: ResourceDependencies): Subresource {
  return proxySubresource("PodProxyOptions", dependencies, async ({ info }) => {
    const { scheme, name, port } = parseProxyName(info.name, "pod");
    const pod = await dependencies.objects.get(Pod, { namespace: info.namespace, name });
    const host = pod.status.podIPs?.[0]?.ip ?? pod.status.podIP;
    if (!host || !mayBeReached(host)) throw badRequest("address not allowed");
    return { kind: "http", scheme, host, port: portOf(pod, scheme, port) };
  });
}

function portOf(pod: Pod, scheme: "http" | "https", wanted: string): number {
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  if (wanted === "") return ports[0]?.containerPort ?? (scheme === "https" ? 443 : 80);
  const named = ports.find((port) => port.name === wanted);
  const number = named?.containerPort ?? Number(wanted);
  if (Number.isInteger(number) && number > 0 && number <= 65535) return number;
  throw badRequest(`invalid pod request ${JSON.stringify(`${pod.metadata.name}:${wanted}`)}`);
}

/** The server must not be led to itself or to addresses that only it can reach. */
export function mayBeReached(ip: string): boolean {
  const inward = /^(127\.|0\.0\.0\.0$|169\.254\.|22[4-9]\.|23\d\.)/;
  const inwardV6 = /^(::1?$|fe[89ab]|ff)/i;
  return !inward.test(ip) && !inwardV6.test(ip);
}
