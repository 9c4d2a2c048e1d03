import type { Node, Pod } from "#api/core/v1.ts";
import { sleep } from "#base/clock.ts";
import { Scope } from "#base/scope.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { admit, isAboutLabels, misfit, shortage } from "./admission/admit.ts";
import type { Rejection } from "./admission/admit.ts";
import { isCritical, victimsFor } from "./admission/preempt.ts";
import { RejectionPace } from "./admission/pace.ts";
import { fingerprintOf, podUidLabel, readFingerprints } from "./pod-worker/runtime-state.ts";
import { PodWorker } from "./pod-worker/worker.ts";
import type { WorkerEnvironment } from "./pod-worker/worker.ts";
import { isTerminalPhase } from "./status/pod-status.ts";

/** How often things are looked at although nothing was heard of them. */
export interface KubeletPeriods {
  /** What runs, of all pods at once: for events that were lost. */
  readonly relistMs: number;
  /** Every pod, whether anything seems to have changed or not: a repair, not the drive. */
  readonly resyncMs: number;
  readonly orphanCheckMs: number;
  /** Volumes with contents from the API. */
  readonly refreshMs: number;
}

const usualPeriods: KubeletPeriods = {
  relistMs: 10_000,
  resyncMs: 60_000,
  orphanCheckMs: 30_000,
  refreshMs: 60_000,
};

const preempted = "Preempted in order to admit critical pod";
const roomLookMs = 200;

/**
 * The pods of one node. Sources (the API server, a directory of static pods) say which pods there
 * should be; each gets a worker of its own; the runtime's events wake the worker they concern.
 */
export class Kubelet {
  readonly #env: WorkerEnvironment;
  readonly #scope: Scope;
  readonly #periods: KubeletPeriods;
  readonly #workers = new Map<string, { worker: PodWorker; done: Promise<void> }>();
  /** Pods to start when a worker that ends the pod's former life is done. */
  readonly #next = new Map<string, Pod>();
  /** Deleted pods that have ended here, and wait for the API server to forget them. */
  readonly #ended = new Set<string>();
  readonly #pace: RejectionPace;
  #synced = false;

