import { Service } from "#api/core/v1.ts";
import type { Client } from "#client/client.ts";
import type { ServiceResolver } from "./caller.ts";

/** A service's address within the cluster, which the server's host must be able to reach. */
export function clusterAddressResolver(client: Client): ServiceResolver {
  return async ({ namespace, name, port }) => {
    const service = await client.find(Service, { namespace, name });
    if (!service) throw new Error(`service "${name}" not found`);
    const { type, clusterIP = "", externalName = "", ports = [] } = service.spec ?? {};
    if (type === "ExternalName") return { host: externalName, port };
    if (type === "ClusterIP" && clusterIP === "None") {
      throw new Error('cannot route to service with ClusterIP "None"');
    }
    if (!ports.some((each) => each.port === port)) {
      throw new Error(`no service port ${port} found for service "${name}"`);
    }
    return { host: clusterIP, port };
  };
}
