import { ServiceCIDR } from "#api/networking/v1.ts";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Client } from "#client/client.ts";
import { Informer } from "#client/informer/informer.ts";

export interface ServiceRoutesOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Of the network that the cluster was made with: its route stays. */
  readonly first: string;
  /** Makes the host's routes to Services those to these networks, and no others. */
  readonly route: (cidrs: readonly string[], signal: AbortSignal) => Promise<void>;
}

const retryMs = 5_000;

/**
 * Keeps the host's way to the addresses of Services, until the signal aborts: people add networks
 * to that of the cluster by ServiceCIDRs. (Nodes need no route: their own rules know the way.)
 */
export async function keepServiceRoutes(
  { client, clock, random, logger, first, route }: ServiceRoutesOptions,
  signal: AbortSignal,
): Promise<void> {
  const informer = new Informer({ client, resource: ServiceCIDR, clock, random, logger });
  let changed = Promise.withResolvers<void>();
  const wake = () => changed.resolve();
  informer.subscribe({ added: wake, updated: wake, deleted: wake });
  signal.addEventListener("abort", wake, { once: true });
  const following = informer.run(signal);
  let done = first;
  while (!signal.aborted) {
    await changed.promise;
    if (signal.aborted) break;
    changed = Promise.withResolvers<void>();
    const cidrs = wantedRoutes(first, informer.list());
    if (cidrs.join() === done) continue;
    try {
      await route(cidrs, signal);
      done = cidrs.join();
    } catch (error) {
      if (signal.aborted) break;
      logger.warn("this machine cannot reach all networks of Services", { cidrs, error });
      await sleep(clock, retryMs, signal).catch(() => {});
      wake();
    }
  }
  await following;
}

/** The cluster's own first; also those that are to go, whose addresses may be in use. */
export function wantedRoutes(first: string, networks: readonly ServiceCIDR[]): readonly string[] {
  const others = networks
    .flatMap(({ spec }) => spec.cidrs ?? [])
    .filter((cidr) => !cidr.includes(":"));
  return [...new Set([first, ...others.toSorted()])];
}
