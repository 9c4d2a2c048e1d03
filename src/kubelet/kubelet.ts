import type { Pod } from "#api/core/v1.ts";
import { sleep } from "#base/clock.ts";
import { Scope } from "#base/scope.ts";
import { podUidLabel } from "./pod-worker/runtime-state.ts";
import { PodWorker } from "./pod-worker/worker.ts";
import type { WorkerEnvironment } from "./pod-worker/worker.ts";

/** How often every pod is looked at although nothing was heard: a repair, not the drive. */
const relistMs = 10_000;
const orphanCheckMs = 30_000;
/** How often volumes with contents from the API are brought up to date. */
const refreshMs = 60_000;

/**
 * The pods of one node. Sources (the API server, a directory of static pods) say which pods there
 * should be; each gets a worker of its own; the runtime's events wake the worker they concern.
 */
export class Kubelet {
  readonly #env: WorkerEnvironment;
  readonly #scope: Scope;
  readonly #workers = new Map<string, { worker: PodWorker; done: Promise<void> }>();
  /** Pods to start when a worker that ends the pod's former life is done. */
  readonly #next = new Map<string, Pod>();
  #synced = false;

  constructor(env: WorkerEnvironment, signal: AbortSignal) {
    this.#env = env;
    this.#scope = new Scope({
      signal,
      onFailure: (task, error) => env.logger.error("pod worker failed", { task, error }),
    });
  }

  /** A pod that should be here, or a new version of it. */
  setPod(pod: Pod): void {
    const uid = pod.metadata.uid;
    const known = this.#workers.get(uid);
    if (known) return known.worker.update(pod);
    // A finished pod that nobody deleted needs nothing, unless something of it is left here.
    this.#start(pod);
  }

  /** A pod that should not be here any more. */
  removePod(uid: string): void {
    this.#next.delete(uid);
    this.#workers.get(uid)?.worker.remove();
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

  /** Listens to the runtime until the signal aborts; containers run on afterwards. */
  async run(): Promise<void> {
    const signal = this.#scope.signal;
    this.#scope.run("runtime events", () => this.#listen(signal));
    this.#scope.run("relist", () => this.#every(relistMs, () => this.#pokeAll(), signal));
    this.#scope.run("orphans", () =>
      this.#every(orphanCheckMs, () => this.#removeOrphans(signal), signal),
    );
    this.#scope.run("volumes", () => this.#every(refreshMs, () => this.#refresh(signal), signal));
    await new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    await this.#scope.close();
  }

  #start(pod: Pod): void {
    const uid = pod.metadata.uid;
    const worker = new PodWorker(pod, this.#env);
    const done = worker.run(this.#scope.signal).finally(() => {
      this.#workers.delete(uid);
      const next = this.#next.get(uid);
      this.#next.delete(uid);
      if (next && !this.#scope.signal.aborted) this.#start(next);
    });
    this.#workers.set(uid, { worker, done });
    this.#scope.run(`pod ${pod.metadata.namespace}/${pod.metadata.name}`, () => done);
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const { runtime, logger, clock } = this.#env;
    while (!signal.aborted) {
      try {
        for await (const event of runtime.events(signal)) this.#heard(event.containerId);
      } catch (error) {
        if (signal.aborted) return;
        logger.warn("the runtime's events broke off", { error });
      }
      await sleep(clock, 500, signal).catch(() => {});
      this.#pokeAll();
    }
  }

  /** Containers of no known run may be new ones of anybody: then everybody looks. */
  #heard(containerId: string): void {
    for (const { worker } of this.#workers.values()) {
      const { runs, sandboxes } = worker.state;
      if ([...runs, ...sandboxes].some(({ id }) => id === containerId)) return worker.poke();
    }
  }

  #pokeAll(): void {
    for (const { worker } of this.#workers.values()) worker.poke();
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
    for (const { worker } of this.#workers.values()) {
      const { pod, state } = worker;
      const runs = state.runs.some(({ state: current }) => current === "running");
      if (!runs || pod.metadata.deletionTimestamp) continue;
      await this.#env.volumes.setUp(pod, signal);
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
