import type { Container, Pod, PodStatus, ResourceRequirements } from "#api/core/v1.ts";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import type { Rejection } from "../admission/admit.ts";
import type { Runtime } from "../cri/runtime.ts";
import { kubeletConditions } from "../status/conditions.ts";
import { withForeignStatus } from "../status/merge.ts";
import { podStatus, rejectedStatus } from "../status/pod-status.ts";
import { Backoff } from "./backoff.ts";
import { containerHash } from "./container-hash.ts";
import { ContainerError } from "./dependencies.ts";
import type {
  CgroupManager,
  EnvironmentResolver,
  ImageManager,
  LifecycleHooks,
  NodeFiles,
  OwnNode,
  Prober,
  StatusReporter,
  VolumeManager,
} from "./dependencies.ts";
import { plan } from "./plan.ts";
import type { PodPlan } from "./plan.ts";
import { resize } from "./resize.ts";
import { emptyState, garbageOf, latestRun, readRuntimeState } from "./runtime-state.ts";
import type { ContainerRun, RuntimeState } from "./runtime-state.ts";
import { containerNamed, startContainer, startSandbox } from "./start.ts";
import { stopContainers, stopPod } from "./stop.ts";

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
  /** Where it is missing, every pod is taken that is put here. */
  readonly node?: OwnNode;
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
/** How soon a container that could not be started is tried again: each time later, to a limit. */
const retryMs = 2000;
const retryMaxMs = 10_000;
const imagePullReasons: ReadonlySet<string> = new Set(["ErrImagePull", "ImagePullBackOff"]);
/** How soon the runtime is asked again whether something that has ended does count as ended. */
const endLagMs = 5;
const endLagMaxMs = 1000;

/**
 * Owns one pod on this node: nobody else starts or stops its containers. It compares what the pod
 * should be with what the runtime has, acts, and reports; and does so again when it is poked.
 */
export class PodWorker {
  readonly #env: WorkerEnvironment;
  readonly #backoff: Backoff;
  /** Why containers are not running, by name. */
  readonly #waiting = new Map<string, { reason: string; message: string }>();
  /** What ended containers left to say, by run. */
  readonly #messages = new Map<string, string>();
  /** Runs whose preStop hook was run: it is not run a second time. */
  readonly #hooksDone = new Set<string>();
  /** Containers and sandboxes that were heard to end; the runtime may still call them running. */
  readonly #endsHeard = new Set<string>();
  #pod: Pod;
  #state: RuntimeState = emptyState;
  /** The pod's status is our own, and not the API server's any more. */
  #hasStatus = false;
  #poked = true;
  #working = false;
  #wake: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #timerDueMs = Infinity;
  #resized: ReadonlyMap<string, ResourceRequirements> = new Map();
  #retries = 0;
  #failure: { reason: string; message: string } | undefined;
  #rejection: Rejection | undefined;
  #removed = false;
  /** Nothing of the pod runs, and nothing will again. */
  #settled = false;
  #graceSeconds: number | undefined;
  #graceInForceSeconds = Infinity;
  /** Ends a start, or a wait for containers to stop, that has been overtaken. */
  #interrupt: AbortController | undefined;

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

  /** With its newest status, which the API server may not have yet. */
  get pod(): Pod {
    return this.#pod;
  }

  get state(): RuntimeState {
    return this.#state;
  }

  /** What it sees of the runtime may be older than what happens now. */
  get working(): boolean {
    return this.#working;
  }

  get settled(): boolean {
    return this.#settled;
  }

  get rejected(): boolean {
    return this.#rejection !== undefined;
  }

  get removed(): boolean {
    return this.#removed;
  }

