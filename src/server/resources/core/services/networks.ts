import { ServiceCIDR } from "#api/networking/v1.ts";
import { isNotFound } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import { isReadyNetwork } from "#machinery/service-networks.ts";

/**
 * The networks of all ServiceCIDRs that are ready, the oldest first. Without any, when the cluster
 * is just coming into being or does not serve them, it is the one that the cluster was made with.
 */
export function serviceNetworks(client: Client, first: string): () => Promise<readonly string[]> {
  return async () => {
    const found = await client.list(ServiceCIDR).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    const items = found?.items ?? [];
    if (items.length === 0) return [first];
    const age = ({ metadata }: ServiceCIDR) => `${metadata.creationTimestamp} ${metadata.name}`;
    return items
      .filter(isReadyNetwork)
      .toSorted((left, right) => (age(left) < age(right) ? -1 : 1))
      .flatMap(({ spec }) => spec.cidrs ?? []);
  };
}
