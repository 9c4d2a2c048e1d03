import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Service } from "#api/core/v1/service.ts";
import type { EndpointSlice } from "#api/discovery/v1.ts";
import type { MetricsRegistry } from "#base/metrics.ts";
import { SlicesByService, nameKey } from "#machinery/slices-by-service.ts";
import type { ObjectName } from "#machinery/slices-by-service.ts";
import { ProxyMetrics } from "./metrics.ts";
import { assemble, diff, planService } from "./plan.ts";
import type { ProxyNode, ProxyPlan, ServicePlan } from "./plan.ts";

/** What carries plans out. */
export interface ProxyRules {
  /**
   * Makes the rules those of `after`. `before` is what was applied last; without it nothing is
   * known of the rules that are there, and all are written. Never called while a call is under
   * way. When it throws, the rules are those of before or unknown.
   */
  apply(after: ProxyPlan, before: ProxyPlan | undefined, signal?: AbortSignal): Promise<void>;
}

export interface ProxyOptions {
  readonly node: ProxyNode;
  readonly rules: ProxyRules;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  /** Between two syncs, and before the first: changes that come together are applied together. */
  readonly syncMsMin?: number;
  /** Hears of each plan whose rules are in place. Must not throw. */
  readonly onApplied?: (plan: ProxyPlan) => void;
  /** Rules that something else changed are repaired this often. */
  readonly fullSyncMs?: number;
}

export interface ProxyHealth {
  readonly healthy: boolean;
  /** Milliseconds since the epoch; 0 before the first sync. */
  readonly lastUpdated: number;
  readonly currentTime: number;
}

/**
 * Keeps a node's rules in line with Services and EndpointSlices. It is told of each change, in any
 * order and as often as one likes, and of the moment when the first complete state is in.
 */
