import type { VirtualClock } from "#base/clock.ts";
import { Lease } from "#api/coordination/v1.ts";
import { Node, Pod } from "#api/core/v1.ts";
import type { PodCondition } from "#api/core/v1.ts";
import type { Client } from "#client/client.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import type { Dice } from "../world.ts";

const tickMs = 1_000;
const heartbeatMs = 10_000;
const startMs = 1_000;
const stopMs = 1_000;
const jobMs = 5_000;
/** Room for pods on each node: little, so that the scheduler has to choose. */
export const podsMax = 12;

interface Machine {
  isAlive: boolean;
  heartbeatAt: number;
  /** Ids of the pods that were started and not stopped. */
  readonly running: Set<string>;
}

/** Machines whose pods pretend to run: a silent one neither starts, stops nor says anything. */
export class Machines {
  readonly #client: Client;
  readonly #clock: VirtualClock;
  readonly #dice: Dice;
  readonly #machines = new Map<string, Machine>();
  /** When a pod was first seen as it is now, by uid. */
  readonly #since = new Map<string, number>();
  /** Of 1, for each pod and second, that it is not ready for a while. */
  sickness = 0;
  #addresses = 1;
  #isStopped = false;

  constructor(client: Client, clock: VirtualClock, dice: Dice) {
    this.#client = client;
    this.#clock = clock;
    this.#dice = dice;
    this.#next();
  }

  get names(): string[] {
    return [...this.#machines.keys()];
  }

  isAlive(name: string): boolean {
    return this.#machines.get(name)?.isAlive ?? false;
  }

  /** Also when it is silent: nobody can know then what it does. */
  isRunning(name: string, uid: string): boolean {
    return this.#machines.get(name)?.running.has(uid) ?? false;
  }

  async add(name: string): Promise<void> {
    if (!(await this.#client.find(Node, { name }))) {
      const labels = { "kubernetes.io/hostname": name };
      await this.#client.create(Node, { metadata: { name, labels } });
    }
    if (!(await this.#client.find(Lease, { namespace: "kube-node-lease", name }))) {
      await this.#client.create(Lease, { metadata: { namespace: "kube-node-lease", name } });
    }
    this.#machines.set(name, { isAlive: true, heartbeatAt: -Infinity, running: new Set() });
  }

  silence(name: string): void {
    const machine = this.#machines.get(name);
    if (machine) machine.isAlive = false;
  }

  revive(name: string): void {
    const machine = this.#machines.get(name);
    if (!machine) return;
    machine.isAlive = true;
    machine.heartbeatAt = -Infinity;
  }

  /** For good: it comes back under its name as another one. */
  async remove(name: string): Promise<void> {
    this.#machines.delete(name);
    await quietly(() => this.#client.delete(Node, { name }));
  }

  stop(): void {
    this.#isStopped = true;
  }

  #next(): void {
    this.#clock.after(tickMs, () => {
      if (this.#isStopped) return;
      void this.#tick();
      this.#next();
    });
  }

  async #tick(): Promise<void> {
    const { items } = await this.#client.list(Pod);
    const pods = [...items].sort((one, other) => (one.metadata.uid < other.metadata.uid ? -1 : 1));
    for (const [name, machine] of this.#machines) {
      if (!machine.isAlive) continue;
      if (this.#clock.now() - machine.heartbeatAt >= heartbeatMs) {
        machine.heartbeatAt = this.#clock.now();
        await quietly(() => this.#beat(name));
      }
      for (const pod of pods) {
        if (pod.spec.nodeName === name) await quietly(() => this.#run(pod, machine));
      }
    }
  }

  async #beat(name: string): Promise<void> {
    const node = await this.#client.get(Node, { name });
    const now = timeText(this.#clock.now());
    const ready = {
      type: "Ready",
      status: "True",
      reason: "KubeletReady",
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    };
    const others = (node.status.conditions ?? []).filter(({ type }) => type !== "Ready");
    const allocatable = { cpu: "4", memory: "8Gi", pods: String(podsMax) };
    const status = { conditions: [...others, ready], allocatable, capacity: allocatable };
    const patch = { type: "merge", patch: { status } } as const;
    await this.#client.patch(Node, { name }, patch, { subresource: "status" });
  }

  async #run(pod: Pod, { running }: Machine): Promise<void> {
    const { deletionTimestamp, labels, uid } = pod.metadata;
    const state = `${uid} ${deletionTimestamp ? "going" : (pod.status.phase ?? "Pending")}`;
    const since = this.#since.get(state) ?? this.#clock.now();
    this.#since.set(state, since);
    const ageMs = this.#clock.now() - since;
    if (deletionTimestamp) {
      if (ageMs < stopMs) return;
      const { namespace, name } = pod.metadata;
      running.delete(uid);
      const options = { gracePeriodSeconds: 0, preconditions: { uid } };
      await this.#client.delete(Pod, { namespace, name }, options);
    } else if (isFinished(pod)) {
      return;
    } else if (pod.status.phase !== "Running") {
      if (ageMs < startMs) return;
      running.add(uid);
      await this.#say(pod, "Running", true);
    } else if (labels?.["app"] === "work") {
      if (ageMs < jobMs) return;
      running.delete(uid);
      await this.#say(pod, this.#dice.chance(0.1) ? "Failed" : "Succeeded", false);
    } else if (!isReady(pod)) {
      if (this.#dice.chance(0.3)) await this.#say(pod, "Running", true);
    } else if (this.sickness > 0 && this.#dice.chance(this.sickness)) {
      await this.#say(pod, "Running", false);
    }
  }

  async #say(pod: Pod, phase: string, isReady: boolean): Promise<void> {
    const { namespace, name, uid } = pod.metadata;
    const time = timeText(this.#clock.now());
    const ready: PodCondition = {
      type: "Ready",
      status: isReady ? "True" : "False",
      lastTransitionTime: time,
    };
    const others = (pod.status.conditions ?? []).filter(({ type }) => type !== "Ready");
    const number = this.#addresses++;
    const ip = pod.status.podIP ?? `10.244.${number >> 8}.${number & 255}`;
    const status = {
      phase,
      conditions: [...others, ready],
      podIP: ip,
      podIPs: [{ ip }],
      startTime: pod.status.startTime ?? time,
    };
    const patch = { type: "merge", patch: { metadata: { uid }, status } } as const;
    await this.#client.patch(Pod, { namespace, name }, patch, { subresource: "status" });
  }
}

export function isReady({ status }: Pod): boolean {
  return status.conditions?.find(({ type }) => type === "Ready")?.status === "True";
}

const timeText = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** What is gone or has changed under our hands is looked at again at the next tick. */
export async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
