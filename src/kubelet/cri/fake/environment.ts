import type { Container, LifecycleHandler, Probe } from "#api/core/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { createImageManager } from "../../images/image-manager.ts";
import type {
  LifecycleHooks,
  OwnNode,
  Prober,
  StatusReporter,
} from "../../pod-worker/dependencies.ts";
import type { WorkerEnvironment } from "../../pod-worker/worker.ts";
import { createProber } from "../../prober/prober.ts";
import type { ProbeAction, ProbeResult } from "../../prober/prober.ts";
import type { Runtime } from "../runtime.ts";

export interface FakeEnvironmentOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly reporter: StatusReporter;
  readonly hostAddress: string;
  readonly memoryBytes: number;
  readonly event: WorkerEnvironment["event"];
  readonly node?: OwnNode;
  /** A probe's verdict changed: wake the pod's worker. */
  readonly changed: (podUid: string) => void;
  /** By default commands are asked of the runtime, and everything else passes. */
  readonly act?: ProbeAction;
}

export interface FakeEnvironment extends WorkerEnvironment {
  readonly prober: Prober & AsyncDisposable;
}

/**
 * What a pod worker needs around a fake runtime. Pulls, their back-off and probes are the real
 * ones; volumes, files and cgroups have nothing behind them.
 */
export function createFakeEnvironment(options: FakeEnvironmentOptions): FakeEnvironment {
  const { runtime, clock, random, logger, event } = options;
  const act =
    options.act ?? ((probe, { containerId }) => probeRuntime(runtime, probe, containerId));
  return {
    runtime,
    clock,
    logger,
    event,
    reporter: options.reporter,
    hostAddress: options.hostAddress,
    memoryBytes: options.memoryBytes,
    ...(options.node && { node: options.node }),
    prober: createProber({ clock, random, logger, act, event, changed: options.changed }),
    images: createImageManager({
      runtime,
      clock,
      logger,
      event,
      parallelPulls: 10,
      pullSecrets: async () => [],
    }),
    hooks: createFakeHooks(runtime, clock),
    environment: {
      resolve: async (_pod, container) => (container.env ?? []).map(plainValue),
    },
    volumes: {
      setUp: async () => {},
      refresh: async () => {},
      mountsOf: async () => [],
      tearDown: async () => {},
    },
    files: {
      logDirectory: async ({ metadata }) =>
        `/var/log/pods/${metadata.namespace}_${metadata.name}_${metadata.uid}`,
      terminationLog: async () => undefined,
      terminationMessage: async () => undefined,
      hostsFile: async () => undefined,
      dnsOf: () => ({ servers: [], searches: [], options: [] }),
      removePod: async () => {},
    },
    cgroups: {
      ensure: async ({ metadata }) => `/kubepods/pod${metadata.uid}`,
      remove: async () => {},
    },
  };
}

const plainValue = ({ name, value = "" }: NonNullable<Container["env"]>[number]) => ({
  name,
  value,
});

async function probeRuntime(
  runtime: Runtime,
  probe: Probe,
  containerId: string,
): Promise<ProbeResult> {
  if (!probe.exec) return { ok: true };
  const result = await runtime.execSync({ containerId, cmd: probe.exec.command ?? [] });
  if (result.exitCode === 0) return { ok: true };
  return { ok: false, text: outputOf(result) };
}

function createFakeHooks(runtime: Runtime, clock: Clock): LifecycleHooks {
  return {
    async run(_pod, container, containerId, hook, _address, signal) {
      const handler: LifecycleHandler | undefined = container.lifecycle?.[hook];
      if (handler?.sleep) await sleep(clock, handler.sleep.seconds * 1000, signal);
      if (!handler?.exec) return;
      const cmd = handler.exec.command ?? [];
      const result = await runtime.execSync({ containerId, cmd }, signal);
      if (result.exitCode === 0) return;
      const words = cmd.join(" ");
      throw new Error(`command '${words}' exited with ${result.exitCode}: ${outputOf(result)}`);
    },
  };
}

function outputOf({ stdout, stderr }: { stdout: string; stderr: string }): string {
  return (text(fromBase64(stderr)) || text(fromBase64(stdout))).trim();
}
