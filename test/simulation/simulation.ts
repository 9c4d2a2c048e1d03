import type { TestServerOptions } from "#testkit/server.ts";
import type { MemberLink } from "#storage/node/etcd/member.ts";
import { revision } from "#storage/store.ts";
import type { Store } from "#storage/store.ts";
import { createClient } from "#client/typed.ts";
import { Editor, Follower, Lister, Watcher, namespaces } from "./clients.ts";
import type { Scene } from "./clients.ts";
import { etcdBackend, sqliteBackend } from "./backend.ts";
import type { Backend, StorePlan } from "./backend.ts";
import type { DiskWeather } from "./disk.ts";
import type { EtcdWeather } from "./etcd.ts";
import { History } from "./history.ts";
import { Insider, keysLeft } from "./insider.ts";
import { Ledger } from "./ledger.ts";
import { explainHistory } from "./linearizable.ts";
import { SimulatedNetwork } from "./network.ts";
import type { NetworkWeather, Tamper } from "./network.ts";
import { SimulatedProcess } from "./process.ts";
import { slowWatches } from "./stand-in.ts";
import { Witness } from "./witness.ts";
import { World } from "./world.ts";
import type { Dice } from "./world.ts";

/** A way to break the system, in order to see that it is noticed. */
export interface Breakage {
  /** The system breaks only with this one. */
  readonly backend?: BackendKind;
  readonly losesSyncChance?: number;
  /** Between etcd and those who ask it. */
  readonly member?: (link: MemberLink) => MemberLink;
  /** Between the store and the cache. */
  readonly store?: (store: Store, dice: Dice) => Store;
  /** Between the server and its clients. */
  readonly network?: (dice: Dice) => Tamper;
}

export interface Report {
  readonly seed: number;
  /** What was wrong; undefined when nothing was. */
  readonly violation: string | undefined;
  /** What happened, where it was asked for. */
  readonly lines: readonly string[];
  readonly operations: number;
  readonly revisions: number;
  /** How often which trouble came. */
  readonly troubles: ReadonlyMap<string, number>;
}

/** One run of the system under test. The seed says everything about it. */
export async function simulate(
  seed: number,
  options: {
    readonly breakage?: Breakage;
    readonly keepsLines?: boolean;
    /** The seed chooses where it is not said. */
    readonly backend?: BackendKind;
  } = {},
): Promise<Report> {
  const { breakage = {}, keepsLines = false, backend } = options;
  const world = new World(seed, { keepsLines });
  using simulation = new Simulation(world, breakage, backend);
  await simulation.run();
  return {
    seed,
    violation: world.violation,
    lines: world.lines,
    operations: simulation.operations,
    revisions: simulation.revisions,
    troubles: world.troubles,
  };
}

export type BackendKind = "sqlite" | "etcd";

interface Plan {
  readonly backend: BackendKind;
  readonly servers: number;
  readonly editors: number;
  readonly listers: number;
  readonly watchers: number;
  readonly followers: number;
  readonly names: readonly string[];
  readonly operations: number;
  readonly pauseMs: number;
  /** Things that go wrong, while clients are at work. */
  readonly crashes: number;
  readonly restarts: number;
  readonly compactions: number;
  readonly jumps: number;
  readonly disk: DiskWeather;
  readonly etcd: EtcdWeather;
  readonly network: NetworkWeather;
  readonly store: StorePlan;
  /** What an event takes from the store to the cache. */
  readonly watchMs: number;
  readonly cacher: NonNullable<TestServerOptions["cacher"]>;
}

