import type { MetricsRegistry } from "#base/metrics.ts";

/** Where audit events go. */
export interface AuditSink {
  /**
   * Takes one event as a line of JSON, without the line's end. Whoever asked waits for a promise;
   * it rejects only where nothing may happen that is not written down. Must not throw.
   */
  write(line: string): void | Promise<void>;
}

/** Everything goes to each of them. */
export function allSinks(sinks: readonly AuditSink[]): AuditSink {
  const [only] = sinks;
  if (only && sinks.length === 1) return only;
  return {
    write(line) {
      const pending = sinks.flatMap((sink) => sink.write(line) ?? []);
      return pending.length > 0 ? Promise.all(pending).then(() => {}) : undefined;
    },
  };
}

/** By upstream's names. */
export class AuditMetrics {
  readonly #events;
  readonly #errors;
  readonly #levels;
  readonly #rejected;

  constructor(metrics: MetricsRegistry) {
    this.#events = metrics.counter({
      name: "apiserver_audit_event_total",
      help: "Audit events that were made.",
    });
    this.#errors = metrics.counter({
      name: "apiserver_audit_error_total",
      help: "Audit events that got lost, by the part that lost them.",
      labels: ["plugin"],
    });
    this.#levels = metrics.counter({
      name: "apiserver_audit_level_total",
      help: "Requests by the level at which they are written down.",
      labels: ["level"],
    });
    this.#rejected = metrics.counter({
      name: "apiserver_audit_requests_rejected_total",
      help: "Requests that were refused because they could not be written down.",
    });
    this.#events.set(0);
    this.#rejected.set(0);
  }

  made(): void {
    this.#events.add();
  }

  lost(plugin: "webhook" | "buffered", events: number): void {
    this.#errors.add(events, plugin);
  }

  decided(level: string): void {
    this.#levels.add(1, level);
  }

  rejected(): void {
    this.#rejected.add();
  }
}
