import { Endpoints } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import { text, utf8 } from "#base/bytes.ts";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Client } from "#client/client.ts";
import { isNotFound } from "#client/client.ts";
import type { Store } from "#storage/store.ts";
import { put } from "./put.ts";

/** Where one API server is to be reached. */
export interface ServerAddress {
  readonly ip: string;
  readonly port: number;
}

export interface ServerEndpointsOptions {
  readonly store: Pick<Store, "range" | "commit">;
  readonly client: Client;
  readonly own: ServerAddress;
  readonly clock: Clock;
  readonly logger: Logger;
}

const prefix = "/registry/masterleases/";
const ttlSeconds = 15;
const renewMs = 10_000;

/**
 * Keeps the endpoints of `kubernetes.default` at the servers that live, until the signal aborts.
 * Every server renews a key that goes by itself, and publishes the addresses of all.
 */
export async function keepServerEndpoints(
  options: ServerEndpointsOptions,
  signal: AbortSignal,
): Promise<void> {
  const { store, own, clock, logger } = options;
  const key = `${prefix}${own.ip}:${own.port}`;
  // Each time, as upstream does: of two servers that publish at once, one had an older list.
  const publish = async () => {
    const { entries } = await store.range({ prefix });
    const servers = entries.map(({ value }) => JSON.parse(text(value)) as ServerAddress);
    await publishServers(options.client, servers);
  };
  while (!signal.aborted) {
    try {
      await store.commit({ key, value: utf8(JSON.stringify(own)), ttlSeconds });
      await publish();
    } catch (error) {
      logger.warn("the servers' endpoints could not be renewed", { error: String(error) });
    }
    await sleep(clock, renewMs, signal).catch(() => {});
  }
  try {
    await store.commit({ key, value: undefined });
    await publish();
  } catch (error) {
    logger.warn("this server's endpoint stays until it runs out", { error: String(error) });
  }
}

/** Servers of one port share a slice, and a subset. With none, what was published stays. */
export async function publishServers(
  client: Client,
  servers: readonly ServerAddress[],
): Promise<void> {
  const byPort = Map.groupBy(servers, ({ port }) => port);
  if (byPort.size === 0) return;
  const labels = { component: "apiserver", provider: "kubernetes" };
  const namespace = "default";
  const portsOf = (port: number) => [{ name: "https", port, protocol: "TCP" as const }];
  await put(client, Endpoints, {
    metadata: {
      namespace,
      name: "kubernetes",
      labels: { ...labels, "endpointslice.kubernetes.io/skip-mirror": "true" },
    },
    subsets: [...byPort].map(([port, group]) => ({
      addresses: group.map(({ ip }) => ({ ip })),
      ports: portsOf(port),
    })),
  });
  const names = new Set<string>();
  for (const [port, group] of byPort) {
    const name = names.size === 0 ? "kubernetes" : `kubernetes-${port}`;
    names.add(name);
    await put(client, EndpointSlice, {
      metadata: { namespace, name, labels: { "kubernetes.io/service-name": "kubernetes" } },
      addressType: "IPv4",
      endpoints: group.map(({ ip }) => ({ addresses: [ip], conditions: { ready: true } })),
      ports: portsOf(port),
    });
  }
  const { items } = await client.list(EndpointSlice, { namespace });
  for (const { metadata } of items) {
    if (!metadata.name.startsWith("kubernetes-") || names.has(metadata.name)) continue;
    if (metadata.labels?.["kubernetes.io/service-name"] !== "kubernetes") continue;
    await client
      .delete(EndpointSlice, { namespace, name: metadata.name })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }
}