  /**
   * A newer version of the pod. A shorter grace period takes effect at once; a version that only
   * tells what this worker reported is no reason to look again.
   */
  update(pod: Pod): void {
    const before = this.#pod;
    this.#pod = this.#hasStatus
      ? { ...pod, status: withForeignStatus(before.status, pod.status) }
      : pod;
    if (isSameWish(before, this.#pod)) return;
    if (this.#isTerminating()) this.#end(pod.metadata.deletionGracePeriodSeconds);
    this.poke();
  }

  /** The pod is gone from the API server (or its file): end it and clean up. */
  remove(): void {
    this.#removed = true;
    this.#end(this.#pod.metadata.deletionGracePeriodSeconds);
    this.poke();
  }

  /** Ends the pod for a reason of the node's own, such as memory running out. */
  fail(reason: string, message: string, graceSeconds: number): void {
    this.#failure ??= { reason, message };
    this.#end(graceSeconds);
    this.poke();
  }

  /** The node does not take the pod: nothing of it is ever started. Before `run`. */
  reject(rejection: Rejection): void {
    this.#rejection = rejection;
    this.#settled = true;
    this.#env.event(this.#pod, "Warning", rejection.reason, rejection.message);
  }

  /** Something may have changed: look again. */
  poke(): void {
    this.#poked = true;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** A container or sandbox, perhaps of this pod, has ended. */
  heardEnd(id: string): void {
    this.#endsHeard.add(id);
    this.poke();
  }

  /** Works until the pod is gone, or the signal aborts (the containers then run on). */
  async run(signal: AbortSignal): Promise<void> {
    const onAbort = () => this.poke();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await this.#work(signal);
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#cancelTimer?.();
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      await this.#untilPoked();
      if (signal.aborted) return;
      const interrupt = new AbortController();
      this.#working = true;
      try {
        if (this.#isTerminating()) {
          await this.#terminate(signal);
          return;
        }
        this.#interrupt = interrupt;
        await this.#sync(AbortSignal.any([signal, interrupt.signal]));
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (interrupt.signal.aborted) continue;
        failures++;
        this.#env.logger.warn("pod could not be brought to its state", {
          pod: this.#name(),
          error,
        });
        this.#again(Math.min(1000 * 2 ** Math.min(failures, 6), 60_000));
      } finally {
        this.#interrupt = undefined;
        this.#working = false;
      }
    }
  }

  async #sync(signal: AbortSignal): Promise<void> {
    this.#cancelTimer?.();
    this.#timerDueMs = Infinity;
    await this.#look(signal);
    if (this.#settled && !this.#holdsAnything()) {
      this.#report();
      return;
    }
    this.#refreshStatus();
    this.#checkDeadline();
    const next = this.#plan();
    this.#forgetOldTroubles();
    this.#showBackoff(next);
    if (next.finished || this.#failure) {
      await this.#endFinished(signal);
      return;
    }
    this.#report();
    await this.#resize(signal);
    const acted = await this.#act(next, signal);
    if (acted) {
      await this.#look(signal);
      await this.#collectGarbage(signal);
    }
    this.#report();
    if (next.againInMs !== undefined) this.#again(next.againInMs);
    if (acted) this.#goOn();
  }

