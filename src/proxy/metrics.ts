import type { Clock } from "#base/clock.ts";
import type { Histogram, Metrics } from "#component/metrics.ts";

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

  constructor(clock: Clock, metrics: Metrics) {
    this.#clock = clock;
    const duration = (name: string, help: string) =>
      metrics.histogram(`kubeproxy_${name}_duration_seconds`, help, syncBuckets);
    this.#durations = {
      all: duration("sync_proxy_rules", "SyncProxyRules latency in seconds"),
      full: duration("sync_full_proxy_rules", "SyncProxyRules latency for full resyncs"),
      part: duration("sync_partial_proxy_rules", "SyncProxyRules latency for partial resyncs"),
    };
    this.#latency = metrics.histogram(
      "kubeproxy_network_programming_duration_seconds",
      "In Cluster Network Programming Latency in seconds",
      latencyBuckets,
    );
    this.#failures = metrics.counter(
      "kubeproxy_sync_proxy_rules_nftables_sync_failures_total",
      "Cumulative proxy nftables sync failures",
    );
    this.#failures.add(0, labels);
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
    this.#failures.add(1, labels);
  }

  finish(batch: Batch, durationMs: number, isFull: boolean): void {
    this.#durations.all.observe(durationMs / 1000, labels);
    const { full, part } = this.#durations;
    (isFull ? full : part).observe(durationMs / 1000, labels);
    this.#lastSync = this.#clock.now();
    for (const trigger of batch.triggers) {
      this.#latency.observe(Math.max(0, this.#lastSync - trigger) / 1000, labels);
    }
    this.#services.pending -= batch.services;
    this.#endpoints.pending -= batch.endpoints;
  }

  #exposeState(metrics: Metrics): void {
    const gauge = (name: string, help: string) =>
      metrics.gauge(`kubeproxy_sync_proxy_rules_${name}`, help);
    const lastSync = gauge("last_timestamp_seconds", "The last time proxy rules were synced");
    const queued = gauge(
      "last_queued_timestamp_seconds",
      "The last time a sync of proxy rules was queued",
    );
    const services = gauge("service_changes_pending", "Pending proxy rules Service changes");
    const endpoints = gauge("endpoint_changes_pending", "Pending proxy rules Endpoint changes");
    const counter = (name: string, help: string) =>
      metrics.counter(`kubeproxy_sync_proxy_rules_${name}`, help);
    const allServices = counter("service_changes_total", "Cumulative Service changes");
    const allEndpoints = counter("endpoint_changes_total", "Cumulative Endpoint changes");
    const told = { services: 0, endpoints: 0 };
    metrics.onCollect(() => {
      lastSync.set(this.#lastSync / 1000, labels);
      queued.set(this.#lastQueued / 1000, labels);
      services.set(this.#services.pending, labels);
      endpoints.set(this.#endpoints.pending, labels);
      allServices.add(this.#services.total - told.services, labels);
      allEndpoints.add(this.#endpoints.total - told.endpoints, labels);
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

const labels = { ip_family: "IPv4" };

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
