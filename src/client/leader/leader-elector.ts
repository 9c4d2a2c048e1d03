import type { Clock } from "#base/clock.ts";
import { sleep, withTimeout } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { Lease } from "#api/coordination/v1.ts";
import type { Client } from "../client.ts";
import { isAlreadyExists, isConflict } from "../client.ts";

export interface LeaderElectorOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly namespace?: string;
  /** The Lease's name: "kube-scheduler", "kube-controller-manager". */
  readonly name: string;
  /** Who we are; unique among the candidates. */
  readonly identity: string;
  readonly leaseDurationMs?: number;
  readonly renewDeadlineMs?: number;
  readonly retryPeriodMs?: number;
}

/** Lets one of several candidates lead at a time, through a Lease. */
export class LeaderElector {
  readonly #options: Required<LeaderElectorOptions>;
  /** The Lease as last seen, and when we saw it change: no clock but our own is trusted. */
  #observed: { lease: Lease; at: number } | undefined;

  constructor(options: LeaderElectorOptions) {
    this.#options = {
      namespace: "kube-system",
      leaseDurationMs: 15_000,
      renewDeadlineMs: 10_000,
      retryPeriodMs: 2_000,
      ...options,
    };
  }

  /** Who leads, as far as we know. */
  get leader(): string | undefined {
    return this.#observed?.lease.spec.holderIdentity;
  }

  /**
   * Waits for the leadership, then runs `lead` until it returns or the leadership is lost, in
   * which case its signal aborts and this throws `LeadershipLostError`.
   */
  async run(lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { clock, identity, logger, name, random, renewDeadlineMs, retryPeriodMs } = this.#options;
    while (!(await this.#attempt(renewDeadlineMs / 2, signal))) {
      signal.throwIfAborted();
      await sleep(clock, retryPeriodMs * (1 + 0.2 * random.float()), signal);
    }
    logger.info("became leader", { lease: name, identity });
    const leading = new AbortController();
    const linked = AbortSignal.any([signal, leading.signal]);
    const work = lead(linked).finally(() => leading.abort());
    try {
      await this.#keep(linked);
    } finally {
      leading.abort(new LeadershipLostError(name));
      await work;
      logger.info("stopped leading", { lease: name, identity });
      if (signal.aborted) await this.#release();
    }
    if (!signal.aborted) await work;
  }

  /**
   * Renews until the signal aborts; throws when that failed for the whole deadline, counted from
   * when the last renewal was begun: others count from when they saw it.
   */
  async #keep(signal: AbortSignal): Promise<void> {
    const { clock, name, renewDeadlineMs, retryPeriodMs } = this.#options;
    let renewed = clock.monotonic();
    while (!signal.aborted) {
      const remainingMs = renewed + renewDeadlineMs - clock.monotonic();
      if (remainingMs <= 0) throw new LeadershipLostError(name);
      try {
        await sleep(clock, Math.min(retryPeriodMs, remainingMs), signal);
      } catch {
        return;
      }
      const begun = clock.monotonic();
      const leftMs = Math.max(1, renewed + renewDeadlineMs - begun);
      if (await this.#attempt(Math.min(renewDeadlineMs / 2, leftMs), signal)) renewed = begun;
    }
  }

  /** Takes or renews the Lease. False when another holds it or the server cannot be asked. */
  async #attempt(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const { client, clock, logger, name, namespace } = this.#options;
    try {
      return await withTimeout(clock, timeoutMs, signal, async (signal) => {
        const lease = await client.find(Lease, { namespace, name }, signal);
        if (!lease) {
          const created = await client.create(Lease, {
            metadata: { namespace, name },
            spec: this.#claim(undefined),
          });
          this.#observe(created);
          return true;
        }
        this.#observe(lease);
        if (!this.#mayTake(lease)) return false;
        this.#observe(await client.update(Lease, { ...lease, spec: this.#claim(lease) }));
        return true;
      });
    } catch (error) {
      if (!signal.aborted && !isConflict(error) && !isAlreadyExists(error)) {
        logger.warn("cannot renew the lease", { lease: name, error: String(error) });
      }
      return false;
    }
  }

  #observe(lease: Lease): void {
    const { clock } = this.#options;
    const seen = this.#observed?.lease.metadata.resourceVersion;
    if (seen === lease.metadata.resourceVersion) return;
    this.#observed = { lease, at: clock.monotonic() };
  }

  #mayTake(lease: Lease): boolean {
    const { clock, identity, leaseDurationMs } = this.#options;
    const holder = lease.spec.holderIdentity;
    if (!holder || holder === identity) return true;
    const durationMs = (lease.spec.leaseDurationSeconds ?? leaseDurationMs / 1000) * 1000;
    return clock.monotonic() - (this.#observed?.at ?? clock.monotonic()) >= durationMs;
  }

  #claim(old: Lease | undefined): Lease["spec"] {
    const { clock, identity, leaseDurationMs } = this.#options;
    const now = `${new Date(clock.now()).toISOString().slice(0, -1)}000Z`;
    const same = old?.spec.holderIdentity === identity;
    return {
      ...old?.spec,
      holderIdentity: identity,
      leaseDurationSeconds: Math.round(leaseDurationMs / 1000),
      acquireTime: (same && old.spec.acquireTime) || now,
      renewTime: now,
      leaseTransitions: (old?.spec.leaseTransitions ?? 0) + (same || !old ? 0 : 1),
    };
  }

  /** Steps down, so that the next leader need not wait for the Lease to run out. */
  async #release(): Promise<void> {
    const { client, identity, logger, name } = this.#options;
    const lease = this.#observed?.lease;
    if (!lease || lease.spec.holderIdentity !== identity) return;
    try {
      const spec = { ...this.#claim(lease), holderIdentity: "", leaseDurationSeconds: 1 };
      await client.update(Lease, { ...lease, spec });
    } catch (error) {
      logger.debug("could not release the lease", { lease: name, error: String(error) });
    }
  }
}

export class LeadershipLostError extends Error {
  override name = "LeadershipLostError";
  constructor(lease: string) {
    super(`leader election lost: ${lease}`);
  }
}