export class Proxy {
  readonly #options: ProxyOptions;
  readonly #metrics: ProxyMetrics;
  readonly #services = new Map<string, Service>();
  readonly #slices = new SlicesByService();
  /** Parts of the plan that are up to date. */
  readonly #parts = new Map<string, ServicePlan>();
  readonly #synced = Promise.withResolvers<void>();
  readonly #firstSync = Promise.withResolvers<void>();
  #node: ProxyNode;
  #applied: ProxyPlan | undefined;
  #wake: () => void = () => {};
  /** When the oldest change came that is not applied yet. */
  #pendingSince: number | undefined;
  #lastUpdated = 0;
  #hasSynced = false;
  #reportedConflicts = new Set<string>();

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#node = options.node;
    this.#metrics = new ProxyMetrics(options.clock, options.metrics);
  }

  setService(service: Service): void {
    const key = nameKey(service.metadata);
    this.#services.set(key, service);
    this.#metrics.serviceChanged();
    this.#changed(key);
  }

  removeService(service: ObjectName): void {
    const key = nameKey(service);
    if (!this.#services.delete(key)) return;
    this.#metrics.serviceChanged();
    this.#changed(key);
  }

  setEndpointSlice(slice: EndpointSlice): void {
    for (const service of this.#slices.set(slice)) {
      this.#metrics.endpointsChanged(this.#hasSynced ? triggerTime(slice) : undefined);
      this.#changed(service);
    }
  }

  removeEndpointSlice(slice: ObjectName): void {
    for (const service of this.#slices.remove(slice)) {
      this.#metrics.endpointsChanged(undefined);
      this.#changed(service);
    }
  }

  /** The node's own addresses or networks changed: all rules are written anew. */
  setNode(node: ProxyNode): void {
    this.#node = node;
    this.#parts.clear();
    this.#notice();
  }

  /** The first complete state is in. Before, rules would take away what only is not known yet. */
  markSynced(): void {
    if (this.#hasSynced) return;
    this.#hasSynced = true;
    this.#synced.resolve();
    this.#notice();
  }

  /** Settles when rules have been applied for the first time. */
  get ready(): Promise<void> {
    return this.#firstSync.promise;
  }

  /** Unhealthy when a change has been waiting for longer than syncs and retries explain. */
  get health(): ProxyHealth {
    const { clock } = this.#options;
    const waitedMs = this.#pendingSince === undefined ? 0 : clock.monotonic() - this.#pendingSince;
    return {
      healthy: this.#lastUpdated > 0 && waitedMs < unhealthyAfterMs,
      lastUpdated: this.#lastUpdated,
      currentTime: clock.now(),
    };
  }

  /** Applies changes until the signal aborts; failures are retried. The rules stay. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger, syncMsMin = 20, fullSyncMs = 300_000 } = this.#options;
    try {
      await untilAborted(this.#synced.promise, signal);
      let retryMs = 0;
      let fullAt = clock.monotonic();
      let lastEnd = clock.monotonic() - syncMsMin;
      while (!signal.aborted) {
        if (retryMs === 0) await this.#waitForWork(fullAt, signal);
        const sinceMs = clock.monotonic() - lastEnd;
        await sleep(clock, Math.max(retryMs, syncMsMin - sinceMs, syncMsMin / 4), signal);
        if (clock.monotonic() >= fullAt) this.#applied = undefined;
        const isFull = this.#applied === undefined;
        try {
          await this.#sync(signal);
          if (isFull) fullAt = clock.monotonic() + fullSyncMs;
          retryMs = 0;
        } catch (error) {
          if (signal.aborted) return;
          this.#applied = undefined;
          retryMs = Math.min(30_000, retryMs * 2 || 500);
          logger.error("cannot apply the proxy's rules", { error, retryMs });
        }
        lastEnd = clock.monotonic();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #changed(service: string): void {
    this.#parts.delete(service);
    this.#notice();
  }

  #notice(): void {
    this.#pendingSince ??= this.#options.clock.monotonic();
    this.#metrics.queued();
    this.#wake();
  }

  async #waitForWork(fullAt: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    if (this.#pendingSince !== undefined || clock.monotonic() >= fullAt) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const cancel = clock.after(fullAt - clock.monotonic(), resolve);
    try {
      await untilAborted(promise, signal);
    } finally {
      cancel();
      this.#wake = () => {};
    }
  }

  async #sync(signal: AbortSignal): Promise<void> {
    const { clock, rules } = this.#options;
    const started = clock.monotonic();
    const pendingSince = this.#pendingSince;
    this.#pendingSince = undefined; // what comes from now on is for the next sync
    const batch = this.#metrics.begin();
    try {
      const after = this.#plan();
      const before = this.#applied;
      const needed = !before || isDifferent(before, after);
      if (needed) await rules.apply(after, before, signal);
      this.#applied = after;
      this.#lastUpdated = clock.now();
      this.#metrics.finish(batch, clock.monotonic() - started, !before);
      this.#options.onApplied?.(after);
      this.#firstSync.resolve();
    } catch (error) {
      this.#pendingSince = pendingSince ?? started;
      this.#metrics.abandon(batch);
      throw error;
    }
  }

  #plan(): ProxyPlan {
    for (const key of this.#parts.keys()) if (!this.#services.has(key)) this.#parts.delete(key);
    for (const [key, service] of this.#services) {
      if (this.#parts.has(key)) continue;
      this.#parts.set(key, planService(service, this.#slices.of(key), this.#node));
    }
    const result = assemble(this.#node, this.#parts.values());
    for (const conflict of result.conflicts) {
      if (this.#reportedConflicts.has(conflict)) continue;
      this.#options.logger.warn("two Services ask for the same address", { conflict });
    }
    this.#reportedConflicts = new Set(result.conflicts);
    return result;
  }
}

/** Two of upstream's periods between syncs. */
const unhealthyAfterMs = 60_000;

function isDifferent(before: ProxyPlan, after: ProxyPlan): boolean {
  const { nodeChanged, changes } = diff(before, after);
  return nodeChanged || changes.length > 0;
}

/** When what made the slice change happened, in milliseconds since the epoch. */
function triggerTime(slice: EndpointSlice): number | undefined {
  const stamp = slice.metadata.annotations?.["endpoints.kubernetes.io/last-change-trigger-time"];
  const time = stamp ? Date.parse(stamp) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** What the promise gives, unless the signal aborts before. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as unknown);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
