import type { Clock } from "#base/clock.ts";
import type { MemberLink } from "#storage/node/etcd/member.ts";
import { EtcdStore } from "#storage/node/etcd/etcd-store.ts";
import { SqliteStore } from "#storage/node/sqlite/sqlite-store.ts";
import type { SqliteStoreOptions } from "#storage/node/sqlite/sqlite-store.ts";
import type { Store } from "#storage/store.ts";
import { SimulatedDisk } from "./disk.ts";
import type { DiskWeather } from "./disk.ts";
import { SimulatedEtcd } from "./etcd.ts";
import type { EtcdWeather } from "./etcd.ts";
import type { Ledger } from "./ledger.ts";
import type { World } from "./world.ts";

export type StorePlan = Required<
  Pick<SqliteStoreOptions, "watchBacklog" | "historyMs" | "historyMax" | "progressMs">
>;

/** What lies below the servers, and outlives them. */
export interface Backend extends Disposable {
  /** For a process, which lives as long as it says. */
  open(clock: Clock, isAlive: () => boolean): Promise<Store>;
  /** A process has died. */
  crash(): void;
  /** From now on nothing goes wrong. */
  calm(): void;
  /** Hears of each write at a bad moment: before it is safe, or before anybody is told. */
  onWritten(hear: () => void): void;
}

interface Surroundings {
  readonly world: World;
  readonly ledger: Ledger;
  readonly store: StorePlan;
  /** Of those who write. */
  readonly pauseMs: number;
}

/** One server with its own disk. */
export function sqliteBackend(
  { world, ledger, store }: Surroundings,
  weather: DiskWeather,
): Backend {
  const disk = new SimulatedDisk({ world, ledger, weather });
  return {
    open: (clock, isAlive) =>
      SqliteStore.open({ path: "", clock, ...store, connect: () => disk.connect(isAlive) }),
    crash: () => disk.crash(),
    calm: () => (disk.isCalm = true),
    onWritten: (hear) => (disk.onWritten = hear),
    [Symbol.dispose]: () => disk[Symbol.dispose](),
  };
}

/** Several servers with one etcd. */
export function etcdBackend(
  { world, ledger, store, pauseMs }: Surroundings,
  weather: EtcdWeather,
  tamper: (link: MemberLink) => MemberLink = (link) => link,
): Backend {
  const etcd = new SimulatedEtcd({ world, ledger, weather });
  void etcd.runNeighbours(pauseMs);
  const { watchBacklog, historyMs, progressMs } = store;
  let opened = 0;
  return {
    open: (clock, isAlive) =>
      EtcdStore.open({
        endpoints: ["http://one:2379", "http://two:2379"],
        clock,
        random: world.randomOf(2_000 + ++opened),
        watchBacklog,
        historyMs,
        progressMs,
        timeoutMs: 3_000,
        network: { clock, open: () => tamper(etcd.open(isAlive)) },
      }),
    crash() {},
    calm: () => (etcd.isCalm = true),
    onWritten: (hear) => (etcd.onWritten = hear),
    [Symbol.dispose]() {},
  };
}
