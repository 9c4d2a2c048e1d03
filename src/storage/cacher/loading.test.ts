import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { text, utf8 } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { ClosedError } from "#base/scope.ts";
import { MemoryStore } from "../memory/memory-store.ts";
import { CompactedError, revision } from "../store.ts";
import type { RangeQuery, RangeResult, Store } from "../store.ts";
import { Cacher } from "./cacher.ts";

const pods = "/registry/pods/";

/** A store that gives away one entry at a time, when it is told to. */
class SlowStore {
  readonly store: Store;
  #next = Promise.withResolvers<void>();

  constructor(memory: Store) {
    const ranges = this.#ranges.bind(this, memory);
    this.store = {
      get: (key, options) => memory.get(key, options),
      range: (query, signal) => memory.range(query, signal),
      ranges,
      commit: (commit) => memory.commit(commit),
      watch: (query, signal) => memory.watch(query, signal),
      current: () => memory.current(),
      compact: (at) => memory.compact(at),
      [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose](),
    };
  }

  async *#ranges(memory: Store, query: RangeQuery, signal?: AbortSignal) {
    const { entries, ...rest }: RangeResult = await memory.range(query, signal);
    for (const entry of entries) {
      await this.#next.promise;
      signal?.throwIfAborted();
      yield { entries: [entry], ...rest };
    }
    await this.#next.promise;
  }

  async go(): Promise<void> {
    const { resolve } = this.#next;
    this.#next = Promise.withResolvers<void>();
    resolve();
    await settled();
  }

  async fail(error: unknown): Promise<void> {
    const { reject } = this.#next;
    this.#next = Promise.withResolvers<void>();
    reject(error);
    await settled();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function setUp(context: TestContext, backfill = 2) {
  const clock = new VirtualClock();
  const memory = new MemoryStore({ clock });
  const write = (name: string, value: string | undefined) =>
    memory.commit({ key: name, value: value === undefined ? value : utf8(value) });
  for (const name of ["a", "b", "c"]) await write(`${pods}default/${name}`, "1");
  await write("/registry/configmaps/default/x", "1");
  // What is after the revision that is read is told of as what has happened since.
  await write(`${pods}default/b`, undefined);
  await write(`${pods}default/c`, "2");
  const slow = new SlowStore(memory);
  const cacher = new Cacher({ store: slow.store, clock, backfill });
  context.after(async () => {
    await cacher[Symbol.asyncDispose]();
    await memory[Symbol.asyncDispose]();
  });
  const follow = (signal: AbortSignal = new AbortController().signal) => {
    const lines: string[] = [];
    const ended = (async () => {
      const query = { prefix: pods, initial: true, early: true };
      for await (const event of cacher.watch(query, signal)) {
        if (event.type === "bookmark") lines.push(`bookmark ${event.revision}`);
        else lines.push(`${event.type} ${event.key.slice(-1)}=${text(event.entry.value)}`);
      }
    })();
    ended.catch(() => undefined);
    return { lines, ended };
  };
  await settled();
  return { cacher, slow, write, follow, clock };
}

describe("an early watch", () => {
  test("hears of the state while it is read, and then of what has happened since", async (context) => {
    const { cacher, slow, write, follow, clock } = await setUp(context);
    const first = follow();
    await slow.go(); // the ConfigMap
    await slow.go();
    await slow.go();
    assert.deepEqual(first.lines, ["added a=1", "added b=1"]);
    const second = follow();
    await write(`${pods}default/a`, "2");
    await slow.go();
    const read = ["added a=1", "added b=1", "added c=1"];
    assert.deepEqual([first.lines, second.lines], [read, read]);
    await slow.go();
    await cacher.ready;
    await settled();
    // What is newer than the beginning may come after the bookmark.
    const since = ["deleted b=1", "modified c=2", "bookmark 7", "modified a=2"];
    assert.deepEqual(first.lines, [...read, ...since]);
    assert.deepEqual(second.lines, first.lines);
    await write(`${pods}default/d`, "1");
    await clock.advance(1);
    assert.equal(first.lines.at(-1), "added d=1");

    const late = follow();
    await settled();
    const state = ["added a=2", "added c=2", "added d=1", `bookmark ${cacher.current()}`];
    assert.deepEqual(late.lines, state);
  });

  test("ends when the state must be read anew", async (context) => {
    const { cacher, slow, follow, clock } = await setUp(context);
    const first = follow();
    await slow.go();
    await slow.go();
    assert.deepEqual(first.lines, ["added a=1"]);
    await slow.fail(new CompactedError(cacher.current()));
    await assert.rejects(first.ended, CompactedError);
    const second = follow();
    // The cacher tries again after a while.
    await clock.advance(1_000);
    await settled();
    for (let part = 0; part < 5; part++) await slow.go();
    assert.deepEqual(second.lines.slice(0, 3), ["added a=1", "added b=1", "added c=1"]);
    assert.equal(second.lines.at(-1), `bookmark ${cacher.current()}`);
  });

  test("ends with its signal, and with the cacher", async (context) => {
    const { cacher, slow, follow } = await setUp(context);
    const controller = new AbortController();
    const first = follow(controller.signal);
    const second = follow();
    await slow.go();
    await slow.go();
    controller.abort();
    await first.ended;
    const closed = cacher[Symbol.asyncDispose]();
    await slow.go();
    await closed;
    await assert.rejects(second.ended, ClosedError);
    assert.deepEqual(second.lines, ["added a=1"]);
  });
});

test("a part that is not there any more is read from where history begins", async (context) => {
  const { cacher, slow, follow } = await setUp(context, 3);
  const first = follow();
  await slow.go();
  await slow.fail(new CompactedError(revision(6)));
  for (let part = 0; part < 8; part++) await slow.go();
  await cacher.ready;
  await assert.rejects(first.ended, CompactedError);
  const { entries } = await cacher.range({ prefix: pods });
  assert.deepEqual(
    entries.map(({ key, value }) => `${key.slice(-1)}=${text(value)}`),
    ["a=1", "c=2"],
  );
});
