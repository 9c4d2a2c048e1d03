import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { invariant, required } from "#base/invariant.ts";
import { StorageFault, revision } from "#storage/store.ts";
import { Engine } from "#storage/node/sqlite/engine.ts";
import type { Answers, Opened, Request } from "#storage/node/sqlite/protocol.ts";
import type { EngineConnection } from "#storage/node/sqlite/sqlite-store.ts";
import { compareStates } from "./ledger.ts";
import type { Ledger } from "./ledger.ts";
import type { World } from "./world.ts";

/** What a disk can be like. */
export interface DiskWeather {
  /** What a write and its sync usually take. */
  readonly syncMs: number;
  readonly refusesChance: number;
  /** A broken disk: it says that it has synced, and has not. */
  readonly losesSyncChance: number;
  /** Whether the power ever goes: otherwise nobody needs to know what is safe. */
  readonly mayCrash: boolean;
}

const sectorBytes = 512;
/** Where SQLite would begin to move its log into the database, which is not simulated. */
const logBytesMax = 3_900_000;
const folder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/**
 * The disk under a SQLite store: the true engine on true files in memory, of which only that is
 * safe which was synced. When the power goes, every sector that was written since is there or not,
 * as luck has it.
 */
export class SimulatedDisk implements Disposable {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #weather: DiskWeather;
  readonly #folder = mkdtempSync(join(folder, "kijabi-simulation-"));
  #generation = 0;
  #engine: Engine | undefined;
  /** The log as it was at the last sync. */
  #safe = Buffer.alloc(0);
  /** The weather clears up at the end. */
  isCalm = false;
  /** Hears of what was written and is not safe yet. */
  onWritten: () => void = () => {};

  constructor(options: {
    readonly world: World;
    readonly ledger: Ledger;
    readonly weather: DiskWeather;
  }) {
    this.#world = options.world;
    this.#ledger = options.ledger;
    this.#weather = options.weather;
  }

