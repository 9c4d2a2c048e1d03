import { createHash } from "node:crypto";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { MetricsRegistry } from "#base/metrics.ts";
import { followFile } from "#base/node/follow-file.ts";

/** A file of settings that a running server takes over as it changes. */
export interface ConfigurationFile {
  /** As upstream's metrics call it. */
  readonly subject: "authentication" | "authorization" | "encryption";
  readonly path: string;
  /** What is in use. */
  readonly content: string;
  /** Throws for what cannot be meant, before any of it is in use. */
  readonly apply: (content: string) => void | Promise<void>;
}

/** Follows the file until the signal aborts. What cannot be meant is told, and changes nothing. */
export async function followConfiguration(
  { subject, path, content, apply }: ConfigurationFile,
  {
    clock,
    logger,
    metrics,
    identity,
    everyMs,
  }: {
    readonly clock: Clock;
    readonly logger: Logger;
    readonly metrics: MetricsRegistry;
    /** Of this server, among those whose metrics somebody collects. */
    readonly identity: string;
    readonly everyMs?: number;
  },
  signal: AbortSignal,
): Promise<void> {
  const record = reloadMetrics(subject, metrics, hashOf(identity));
  record.inUse(content);
  await followFile(
    {
      path,
      known: content,
      clock,
      ...(everyMs !== undefined && { everyMs }),
      async apply(changed) {
        await apply(changed);
        record.reloaded("success", clock.now());
        record.inUse(changed);
        logger.info("a changed configuration file is in use", { path });
      },
      failed(error) {
        record.reloaded("failure", clock.now());
        logger.error("a configuration file cannot be followed: the old content stays in use", {
          path,
          error,
        });
      },
    },
    signal,
  );
}

function reloadMetrics(
  subject: ConfigurationFile["subject"],
  metrics: MetricsRegistry,
  server: string,
) {
  const prefix = `apiserver_${subject}_config_controller`;
  const labels = ["status", "apiserver_id_hash"];
  const total = metrics.counter({
    name: `${prefix}_automatic_reloads_total`,
    help: `How often the ${subject} configuration was taken over while running, or could not be.`,
    labels,
  });
  const last = metrics.gauge({
    name: `${prefix}_automatic_reload_last_timestamp_seconds`,
    help: `When that was last, for the ${subject} configuration.`,
    labels,
  });
  const info = metrics.gauge({
    name: `${prefix}_last_config_info`,
    help: `Which ${subject} configuration is in use.`,
    labels: ["apiserver_id_hash", "hash"],
  });
  let shown: string | undefined;
  return {
    inUse(content: string) {
      if (shown !== undefined) info.remove(server, shown);
      shown = hashOf(content);
      info.set(1, server, shown);
    },
    reloaded(status: "success" | "failure", nowMs: number) {
      total.add(1, status, server);
      last.set(nowMs / 1000, status, server);
    },
  };
}

function hashOf(text: string): string {
  return text && `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
