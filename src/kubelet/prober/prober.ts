import type { Container, Pod, Probe } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import { sleep, TimeoutError, withTimeout } from "#base/clock.ts";
import { Scope } from "#base/scope.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Prober } from "../pod-worker/dependencies.ts";
import type { ContainerRun } from "../pod-worker/runtime-state.ts";

export type ProbeKind = "startup" | "liveness" | "readiness";

/** What one probe said; the text goes into the Unhealthy event. */
export type ProbeResult =
  | { readonly ok: true; readonly warning?: string }
  | { readonly ok: false; readonly text: string };

/** Asks a container once how it is. Throws only when the question itself could not be put. */
export type ProbeAction = (
  probe: Probe,
  target: {
    readonly pod: Pod;
    readonly container: Container;
    readonly containerId: string;
    readonly address: string | undefined;
  },
  signal: AbortSignal,
) => Promise<ProbeResult>;

export interface ProberOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly act: ProbeAction;
  event(
    pod: Pod,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    container?: string,
  ): void;
  /** A verdict changed: the pod's worker should look. */
  changed(podUid: string): void;
}

interface Tracked {
  readonly podUid: string;
  readonly scope: Scope;
  /** Aborted when the pod begins to end. */
  readonly ending: AbortController;
  /** The newest versions, so that a probe sees the pod's current address. */
  pod: Pod;
  address: string | undefined;
  startup: boolean;
  live: boolean;
  ready: boolean;
}

/**
 * Runs the probes of every running container, each in a loop of its own. A container is started
 * when its startup probe has passed, and is ready and alive by its other probes from then on.
 */
export function createProber(options: ProberOptions): Prober & AsyncDisposable {
  const tracked = new Map<string, Tracked>();

  const stop = (id: string) => {
    const entry = tracked.get(id);
    tracked.delete(id);
    void entry?.scope.close();
  };

  return {
    track(pod, runs, address) {
      const running = new Set<string>();
      for (const run of runs) {
        if (run.state !== "running") continue;
        running.add(run.id);
        const known = tracked.get(run.id);
        if (known) {
          known.pod = pod;
          known.address = address;
          continue;
        }
        const container = containerOf(pod, run.name);
        if (container) tracked.set(run.id, begin(pod, container, run, address, options));
      }
      for (const [id, entry] of tracked) {
        if (entry.podUid === pod.metadata.uid && !running.has(id)) stop(id);
      }
    },
    untrack(podUid) {
      for (const [id, entry] of tracked) if (entry.podUid === podUid) stop(id);
    },
    ending(podUid) {
      for (const entry of tracked.values()) if (entry.podUid === podUid) entry.ending.abort();
    },
    unhealthy(run) {
      const entry = tracked.get(run.id);
      if (entry && !entry.startup && !entry.live) return "startup";
      return entry && !entry.live ? "liveness" : undefined;
    },
    // A running container that is not tracked yet has not passed anything.
    ready: (run) => tracked.get(run.id)?.ready ?? false,
    started: (run) => tracked.get(run.id)?.startup ?? false,
    async [Symbol.asyncDispose]() {
      await Promise.all([...tracked.values()].map(({ scope }) => scope.close()));
      tracked.clear();
    },
  };
}

function begin(
  pod: Pod,
  container: Container,
  run: ContainerRun,
  address: string | undefined,
  options: ProberOptions,
): Tracked {
  const scope = new Scope({
    onFailure: (task, error) => options.logger.error("probe loop failed", { task, error }),
  });
  const before = knownHealth(pod, run);
  const startup = container.startupProbe === undefined || before.started;
  const entry: Tracked = {
    podUid: pod.metadata.uid,
    scope,
    ending: new AbortController(),
    pod,
    address,
    startup,
    live: true,
    ready: startup && (container.readinessProbe === undefined || before.ready),
  };
  const loop = (kind: ProbeKind, probe: Probe | undefined) => {
    if (!probe) return;
    scope.run(`${kind} ${container.name}`, async (signal) => {
      const until = kind === "readiness" ? signal : AbortSignal.any([signal, entry.ending.signal]);
      try {
        await probeLoop({ kind, probe, container, run, entry, options }, until);
      } catch (error) {
        if (!until.aborted) throw error;
      }
    });
  };
  if (!startup) loop("startup", container.startupProbe);
  loop("liveness", container.livenessProbe);
  loop("readiness", container.readinessProbe);
  return entry;
}

/**
 * What the pod's status says of this very run: a kubelet that comes back goes on from there, rather
 * than take every pod of the node out of its Services until its next probe.
 */
