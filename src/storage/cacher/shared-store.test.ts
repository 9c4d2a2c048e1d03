import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { text, utf8 } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { MemoryStore } from "../memory/memory-store.ts";
import { StorageFault, revision } from "../store.ts";
import type { Commit, RangeQuery, Revision, Store, StoreEvent, WatchQuery } from "../store.ts";
import { Cacher } from "./cacher.ts";

const pods = "/registry/pods/";
const put = (name: string, value: string): Commit => ({
  key: `${pods}${name}`,
  value: utf8(value),
});

/** A store that another server writes to as well, and whose watch can be held up. */
class SharedStore implements Store {
  readonly shared = true;
  readonly #store: MemoryStore;
  #held: PromiseWithResolvers<void> | undefined;

  constructor(store: MemoryStore) {
    this.#store = store;
  }
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }
  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }
  get(key: string, options?: { revision?: Revision }) {
    return this.#store.get(key, options);
  }
  range(query: RangeQuery) {
    return this.#store.range(query);
  }
  commit(commit: Commit) {
    return this.#store.commit(commit);
  }
  async *watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<StoreEvent> {
    for await (const event of this.#store.watch(query, signal)) {
      await this.#held?.promise;
      yield event;
    }
  }
  current() {
    return this.#store.current();
  }
  compact(at: Revision) {
    return this.#store.compact(at);
  }
  async [Symbol.asyncDispose]() {
    this.release();
  }
}

async function setUp(context: TestContext) {
  const clock = new VirtualClock();
  const other = new MemoryStore({ clock });
  const store = new SharedStore(other);
  const cacher = new Cacher({ clock, store });
  context.after(async () => {
    await store[Symbol.asyncDispose]();
    await cacher[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  });
  await cacher.ready;
  return { clock, cacher, store, other };
}

test("reads see what another server was acknowledged, however late the watch is", async (context) => {
  const { cacher, store, other } = await setUp(context);
  store.hold();
  await other.commit(put("a", "1"));
  const key = `${pods}a`;
  assert.equal(await cacher.get(key, { stale: true }), undefined, "the cache has not heard of it");
  assert.deepEqual((await cacher.range({ prefix: pods, stale: true })).entries, []);
  const stop = new AbortController();
  context.after(() => stop.abort());
  const watch = cacher.watch({ prefix: pods, initial: true }, stop.signal);
  const reads = Promise.all([cacher.get(key), cacher.range({ prefix: pods }), watch.next()]);
  store.release();
  const [entry, list, first] = await reads;
  assert.equal(entry && text(entry.value), "1");
  assert.equal(list.entries.length, 1);
  assert.ok(!first.done && first.value.type === "added");
});

test("a write that met another server's is told of it, and the next read sees it", async (context) => {
  const { cacher, store, other } = await setUp(context);
  const made = await cacher.commit(put("a", "1"));
  assert.ok(made.ok);
  assert.ok(await cacher.get(`${pods}a`));
  store.hold();
  await other.commit({ key: `${pods}a`, value: undefined });
  const late = await cacher.commit({ ...put("a", "2"), expected: made.revision });
  assert.ok(!late.ok && late.current === undefined);
  const read = cacher.get(`${pods}a`);
  store.release();
  assert.equal(await read, undefined);
});

test("a cache that stays behind says so", async (context) => {
  const { clock, cacher, store, other } = await setUp(context);
  store.hold();
  await other.commit(put("a", "1"));
  const failed = assert.rejects(cacher.get(`${pods}a`), (error) => {
    assert.ok(error instanceof StorageFault && error.code === "unreachable");
    assert.match(error.message, /the cache is at revision 1, the store at 2/);
    return true;
  });
  await clock.advance(11_000);
  await failed;
  assert.equal(cacher.current(), revision(1));
});
