import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import type { Logger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { Event, Pod } from "#api/core/v1.ts";
import type { PodStatus, PodTemplateSpec } from "#api/core/v1.ts";
import type { Client } from "#client/client.ts";
import type { Transport } from "#client/transport.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import { InformerFactory } from "#client/informer/factory.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { createClient } from "#client/typed.ts";
import type { Controller } from "#component/controller.ts";
import { runControllers } from "#component/run.ts";
import { timestamp } from "../common/time.ts";

/** Controllers on a fake API server, with nodes that pretend, on a clock that the test moves. */
export interface TestCluster {
  readonly api: FakeApi;
  readonly client: Client;
  readonly clock: VirtualClock;
  readonly kubelet: SimulatedKubelet;
  /** Moves time on, so that all that can happen until then has happened. */
  advance(ms: number): Promise<void>;
  /** Messages of events, oldest first, as "Reason: message". */
  events(): Promise<string[]>;
  stop(): Promise<void>;
}

export async function startCluster(
  controllers: readonly Controller[],
  options: {
    logger?: Logger;
    prepare?: (client: Client) => Promise<void>;
    /** A server instead of the fake one, on this clock. */
    server?: { transport: Transport; clock: VirtualClock };
    /** Lets what runs outside of the clock come to its end; the fake server needs none. */
    settle?: () => Promise<void>;
  } = {},
): Promise<TestCluster> {
  const clock = options.server?.clock ?? new VirtualClock();
  const random = seededRandom(7);
  const api = new FakeApi({ clock, random });
  const client = createClient(options.server?.transport ?? api);
  await options.prepare?.(client);
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) {
      await clock.advance(0);
      await options.settle?.();
    }
  };
  const logger = options.logger ?? silentLogger;
  const informers = new InformerFactory({ client, clock, random, logger });
  const stop = new AbortController();
  const kubelet = new SimulatedKubelet(client, clock);
  informers.informer(Pod).subscribe({
    added: (pod) => kubelet.see(pod),
    updated: (pod) => kubelet.see(pod),
  });
  const done = runControllers(
    { client, informers, clock, random, logger, controllers },
    stop.signal,
  );
  const cluster: TestCluster = {
    api,
    client,
    clock,
    kubelet,
    async advance(ms) {
      // A chain of requests needs more turns than the clock gives between two timers.
      await settle();
      const end = clock.now() + ms;
      if (options.settle) {
        for (let due = clock.nextDue(); due !== undefined && due <= end; due = clock.nextDue()) {
          await clock.advance(Math.max(0, due - clock.now()));
          await settle();
        }
      }
      await clock.advance(end - clock.now());
      await settle();
    },
    async events() {
      const { items } = await client.list(Event);
      return items.map(({ reason, message }) => `${reason}: ${message}`);
    },
    async stop() {
      stop.abort();
      await settle();
      await done;
    },
  };
  await cluster.advance(0);
  return cluster;
}

/** Runs pods in word only: they become Ready after a while, and go when they are deleted. */
export class SimulatedKubelet {
  /** Somebody else runs the pods. */
  isIdle = false;
  /** Where new pods go. */
  node = "node-1";
  nodeFor: (pod: Pod) => string = () => this.node;
  startMs = 1_000;
  stopMs = 500;
  /** Pods whose image is not there never become ready. */
  canRun: (pod: Pod) => boolean = () => true;
  /** How its main container ends, and when after its start; it runs on when missing. */
  endOf: (pod: Pod) => { afterMs: number; exitCode: number } | undefined = () => undefined;
  readonly #client: Client;
  readonly #clock: VirtualClock;
  readonly #seen = new Set<string>();
  #addresses = 1;

  constructor(client: Client, clock: VirtualClock) {
    this.#client = client;
    this.#clock = clock;
  }

  see(pod: Pod): void {
    if (this.isIdle) return;
    const { deletionTimestamp, uid } = pod.metadata;
    const task = deletionTimestamp ? `stop ${uid}` : `start ${uid}`;
    if (this.#seen.has(task)) return;
    this.#seen.add(task);
    const delayMs = deletionTimestamp ? this.stopMs : this.startMs;
    if (!deletionTimestamp) void this.#try(() => this.#bind(pod));
    this.#clock.after(delayMs, () => {
      void this.#try(() => (deletionTimestamp ? this.#remove(pod) : this.#start(pod)));
    });
  }

  async #bind(pod: Pod): Promise<void> {
    const { namespace, name } = pod.metadata;
    if (pod.spec.nodeName) return;
    const target = { kind: "Node", name: this.nodeFor(pod) };
    const binding = { apiVersion: "v1", kind: "Binding", metadata: { namespace, name }, target };
    await this.#client.post(Pod, { namespace, name }, "binding", binding);
  }

  async #start(pod: Pod): Promise<void> {
    if (!this.canRun(pod)) return;
    const { namespace, name } = pod.metadata;
    const current = await this.#client.get(Pod, { namespace, name });
    const lastTransitionTime = timestamp(this.#clock.now());
    const ip = `10.244.0.${++this.#addresses}`;
    const status: PodStatus = {
      phase: "Running",
      podIP: ip,
      podIPs: [{ ip }],
      startTime: lastTransitionTime,
      conditions: [{ type: "Ready", status: "True", lastTransitionTime }],
    };
    const started = { ...current, status };
    await this.#client.update(Pod, started, { subresource: "status" });
    const end = this.endOf(started);
    if (end) {
      const { afterMs, exitCode } = end;
      this.#clock.after(afterMs, () => void this.#try(() => this.#end(pod, exitCode)));
    }
  }

  async #end(pod: Pod, exitCode: number): Promise<void> {
    const { namespace, name } = pod.metadata;
    const current = await this.#client.get(Pod, { namespace, name });
    const finishedAt = timestamp(this.#clock.now());
    const terminated = { exitCode, reason: exitCode === 0 ? "Completed" : "Error", finishedAt };
    const status: PodStatus = {
      ...current.status,
      phase: exitCode === 0 ? "Succeeded" : "Failed",
      conditions: [{ type: "Ready", status: "False", lastTransitionTime: finishedAt }],
      containerStatuses: pod.spec.containers.map(({ name, image = "" }) => ({
        name,
        image,
        imageID: image,
        ready: false,
        restartCount: 0,
        state: { terminated },
        lastState: {},
      })),
    };
    await this.#client.update(Pod, { ...current, status }, { subresource: "status" });
  }

  async #remove(pod: Pod): Promise<void> {
    const { namespace, name } = pod.metadata;
    await this.#client.delete(Pod, { namespace, name }, { gracePeriodSeconds: 0 });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // The pod went, or changed, under our hands: we are told of it.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }
}

/** A template of one container, as the server stores it. */
export function podTemplate(labels: Record<string, string>, image = "nginx"): PodTemplateSpec {
  return {
    metadata: { labels },
    spec: { containers: [{ name: "main", image }] },
  } as unknown as PodTemplateSpec;
}