/** Every seed has a weather of its own: faults that never come alone hide each other. */
function planOf(dice: Dice, breakage: Breakage, kind: BackendKind | undefined): Plan {
  const rarely = (chance: number) => dice.pick([0, 0, chance, chance * 5]);
  const crashes = dice.pick([0, 1, 1, 2]);
  const chosen = dice.pick(["sqlite", "sqlite", "etcd"] as const);
  const backend = kind ?? breakage.backend ?? chosen;
  return {
    backend,
    servers: backend === "etcd" ? dice.integer(1, 3) : 1,
    editors: dice.integer(1, 4),
    listers: dice.integer(0, 2),
    watchers: dice.integer(0, 3),
    followers: dice.integer(1, 3),
    names: ["a", "b", "c"].slice(0, dice.integer(1, 3)),
    operations: dice.integer(5, 20),
    pauseMs: dice.pick([1, 20, 200]),
    crashes,
    restarts: dice.pick([0, 0, 1]),
    compactions: dice.pick([0, 1, 4, 10]),
    jumps: dice.pick([0, 0, 2]),
    disk: {
      syncMs: dice.pick([0.2, 2, 20]),
      refusesChance: rarely(0.02),
      losesSyncChance: breakage.losesSyncChance ?? 0,
      mayCrash: crashes > 0,
    },
    etcd: {
      latencyMs: dice.pick([0.2, 2, 20]),
      losesRequestChance: rarely(0.01),
      losesReplyChance: rarely(0.02),
      delaysChance: rarely(0.01),
      refusesChance: rarely(0.01),
      neighbours: dice.pick([0, 5, 20]),
      breaksWatchChance: rarely(0.02),
    },
    network: {
      latencyMs: dice.pick([0.2, 2, 20]),
      losesRequestChance: rarely(0.01),
      losesReplyChance: rarely(0.02),
      tooManyChance: rarely(0.01),
      failsChance: rarely(0.01),
      cutsChance: rarely(0.02),
      splitsChance: rarely(0.05),
    },
    watchMs: dice.pick([0, 0, 2, 30]),
    store: {
      watchBacklog: dice.pick([4, 20, 1_024]),
      historyMs: dice.pick([2_000, 300_000]),
      historyMax: dice.pick([20, 200_000]),
      progressMs: dice.pick([100, 1_000, 10_000]),
    },
    cacher: {
      bookmarkMs: dice.pick([200, 2_000, 60_000]),
      backfill: dice.pick([0, 5, 10_000]),
      history: dice.pick([
        { min: 2, ms: 100, max: 4 },
        { min: 2, ms: 1_000, max: 30 },
        { min: 100, ms: 75_000, max: 100_000 },
      ]),
    },
  };
}

/** Long enough for every backoff, bookmark and TTL. */
const calmMsMax = 300_000;
const workMsMax = 600_000;

class Simulation implements Disposable {
  readonly #world: World;
  readonly #plan: Plan;
  readonly #breakage: Breakage;
  readonly #ledger: Ledger;
  readonly #backend: Backend;
  readonly #network: SimulatedNetwork;
  readonly #leave = new AbortController();
  readonly #scene: Scene;
  readonly #history = new History();
  readonly #followers: Follower[] = [];
  readonly #watchers: Watcher[] = [];
  /** What clients do until they have done it all. */
  readonly #work: Promise<void>[] = [];
  /** Those that run; each has its place. */
  readonly #processes: SimulatedProcess[] = [];
  readonly #insideFollowers = new Map<SimulatedProcess, Follower>();
  #started = 0;