function knownHealth(pod: Pod, run: ContainerRun): { started: boolean; ready: boolean } {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status;
  const status = [...containerStatuses, ...initContainerStatuses].find(
    ({ name, containerID = "" }) => name === run.name && containerID.endsWith(`//${run.id}`),
  );
  return { started: status?.started ?? false, ready: status?.ready ?? false };
}

interface ProbeLoop {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly container: Container;
  readonly run: ContainerRun;
  readonly entry: Tracked;
  readonly options: ProberOptions;
}

async function probeLoop(loop: ProbeLoop, signal: AbortSignal): Promise<void> {
  const { kind, probe, run, entry, options } = loop;
  const { clock, random } = options;
  const periodMs = probe.periodSeconds * 1000;
  const firstMs = run.startedAtMs + (probe.initialDelaySeconds ?? 0) * 1000;
  const waitMs = firstMs - clock.now();
  // Spread: probes of many containers that a restarted kubelet finds do not all fire at once.
  const age = clock.now() - run.startedAtMs;
  await sleep(clock, waitMs > 0 ? waitMs : age > periodMs ? random.float() * periodMs : 0, signal);
  let successes = 0;
  let failures = 0;
  for (;;) {
    if (kind !== "startup" && !entry.startup) {
      await sleep(clock, Math.min(periodMs, 1000), signal);
      continue;
    }
    const askedMs = clock.monotonic();
    const result = await probeOnce(loop, signal);
    if (signal.aborted) return;
    if (result.ok) {
      successes++;
      failures = 0;
      if (successes >= probe.successThreshold) setVerdict(loop, true);
    } else {
      failures++;
      successes = 0;
      report(loop, result.text);
      if (failures >= probe.failureThreshold) {
        setVerdict(loop, false);
        // It will be killed for this: nothing more is to be found out about this run.
        if (kind !== "readiness") return;
      }
    }
    if (kind === "startup" && entry.startup) return;
    await sleep(clock, Math.max(0, askedMs + periodMs - clock.monotonic()), signal);
  }
}

async function probeOnce(loop: ProbeLoop, signal: AbortSignal): Promise<ProbeResult> {
  const { probe, container, run, entry, options } = loop;
  const target = { pod: entry.pod, container, containerId: run.id, address: entry.address };
  const timeoutMs = probe.timeoutSeconds * 1000;
  try {
    return await withTimeout(options.clock, timeoutMs, signal, (linked) =>
      options.act(probe, target, linked),
    );
  } catch (error) {
    if (signal.aborted) return { ok: true };
    if (error instanceof TimeoutError) {
      return { ok: false, text: timeoutText(probe, container, entry.address) };
    }
    return { ok: false, text: error instanceof Error ? error.message : String(error) };
  }
}

/** In the words that each kind of probe has for it upstream. */
function timeoutText(probe: Probe, container: Container, address: string | undefined): string {
  const { exec, httpGet, tcpSocket, timeoutSeconds } = probe;
  const numberOf = (port: number | string) =>
    container.ports?.find(({ name }) => name === port)?.containerPort ?? port;
  if (exec) {
    const command = (exec.command ?? []).join(" ");
    return `command timed out: "${command}" timed out after ${timeoutSeconds}s`;
  }
  if (httpGet) {
    const where = `${httpGet.host || address}:${numberOf(httpGet.port)}`;
    return (
      `Get "${httpGet.scheme.toLowerCase()}://${where}${httpGet.path}": ` +
      "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    );
  }
  if (tcpSocket) {
    return `dial tcp ${tcpSocket.host || address}:${numberOf(tcpSocket.port)}: i/o timeout`;
  }
  const service = `${address}:${probe.grpc?.port}`;
  return `timeout: failed to connect service "${service}" within ${timeoutSeconds}s: context deadline exceeded`;
}

function setVerdict({ kind, container, entry, options }: ProbeLoop, passed: boolean): void {
  const before = [entry.startup, entry.live, entry.ready].join();
  switch (kind) {
    case "startup":
      entry.startup = passed;
      entry.live = passed;
      if (passed && !container.readinessProbe) entry.ready = true;
      break;
    case "liveness":
      entry.live = passed;
      break;
    case "readiness":
      entry.ready = passed;
      break;
    default:
      kind satisfies never;
  }
  if (before !== [entry.startup, entry.live, entry.ready].join()) options.changed(entry.podUid);
}

function report({ kind, container, entry, options }: ProbeLoop, text: string): void {
  const name = `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
  const message = `${name} probe failed: ${text}`;
  options.event(entry.pod, "Warning", "Unhealthy", message, container.name);
}

function containerOf(pod: Pod, name: string): Container | undefined {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(
    (container) => container.name === name,
  );
}
