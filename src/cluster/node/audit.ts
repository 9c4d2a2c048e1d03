import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Clock } from "#base/clock.ts";
import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { Logger } from "#base/log.ts";
import type { MetricsRegistry } from "#base/metrics.ts";
import type { Random } from "#base/random.ts";
import type { Scope } from "#base/scope.ts";
import { parseDuration } from "#base/duration.ts";
import type { Auditor } from "#server/audit/auditor.ts";
import type { AuditPolicy } from "#server/audit/policy.ts";
import type { AuditMetrics, AuditSink } from "#server/audit/sink.ts";
import type { AuditConfig, AuditWebhookConfig } from "../config.ts";
import { kubeconfigTransports } from "./kubeconfig-transports.ts";

/** As kube-apiserver names them. */
export const auditFlags = {
  "audit-policy-file": { type: "string", usage: "which requests are written down, and how much" },
  "audit-log-path": {
    type: "string",
    usage: 'where they are written down; "-" is the server\'s log',
  },
  "audit-log-maxsize": { type: "int", default: 100, usage: "megabytes of one file of that log" },
  "audit-log-maxbackup": { type: "int", default: 0, usage: "how many older files stay; 0: all" },
  "audit-log-maxage": { type: "int", default: 0, usage: "days that older files stay; 0: for ever" },
  "audit-webhook-config-file": {
    type: "string",
    usage: "kubeconfig of a server that is sent them",
  },
  "audit-webhook-mode": {
    type: "string",
    default: "batch",
    usage: "whether requests wait for it: batch (no), blocking, blocking-strict (or fail)",
  },
  "audit-webhook-initial-backoff": {
    type: "string",
    default: "10s",
    usage: "how long it is left alone when it has failed",
  },
  "audit-webhook-batch-buffer-size": {
    type: "int",
    default: 10_000,
    usage: "how many events may wait to be sent",
  },
  "audit-webhook-batch-max-size": { type: "int", default: 400, usage: "how many are sent at once" },
  "audit-webhook-batch-max-wait": {
    type: "string",
    default: "30s",
    usage: "how long the first of them waits",
  },
  "audit-webhook-batch-throttle-enable": {
    type: "bool",
    default: true,
    usage: "send only so many batches a second",
  },
  "audit-webhook-batch-throttle-qps": { type: "string", default: "10", usage: "how many" },
  "audit-webhook-batch-throttle-burst": {
    type: "int",
    default: 15,
    usage: "how many at once, after a while without any",
  },
  "audit-webhook-version": {
    type: "string",
    default: "audit.k8s.io/v1",
    usage: "version of the events that it is sent: only this one",
  },
} as const satisfies FlagSpecs;

type Values = Partial<FlagValues<typeof auditFlags>>;

/** Undefined when nothing is to be written down. Throws `TypeError` for flags that say only half. */
export function auditOfFlags(values: Values): AuditConfig | undefined {
  const { "audit-policy-file": policyFile, "audit-log-path": logPath } = values;
  const webhook = webhookOf(values);
  const isWritten = logPath !== undefined || webhook !== undefined;
  if (policyFile === undefined && !isWritten) return undefined;
  if (policyFile === undefined || !isWritten) {
    throw new TypeError(
      "--audit-policy-file belongs together with --audit-log-path or --audit-webhook-config-file",
    );
  }
  return {
    policyFile: resolve(policyFile),
    ...(logPath !== undefined && { logPath: logPath === "-" ? logPath : resolve(logPath) }),
    maxSize: values["audit-log-maxsize"] ?? 100,
    maxBackups: values["audit-log-maxbackup"] ?? 0,
    maxAge: values["audit-log-maxage"] ?? 0,
    ...(webhook && { webhook }),
  };
}

