import { Service } from "#api/core/v1.ts";
import { IPAddress } from "#api/networking/v1.ts";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { isAlreadyExists, isConflict, isNotFound } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import { InformerFactory } from "#client/informer/factory.ts";
import type { Informer } from "#client/informer/informer.ts";

export interface IpAddressesOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const managedBy = "ipaddress.kubernetes.io/managed-by";
const allocator = "ipallocator.k8s.io";
const retryMs = 5_000;

interface Known {
  readonly services: Informer<Service>;
  readonly addresses: Informer<IPAddress>;
}

/**
 * Keeps an IPAddress object for the cluster address of every Service, until the signal aborts:
 * that is where `kubectl get ipaddresses` and the deletion of ServiceCIDRs see what is in use.
 */
export async function keepIpAddresses(
  { client, clock, random, logger }: IpAddressesOptions,
  signal: AbortSignal,
): Promise<void> {
  const informers = new InformerFactory({ client, clock, random, logger });
  const services = informers.informer(Service);
  const addresses = informers.informer(IPAddress);
  let changed = Promise.withResolvers<void>();
  const wake = () => changed.resolve();
  for (const informer of [services, addresses]) {
    informer.subscribe({ added: wake, updated: wake, deleted: wake });
  }
  signal.addEventListener("abort", wake, { once: true });
  informers.start(signal);
  try {
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([informers.synced(), aborted]);
    while (!signal.aborted) {
      changed = Promise.withResolvers<void>();
      try {
        await reconcile(client, { services, addresses });
      } catch (error) {
        if (signal.aborted) return;
        logger.warn("the Services' IPAddresses could not be brought up to date", { error });
        await sleep(clock, retryMs, signal).catch(() => {});
        continue;
      }
      if (!signal.aborted) await changed.promise;
    }
  } finally {
    signal.removeEventListener("abort", wake);
    await informers.close();
  }
}

async function reconcile(client: Client, { services, addresses }: Known): Promise<void> {
  const wanted = new Map<string, Service>();
  for (const service of services.list()) {
    for (const ip of addressesOf(service)) wanted.set(ip, service);
  }
  for (const [ip, service] of wanted) {
    if (!addresses.get({ name: ip })) await create(client, ip, service);
  }
  for (const address of addresses.list()) {
    if (address.metadata.labels?.[managedBy] !== allocator) continue;
    const owner = wanted.get(address.metadata.name);
    if (!owner || !isParent(address, owner)) await deleteOrphan(client, address);
  }
}

async function create(client: Client, ip: string, { metadata }: Service): Promise<void> {
  const family = ip.includes(":") ? "IPv6" : "IPv4";
  try {
    await client.create(IPAddress, {
      metadata: {
        name: ip,
        labels: { "ipaddress.kubernetes.io/ip-family": family, [managedBy]: allocator },
      },
      spec: {
        parentRef: {
          group: "",
          resource: "services",
          name: metadata.name,
          ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
        },
      },
    });
  } catch (error) {
    // Another server was faster.
    if (!isAlreadyExists(error)) throw error;
  }
}

/** Another server may know of a Service that this one has not heard of: it is asked for itself. */
async function deleteOrphan(client: Client, { metadata, spec }: IPAddress): Promise<void> {
  const { namespace = "", name } = spec.parentRef;
  const service = await client.find(Service, { namespace, name });
  if (service && addressesOf(service).includes(metadata.name)) return;
  try {
    const preconditions = { uid: metadata.uid };
    await client.delete(IPAddress, { name: metadata.name }, { preconditions });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

function isParent({ spec: { parentRef } }: IPAddress, { metadata }: Service): boolean {
  return parentRef.name === metadata.name && parentRef.namespace === metadata.namespace;
}

function addressesOf({ spec }: Service): readonly string[] {
  const all = spec.clusterIPs?.length ? spec.clusterIPs : [spec.clusterIP ?? ""];
  return spec.type === "ExternalName" ? [] : all.filter((ip) => ip !== "" && ip !== "None");
}
