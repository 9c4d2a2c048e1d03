import type { MetricsRegistry } from "#base/metrics.ts";

/** What Prometheus' dashboards expect of any process. */
export function registerProcessMetrics(metrics: MetricsRegistry): void {
  if (registered.has(metrics)) return;
  registered.add(metrics);
  metrics.gauge({
    name: "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds.",
    read() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  });
  metrics.gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    read: () => process.memoryUsage.rss(),
  });
  metrics.gauge({
    name: "process_start_time_seconds",
    help: "Start time of the process since unix epoch in seconds.",
    read: () => Date.now() / 1000 - process.uptime(),
  });
}

/** A server that listens at several addresses is one process. */
const registered = new WeakSet<MetricsRegistry>();