function webhookOf(values: Values): AuditWebhookConfig | undefined {
  const configFile = values["audit-webhook-config-file"];
  if (configFile === undefined) return undefined;
  const { "audit-webhook-mode": given = "batch", "audit-webhook-version": version } = values;
  const modes = ["batch", "blocking", "blocking-strict"] as const;
  const mode = modes.find((each) => each === given);
  if (!mode) {
    const allowed = modes.join(",");
    throw new TypeError(`invalid audit webhook mode ${given}, allowed modes are "${allowed}"`);
  }
  if (version !== undefined && version !== "audit.k8s.io/v1") {
    throw new TypeError(`--audit-webhook-version: ${version} is none, use audit.k8s.io/v1`);
  }
  const positive = (what: string, value: number) => {
    if (value > 0) return value;
    throw new TypeError(`invalid audit batch webhook ${what} ${value}, must be a positive number`);
  };
  const isThrottled = values["audit-webhook-batch-throttle-enable"] ?? true;
  return {
    configFile: resolve(configFile),
    mode,
    initialBackoffMs: durationMs(values, "audit-webhook-initial-backoff", "10s"),
    batch: {
      bufferSize: positive("buffer size", values["audit-webhook-batch-buffer-size"] ?? 10_000),
      batchSizeMax: positive("max batch size", values["audit-webhook-batch-max-size"] ?? 400),
      batchWaitMs: durationMs(values, "audit-webhook-batch-max-wait", "30s"),
      ...(isThrottled && {
        throttle: {
          perSecond: positive(
            "throttle QPS",
            Number(values["audit-webhook-batch-throttle-qps"] ?? 10),
          ),
          burst: positive("throttle burst", values["audit-webhook-batch-throttle-burst"] ?? 15),
        },
      }),
    },
  };
}

function durationMs(
  values: Values,
  name: "audit-webhook-initial-backoff" | "audit-webhook-batch-max-wait",
  usual: string,
): number {
  const nanos = parseDuration(values[name] ?? usual);
  if (nanos === undefined) throw new TypeError(`--${name}: ${values[name]} is no duration`);
  return nanos / 1_000_000;
}

interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  readonly scope: Scope;
}

/** Throws for a policy that cannot be followed: a server that should audit must not run without. */
export async function openAuditor(config: AuditConfig, environment: Environment): Promise<Auditor> {
  const { clock, random } = environment;
  // Loaded by servers that audit, and by nobody else.
  const [{ Auditor }, { AuditPolicy }, { AuditMetrics, allSinks }] = await Promise.all([
    import("#server/audit/auditor.ts"),
    import("#server/audit/policy.ts"),
    import("#server/audit/sink.ts"),
  ]);
  const text = await readFile(config.policyFile, "utf8");
  let policy: AuditPolicy;
  try {
    policy = AuditPolicy.parse(text);
  } catch (error) {
    throw new Error(`the audit policy ${config.policyFile} cannot be followed`, { cause: error });
  }
  const metrics = new AuditMetrics(environment.metrics);
  const sinks: AuditSink[] = [];
  if (config.logPath !== undefined) {
    sinks.push(await logSink(config, config.logPath, environment));
  }
  if (config.webhook) sinks.push(await webhookSink(config.webhook, environment, metrics));
  return new Auditor({ policy, clock, random, sink: allSinks(sinks), metrics });
}

async function logSink(
  { maxSize, maxBackups, maxAge }: AuditConfig,
  path: string,
  { clock, scope }: Environment,
): Promise<AuditSink> {
  const { LogFile } = await import("#server/audit/node/log-file.ts");
  const log = new LogFile({
    path,
    bytesMax: maxSize * 1024 * 1024,
    backupsMax: maxBackups,
    daysMax: maxAge,
    now: () => clock.now(),
  });
  scope.onClose(() => log.close());
  return log;
}

async function webhookSink(
  { configFile, mode, initialBackoffMs, batch }: AuditWebhookConfig,
  environment: Environment,
  metrics: AuditMetrics,
): Promise<AuditSink> {
  const [{ AuditWebhook, blockingSink }, { BatchedSink }, to] = await Promise.all([
    import("#server/audit/webhook.ts"),
    import("#server/audit/batches.ts"),
    kubeconfigTransports(environment),
  ]);
  const transport = to(configFile);
  const webhook = new AuditWebhook({ ...environment, transport, metrics, initialBackoffMs });
  if (mode !== "batch") return blockingSink(webhook, { strict: mode === "blocking-strict" });
  const sink = new BatchedSink({ ...batch, ...environment, webhook, metrics });
  const stopping = new AbortController();
  const running = sink.run(stopping.signal);
  // What was done until the end of the server is told, before the way there closes.
  environment.scope.onClose(async () => {
    stopping.abort();
    await running;
  });
  return sink;
}
