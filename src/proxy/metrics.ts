import type { Clock } from "#base/clock.ts";
import type { Histogram, MetricsRegistry } from "#base/metrics.ts";

/** What upstream's proxy counts, under its names. */
export class ProxyMetrics {
  readonly #clock: Clock;
  readonly #durations: {
    readonly all: Histogram;
    readonly full: Histogram;
    readonly part: Histogram;
  };
  readonly #latency: Histogram;
  readonly #failures;
  #triggers: number[] = [];
  #services = { total: 0, pending: 0 };
  #endpoints = { total: 0, pending: 0 };
  #lastSync = 0;
  #lastQueued = 0;

  constructor(clock: Clock, metrics: MetricsRegistry) {
    this.#clock = clock;
    const duration = (name: string, help: string) =>
      metrics.histogram({
        name: `kubeproxy_${name}_duration_seconds`,
        help,
        labels,
        buckets: syncBuckets,
      });
    this.#durations = {
      all: duration("sync_proxy_rules", "SyncProxyRules latency in seconds"),
      full: duration("sync_full_proxy_rules", "SyncProxyRules latency for full resyncs"),
      part: duration("sync_partial_proxy_rules", "SyncProxyRules latency for partial resyncs"),
    };
    this.#latency = metrics.histogram({
      name: "kubeproxy_network_programming_duration_seconds",
      help: "In Cluster Network Programming Latency in seconds",
      labels,
      buckets: latencyBuckets,
    });
    this.#failures = metrics.counter({
      name: "kubeproxy_sync_proxy_rules_nftables_sync_failures_total",
      help: "Cumulative proxy nftables sync failures",
      labels,
    });
    this.#failures.add(0, family);
    this.#exposeState(metrics);
  }

  serviceChanged(): void {
    this.#services.total++;
    this.#services.pending++;
  }

  endpointsChanged(triggeredAt: number | undefined): void {
    this.#endpoints.total++;
    this.#endpoints.pending++;
    if (triggeredAt !== undefined && this.#triggers.length < triggersMax) {
      this.#triggers.push(triggeredAt);
    }
  }

  queued(): void {
    this.#lastQueued = this.#clock.now();
  }

  /** What the sync that begins takes on; `abandon` gives it back when the sync fails. */
  begin(): Batch {
    const batch = {
      triggers: this.#triggers,
      services: this.#services.pending,
      endpoints: this.#endpoints.pending,
    };
    this.#triggers = [];
    return batch;
  }

  abandon(batch: Batch): void {
    this.#triggers = [...batch.triggers, ...this.#triggers].slice(0, triggersMax);
    this.#failures.add(1, family);
  }

  finish(batch: Batch, durationMs: number, isFull: boolean): void {
    this.#durations.all.observe(durationMs / 1000, family);
    const { full, part } = this.#durations;
    (isFull ? full : part).observe(durationMs / 1000, family);
    this.#lastSync = this.#clock.now();
    for (const trigger of batch.triggers) {
      this.#latency.observe(Math.max(0, this.#lastSync - trigger) / 1000, family);
    }
    this.#services.pending -= batch.services;
    this.#endpoints.pending -= batch.endpoints;
  }

  #exposeState(metrics: MetricsRegistry): void {
    const gauge = (name: string, help: string) =>
      metrics.gauge({ name: `kubeproxy_sync_proxy_rules_${name}`, help, labels });
    const lastSync = gauge("last_timestamp_seconds", "The last time proxy rules were synced");
    const queued = gauge(
      "last_queued_timestamp_seconds",
      "The last time a sync of proxy rules was queued",
    );
    const services = gauge("service_changes_pending", "Pending proxy rules Service changes");
    const endpoints = gauge("endpoint_changes_pending", "Pending proxy rules Endpoint changes");
    const counter = (name: string, help: string) =>
      metrics.counter({ name: `kubeproxy_sync_proxy_rules_${name}`, help, labels });
    const allServices = counter("service_changes_total", "Cumulative Service changes");
    const allEndpoints = counter("endpoint_changes_total", "Cumulative Endpoint changes");
    const told = { services: 0, endpoints: 0 };
    metrics.onCollect(() => {
      lastSync.set(this.#lastSync / 1000, family);
      queued.set(this.#lastQueued / 1000, family);
      services.set(this.#services.pending, family);
      endpoints.set(this.#endpoints.pending, family);
      allServices.add(this.#services.total - told.services, family);
      allEndpoints.add(this.#endpoints.total - told.endpoints, family);
      told.services = this.#services.total;
      told.endpoints = this.#endpoints.total;
    });
  }
}

/** The changes that one sync carries out. */
export interface Batch {
  /** When what led to them happened, in milliseconds since the epoch. */
  readonly triggers: readonly number[];
  readonly services: number;
  readonly endpoints: number;
}

const labels = ["ip_family"];
const family = "IPv4";

/** What is over is not timed: a proxy that cannot sync must not collect times without end. */
const triggersMax = 1000;

const syncBuckets = Array.from({ length: 15 }, (_, index) => 0.001 * 2 ** index);

const latencyBuckets = [
  0.25,
  0.5,
  ...Array.from({ length: 59 }, (_, index) => 1 + index),
  ...Array.from({ length: 12 }, (_, index) => 60 + 5 * index),
  ...Array.from({ length: 7 }, (_, index) => 120 + 30 * index),
];
