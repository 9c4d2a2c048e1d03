import { DaemonSet, Deployment, StatefulSet } from "#api/apps/v1.ts";
import { Node, Pod } from "#api/core/v1.ts";
import type { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import type { Client } from "#client/client.ts";
import { StatusError } from "#client/client.ts";
import { discover } from "#client/discovery.ts";
import { EventWriter } from "#client/events/event-writer.ts";
import { InformerFactory } from "#client/informer/factory.ts";
import type { Transport } from "#client/transport.ts";
import { createClient } from "#client/typed.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import type { TestCluster } from "#controllers/testing/cluster.ts";
import { podTemplate } from "#controllers/testing/cluster.ts";
import { runScheduler } from "#scheduler/run.ts";
import { openControlledCluster } from "#testkit/node/controlled-cluster.ts";
import type { Dice } from "../world.ts";
import { unsettled } from "./end.ts";
import { Journal } from "./journal.ts";
import { Machines, quietly } from "./machines.ts";
import { create, createAll, kindOf, minAvailable, namespace, podsOf, workloads } from "./scene.ts";
import type { Workload } from "./scene.ts";
import { Weather } from "./weather.ts";
import type { Tamper } from "./weather.ts";
import { Witness } from "./witness.ts";

/** A way to break the controllers or the scheduler, in order to see that it is noticed. */
export interface ControllerBreakage {
  readonly tamper?: (dice: Dice) => Tamper;
  /** Controllers that do not run. */
  readonly without?: string;
  /** Pods are taken away with no regard to budgets. */
  readonly ignoresBudgets?: boolean;
}

export interface ControllerReport {
  readonly seed: number;
  /** What was wrong; undefined when nothing was. */
  readonly violation: string | undefined;
  /** What happened, where it was asked for. */
  readonly lines: readonly string[];
  readonly steps: number;
  /** Of all objects that are watched over. */
  readonly changes: number;
}

const steps = 25;
/** What is not as it should be after so long of calm will not be. */
const calmMsMax = 1_800_000;
const calmStepMs = 30_000;

/** One run of all controllers and the scheduler under disturbances. The seed says everything. */
export async function runControllerSeed(
  seed: number,
  options: { readonly breakage?: ControllerBreakage; readonly keepsLines?: boolean } = {},
): Promise<ControllerReport> {
  const start = Date.UTC(2026, 0, 1);
  const journal = new Journal(seed, { keepsLines: options.keepsLines ?? false, start });
  const run = await Run.open(journal, options.breakage ?? {});
  try {
    await run.play();
  } finally {
    await run.close();
  }
  const { lines, violation } = journal;
  return { seed, violation, lines, steps: run.steps, changes: run.changes };
}

class Run {
  steps = 0;
  readonly #journal: Journal;
  readonly #dice: Dice;
  readonly #breakage: ControllerBreakage;
  readonly #cluster: TestCluster;
  readonly #clock: VirtualClock;
  readonly #client: Client;
  readonly #weather: Weather;
  readonly #machines: Machines;
  readonly #witness: Witness;
  readonly #takenAway = new Set<string>();
  readonly #evicted: { uid: string; at: number }[] = [];
  readonly #stop = new AbortController();
  readonly #tasks: Promise<unknown>[] = [];
  #version = 1;

  static async open(journal: Journal, breakage: ControllerBreakage): Promise<Run> {
    const parts: { weather?: Weather; direct?: Transport; clock?: VirtualClock } = {};
    const cluster = await openControlledCluster({
      seed: journal.seed,
      nodes: [],
      choose: (name) => name !== breakage.without,
      between(direct, clock) {
        const dice = journal.diceOf(1);
        const tamper = breakage.tamper?.(journal.diceOf(2));
        const now = () => clock.now();
        parts.weather = new Weather(direct, { dice, now, ...(tamper && { tamper }) });
        parts.direct = direct;
        return parts.weather;
      },
      async prepare() {
        if (parts.weather) await discover(parts.weather);
      },
    });
    const { weather, direct } = parts;
    if (!weather || !direct) throw new Error("the cluster did not ask for its transport");
    return new Run(journal, { breakage, cluster, weather, direct });
  }

  private constructor(
    journal: Journal,
    parts: {
      breakage: ControllerBreakage;
      cluster: TestCluster;
      weather: Weather;
      direct: Transport;
    },
  ) {
    const { breakage, cluster, weather, direct } = parts;
    this.#journal = journal;
    this.#dice = journal.dice;
    this.#breakage = breakage;
    this.#cluster = cluster;
    this.#clock = cluster.clock;
    this.#weather = weather;
    this.#client = createClient(direct);
    cluster.kubelet.isIdle = true;
    this.#machines = new Machines(this.#client, this.#clock, journal.diceOf(3));
    this.#witness = new Witness({
      client: this.#client,
      clock: this.#clock,
      tell: (line) => this.#tell(line),
      accuse: (what) => this.#accuse(what),
      lostSince: (from) => weather.lostCreations.filter((at) => at > from).length,
      takenAway: this.#takenAway,
      isRunningOn: (node, uid) => this.#machines.isRunning(node, uid),
    });
  }

  get changes(): number {
    return this.#witness.changes;
  }

  async play(): Promise<void> {
    this.#tasks.push(this.#witness.run(this.#stop.signal), this.#schedule(this.#stop.signal));
    for (let node = 1; node <= 4; node++) await this.#machines.add(`node-${node}`);
    await this.#cluster.advance(3_000);
    await createAll(this.#client, this.#dice);
    await this.#cluster.advance(this.#dice.between(0, 20_000));
    while (this.steps < steps && this.#journal.violation === undefined) {
      this.steps++;
      await this.#step();
      const calm = this.#dice.chance(0.15);
      await this.#cluster.advance(this.#dice.between(0, calm ? 120_000 : 6_000));
    }
    if (this.#journal.violation === undefined) await this.#calmDown();
  }

  async close(): Promise<void> {
    this.#machines.stop();
    this.#stop.abort();
    await this.#cluster.stop();
    await Promise.all(this.#tasks);
  }

  #tell(line: string): void {
    this.#journal.tell(this.#clock.now(), line);
  }

  #accuse(what: string): void {
    this.#journal.accuse(this.#clock.now(), what);
  }

  async #schedule(signal: AbortSignal): Promise<void> {
    const environment = {
      client: createClient(this.#weather),
      clock: this.#clock,
      random: this.#journal.randomOf(4),
      logger: silentLogger,
    };
    const informers = new InformerFactory(environment);
    const writer = new EventWriter(environment);
    informers.start(signal);
    const events = (component: string) => writer.recorder({ component });
    try {
      await runScheduler({ ...environment, informers, events }, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await informers.close();
    }
  }

  async #step(): Promise<void> {
    const action = this.#dice.pick(actions);
    this.#tell(`> ${action}`);
    await quietly(() => this.#act(action));
  }

  async #act(action: Action): Promise<void> {
    const node = this.#dice.pick(this.#machines.names);
    switch (action) {
      case "scale":
        return this.#scale();
      case "new image":
        return this.#newImage();
      case "delete a pod":
        return this.#deletePod();
      case "evict":
        return this.#evict();
      case "delete and make again":
        return this.#again();
      case "storm":
        this.#weather.failure = this.#dice.between(0.05, 0.4);
        return;
      case "calm":
        this.#weather.failure = 0;
        return;
      case "sickness":
        this.#machines.sickness = this.#dice.pick([0, 0.01, 0.05]);
        return;
      case "silence a node":
        // The others have to be able to run everything.
        if (this.#machines.names.every((name) => this.#machines.isAlive(name))) {
          this.#machines.silence(node);
        }
        return;
      case "revive the nodes":
        for (const name of this.#machines.names) this.#machines.revive(name);
        return;
      case "replace a node":
        for (const pod of this.#witness.pods) {
          if (pod.spec.nodeName === node) this.#takenAway.add(pod.metadata.uid);
        }
        await this.#machines.remove(node);
        await this.#cluster.advance(this.#dice.between(0, 90_000));
        return this.#machines.add(node);
      case "cordon":
        return this.#cordon(node, this.#dice.chance(0.5));
      default:
        action satisfies never;
    }
  }

  async #scale(): Promise<void> {
    const workload = this.#dice.pick(["web", "set", "db"] as const);
    const replicas = this.#dice.integer(0, 6);
    this.#tell(`${workload} to ${replicas}`);
    const patch = { type: "merge", patch: { spec: { replicas } } } as const;
    await this.#client.patch(kindOf[workload], { namespace, name: workload }, patch);
  }

  async #newImage(): Promise<void> {
    const workload = this.#dice.pick(["web", "db", "agent"] as const);
    const template = podTemplate({ app: workload }, `nginx:${++this.#version}`);
    const patch = { type: "merge", patch: { spec: { template } } } as const;
    const place = { namespace, name: workload };
    if (workload === "web") await this.#client.patch(Deployment, place, patch);
    else if (workload === "db") await this.#client.patch(StatefulSet, place, patch);
    else await this.#client.patch(DaemonSet, place, patch);
  }

  async #deletePod(): Promise<void> {
    const pods = this.#witness.pods;
    if (pods.length === 0) return;
    const { name, uid } = this.#dice.pick(pods).metadata;
    this.#takenAway.add(uid);
    const isForced = this.#dice.chance(0.3);
    const options = isForced ? { gracePeriodSeconds: 0 } : {};
    await this.#client.delete(Pod, { namespace, name }, options);
  }

  async #evict(): Promise<void> {
    const pods = podsOf(this.#witness.pods, "web").filter(
      ({ metadata }) => !metadata.deletionTimestamp,
    );
    if (pods.length === 0) return;
    const pod = this.#dice.pick(pods);
    const { name, uid } = pod.metadata;
    const from = this.#clock.now() - 60_000;
    const gone = new Set(this.#evicted.filter(({ at }) => at > from).map((one) => one.uid));
    const healthy = this.#witness.healthy("web").map(({ metadata }) => metadata.uid);
    const left = healthy.filter((other) => other !== uid && !gone.has(other)).length;
    const isHealthy = healthy.includes(uid);
    try {
      if (this.#breakage.ignoresBudgets) await this.#client.delete(Pod, { namespace, name });
      else {
        const eviction = {
          apiVersion: "policy/v1",
          kind: "Eviction",
          metadata: { namespace, name },
        };
        await this.#client.post(Pod, { namespace, name }, "eviction", eviction);
      }
    } catch (error) {
      if (error instanceof StatusError && error.status.code === 429) return;
      throw error;
    }
    this.#takenAway.add(uid);
    this.#evicted.push({ uid, at: this.#clock.now() });
    // One that does not run yet, or has ended, may go at any time: a budget is not even asked.
    if (!isHealthy || isFinished(pod) || left >= minAvailable) return;
    this.#accuse(`${name} was evicted, ${left} healthy ones are left of ${minAvailable}`);
  }

  async #again(): Promise<void> {
    const workload: Workload = this.#dice.pick(workloads);
    const propagationPolicy = this.#dice.pick(["Background", "Foreground"] as const);
    for (const { metadata } of podsOf(this.#witness.pods, workload)) {
      this.#takenAway.add(metadata.uid);
    }
    const place = { namespace, name: workload };
    await this.#client.delete(kindOf[workload], place, { propagationPolicy });
    for (let tries = 0; tries < 20; tries++) {
      await this.#cluster.advance(this.#dice.between(500, 20_000));
      if (!(await this.#client.find(kindOf[workload], place))) break;
    }
    if (await this.#client.find(kindOf[workload], place)) return;
    await create(workload, this.#client, this.#dice);
  }

  async #cordon(name: string, unschedulable: boolean): Promise<void> {
    const patch = { type: "merge", patch: { spec: { unschedulable } } } as const;
    await this.#client.patch(Node, { name }, patch);
  }

  /** Nothing disturbs any more: sooner or later all is as everybody wanted it. */
  async #calmDown(): Promise<void> {
    this.#tell(`> all is calm`);
    this.#weather.failure = 0;
    this.#machines.sickness = 0;
    for (const name of this.#machines.names) {
      this.#machines.revive(name);
      await quietly(() => this.#cordon(name, false));
    }
    let left: string | undefined;
    for (let calmMs = 0; calmMs < calmMsMax; calmMs += calmStepMs) {
      await this.#cluster.advance(calmStepMs);
      if (this.#journal.violation !== undefined) return;
      left = await unsettled(this.#client);
      if (left === undefined) return;
    }
    this.#accuse(`it does not settle: ${left}`);
  }
}

const actions = [
  "scale",
  "scale",
  "new image",
  "delete a pod",
  "evict",
  "evict",
  "delete and make again",
  "storm",
  "calm",
  "sickness",
  "silence a node",
  "revive the nodes",
  "replace a node",
  "cordon",
] as const;
type Action = (typeof actions)[number];
