import { text, utf8 } from "#base/bytes.ts";
import { OverflowError } from "#base/channel.ts";
import { ClosedError } from "#base/scope.ts";
import { CompactedError, FutureRevisionError, StorageFault, revision } from "#storage/store.ts";
import type { Entry, Store, StoreEvent } from "#storage/store.ts";
import type { Scene } from "./clients.ts";
import { describe } from "./ledger.ts";
import { differenceOf } from "./witness.ts";
import type { Shown } from "./witness.ts";

export const insiderPrefix = "/registry/events/insider/";
/** In the order of their UTF-8 bytes, which is not that of their characters in memory. */
const keys = ["a", "b", "é", "\uffff", "\u{10000}"].map((name) => insiderPrefix + name);

/**
 * Uses the store itself, beside the cacher: old revisions, pages, keys that expire, watches that
 * begin in the history. Dies with its process.
 */
export class Insider {
  readonly #scene: Scene;
  readonly #name: string;
  readonly #store: Store;
  readonly #isAlive: () => boolean;

  constructor(scene: Scene, name: string, store: Store, isAlive: () => boolean) {
    this.#scene = scene;
    this.#name = name;
    this.#store = store;
    this.#isAlive = isAlive;
  }

  async run(operations: number, pauseMs: number): Promise<void> {
    const { world, signal } = this.#scene;
    for (let count = 0; count < operations; count++) {
      await world.sleep(world.dice.delayMs(pauseMs));
      if (signal.aborted || !this.#isAlive()) return;
      try {
        await world.dice.pick([
          () => this.#write(count),
          () => this.#write(count),
          () => this.#get(),
          () => this.#range(),
        ])();
      } catch (error) {
        this.#expect(error);
      }
    }
  }

  /** From some revision of the past on, until it is told to leave or is too slow. */
  async watch(): Promise<void> {
    const { world, ledger, signal } = this.#scene;
    let position = Math.max(1, ledger.shown - world.dice.integer(0, 20));
    const slowMs = world.dice.pick([0, 0, 5, 50]);
    try {
      const query = { prefix: "/registry/", after: revision(position) };
      for await (const event of this.#store.watch(query, signal)) {
        if (!this.#isAlive()) return;
        position = this.#checkEvent(event, position);
        ledger.show(position);
        if (slowMs > 0) await world.sleep(world.dice.delayMs(slowMs));
      }
    } catch (error) {
      this.#expect(error);
    }
  }

  #checkEvent(event: StoreEvent, position: number): number {
    const { ledger } = this.#scene;
    if (event.type === "progress") {
      const missed = ledger.between("/registry/", position, event.revision).next();
      if (!missed.done)
        this.#wrong(`progress to ${event.revision} skips ${describe(missed.value)}`);
      return event.revision;
    }
    const next = ledger.between("/registry/", position).next();
    const at = event.type === "put" ? event.entry.modified : event.revision;
    const key = event.type === "put" ? event.entry.key : event.key;
    const value = event.type === "put" ? text(event.entry.value) : undefined;
    const expected = next.done ? undefined : next.value;
    const wanted = expected?.value && text(expected.value);
    if (!expected || expected.revision !== at || expected.key !== key || wanted !== value) {
      this.#wrong(`after ${position}: ${at} ${key}, not ${expected && describe(expected)}`);
    }
    const before = ledger.state(key, at - 1);
    const previous = event.previous;
    if (before?.revision !== previous?.modified) {
      this.#wrong(`${at} ${key} replaces ${previous?.modified}, not ${before?.revision}`);
    }
    return at;
  }

  async #write(count: number): Promise<void> {
    const { world, ledger } = this.#scene;
    const { dice } = world;
    const key = dice.pick(keys);
    const value = dice.chance(0.7) ? utf8(`${this.#name}-${count}`) : undefined;
    const expected = dice.pick([undefined, revision(ledger.state(key, Infinity)?.revision ?? 0)]);
    const ttlSeconds = dice.pick([undefined, 1, 5]);
    const floor = ledger.shown;
    const result = await this.#store.commit({
      key,
      value,
      ...(expected !== undefined && { expected }),
      ...(ttlSeconds !== undefined && { ttlSeconds }),
    });
    if (!result.ok) {
      if (value === undefined && !result.current) return;
      if (expected === undefined || result.current?.modified === expected) {
        this.#wrong(`${key} was refused although it is at ${String(expected)}`);
      }
      return;
    }
    const written = ledger.at(key, result.revision);
    if (written?.revision !== result.revision || result.revision <= floor) {
      this.#wrong(`${key} was acknowledged at ${result.revision}, where it is not`);
    }
    const before = ledger.state(key, result.revision - 1);
    if (before?.revision !== result.previous?.modified) {
      this.#wrong(`${result.revision} ${key} replaces ${result.previous?.modified}`);
    }
    ledger.show(result.revision);
  }

  async #get(): Promise<void> {
    const { world, ledger } = this.#scene;
    const key = world.dice.pick(keys);
    const floor = ledger.shown;
    const at = world.dice.chance(0.5) ? Math.max(1, floor - world.dice.integer(0, 8)) : undefined;
    const entry = await this.#store.get(key, at === undefined ? {} : { revision: revision(at) });
    const expected = (wanted: number) => ledger.state(key, wanted)?.revision === entry?.modified;
    if (at !== undefined && !expected(at)) {
      return this.#wrong(`${key} at ${at} is of ${entry?.modified}`);
    }
    const moments = [floor, ...this.#changesAfter(floor)];
    if (at === undefined && !moments.some(expected)) {
      this.#wrong(`${key} is of ${entry?.modified} behind ${floor}`);
    }
  }

  async #range(): Promise<void> {
    const { world, ledger } = this.#scene;
    const { dice } = world;
    const floor = ledger.shown;
    const limit = dice.pick([undefined, 1, 2]);
    const start = dice.pick([undefined, dice.pick(keys)]);
    const at = dice.chance(0.5) ? Math.max(1, floor - dice.integer(0, 8)) : undefined;
    const result = await this.#store.range({
      prefix: insiderPrefix,
      ...(limit !== undefined && { limit }),
      ...(start !== undefined && { start }),
      ...(at !== undefined && { revision: revision(at) }),
    });
    if (result.revision < (at ?? floor)) this.#wrong(`a range at ${result.revision} is too old`);
    const from = keys.indexOf(start ?? keys[0] ?? "");
    const all = keys
      .slice(from)
      .map((key) => ledger.state(key, result.revision))
      .filter((written) => written !== undefined)
      .map(({ key, revision, value }) => ({ key, revision, content: value ? text(value) : "" }));
    const difference = differenceOf(all.slice(0, limit), result.entries.map(shownEntry));
    if (difference) this.#wrong(`a range at ${result.revision}: ${difference}`);
    if (result.remaining !== Math.max(0, all.length - (limit ?? Infinity))) {
      this.#wrong(`a range at ${result.revision} leaves out ${result.remaining}`);
    }
    ledger.show(result.revision);
  }

  *#changesAfter(floor: number): Generator<number, void, undefined> {
    for (const { revision } of this.#scene.ledger.between(insiderPrefix, floor)) yield revision;
  }

  #expect(error: unknown): void {
    const { world } = this.#scene;
    world.note(() => `${this.#name}: ${String(error)}`);
    if (error instanceof OverflowError) world.trouble("a watch falls behind");
    if (error instanceof FutureRevisionError)
      this.#wrong(`${error.message}, and it was shown before`);
    const isExpected =
      error instanceof CompactedError ||
      error instanceof StorageFault ||
      error instanceof OverflowError ||
      error instanceof ClosedError;
    if (!isExpected) throw error;
  }

  #wrong(why: string): void {
    this.#scene.world.report(`${this.#name}: ${why}`);
  }
}

/** Keys that will still expire. */
export function keysLeft({ ledger }: Scene): string[] {
  return keys.filter((key) => ledger.state(key, Infinity)?.expires !== undefined);
}

const shownEntry = ({ key, value, modified }: Entry): Shown => ({
  key,
  revision: modified,
  content: text(value),
});
