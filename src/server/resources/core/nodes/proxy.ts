import { Node } from "#api/core/v1.ts";
import { badRequest } from "#machinery/status.ts";
import type { Subresource } from "../../../registry/resource.ts";
import { parseProxyName, proxySubresource } from "../../common/proxy.ts";
import type { ResourceDependencies } from "../../dependencies.ts";

/** `nodes/x/proxy/…`: the kubelet's API, or with a port another server on the node. */
export function nodeProxy(dependencies: ResourceDependencies): Subresource {
  return proxySubresource("NodeProxyOptions", dependencies, async ({ info }) => {
    const { scheme, name, port } = parseProxyName(info.name, "node");
    const node = await dependencies.objects.get(Node, { name });
    const kubeletPort = node.status.daemonEndpoints.kubeletEndpoint.Port;
    if (port === "" || Number(port) === kubeletPort) return { kind: "kubelet", node: name };
    const host = node.status.addresses?.find(({ type }) => type === "InternalIP")?.address;
    const number = Number(port);
    if (!host || !Number.isInteger(number) || number < 1 || number > 65535) {
      throw badRequest(`invalid node request ${JSON.stringify(info.name)}`);
    }
    return { kind: "http", scheme, host, port: number };
  });
}
