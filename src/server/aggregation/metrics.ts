import type { Counter, MetricsRegistry } from "#base/metrics.ts";
import type { Availability } from "./conditions.ts";

/** Upstream's names, so that its alerts work. */
export class AggregationMetrics {
  readonly #unavailable: Counter;
  readonly #total: Counter;

  constructor(registry: MetricsRegistry) {
    this.#unavailable = registry.gauge({
      name: "aggregator_unavailable_apiservice",
      help: "Gauge of APIServices which are marked as unavailable broken down by APIService name.",
      labels: ["name"],
    });
    this.#total = registry.counter({
      name: "aggregator_unavailable_apiservice_total",
      help: "Counter of APIServices which are marked as unavailable broken down by APIService name and reason.",
      labels: ["name", "reason"],
    });
  }

  observe(name: string, { status, reason }: Availability, wasAvailable: boolean): void {
    const isAvailable = status === "True";
    this.#unavailable.set(isAvailable ? 0 : 1, name);
    if (wasAvailable && !isAvailable) this.#total.add(1, name, reason);
  }

  forget(name: string): void {
    this.#unavailable.remove(name);
  }
}