  get path(): string {
    return join(this.#folder, `store-${this.#generation}.db`);
  }

  /** Opens what is there, and compares it with what was acknowledged before. */
  async connect(isAlive: () => boolean): Promise<{
    connection: EngineConnection;
    opened: Opened;
  }> {
    await this.#world.sleep(this.#world.dice.delayMs(this.#weather.syncMs));
    invariant(isAlive() && !this.#engine, "one process has the file");
    const engine = new Engine(this.path);
    this.#engine = engine;
    this.#sync();
    const { opened } = engine;
    this.#ledger.forgetAfter(opened.revision);
    this.#compare(engine, opened);
    return { connection: this.#connection(engine, isAlive), opened };
  }

  /** The process is gone, and with it the power: what was not synced is there in parts. */
  crash(): void {
    const engine = this.#engine;
    if (!engine) return;
    const [database, log] = [this.path, `${this.path}-wal`];
    const written = existsSync(log) ? readFileSync(log) : Buffer.alloc(0);
    invariant(written.length < logBytesMax, "a run is too short for a checkpoint");
    this.#generation++;
    copyFileSync(database, this.path);
    writeFileSync(`${this.path}-wal`, this.#torn(written));
    engine.close();
    this.#engine = undefined;
  }

  [Symbol.dispose](): void {
    this.#engine?.close();
    this.#engine = undefined;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Each sector as it was at the last sync or as it was written since; the length is luck, too. */
  #torn(written: Buffer): Buffer {
    const { dice } = this.#world;
    const safe = this.#safe;
    const length =
      written.length > safe.length ? dice.integer(safe.length, written.length) : written.length;
    const torn = Buffer.alloc(length);
    safe.copy(torn);
    let lost = 0;
    for (let at = 0; at < length; at += sectorBytes) {
      const end = Math.min(length, at + sectorBytes);
      if (written.subarray(at, end).equals(torn.subarray(at, end))) continue;
      if (dice.chance(0.5)) written.copy(torn, at, at, end);
      else lost++;
    }
    this.#world.trouble(
      "the power goes",
      () => `${written.length - length} bytes and ${lost} sectors are lost`,
    );
    return torn;
  }

  #sync(): void {
    if (!this.#weather.mayCrash) return;
    const log = `${this.path}-wal`;
    this.#safe = existsSync(log) ? readFileSync(log) : Buffer.alloc(0);
  }

  #connection(engine: Engine, isAlive: () => boolean): EngineConnection {
    // One request at a time, in order, as the thread serves them.
    let last: Promise<unknown> = Promise.resolve();
    const ask = <R extends Request>(request: R): Promise<Answers[R["type"]]> => {
      const answer = last.then(() => this.#serve(engine, request, isAlive));
      last = answer.catch(() => undefined);
      return answer as Promise<Answers[R["type"]]>;
    };
    return {
      onBroken: () => {},
      ask,
      close: async () => {
        await ask({ type: "close" });
        this.#engine = undefined;
      },
    };
  }

  async #serve(engine: Engine, request: Request, isAlive: () => boolean): Promise<unknown> {
    const { dice } = this.#world;
    const { syncMs, refusesChance, losesSyncChance } = this.#weather;
    const isWrite = ["commit", "expire", "compact", "advance"].includes(request.type);
    await this.#wait(isWrite ? syncMs / 2 : 0.1, isAlive);
    if (isWrite && !this.isCalm && dice.chance(refusesChance)) {
      this.#world.trouble("the disk refuses", () => request.type);
      throw new StorageFault(dice.pick(["full", "io"]), "the simulated disk refuses");
    }
    const answer = engine.answer(request);
    if (!isWrite) return answer;
    this.#record(request, answer);
    this.onWritten();
    await this.#wait(syncMs / 2, isAlive);
    if (dice.chance(losesSyncChance)) this.#world.trouble("the disk loses a sync");
    else this.#sync();
    return answer;
  }

  /** Whoever waits for a process that has died waits for ever. */
  async #wait(usualMs: number, isAlive: () => boolean): Promise<void> {
    await this.#world.sleep(this.#world.dice.delayMs(usualMs));
    if (!isAlive()) await new Promise(() => {});
  }

  #record(request: Request, answer: unknown): void {
    if (request.type === "commit") {
      const { outcomes } = answer as Answers["commit"];
      for (const [index, outcome] of outcomes.entries()) {
        if (!("created" in outcome)) continue;
        const commit = required(request.commits[index], "every outcome has a commit");
        const { key, value, ttlSeconds } = commit;
        const { revision, created } = outcome;
        const expires = value && ttlSeconds && request.now + ttlSeconds * 1000;
        this.#ledger.record({ revision, key, value, created, ...(expires && { expires }) });
      }
    }
    if (request.type === "expire") {
      for (const row of (answer as Answers["expire"]).deleted) {
        const { revision, key } = row;
        const { expires = Infinity, created = 0 } = this.#ledger.state(key, revision) ?? {};
        if (expires > request.now) this.#world.report(`${key} expires before its time`);
        this.#ledger.record({ revision, key, value: undefined, created });
      }
    }
  }

  /** What survived must be a beginning of what was written, with nothing missing and nothing else. */
  #compare(engine: Engine, { revision: newest, compacted }: Opened): void {
    const everything = { from: "", to: undefined, limit: 1_000_000 };
    const page = engine.range({ ...everything, revision: undefined, count: false });
    const expected = this.#ledger.snapshot("", newest);
    const found = page.entries.map(({ key, value, modified, created }) => ({
      key,
      value,
      revision: modified,
      created,
    }));
    compareStates(this.#world, `the database opened at ${newest}`, expected, found);
    const history = engine.history({ ...everything, after: compacted, upTo: revision(newest) });
    const written = [...this.#ledger.between("", compacted, newest)];
    const same =
      history.length === written.length &&
      history.every((row, index) => row.revision === written[index]?.revision);
    if (!same) {
      const revisions = history.map((row) => row.revision).join(" ");
      this.#world.report(`the reopened database has the history ${revisions}`);
    }
  }
}