  constructor(world: World, breakage: Breakage, kind: BackendKind | undefined) {
    this.#world = world;
    this.#breakage = breakage;
    this.#plan = planOf(world.dice, breakage, kind);
    world.note(() => `the plan: ${JSON.stringify(this.#plan)}`);
    this.#ledger = new Ledger(world, { isShared: this.#plan.backend === "etcd" });
    const { backend, store, disk, etcd, network, pauseMs } = this.#plan;
    const surroundings = { world, ledger: this.#ledger, store, pauseMs };
    this.#backend =
      backend === "etcd"
        ? etcdBackend(surroundings, etcd, breakage.member)
        : sqliteBackend(surroundings, disk);
    this.#network = new SimulatedNetwork({
      world,
      weather: network,
      hosts: () => this.#processes.filter(({ isReady }) => isReady),
      ...(breakage.network && { tamper: breakage.network(world.dice) }),
    });
    this.#scene = {
      world,
      ledger: this.#ledger,
      witness: new Witness(world, this.#ledger),
      history: this.#history,
      names: this.#plan.names,
      signal: this.#leave.signal,
    };
  }

  get operations(): number {
    return this.#history.operations.length;
  }

  get revisions(): number {
    return this.#ledger.newest;
  }

  async run(): Promise<void> {
    const world = this.#world;
    for (let place = 0; place < this.#plan.servers; place++) this.#start(place);
    this.#admitClients();
    this.#scheduleTrouble();
    let isDone = false;
    void Promise.all(this.#work).then(() => (isDone = true));
    const isIdle = () => isDone && this.#processes.every(({ isReady }) => isReady);
    if (!(await world.run(isIdle, workMsMax))) return this.#failed("the clients never finish");
    this.#calm();
    let isSettled = false;
    void this.#settle().then(() => (isSettled = true));
    if (!(await world.run(() => isSettled, calmMsMax * 2))) return this.#failed("nothing settles");
    this.#checkHistory();
    this.#leave.abort();
    let isStopped = false;
    void Promise.all(this.#processes.map((process) => process.stop())).then(
      () => (isStopped = true),
    );
    if (!(await world.run(() => isStopped, calmMsMax))) this.#failed("a server does not stop");
  }

  [Symbol.dispose](): void {
    this.#leave.abort();
    for (const process of this.#processes) if (!process.gone.aborted) process.kill();
    this.#backend[Symbol.dispose]();
  }

  #failed(why: string): void {
    this.#world.report(why);
  }

  #start(place: number): void {
    const world = this.#world;
    const number = ++this.#started;
    const { watchMs, cacher } = this.#plan;
    const breakStore = this.#breakage.store ?? ((opened) => opened);
    const process = new SimulatedProcess({
      world,
      name: `server-${number}`,
      random: world.randomOf(1_000 + number),
      cacher,
      openStore: (clock, isAlive) => this.#backend.open(clock, isAlive),
      tamper: (opened) => slowWatches(world, breakStore(opened, world.dice), watchMs),
    });
    this.#processes[place] = process;
    void this.#admitInsiders(process);
  }

  async #admitInsiders(process: SimulatedProcess): Promise<void> {
    const { client, store } = await process.ready;
    const { name, gone } = process;
    const isAlive = () => !gone.aborted;
    const follower = new Follower(this.#scene, `informer in ${name}`, client, isAlive);
    this.#insideFollowers.set(process, follower);
    void follower.run(AbortSignal.any([gone, this.#leave.signal]));
    const insider = new Insider(this.#scene, `insider of ${name}`, store, isAlive);
    void insider.run(this.#plan.operations, this.#plan.pauseMs);
    void insider.watch();
  }

  #admitClients(): void {
    const { editors, listers, watchers, followers, operations, pauseMs } = this.#plan;
    const { dice } = this.#world;
    const client = (name: string) => {
      const slowness = dice.pick([1, 1, 1, 10]);
      return createClient(this.#network.transport(name, { slowness }));
    };
    const count = (kind: string, number: number) =>
      Array.from({ length: number }, (_, index) => `${kind}-${index + 1}`);
    for (const name of count("editor", editors)) {
      this.#work.push(new Editor(this.#scene, name, client(name)).run(operations, pauseMs));
    }
    for (const name of count("lister", listers)) {
      this.#work.push(new Lister(this.#scene, name, client(name)).run(operations / 2, pauseMs));
    }
    for (const name of count("watcher", watchers)) {
      const watcher = new Watcher(this.#scene, name, client(name));
      this.#watchers.push(watcher);
      void watcher.run();
    }
    for (const name of count("informer", followers)) {
      const follower = new Follower(this.#scene, name, client(name));
      this.#followers.push(follower);
      void follower.run(this.#leave.signal);
    }
  }

  /** At moments that the dice choose while clients are likely to be at work. */
  #scheduleTrouble(): void {
    const { crashes, restarts, compactions, jumps, operations, pauseMs } = this.#plan;
    const { dice } = this.#world;
    const workMs = 50 + operations * pauseMs;
    const some = (times: number, act: () => void | Promise<void>) => {
      for (let count = 0; count < times; count++) {
        this.#work.push(this.#world.sleep(dice.between(0, workMs)).then(act));
      }
    };
    // Half of them wait for the next write, and come before it is safe.
    let waiting = 0;
    some(crashes, () => (dice.chance(0.5) ? this.#crash() : void waiting++));
    this.#backend.onWritten(() => {
      if (waiting === 0) return;
      waiting--;
      void this.#crash();
    });
    some(restarts, () => this.#restart());
    some(compactions, () => this.#compact());
    some(jumps, () => this.#world.jump(dice.between(-5_000, 5_000)));
  }

  async #crash(): Promise<void> {
    const { dice } = this.#world;
    const process = dice.pick(this.#processes);
    if (process.gone.aborted) return;
    process.kill();
    this.#backend.crash();
    await this.#world.sleep(dice.delayMs(100));
    this.#startAfter(process);
  }

  async #restart(): Promise<void> {
    const process = this.#world.dice.pick(this.#processes);
    if (!process.isReady) return;
    // It may be killed while it stops, and another one started.
    await Promise.race([process.stop(), aborted(process.gone)]);
    await this.#world.sleep(this.#world.dice.delayMs(10));
    this.#startAfter(process);
  }

  /** Unless somebody else has. */
  #startAfter(process: SimulatedProcess): void {
    const place = this.#processes.indexOf(process);
    if (place >= 0) this.#start(place);
  }

  async #compact(): Promise<void> {
    const process = this.#world.dice.pick(this.#processes);
    const { store } = process;
    if (!store) return;
    const at = Math.max(1, this.#ledger.shown - this.#world.dice.pick([0, 0, 3, 10]));
    this.#world.trouble("history is compacted", () => `before ${at}`);
    // What stands in the way is not what is looked at: the disk, or a crash.
    await Promise.race([store.compact(revision(at)).catch(() => undefined), aborted(process.gone)]);
  }

  #calm(): void {
    this.#world.note(() => "the weather clears up");
    this.#backend.onWritten(() => {});
    this.#network.isCalm = true;
    this.#backend.calm();
  }

  /** All that is told late is told now; then everything is read once more. */
  async #settle(): Promise<void> {
    const world = this.#world;
    const end = world.now + calmMsMax;
    let lag = this.#lag();
    while (lag && world.now < end) {
      await world.sleep(1_000);
      lag = this.#lag();
    }
    if (lag) return world.report(lag);
    const client = createClient(this.#network.transport("auditor"));
    const auditor = new Editor(this.#scene, "auditor", client);
    for (const namespace of namespaces) {
      for (const name of this.#plan.names) {
        let attempts = 5;
        while ((await auditor.perform({ namespace, name }, { type: "get" })).type === "unknown") {
          if (--attempts === 0) return world.report("the auditor cannot read");
        }
      }
    }
    const lister = new Lister(this.#scene, "auditor", client);
    for (let attempts = 5; ; attempts--) {
      try {
        return await lister.pages(undefined);
      } catch (error) {
        if (attempts === 1) return world.report(`the auditor cannot list: ${String(error)}`);
      }
    }
  }

  #lag(): string | undefined {
    const { ledger } = this.#scene;
    const inside = this.#processes.map((process) => this.#insideFollowers.get(process));
    for (const reader of [...this.#followers, ...this.#watchers, ...inside]) {
      if (reader?.lag) return reader.lag;
    }
    const [left] = keysLeft(this.#scene);
    return left && `${left} is there at ${ledger.newest}, and should have expired`;
  }

  #checkHistory(): void {
    const happened = this.#scene.witness.revisionsByValue();
    const sharesDeletes = this.#plan.backend === "etcd";
    for (const [key, operations] of this.#history.byKey()) {
      const why = explainHistory(operations, { happened, sharesDeletes });
      if (why) this.#world.report(`${key}: ${why}`);
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
