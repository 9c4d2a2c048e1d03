import { Pod } from "#api/core/v1.ts";
import type { ContainerStatus, PodStatus } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Draft } from "#schema/message.ts";
import { Kubelet } from "../../kubelet.ts";
import type { StatusReporter } from "../../pod-worker/dependencies.ts";
import type { WorkerEnvironment } from "../../pod-worker/worker.ts";
import type { FakeBehaviour, FakeContainerSpec } from "./behaviour.ts";
import { createFakeEnvironment } from "./environment.ts";
import type { FakeEnvironment } from "./environment.ts";
import { createFakeRuntime } from "./runtime.ts";
import type { FakeRuntime } from "./runtime.ts";

export interface KubeletFixtureOptions {
  behaviour?(container: FakeContainerSpec): FakeBehaviour | undefined;
  /** Replaces parts of what surrounds the workers. */
  environment?(usual: FakeEnvironment): WorkerEnvironment;
}

/**
 * A kubelet over a fake runtime, in virtual time, and just enough of an API server that statuses
 * come back to the kubelet as they do from a watch. What happens is told line by line.
 */
export class KubeletFixture {
  readonly clock = new VirtualClock();
  readonly runtime: FakeRuntime;
  /** "+5s Pending | app waiting ContainerCreating", one line for each change of a status. */
  readonly told: string[] = [];
  /** "Warning BackOff message", without those that were told before. */
  readonly events: string[] = [];
  kubelet: Kubelet;
  readonly #options: KubeletFixtureOptions;
  readonly #random = seededRandom(1);
  readonly #pods = new Map<string, Pod>();
  readonly #startMs = this.clock.now();
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: KubeletFixtureOptions = {}) {
    this.#options = options;
    const { clock } = this;
    const behaviour = (spec: FakeContainerSpec) => options.behaviour?.(spec);
    this.runtime = createFakeRuntime({ clock, random: this.#random, behaviour });
    this.kubelet = this.#startKubelet();
  }

  /** A pod of one container "app", unless the spec says otherwise. */
  async create(name: string, spec: Partial<Draft<Pod["spec"]>> = {}): Promise<void> {
    const pod = applyDefaults(Pod, {
      metadata: { name, namespace: "default", uid: `uid-${name}`, generation: 1 },
      spec: { nodeName: "node", containers: [{ name: "app", image: "nginx:1" }], ...spec },
      status: { phase: "Pending" },
    } satisfies Draft<Pod>);
    await this.put(pod);
  }

  async put(pod: Pod): Promise<void> {
    this.#pods.set(pod.metadata.uid, pod);
    this.kubelet.setPod(pod);
    await this.advance(0);
  }

  /** As the API server has it; undefined when it was forgotten. */
  find(name: string): Pod | undefined {
    return this.#pods.get(`uid-${name}`);
  }

  pod(name: string): Pod {
    return required(this.find(name), `there is no pod ${name}`);
  }

  async delete(name: string, gracePeriodSeconds?: number): Promise<void> {
    const { metadata, spec, ...rest } = this.pod(name);
    const seconds = gracePeriodSeconds ?? spec.terminationGracePeriodSeconds;
    const deletionTimestamp = new Date(this.clock.now() + seconds * 1000).toISOString();
    const marks = { deletionTimestamp, deletionGracePeriodSeconds: seconds };
    await this.put({ ...rest, spec, metadata: { ...metadata, ...marks } });
  }

  /** Gone from the API server without waiting for anybody. */
  async forget(name: string): Promise<void> {
    this.#pods.delete(`uid-${name}`);
    this.kubelet.removePod(`uid-${name}`);
    await this.advance(0);
  }

  condition(name: string, type: string): string {
    const found = this.pod(name).status.conditions?.find((condition) => condition.type === type);
    return [found?.status, found?.reason, found?.message].filter(Boolean).join(" ");
  }

  container(name: string, container = "app"): ContainerStatus {
    const { containerStatuses = [], initContainerStatuses = [] } = this.pod(name).status;
    return required(
      [...containerStatuses, ...initContainerStatuses].find((status) => status.name === container),
      `pod ${name} has no status of ${container}`,
    );
  }

  /** Ends this kubelet, and starts another on the same runtime. */
  async restart(): Promise<void> {
    await this.stop();
    this.#stop = new AbortController();
    this.kubelet = this.#startKubelet();
    for (const pod of this.#pods.values()) this.kubelet.setPod(pod);
    this.kubelet.allPodsKnown();
    await this.advance(0);
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error("the fixture stops"));
    await this.#running;
  }

  /** Moves time from timer to timer, and lets all work come to rest in between. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.clock.now() + byMs;
    for (;;) {
      await this.#settle();
      const dueMs = this.clock.nextDue();
      if (dueMs === undefined || dueMs > endMs) break;
      await this.clock.advance(Math.max(0, dueMs - this.clock.now()));
    }
    await this.clock.advance(endMs - this.clock.now());
    await this.#settle();
  }

  async #settle(): Promise<void> {
    for (let round = 0; round < 20; round++) await this.clock.advance(0);
  }

  #startKubelet(): Kubelet {
    const { clock, runtime } = this;
    const { signal } = this.#stop;
    const usual = createFakeEnvironment({
      runtime,
      clock,
      random: this.#random,
      logger: silentLogger,
      hostAddress: "192.168.0.1",
      memoryBytes: 8e9,
      reporter: this.#reporter(signal),
      changed: (uid) => this.kubelet.poke(uid),
      event: (_pod, type, reason, message) => {
        const line = `${type} ${reason} ${message}`;
        if (!this.events.includes(line)) this.events.push(line);
      },
    });
    const kubelet = new Kubelet(this.#options.environment?.(usual) ?? usual, signal);
    this.#running = kubelet.run();
    return kubelet;
  }

  #reporter(signal: AbortSignal): StatusReporter {
    const write = (pod: Pod, status: PodStatus) => {
      const stored = this.#pods.get(pod.metadata.uid);
      if (!stored || JSON.stringify(stored.status) === JSON.stringify(status)) return;
      const next = { ...stored, status };
      this.#pods.set(pod.metadata.uid, next);
      const line = summary(status);
      if (line !== summary(stored.status)) {
        const seconds = (this.clock.now() - this.#startMs) / 1000;
        this.told.push(`+${seconds}s ${pod.metadata.name} ${line}`);
      }
      queueMicrotask(() => {
        if (this.#pods.get(pod.metadata.uid) === next && !signal.aborted) this.kubelet.setPod(next);
      });
    };
    return {
      report: write,
      finish: (pod, status) => {
        write(pod, status);
        const seconds = (this.clock.now() - this.#startMs) / 1000;
        this.told.push(`+${seconds}s ${pod.metadata.name} deleted`);
        this.#pods.delete(pod.metadata.uid);
        queueMicrotask(() => this.kubelet.removePod(pod.metadata.uid));
      },
      forget: () => {},
    };
  }
}

/** A status in one line: phase, readiness, and each container's state. */
function summary({ phase, reason, conditions = [], ...status }: PodStatus): string {
  const ready = conditions.some((one) => one.type === "Ready" && one.status === "True");
  const containers = [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
  ].map(containerSummary);
  const head = [phase, reason && `(${reason})`, ready && "ready"].filter(Boolean).join(" ");
  return [head, ...containers].join(" | ");
}

function containerSummary({ name, state, restartCount }: ContainerStatus): string {
  const { waiting, running, terminated } = state;
  const text = waiting
    ? waiting.reason
    : running
      ? "running"
      : `${terminated?.reason}(${terminated?.exitCode})`;
  return `${name} ${text}${restartCount ? ` #${restartCount}` : ""}`;
}