  async #resize(signal: AbortSignal): Promise<void> {
    const request = { pod: this.#pod, env: this.#env, hooksDone: this.#hooksDone };
    const resized = await resize(request, this.#state, signal);
    if (resized.size === 0) return;
    this.#resized = resized;
    this.#report();
    // From here on the status knows.
    this.#resized = new Map();
  }

  /** What was done may make more possible at once; what failed is tried again after a while. */
  #goOn(): void {
    const { stop, newSandbox, start, finished, againInMs } = this.#plan();
    if (againInMs !== undefined) this.#again(againInMs);
    if (this.#waiting.size > 0) {
      const reasons = [...this.#waiting.values()].map(({ reason }) => reason);
      // Images bring their own back-off, which has to be looked at in time.
      const isPull = reasons.some((reason) => imagePullReasons.has(reason));
      this.#again(isPull ? retryMs : Math.min(retryMs * 2 ** this.#retries, retryMaxMs));
      this.#retries++;
      return;
    }
    this.#retries = 0;
    if (finished || newSandbox || stop.length + start.length > 0) this.#again(0);
  }

  /** Asks the runtime what there is of the pod, and reads what ended containers left to say. */
  async #look(signal: AbortSignal): Promise<void> {
    const state = await this.#readState(signal);
    await Promise.all(state.runs.map((run) => this.#readMessage(run)));
    for (const id of this.#messages.keys()) {
      if (!state.runs.some((run) => run.id === id)) this.#messages.delete(id);
    }
    this.#state = state;
    const address = this.#pod.spec.hostNetwork
      ? this.#env.hostAddress
      : state.sandboxes[0]?.addresses[0];
    this.#env.prober.track(this.#pod, state.runs, address);
  }

  /**
   * An end is heard of before the runtime has taken note of it itself: what is known to have ended
   * and is called running is asked for again.
   */
  async #readState(signal: AbortSignal): Promise<RuntimeState> {
    const { runtime, clock } = this.#env;
    for (let waitMs = endLagMs; ; waitMs *= 2) {
      const ends = [...this.#endsHeard];
      const state = await readRuntimeState(runtime, this.#pod.metadata.uid, signal);
      const open = new Set([
        ...state.runs.filter((run) => run.state === "running").map(({ id }) => id),
        ...state.sandboxes.filter(({ ready }) => ready).map(({ id }) => id),
      ]);
      for (const id of ends) if (!open.has(id)) this.#endsHeard.delete(id);
      if (!ends.some((id) => open.has(id))) return state;
      if (waitMs > endLagMaxMs) {
        this.#endsHeard.clear();
        return state;
      }
      await sleep(clock, waitMs, signal);
    }
  }

  async #readMessage(run: ContainerRun): Promise<void> {
    if (run.state !== "exited" || this.#messages.has(run.id)) return;
    const container = containerNamed(this.#pod, run.name);
    if (!container) return;
    try {
      const message = await this.#env.files.terminationMessage(this.#pod, container, run);
      this.#messages.set(run.id, message ?? "");
    } catch (error) {
      this.#messages.set(run.id, "");
      this.#env.logger.warn("termination message unreadable", { run: run.id, error });
    }
  }

  #plan(): PodPlan {
    const { prober, clock } = this.#env;
    return plan(this.#pod, this.#state, {
      nowMs: clock.now(),
      hashOf: containerHash,
      backoffLeftMs: (container, run) =>
        run?.state === "exited" ? this.#backoff.leftMs(backoffKey(container), endOf(run)) : 0,
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
      const hooksDone = this.#hooksDone;
      await stopContainers({ pod, runs, env, graceSeconds: undefined, hooksDone }, signal);
    }
    const { newSandbox } = next;
    if (newSandbox || next.start.length > 0) await this.#prepareVolumes(signal);
    let sandbox = this.#state.sandboxes[0];
    if (newSandbox) {
      if (newSandbox.stale) {
        const message = "Pod sandbox changed, it will be killed and re-created.";
        env.event(pod, "Normal", "SandboxChanged", message);
        await this.#stopSandbox(newSandbox.stale.id, signal);
      }
      sandbox = await startSandbox(pod, newSandbox.attempt, env, signal);
      this.#state = { ...this.#state, sandboxes: [sandbox, ...this.#state.sandboxes] };
      this.#report();
    }
    if (sandbox) for (const container of next.start) await this.#start(container, sandbox, signal);
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
    // Counted before the attempt: one that fails to start must wait as one that crashes does.
    if (previous?.state === "exited") this.#backoff.next(backoffKey(container), endOf(previous));
    try {
      const targetId = this.#targetOf(container)?.id;
      await startContainer({ pod: this.#pod, container, previous, sandbox, targetId, env }, signal);
      this.#waiting.delete(container.name);
    } catch (error) {
      if (!(error instanceof ContainerError)) throw error;
      this.#waiting.set(container.name, { reason: error.reason, message: error.message });
    }
  }

  #targetOf({ name }: Container): ContainerRun | undefined {
    const ephemeral = this.#pod.spec.ephemeralContainers?.find((other) => other.name === name);
    if (!ephemeral?.targetContainerName) return undefined;
    const target = latestRun(this.#state, ephemeral.targetContainerName);
    if (target?.state === "running") return target;
    throw new ContainerError(
      "CreateContainerConfigError",
      `target container ${ephemeral.targetContainerName} of ${name} is not running`,
    );
  }

  /** Containers that wait out their back-off say so, once per wait. */
  #showBackoff(next: PodPlan): void {
    const { metadata } = this.#pod;
    for (const container of next.backingOff) {
      const seconds = Math.round(this.#backoff.delayMs(backoffKey(container)) / 1000);
      const delay = seconds >= 60 ? `${Math.floor(seconds / 60)}m${seconds % 60}s` : `${seconds}s`;
      const where = `${metadata.name}_${metadata.namespace}(${metadata.uid})`;
      const message = `back-off ${delay} restarting failed container=${container.name} pod=${where}`;
      if (this.#waiting.get(container.name)?.message === message) continue;
      this.#waiting.set(container.name, { reason: "CrashLoopBackOff", message });
      this.#env.event(
        this.#pod,
        "Warning",
        "BackOff",
        `Back-off restarting failed container ${container.name} in pod ${where}`,
        container.name,
      );
    }
  }

  #forgetOldTroubles(): void {
    const once = new Set(this.#pod.spec.ephemeralContainers?.map(({ name }) => name));
    for (const name of this.#waiting.keys()) {
      const run = latestRun(this.#state, name);
      if (run?.state === "running" || (run && once.has(name))) this.#waiting.delete(name);
    }
  }

  /** One run before the last stays, for `logs --previous` and the last state; older ones go. */
  async #collectGarbage(signal: AbortSignal): Promise<void> {
    const { runtime } = this.#env;
    const garbage = garbageOf(this.#state);
    for (const { id } of garbage.runs) await runtime.removeContainer({ containerId: id }, signal);
    for (const { id } of garbage.sandboxes) {
      await runtime.removePodSandbox({ podSandboxId: id }, signal);
    }
    if (garbage.runs.length + garbage.sandboxes.length > 0) await this.#look(signal);
  }

  #checkDeadline(): void {
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
    const env = this.#env;
    env.prober.ending(this.#pod.metadata.uid);
    this.#report();
    await this.#stopAll(signal);
    env.prober.untrack(this.#pod.metadata.uid);
    await this.#look(signal);
    this.#settled = true;
    this.#report();
    await env.volumes.tearDown(this.#pod.metadata.uid);
  }

  async #terminate(signal: AbortSignal): Promise<void> {
    const env = this.#env;
    const uid = this.#pod.metadata.uid;
    let failures = 0;
    env.prober.ending(uid);
    for (;;) {
      try {
        await this.#look(signal);
        this.#report();
        await this.#stopAll(signal);
        env.prober.untrack(uid);
        await this.#look(signal);
        this.#settled = true;
        const status = this.#report();
        await env.volumes.tearDown(uid);
        for (const { id } of this.#state.sandboxes) {
          await env.runtime.removePodSandbox({ podSandboxId: id }, signal);
        }
        await env.cgroups.remove(uid);
        await env.files.removePod(uid);
        if (this.#removed) env.reporter.forget(uid);
        else env.reporter.finish(this.#pod, status);
        return;
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        env.logger.warn("pod could not be ended yet", { pod: this.#name(), error });
        this.#poked = false;
        this.#again(Math.min(500 * 2 ** Math.min(failures, 6), 30_000));
        await this.#untilPoked();
        if (signal.aborted) return;
      }
    }
  }

  /** Ends what runs; begins again with less time whenever somebody asks to hurry. */
  async #stopAll(signal: AbortSignal): Promise<void> {
    const env = this.#env;
    const runs = this.#state.runs.filter(({ state }) => state === "running");
    for (const { name } of runs) {
      env.event(this.#pod, "Normal", "Killing", `Stopping container ${name}`, name);
    }
    while (runs.length > 0) {
      const interrupt = new AbortController();
      const before = this.#interrupt;
      this.#interrupt = interrupt;
      const graceSeconds = this.#effectiveGraceSeconds();
      this.#graceInForceSeconds = graceSeconds;
      const either = AbortSignal.any([signal, interrupt.signal]);
      try {
        const hooksDone = this.#hooksDone;
        await stopPod({ pod: this.#pod, runs, env, graceSeconds, hooksDone }, either);
        break;
      } catch (error) {
        if (signal.aborted || !interrupt.signal.aborted) throw error;
      } finally {
        this.#interrupt = before;
        this.#graceInForceSeconds = Infinity;
      }
    }
    for (const { id, ready } of this.#state.sandboxes) {
      if (ready) await this.#stopSandbox(id, signal);
    }
  }

  #effectiveGraceSeconds(): number {
    const { metadata, spec } = this.#pod;
    return (
      this.#graceSeconds ??
      metadata.deletionGracePeriodSeconds ??
      spec.terminationGracePeriodSeconds
    );
  }

  async #stopSandbox(podSandboxId: string, signal: AbortSignal): Promise<void> {
    await this.#env.runtime.stopPodSandbox({ podSandboxId }, signal);
  }

  /** The pod is to end: what is being started is left, what is being stopped may have to hurry. */
  #end(graceSeconds: number | undefined): void {
    if (graceSeconds !== undefined) {
      this.#graceSeconds = Math.min(this.#graceSeconds ?? Infinity, graceSeconds);
    }
    const hurries = this.#effectiveGraceSeconds() < this.#graceInForceSeconds;
    if (hurries) this.#interrupt?.abort(new Error("the pod is to end"));
  }

  #holdsAnything(): boolean {
    const { runs, sandboxes } = this.#state;
    return runs.some(({ state }) => state === "running") || sandboxes.some(({ ready }) => ready);
  }

  /** The next status starts from this one: times of conditions, counts, the last phase. */
  #refreshStatus(): PodStatus {
    const env = this.#env;
    const status = this.#rejection
      ? rejectedStatus(this.#pod, this.#rejection, env.clock.now())
      : this.#ownStatus();
    this.#pod = { ...this.#pod, status };
    this.#hasStatus = true;
    return status;
  }

  #ownStatus(): PodStatus {
    const env = this.#env;
    return podStatus({
      pod: this.#pod,
      state: this.#state,
      nowMs: env.clock.now(),
      resized: (run) => this.#resized.get(run.id),
      waiting: (container) => this.#waiting.get(container.name),
      ready: (run) => env.prober.ready(run),
      started: (run) => env.prober.started(run),
      terminationMessage: (run) => this.#messages.get(run.id),
      terminating: this.#isTerminating(),
      ended: this.#settled,
      hostAddress: env.hostAddress,
      sandboxReady: this.#state.sandboxes[0]?.ready === true,
      ...(this.#failure && { failure: this.#failure }),
    });
  }

  #report(): PodStatus {
    const status = this.#refreshStatus();
    this.#env.reporter.report(this.#pod, status);
    return status;
  }

  #isTerminating(): boolean {
    return this.#removed || this.#pod.metadata.deletionTimestamp !== undefined;
  }

  #name(): string {
    return `${this.#pod.metadata.namespace}/${this.#pod.metadata.name}`;
  }

  /** Looks again after a while, unless it is poked before. The earliest of several counts. */
  #again(delayMs: number): void {
    const { clock } = this.#env;
    const dueMs = clock.monotonic() + delayMs;
    if (this.#timerDueMs <= dueMs) return;
    this.#cancelTimer?.();
    this.#timerDueMs = dueMs;
    this.#cancelTimer = clock.after(delayMs, () => {
      this.#timerDueMs = Infinity;
      this.poke();
    });
  }

  async #untilPoked(): Promise<void> {
    if (!this.#poked) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#poked = false;
  }
}

function isSameWish(left: Pod, right: Pod): boolean {
  const wish = ({ metadata, spec, status }: Pod) => [
    metadata.generation,
    metadata.deletionTimestamp,
    metadata.deletionGracePeriodSeconds,
    metadata.labels,
    metadata.annotations,
    status.phase,
    (status.conditions ?? []).filter(({ type }) => !kubeletConditions.has(type)),
    spec,
  ];
  return deepEqual(wish(left), wish(right));
}

/** Another image is another container: it does not pay for the crashes of the one before. */
function backoffKey(container: Container): string {
  return `${container.name} ${containerHash(container)}`;
}

/** A run that failed to start has no end of its own. */
function endOf(run: ContainerRun): number {
  return run.finishedAtMs || run.createdAtMs;
}