  constructor(env: WorkerEnvironment, signal: AbortSignal, periods: Partial<KubeletPeriods> = {}) {
    this.#env = env;
    this.#pace = new RejectionPace(env.clock);
    // Who seldom lists has a reason to: such a kubelet looks at its pods no more often.
    const resyncMs = Math.max(usualPeriods.resyncMs, periods.relistMs ?? 0);
    this.#periods = { ...usualPeriods, resyncMs, ...periods };
    this.#scope = new Scope({
      signal,
      onFailure: (task, error) => env.logger.error("pod worker failed", { task, error }),
    });
  }

  /**
   * A pod that should be here, or a new version of it. Finished pods have workers too, as long as
   * they are not deleted: their logs are asked for. Such a worker does nothing but hold them.
   */
  setPod(pod: Pod): void {
    const { uid } = pod.metadata;
    if (this.#ended.has(uid)) return;
    const worker = this.worker(uid);
    if (!worker) this.#start(pod);
    else if (worker.removed) this.#next.set(uid, pod);
    else {
      const { labels, annotations } = worker.pod.metadata;
      worker.update(pod);
      // Volumes show these to the pod itself, which should not see them a minute late.
      const { metadata } = pod;
      if (!deepEqual([labels, annotations], [metadata.labels, metadata.annotations])) {
        this.#scope.run("volumes", () => this.#refreshVolumes(worker, this.#scope.signal));
      }
    }
  }

  /** A pod that should not be here any more. */
  removePod(uid: string): void {
    this.#next.delete(uid);
    this.#ended.delete(uid);
    this.worker(uid)?.remove();
  }

  /** All sources have named their pods once: what runs besides them is left over. */
  allPodsKnown(): void {
    this.#synced = true;
  }

  get pods(): readonly Pod[] {
    return [...this.#workers.values()].map(({ worker }) => worker.pod);
  }

  worker(uid: string): PodWorker | undefined {
    return this.#workers.get(uid)?.worker;
  }

  findPod(namespace: string, name: string): PodWorker | undefined {
    for (const { worker } of this.#workers.values()) {
      const { metadata } = worker.pod;
      if (metadata.namespace === namespace && metadata.name === name) return worker;
    }
    return undefined;
  }

  /** Something about the pod changed: a probe's verdict, a volume's content. */
  poke(uid: string): void {
    this.#workers.get(uid)?.worker.poke();
  }

  /** ConfigMaps or Secrets that pods of the namespace use, or wait for, are others now. */
  objectsChanged(namespace: string): void {
    const { signal } = this.#scope;
    for (const { worker } of this.#workers.values()) {
      const { metadata, status } = worker.pod;
      if (metadata.namespace !== namespace || worker.settled) continue;
      this.#scope.run("volumes", () => this.#refreshVolumes(worker, signal));
      if (status.phase === "Pending") worker.poke();
    }
  }

  /** Listens to the runtime until the signal aborts; containers run on afterwards. */
  async run(): Promise<void> {
    const { signal } = this.#scope;
    const { relistMs, resyncMs, orphanCheckMs, refreshMs } = this.#periods;
    this.#scope.run("runtime events", () => this.#listen(signal));
    this.#scope.run("relist", () => this.#every(relistMs, () => this.#relist(signal), signal));
    this.#scope.run("resync", () => this.#every(resyncMs, () => this.#pokeAll(), signal));
    this.#scope.run("orphans", () =>
      this.#every(orphanCheckMs, () => this.#removeOrphans(signal), signal),
    );
    this.#scope.run("volumes", () => this.#every(refreshMs, () => this.#refresh(signal), signal));
    if (!signal.aborted) {
      await new Promise<void>((resolve) =>
        signal.addEventListener("abort", () => resolve(), { once: true }),
      );
    }
    await this.#scope.close();
  }

  #start(pod: Pod): void {
    const { uid } = pod.metadata;
    const worker = new PodWorker(pod, this.#env);
    const done = this.#runWorker(worker).finally(() => {
      this.#workers.delete(uid);
      if (!worker.removed) this.#ended.add(uid);
      const next = this.#next.get(uid);
      this.#next.delete(uid);
      if (next && !this.#scope.signal.aborted) this.#start(next);
    });
    this.#workers.set(uid, { worker, done });
    this.#scope.run(`pod ${pod.metadata.namespace}/${pod.metadata.name}`, () => done);
  }

  async #runWorker(worker: PodWorker): Promise<void> {
    const { signal } = this.#scope;
    const rejection = await this.#admit(worker.pod, signal);
    if (rejection) {
      worker.reject(rejection);
      await this.#pace.wait(signal).catch(() => {}); // It ends.
    }
    await worker.run(signal);
  }

  /** Those that run here already, or have ended, are not asked about again. */
  async #admit(pod: Pod, signal: AbortSignal): Promise<Rejection | undefined> {
    const { node: own, logger } = this.#env;
    const node = own?.lastSeen;
    const { deletionTimestamp, uid } = pod.metadata;
    const { phase, startTime } = pod.status;
    if (!own || !node || deletionTimestamp || startTime || isTerminalPhase(phase)) return undefined;
    if (isCritical(pod)) await this.#makeRoom(pod, node, signal);
    const rejection = admit(pod, node, this.#taken(uid));
    if (!rejection || !isAboutLabels(rejection)) return rejection;
    try {
      return admit(pod, await own.look(signal), this.#taken(uid));
    } catch (error) {
      if (!signal.aborted) logger.warn("the node's labels may be old", { error });
      return rejection;
    }
  }

  /** Ends others, where that lets a critical pod run, and waits until they have. */
  async #makeRoom(pod: Pod, node: Node, signal: AbortSignal): Promise<void> {
    const { clock } = this.#env;
    const others = this.#taken(pod.metadata.uid);
    if (!shortage(pod, node, others) || misfit(pod, node, others)) return;
    const victims = victimsFor(pod, node, others) ?? [];
    for (const { metadata, spec } of victims) {
      const worker = this.worker(metadata.uid);
      if (!worker) continue;
      this.#env.event(worker.pod, "Warning", "Preempting", preempted);
      worker.fail("Preempting", preempted, spec.terminationGracePeriodSeconds);
    }
    const uids = new Set(victims.map(({ metadata }) => metadata.uid));
    const isThere = () =>
      this.#taken(pod.metadata.uid).some(({ metadata }) => uids.has(metadata.uid));
    while (!signal.aborted && isThere()) await sleep(clock, roomLookMs, signal).catch(() => {});
  }

  /** All other pods that may still hold something of the node. */
  #taken(uid: string): Pod[] {
    return [...this.#workers.values()].flatMap(({ worker: { pod, rejected } }) =>
      rejected || pod.metadata.uid === uid || isTerminalPhase(pod.status.phase) ? [] : [pod],
    );
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const { runtime, logger, clock } = this.#env;
    while (!signal.aborted) {
      try {
        for await (const { type, containerId } of runtime.events(signal)) {
          // Nobody but the workers starts or deletes anything: they know.
          if (type === "stopped") this.#heard(containerId);
        }
      } catch (error) {
        if (signal.aborted) return;
        logger.warn("the runtime's events broke off", { error });
      }
      await sleep(clock, 500, signal).catch(() => {});
      this.#pokeAll();
    }
  }

  /** What nobody knows belongs to a worker that is just about to: it looks once more. */
  #heard(containerId: string): void {
    for (const { worker } of this.#workers.values()) {
      const { runs, sandboxes } = worker.state;
      if ([...runs, ...sandboxes].some(({ id }) => id === containerId)) {
        return worker.heardEnd(containerId);
      }
    }
    for (const { worker } of this.#workers.values()) {
      if (worker.working) worker.heardEnd(containerId);
    }
  }

  async #relist(signal: AbortSignal): Promise<void> {
    const found = await readFingerprints(this.#env.runtime, signal);
    for (const [uid, { worker }] of this.#workers) {
      if (worker.settled || worker.working) continue;
      if ((found.get(uid) ?? "") !== fingerprintOf(worker.state)) worker.poke();
    }
  }

  #pokeAll(): void {
    for (const { worker } of this.#workers.values()) if (!worker.settled) worker.poke();
  }

  async #every(
    periodMs: number,
    work: () => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#env.clock, periodMs, signal).catch(() => {});
      if (signal.aborted) return;
      try {
        await work();
      } catch (error) {
        if (!signal.aborted) this.#env.logger.warn("periodic work failed", { error });
      }
    }
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    for (const { worker } of this.#workers.values()) await this.#refreshVolumes(worker, signal);
  }

  async #refreshVolumes({ pod, state, removed }: PodWorker, signal: AbortSignal): Promise<void> {
    const runs = state.runs.some(({ state: current }) => current === "running");
    if (!runs || removed || pod.metadata.deletionTimestamp) return;
    try {
      await this.#env.volumes.refresh(pod, signal);
    } catch (error) {
      if (signal.aborted) return;
      // The pod runs on with what it has; a ConfigMap that is gone does not take the others along.
      const { namespace, name } = pod.metadata;
      this.#env.logger.warn("volumes not brought up to date", {
        pod: `${namespace}/${name}`,
        error,
      });
    }
  }

  /** Ends what runs here for pods that nobody wants: deleted while this kubelet was away. */
  async #removeOrphans(signal: AbortSignal): Promise<void> {
    if (!this.#synced) return;
    const { runtime, logger, files, volumes, cgroups } = this.#env;
    const { items } = await runtime.listPodSandbox({}, signal);
    for (const { id, labels } of items) {
      const uid = labels[podUidLabel];
      if (!uid || this.#workers.has(uid)) continue;
      logger.info("removing what a deleted pod left", { uid, sandbox: id });
      await runtime.stopPodSandbox({ podSandboxId: id }, signal);
      await runtime.removePodSandbox({ podSandboxId: id }, signal);
      await volumes.tearDown(uid);
      await cgroups.remove(uid);
      await files.removePod(uid);
    }
  }
}
