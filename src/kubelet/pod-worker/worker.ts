import type { Container, Pod, PodStatus } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Runtime } from "../cri/runtime.ts";
import { podStatus } from "../status/pod-status.ts";
import { Backoff } from "./backoff.ts";
import { containerHash } from "./container-hash.ts";
import { ContainerError } from "./dependencies.ts";
import type {
  CgroupManager,
  EnvironmentResolver,
  ImageManager,
  LifecycleHooks,
  NodeFiles,
  Prober,
  StatusReporter,
  VolumeManager,
} from "./dependencies.ts";
import { isSidecar, plan } from "./plan.ts";
import type { PodPlan } from "./plan.ts";
import { emptyState, latestRun, readRuntimeState } from "./runtime-state.ts";
import type { ContainerRun, RuntimeState } from "./runtime-state.ts";
import { startContainer, startSandbox } from "./start.ts";
import { stopContainers } from "./stop.ts";

/** Everything a worker acts through. One set serves all the workers of a node. */
export interface WorkerEnvironment {
  readonly runtime: Runtime;
  readonly volumes: VolumeManager;
  readonly environment: EnvironmentResolver;
  readonly images: ImageManager;
  readonly prober: Prober;
  readonly hooks: LifecycleHooks;
  readonly reporter: StatusReporter;
  readonly files: NodeFiles;
  readonly cgroups: CgroupManager;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hostAddress: string;
  readonly memoryBytes: number;
  /** For `kubectl describe`; `fieldPath` names the container. */
  event(
    pod: Pod,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    container?: string,
  ): void;
}

const backoffInitialMs = 10_000;
const backoffMaxMs = 300_000;
/** A run this long proves that the container works: its next crash counts as the first. */
const backoffResetMs = 600_000;

/**
 * Owns one pod on this node: nobody else starts or stops its containers. It compares what the pod
 * should be with what the runtime has, acts, and reports; and does so again when it is poked.
 */
export class PodWorker {
  readonly #env: WorkerEnvironment;
  readonly #backoff: Backoff;
  readonly #waiting = new Map<string, { reason: string; message: string }>();
  #pod: Pod;
  #state: RuntimeState = emptyState;
  #poked = true;
  #wake: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #failure: { reason: string; message: string } | undefined;
  #removed = false;
  #graceSeconds: number | undefined;
  #shortened: AbortController | undefined;

