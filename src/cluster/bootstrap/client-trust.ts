import { ConfigMap } from "#api/core/v1.ts";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Client } from "#client/client.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { clientTrustData, clientTrustReference } from "#server/authn/client-trust.ts";
import type { ClientTrust } from "#server/authn/client-trust.ts";
import { put } from "./put.ts";

/** What aggregated API servers and other components read to trust the same clients. */
export async function publishClientTrust(
  client: Client,
  trust: ClientTrust,
  now: number,
): Promise<void> {
  const known = await client.find(ConfigMap, clientTrustReference);
  const data = clientTrustData(known?.data ?? {}, trust, now);
  if (known && deepEqual(known.data, data)) return;
  await put(client, ConfigMap, { metadata: clientTrustReference, data });
}

const everyMs = 60_000;

/** Puts it back where somebody took it away, and certificates out that have run out. */
export async function keepClientTrust(
  {
    client,
    trust,
    clock,
    logger,
  }: {
    readonly client: Client;
    /** As it is at the time. */
    readonly trust: () => ClientTrust;
    readonly clock: Clock;
    readonly logger: Logger;
  },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await sleep(clock, everyMs, signal);
      await publishClientTrust(client, trust(), clock.now());
    } catch (error) {
      if (signal.aborted) return;
      logger.warn("whom other servers may trust could not be told", { error });
    }
  }
}
