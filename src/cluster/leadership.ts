import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Client } from "#client/client.ts";
import { LeaderElector, LeadershipLostError } from "#client/leader/leader-elector.ts";

export interface LeadershipOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The Lease in kube-system: "kube-scheduler", "kube-controller-manager". */
  readonly name: string;
  /**
   * Who this server is. Where the store is its own, it should be the same after a restart: the
   * Lease of a server that crashed is then its own, and there is nothing to wait for.
   */
  readonly identity: string;
  /** Nobody else can have the store: renewals only keep the Lease's times current. */
  readonly exclusive: boolean;
}

/** What nobody else can take need not be renewed every two seconds on an idle machine. */
const exclusiveTimes = { retryPeriodMs: 10_000, renewDeadlineMs: 120_000 } as const;
const restartMs = 1_000;

/**
 * Runs `lead` whenever this server is the leader, until the signal aborts; then steps down. When
 * the leadership is lost, `lead` is told to stop, and the server is a candidate again.
 */
export async function whileLeading(
  options: LeadershipOptions,
  lead: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { clock, exclusive, logger, name } = options;
  while (!signal.aborted) {
    try {
      await new LeaderElector({ ...options, ...(exclusive && exclusiveTimes) }).run(lead, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof LeadershipLostError)) {
        logger.error("a leader's work failed", { lease: name, error });
      } else logger.warn("the leadership is lost: a candidate again", { lease: name });
    }
    // Work that ended by itself ends again at once, as likely as not.
    await sleep(clock, restartMs, signal).catch(() => {});
  }
}