  constructor(pod: Pod, env: WorkerEnvironment) {
    this.#pod = pod;
    this.#env = env;
    this.#backoff = new Backoff({
      clock: env.clock,
      initialMs: backoffInitialMs,
      maxMs: backoffMaxMs,
      resetMs: backoffResetMs,
    });
  }

  get pod(): Pod {
    return this.#pod;
  }

  get state(): RuntimeState {
    return this.#state;
  }

  /** A newer version of the pod. A shorter grace period takes effect at once. */
  update(pod: Pod): void {
    this.#pod = pod;
    if (this.#isTerminating()) this.#shortenGrace(pod.metadata.deletionGracePeriodSeconds);
    this.poke();
  }

  /** The pod is gone from the API server (or its file): end it and clean up. */
  remove(): void {
    this.#removed = true;
    this.#shortenGrace(this.#pod.metadata.deletionGracePeriodSeconds ?? undefined);
    this.poke();
  }

  /** Ends the pod for a reason of the node's own, such as memory running out. */
  fail(reason: string, message: string, graceSeconds: number): void {
    this.#failure = { reason, message };
    this.#shortenGrace(graceSeconds);
    this.poke();
  }

  /** Something may have changed: look again. */
  poke(): void {
    this.#poked = true;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** Works until the pod is gone, or the signal aborts (the containers then run on). */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      await this.#untilPoked(signal);
      if (signal.aborted) return;
      try {
        if (this.#isTerminating()) {
          await this.#terminate(signal);
          return;
        }
        await this.#sync(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        this.#env.logger.warn("pod could not be brought to its state", {
          pod: this.#name(),
          error,
        });
        this.#again(Math.min(1000 * 2 ** Math.min(failures, 6), 60_000));
      }
    }
  }

  async #sync(signal: AbortSignal): Promise<void> {
    const env = this.#env;
    this.#state = await readRuntimeState(env.runtime, this.#pod.metadata.uid, signal);
    this.#track();
    await this.#checkDeadline();
    const next = this.#plan();
    this.#forgetOldTroubles();
    this.#showBackoff(next);
    this.#report();
    if (next.finished || this.#failure) {
      await this.#endFinished(signal);
      return;
    }
    const acted = await this.#act(next, signal);
    if (acted) {
      this.#state = await readRuntimeState(env.runtime, this.#pod.metadata.uid, signal);
      this.#track();
    }
    this.#report();
    if (next.againInMs !== undefined) this.#again(next.againInMs);
    else if (acted) this.#again(this.#waiting.size > 0 ? 2000 : 0);
  }

  #plan(): PodPlan {
    const { prober, clock } = this.#env;
    return plan(this.#pod, this.#state, {
      nowMs: clock.now(),
      hashOf: containerHash,
      backoffLeftMs: (container, run) =>
        run ? this.#backoff.leftMs(container.name, run.finishedAtMs) : 0,
      unhealthy: (run) => prober.unhealthy(run),
      started: (run) => prober.started(run),
    });
  }

  /** Returns whether anything was done. */
  async #act(next: PodPlan, signal: AbortSignal): Promise<boolean> {
    const env = this.#env;
    const pod = this.#pod;
    for (const { run, message } of next.stop) {
      env.event(pod, "Normal", "Killing", message, run.name);
    }
    if (next.stop.length > 0) {
      const runs = next.stop.map(({ run }) => run);
      await stopContainers({ pod, runs, env, graceSeconds: undefined }, signal);
    }
    const { newSandbox } = next;
    if (newSandbox || next.start.length > 0) await this.#prepareVolumes(signal);
    let sandbox = this.#state.sandboxes[0];
    if (newSandbox) {
      if (newSandbox.stale) await this.#stopSandbox(newSandbox.stale.id, signal);
      sandbox = await startSandbox(pod, newSandbox.attempt, env, signal);
      this.#report();
    }
    if (!sandbox) return next.stop.length > 0;
    for (const container of next.start) await this.#start(container, sandbox, signal);
    return next.stop.length > 0 || newSandbox !== undefined || next.start.length > 0;
  }

  async #prepareVolumes(signal: AbortSignal): Promise<void> {
    try {
      await this.#env.volumes.setUp(this.#pod, signal);
    } catch (error) {
      if (!signal.aborted) {
        const message = error instanceof Error ? error.message : String(error);
        this.#env.event(this.#pod, "Warning", "FailedMount", message);
      }
      throw error;
    }
  }

  async #start(
    container: Container,
    sandbox: RuntimeState["sandboxes"][number],
    signal: AbortSignal,
  ): Promise<void> {
    const env = this.#env;
    const previous = latestRun(this.#state, container.name);
    try {
      await startContainer({ pod: this.#pod, container, previous, sandbox, env }, signal);
      this.#waiting.delete(container.name);
      if (previous) this.#backoff.next(container.name);
    } catch (error) {
      if (!(error instanceof ContainerError)) throw error;
      this.#waiting.set(container.name, { reason: error.reason, message: error.message });
    }
  }

  /** Containers that wait out their back-off say so, once per wait. */
  #showBackoff(next: PodPlan): void {
    const { metadata } = this.#pod;
    for (const container of next.backingOff) {
      const seconds = Math.round(this.#backoff.delayMs(container.name) / 1000);
      const delay = seconds >= 60 ? `${Math.floor(seconds / 60)}m${seconds % 60}s` : `${seconds}s`;
      const where = `container=${container.name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})`;
      const message = `back-off ${delay} restarting failed ${where}`;
      if (this.#waiting.get(container.name)?.message === message) continue;
      this.#waiting.set(container.name, { reason: "CrashLoopBackOff", message });
      this.#env.event(
        this.#pod,
        "Warning",
        "BackOff",
        `Back-off restarting failed container ${container.name} in pod ` +
          `${metadata.name}_${metadata.namespace}(${metadata.uid})`,
        container.name,
      );
    }
  }

  #forgetOldTroubles(): void {
    for (const name of this.#waiting.keys()) {
      if (latestRun(this.#state, name)?.state === "running") this.#waiting.delete(name);
    }
  }

  async #checkDeadline(): Promise<void> {
    const { activeDeadlineSeconds } = this.#pod.spec;
    const started = this.#pod.status.startTime;
    if (activeDeadlineSeconds === undefined || !started || this.#failure) return;
    const leftMs = Date.parse(started) + activeDeadlineSeconds * 1000 - this.#env.clock.now();
    if (leftMs > 0) return this.#again(leftMs);
    const message = "Pod was active on the node longer than the specified deadline";
    this.#failure = { reason: "DeadlineExceeded", message };
    this.#env.event(this.#pod, "Normal", "DeadlineExceeded", message);
  }

  /** The pod is done but not deleted: nothing of it runs on, its logs stay. */
  async #endFinished(signal: AbortSignal): Promise<void> {
    const alive = this.#state.runs.filter(
      ({ state }) => state === "running" || state === "created",
    );
    const { env, pod } = { env: this.#env, pod: this.#pod };
    const graceSeconds = this.#graceSeconds;
    if (alive.length > 0) await stopContainers({ pod, runs: alive, env, graceSeconds }, signal);
    for (const sandbox of this.#state.sandboxes) {
      if (sandbox.ready) await this.#stopSandbox(sandbox.id, signal);
    }
    env.prober.untrack(pod.metadata.uid);
    await env.volumes.tearDown(pod.metadata.uid);
    this.#state = await readRuntimeState(env.runtime, pod.metadata.uid, signal);
    this.#report();
  }

  async #terminate(signal: AbortSignal): Promise<void> {
    const env = this.#env;
    const uid = this.#pod.metadata.uid;
    let failures = 0;
    for (;;) {
      try {
        this.#state = await readRuntimeState(env.runtime, uid, signal);
        this.#report();
        await this.#stopAll(signal);
        env.prober.untrack(uid);
        this.#state = await readRuntimeState(env.runtime, uid, signal);
        const status = this.#report();
        await env.volumes.tearDown(uid);
        for (const { id } of this.#state.sandboxes) {
          await env.runtime.removePodSandbox({ podSandboxId: id }, signal);
        }
        await env.cgroups.remove(uid);
        await env.files.removePod(uid);
        if (!this.#removed) env.reporter.finish(this.#pod, status);
        return;
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        env.logger.warn("pod could not be ended yet", { pod: this.#name(), error });
        this.#again(Math.min(500 * 2 ** Math.min(failures, 6), 30_000));
        await this.#untilPoked(signal);
        if (signal.aborted) return;
      }
    }
  }

  async #stopAll(signal: AbortSignal): Promise<void> {
    const alive = this.#state.runs.filter(
      ({ state }) => state === "running" || state === "created",
    );
    const env = this.#env;
    for (const { name } of alive) {
      env.event(this.#pod, "Normal", "Killing", `Stopping container ${name}`, name);
    }
    const sidecars = new Set(
      (this.#pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name),
    );
    // Sidecars serve the others until the end, and then go in the reverse order of their start.
    const apps = alive.filter(({ name }) => !sidecars.has(name));
    const later = [...sidecars]
      .reverse()
      .flatMap((name) => alive.filter((run) => run.name === name));
    for (;;) {
      const shortened = new AbortController();
      this.#shortened = shortened;
      const graceSeconds = this.#graceSeconds ?? this.#pod.metadata.deletionGracePeriodSeconds;
      const either = AbortSignal.any([signal, shortened.signal]);
      try {
        await stopContainers({ pod: this.#pod, runs: apps, env, graceSeconds }, either);
        for (const run of later) {
          await stopContainers({ pod: this.#pod, runs: [run], env, graceSeconds }, either);
        }
        break;
      } catch (error) {
        if (!shortened.signal.aborted || signal.aborted) throw error;
        // Asked to hurry: the same again, with the shorter period.
      } finally {
        this.#shortened = undefined;
      }
    }
    for (const { id, ready } of this.#state.sandboxes)
      if (ready) await this.#stopSandbox(id, signal);
  }

  async #stopSandbox(podSandboxId: string, signal: AbortSignal): Promise<void> {
    await this.#env.runtime.stopPodSandbox({ podSandboxId }, signal);
  }

  #shortenGrace(seconds: number | undefined): void {
    if (seconds === undefined) return;
    const before = this.#graceSeconds;
    if (before !== undefined && before <= seconds) return;
    this.#graceSeconds = seconds;
    if (before !== undefined) this.#shortened?.abort(new Error("the grace period was shortened"));
  }

  #track(): void {
    const address = this.#address();
    this.#env.prober.track(this.#pod, this.#state.runs, address);
  }

  #address(): string | undefined {
    return this.#pod.spec.hostNetwork
      ? this.#env.hostAddress
      : this.#state.sandboxes[0]?.addresses[0];
  }

  #report(): PodStatus {
    const env = this.#env;
    const status = podStatus({
      pod: this.#pod,
      state: this.#state,
      nowMs: env.clock.now(),
      waiting: (container) => this.#waiting.get(container.name),
      ready: (run) => env.prober.ready(run),
      started: (run) => env.prober.started(run),
      terminationMessage: (run) => this.#messages.get(run.id),
      terminating: this.#isTerminating(),
      hostAddress: env.hostAddress,
      sandboxReady: this.#state.sandboxes[0]?.ready === true,
      ...(this.#failure && { failure: this.#failure }),
    });
    env.reporter.report(this.#pod, status);
    // The next status starts from this one: times of conditions, counts, the last phase.
    this.#pod = { ...this.#pod, status };
    this.#fetchMessages();
    return status;
  }

  readonly #messages = new Map<string, string>();

  /** Reads what ended containers left to say; the next report carries it. */
  #fetchMessages(): void {
    for (const run of this.#state.runs) {
      if (run.state !== "exited" || this.#messages.has(run.id)) continue;
      const container = containerNamed(this.#pod, run.name);
      if (!container) continue;
      this.#messages.set(run.id, "");
      void this.#env.files.terminationMessage(this.#pod, container, run).then(
        (message) => {
          if (!message) return;
          this.#messages.set(run.id, message);
          this.poke();
        },
        (error: unknown) =>
          this.#env.logger.warn("termination message unreadable", { run: run.id, error }),
      );
    }
  }

  #isTerminating(): boolean {
    return this.#removed || this.#pod.metadata.deletionTimestamp !== undefined;
  }

  #name(): string {
    return `${this.#pod.metadata.namespace}/${this.#pod.metadata.name}`;
  }

  /** Looks again after a while, unless it is poked before. */
  #again(delayMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#env.clock.after(delayMs, () => this.poke());
  }

  async #untilPoked(signal: AbortSignal): Promise<void> {
    while (!this.#poked && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    this.#poked = false;
  }
}

export function containerNamed(pod: Pod, name: string): Container | undefined {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(
    (container) => container.name === name,
  );
}

export type { ContainerRun };
