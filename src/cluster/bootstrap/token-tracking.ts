import { ConfigMap } from "#api/core/v1.ts";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import { isAlreadyExists, isConflict, isNotFound } from "#client/client.ts";
import type { Client } from "#client/client.ts";

const reference = {
  namespace: "kube-system",
  name: "kube-apiserver-legacy-service-account-token-tracking",
};

/**
 * Notes since when uses of tokens in secrets are noted: one without a note was not used since then.
 * What says no day is mended; the day itself stays.
 */
export async function noteTokenTracking(client: Client, now: number): Promise<void> {
  const since = new Date(now).toISOString().slice(0, 10);
  const known = await client.find(ConfigMap, reference);
  if (known && !Number.isNaN(Date.parse(known.data?.["since"] ?? ""))) return;
  try {
    if (!known) await client.create(ConfigMap, { metadata: reference, data: { since } });
    else await client.update(ConfigMap, { ...known, data: { ...known.data, since } });
  } catch (error) {
    // Another server was faster.
    if (!isAlreadyExists(error) && !isConflict(error) && !isNotFound(error)) throw error;
  }
}

const everyMs = 30 * 60_000;

/** Puts it back where somebody took it away, until the signal aborts. */
export async function keepTokenTracking(
  {
    client,
    clock,
    logger,
  }: { readonly client: Client; readonly clock: Clock; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await sleep(clock, everyMs, signal);
      await noteTokenTracking(client, clock.now());
    } catch (error) {
      if (signal.aborted) return;
      logger.warn("since when uses of tokens are noted could not be told", { error });
    }
  }
}
