import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { text, utf8 } from "#base/bytes.ts";
import { OverflowError } from "#base/channel.ts";
import { VirtualClock } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import { ClosedError } from "#base/scope.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { MemoryStore } from "../memory/memory-store.ts";
import { SqliteStore } from "../node/sqlite/sqlite-store.ts";
import { CompactedError, FutureRevisionError, StorageFault, revision } from "../store.ts";
import type { CommitResult, Entry, Revision, Store, StoreEvent, WatchQuery } from "../store.ts";
import type { CacheEvent } from "./cache-event.ts";
import { Cacher } from "./cacher.ts";
import type { CacheWatchQuery, CacherOptions } from "./cacher.ts";
import { resourcePrefixOf } from "./resource-prefix.ts";

const pods = "/registry/pods/";

test("tells the resource of a key", () => {
  const table: readonly [string, string | undefined][] = [
    ["/registry/pods/default/a", "/registry/pods/"],
    ["/registry/pods/", "/registry/pods/"],
    ["/registry/nodes/a", "/registry/nodes/"],
    ["/registry/apps/deployments/default/a", "/registry/apps/deployments/"],
    ["/registry/rbac.authorization.k8s.io/roles/", "/registry/rbac.authorization.k8s.io/roles/"],
    ["/registry/events.k8s.io/events/default/a", "/registry/events.k8s.io/events/"],
    ["/registry/apps/", undefined],
    ["/registry/", undefined],
    ["/other/pods/a", undefined],
  ];
  for (const [key, prefix] of table) assert.equal(resourcePrefixOf(key, "/registry/"), prefix, key);
});

describe("reads", () => {
  test("see what was committed through the cacher, at once", async (context) => {
    const { cacher } = await setUp(context);
    const made = written(await cacher.commit(put("default/a", "1")));
    assert.equal(cacher.current(), made.revision);
    assert.equal(await cacher.get(`${pods}default/a`), made.entry);
    const listed = await cacher.range({ prefix: pods });
    assert.deepEqual(listed, { entries: [made.entry], revision: made.revision, remaining: 0 });
    const stale = await cacher.commit({ ...put("default/a", "2"), expected: revision(0) });
    assert.ok(!stale.ok && stale.current?.modified === made.revision);
    written(await cacher.commit({ key: `${pods}default/a`, value: undefined }));
    assert.equal(await cacher.get(`${pods}default/a`), undefined);
  });

  test("wait for a revision that was written elsewhere", async (context) => {
    const { cacher, store } = await setUp(context);
    const { revision: at } = written(await store.commit(put("default/a", "1")));
    const entry = await cacher.get(`${pods}default/a`, { atLeast: at });
    assert.equal(entry?.modified, at);
    const again = written(await store.commit(put("default/b", "1")));
    const { entries } = await cacher.range({ prefix: pods, atLeast: again.revision });
    assert.equal(entries.length, 2);
    const ahead = revision(at + 100);
    await assert.rejects(cacher.get("/registry/pods/x", { atLeast: ahead }), FutureRevisionError);
    await assert.rejects(cacher.range({ prefix: pods, revision: ahead }), FutureRevisionError);
  });

  test("page through a snapshot while it changes", async (context) => {
    const { cacher } = await setUp(context, { history: { min: 40, ms: 0, max: 40 } });
    for (const n of range(30)) written(await cacher.commit(put(`ns/${10 + n}`, "old")));
    const seen: string[] = [];
    let page = await cacher.range({ prefix: pods, limit: 7 });
    const at = page.revision;
    for (;;) {
      seen.push(...page.entries.map((entry) => `${entry.key}=${text(entry.value)}`));
      assert.equal(page.remaining, 30 - seen.length);
      const last = page.entries.at(-1);
      if (page.remaining === 0 || !last) break;
      // More changes than the cache remembers: later pages come from the store.
      for (const n of range(15)) {
        written(await cacher.commit(put(`ns/${10 + ((n * 7) % 30)}`, "new")));
        written(await cacher.commit(put(`ns/new-${n}`, "new")));
      }
      written(await cacher.commit({ key: `${pods}ns/new-1`, value: undefined }));
      page = await cacher.range({ prefix: pods, limit: 7, start: `${last.key}\0`, revision: at });
      assert.equal(page.revision, at);
    }
    assert.deepEqual(
      seen,
      range(30).map((n) => `${pods}ns/${10 + n}=old`),
    );
  });

  test("of a compacted revision fail as the store's do", async (context) => {
    const { cacher, store } = await setUp(context, { history: { min: 1, ms: 0, max: 1 } });
    for (const n of range(10)) written(await cacher.commit(put("ns/a", `${n}`)));
    await store.compact(revision(8));
    const past = await cacher.range({ prefix: pods, revision: revision(9) });
    assert.deepEqual(past.entries.map(brief), ["ns/a=7@9"]);
    await assert.rejects(cacher.range({ prefix: pods, revision: revision(7) }), CompactedError);
  });

  test("keep to one resource", async (context) => {
    const { cacher } = await setUp(context);
    const keys = ["pods/ns/a", "pods/ns2/a", "podsecurity/ns/a", "apps/pods/ns/a", "nodes/a"];
    for (const key of keys) {
      written(await cacher.commit({ key: `/registry/${key}`, value: utf8(key) }));
    }
    const keysOf = async (prefix: string) =>
      (await cacher.range({ prefix })).entries.map((entry) => text(entry.value));
    assert.deepEqual(await keysOf("/registry/pods/"), ["pods/ns/a", "pods/ns2/a"]);
    assert.deepEqual(await keysOf("/registry/pods/ns/"), ["pods/ns/a"]);
    assert.deepEqual(await keysOf("/registry/apps/pods/"), ["apps/pods/ns/a"]);
    assert.deepEqual(await keysOf("/registry/none/"), []);
    await assert.rejects(cacher.range({ prefix: "/registry/apps/" }), /not within one resource/);
  });

  test("decode once per version, and share what they decoded", async (context) => {
    const { cacher } = await setUp(context);
    let decodings = 0;
    const decode = (entry: Entry) => {
      decodings++;
      const raw = new Uint8Array(2);
      return { version: entry.modified, text: text(entry.value), labels: { a: ["b"] }, raw };
    };
    const { entry } = written(await cacher.commit(put("ns/a", "1")));
    const first = cacher.decoded(required(entry, "put"), decode);
    const listed = (await cacher.range({ prefix: pods })).entries.map((found) =>
      cacher.decoded(found, decode),
    );
    assert.equal(listed[0], first);
    assert.equal(decodings, 1);
    assert.throws(() => first.labels.a.push("c"), TypeError);
    const next = written(await cacher.commit(put("ns/a", "2")));
    // What was current is now the previous of the event: still the same object.
    assert.equal(cacher.decoded(required(entry, "put"), decode), first);
    assert.equal(cacher.decoded(required(next.entry, "put"), decode).text, "2");
    assert.equal(decodings, 2);
  });
});

describe("what a commit hands over", () => {
  const commitOf = (content: object) => ({
    ...put("ns/a", JSON.stringify(content)),
    decoded: (modified: Revision) => ({ ...content, modified }),
  });
  const decode = ({ value, modified }: Entry) => ({
    ...(JSON.parse(text(value)) as object),
    modified,
    isParsed: true,
  });

  test("is what readers get, frozen", async (context) => {
    const { cacher } = await setUp(context);
    const content = { labels: { a: ["b"] } };
    const { entry, revision: modified } = written(await cacher.commit(commitOf(content)));
    const decoded: object = cacher.decoded(required(entry, "put"), decode);
    assert.deepEqual(decoded, { labels: { a: ["b"] }, modified });
    assert.throws(() => content.labels.a.push("c"), TypeError);
  });

  test("is parsed where JSON says something else", async (context) => {
    const { cacher } = await setUp(context);
    const inexact = [undefined, NaN, -0, () => 1, [undefined], new Date(0), new Uint8Array(2)];
    for (const value of inexact) {
      const { entry } = written(await cacher.commit(commitOf({ inner: { value } })));
      assert.ok(cacher.decoded(required(entry, "put"), decode).isParsed, String(value));
    }
  });

  test("is forgotten when nothing is written", async (context) => {
    const { cacher } = await setUp(context);
    const { entry } = written(await cacher.commit(commitOf({ text: "1" })));
    const refused = await cacher.commit({ ...commitOf({ text: "2" }), expected: revision(0) });
    assert.ok(!refused.ok && refused.current?.modified === entry?.modified);
    assert.equal((cacher.decoded(required(entry, "put"), decode) as { text?: string }).text, "1");
  });
});

describe("watches", () => {
  test("deliver what happened and what happens", async (context) => {
    const { cacher, watch } = await setUp(context);
    written(await cacher.commit(put("ns/a", "1"))); // 2
    written(await cacher.commit({ key: "/registry/nodes/a", value: utf8("n") })); // 3
    written(await cacher.commit(put("ns/a", "2"))); // 4
    const seen = watch({ prefix: pods, after: revision(2) });
    const narrow = watch({ prefix: `${pods}ns2/`, after: revision(1) });
    written(await cacher.commit({ key: `${pods}ns/a`, value: undefined })); // 5
    written(await cacher.commit(put("ns2/b", "1"))); // 6
    await seen.until(3);
    assert.deepEqual(seen.lines, [
      "modified ns/a=2@4 was 1@2",
      "deleted ns/a=2@5 was 2@4",
      "added ns2/b=1@6",
    ]);
    await narrow.until(1);
    assert.deepEqual(narrow.lines, ["added ns2/b=1@6"]);
  });

  test("share one event", async (context) => {
    const { cacher, watch } = await setUp(context);
    written(await cacher.commit(put("ns/a", "1")));
    const watchers = [watch({ prefix: pods }), watch({ prefix: pods, after: revision(1) })];
    const initial = range(2).map(() => watch({ prefix: pods, initial: true }));
    written(await cacher.commit(put("ns/b", "1")));
    await Promise.all([watchers[0]?.until(1), watchers[1]?.until(2), initial[0]?.until(3)]);
    await initial[1]?.until(3);
    const [newest, ...others] = [...watchers, ...initial].map(({ events }) => events.at(-1));
    assert.ok(newest?.type === "added");
    for (const other of others) assert.equal(other, newest);
  });

  test("begin with the current state and go on without gap", async (context) => {
    const { cacher, watch } = await setUp(context);
    for (const n of range(3)) written(await cacher.commit(put(`ns/${n}`, "1")));
    const writing = (async () => {
      for (const n of range(20)) written(await cacher.commit(put(`ns/${n % 4}`, `${n}`)));
    })();
    const seen = watch({ prefix: pods, initial: true, after: revision(3) });
    await writing;
    await seen.untilRevision(cacher.current());
    const end = seen.events.findIndex((event) => event.type === "bookmark");
    const bookmark = seen.events[end];
    assert.ok(bookmark?.type === "bookmark" && bookmark.initialEventsEnd);
    const state = new Map<string, string>();
    const initial = seen.events.slice(0, end);
    assert.ok(initial.every((event) => event.type === "added"));
    const later = seen.events.slice(end + 1).map(revisionOf);
    assert.deepEqual(
      later,
      range(later.length).map((n) => bookmark.revision + 1 + n),
    );
    for (const event of seen.events) {
      if (event.type !== "bookmark") state.set(event.entry.key, brief(event.entry));
    }
    const { entries } = await cacher.range({ prefix: pods });
    assert.deepEqual([...state.values()].toSorted(), entries.map(brief));
  });

  test("of nothing begin with the bookmark", async (context) => {
    const { cacher, watch } = await setUp(context);
    const seen = watch({ prefix: pods, initial: true });
    await seen.until(1);
    const at = cacher.current();
    assert.deepEqual(seen.events, [{ type: "bookmark", revision: at, initialEventsEnd: true }]);
  });

  test("get bookmarks of the newest revision when they have seen all", async (context) => {
    const { cacher, clock, watch } = await setUp(context, { bookmarkMs: 60_000 });
    const seen = watch({ prefix: pods });
    await clock.advance(1);
    written(await cacher.commit({ key: "/registry/nodes/a", value: utf8("n") }));
    await clock.advance(60_000);
    await seen.until(1);
    assert.deepEqual(seen.events, [{ type: "bookmark", revision: 2, initialEventsEnd: false }]);
    await clock.advance(60_000);
    await seen.until(2);
  });

  test("from before the history are told to list again", async (context) => {
    const { cacher, watch } = await setUp(context, { history: { min: 2, ms: 0, max: 100 } });
    const { clock } = cacherClock(cacher);
    for (const n of range(10)) {
      written(await cacher.commit(put("ns/a", `${n}`)));
      await clock.advance(10);
    }
    const gone = watch({ prefix: pods, after: revision(3) });
    await gone.ended;
    assert.ok(gone.failure instanceof CompactedError);
    const kept = watch({ prefix: pods, after: revision(9) });
    await kept.until(2);
    assert.equal(kept.lines.length, 2);
  });

  test("keep young events up to a maximum, and old ones down to a minimum", async (context) => {
    const { cacher, clock } = await setUp(context, { history: { min: 5, ms: 1_000, max: 20 } });
    const oldest = async () => {
      for (let after = 1; ; after++) {
        const controller = new AbortController();
        const events = cacher.watch({ prefix: pods, after: revision(after) }, controller.signal);
        try {
          for await (const event of events) return revisionOf(event);
        } catch (error) {
          assert.ok(error instanceof CompactedError);
        }
      }
    };
    for (const n of range(15)) written(await cacher.commit(put("ns/a", `${n}`)));
    assert.equal(await oldest(), 2);
    for (const n of range(15)) written(await cacher.commit(put("ns/a", `${n}`)));
    assert.equal(await oldest(), 31 - 19, "20 are left");
    await clock.advance(2_000);
    written(await cacher.commit(put("ns/a", "last")));
    assert.equal(await oldest(), 32 - 4, "5 are left");
  });

  test("of large objects reach back as far as there is room, and no less than the minimum", async (context) => {
    const history = { min: 3, ms: 1_000_000, max: 1_000, bytesMax: 10_000 };
    const { cacher, watch } = await setUp(context, { history });
    const large = "x".repeat(999);
    for (const n of range(30)) written(await cacher.commit(put("ns/a", `${n % 10}${large}`)));
    const [tooOld, kept] = [
      watch({ prefix: pods, after: revision(20) }),
      watch({ prefix: pods, after: revision(21) }),
    ];
    await tooOld.ended;
    assert.ok(tooOld.failure instanceof CompactedError);
    await kept.until(10);
    const largest = "x".repeat(20_000);
    for (const n of range(10)) written(await cacher.commit(put("ns/a", `${n}${largest}`)));
    const least = watch({ prefix: pods, after: revision(38) });
    await least.until(3);
  });

  test("that are slow are ended, the others go on", async (context) => {
    const { cacher, watch, signal } = await setUp(context, { history: { min: 8, ms: 0, max: 8 } });
    const good = watch({ prefix: pods });
    const slow = cacher.watch({ prefix: pods }, signal);
    const first = slow.next();
    for (const n of range(40)) {
      written(await cacher.commit(put("ns/a", `${n}`)));
      await good.until(n + 1);
    }
    assert.ok(!(await first).done);
    await assert.rejects(slow.next(), OverflowError);
    assert.equal(good.lines.length, 40);
  });

  test("end without an error on abort and at closing", async (context) => {
    const { cacher, watch } = await setUp(context);
    const controller = new AbortController();
    const aborted = watch({ prefix: pods }, controller.signal);
    const closed = watch({ prefix: pods, initial: true });
    await closed.until(1);
    controller.abort();
    await aborted.ended;
    assert.equal(aborted.failure, undefined);
    await cacher[Symbol.asyncDispose]();
    await closed.ended;
    assert.equal(closed.failure, undefined);
    await assert.rejects(cacher.get(`${pods}a`), ClosedError);
    const late = watch({ prefix: pods });
    await late.ended;
    assert.ok(late.failure instanceof ClosedError);
  });
});

describe("the store below", () => {
  test("a new cacher serves the history that the store has", async (context) => {
    const first = await setUp(context);
    for (const n of range(10)) written(await first.cacher.commit(put(`ns/${n % 3}`, `${n}`)));
    await first.store.compact(revision(4));
    await first.cacher[Symbol.asyncDispose]();
    const { watch } = await setUp(context, { store: first.store });
    const resumed = watch({ prefix: pods, after: revision(6) });
    await resumed.until(5);
    assert.deepEqual(resumed.lines.slice(0, 2), [
      "modified ns/2=5@7 was 2@4",
      "modified ns/0=6@8 was 3@5",
    ]);
    const tooOld = watch({ prefix: pods, after: revision(3) });
    await tooOld.ended;
    assert.ok(tooOld.failure instanceof CompactedError);
  });

  test("a watch that breaks is taken up where it was", async (context) => {
    const store = new FaultyStore(new MemoryStore({ clock: new VirtualClock() }));
    const { cacher, clock, watch } = await setUp(context, { store });
    const seen = watch({ prefix: pods });
    written(await cacher.commit(put("ns/a", "1")));
    store.breakWatches(new StorageFault("io", "the wire was cut"));
    const writing = cacher.commit(put("ns/b", "2"));
    await clock.advance(1_000);
    written(await writing);
    await seen.until(2);
    assert.deepEqual(seen.lines, ["added ns/a=1@2", "added ns/b=2@3"]);
    assert.equal(store.watches, 2);
  });

  test("after a gap the state is loaded anew and watchers list again", async (context) => {
    const store = new FaultyStore(new MemoryStore({ clock: new VirtualClock() }));
    const { cacher, clock, watch } = await setUp(context, { store });
    const seen = watch({ prefix: pods });
    written(await cacher.commit(put("ns/a", "1")));
    await seen.until(1);
    store.breakWatches(new StorageFault("io", "the wire was cut"));
    await store.commit(put("ns/a", "2"));
    await store.commit(put("ns/b", "1"));
    await store.commit({ key: `${pods}ns/b`, value: undefined });
    const { revision: newest } = written(await store.commit(put("ns/c", "1")));
    await store.compact(newest);
    await clock.advance(1_000);
    await seen.ended;
    assert.ok(seen.failure instanceof CompactedError);
    const { entries } = await cacher.range({ prefix: pods, atLeast: newest });
    assert.deepEqual(entries.map(brief), ["ns/a=2@3", "ns/c=1@6"]);
  });

  for (const kind of ["memory", "sqlite"] as const) {
    test(`concurrent writers and watchers over ${kind}`, async (context) => {
      const clock = systemClock({ unref: true });
      const store = kind === "memory" ? new MemoryStore({ clock }) : await sqlite(context);
      const { cacher, watch } = await setUp(context, { store, clock });
      const watchers = [watch({ prefix: pods, after: revision(1) })];
      const writer = async (name: number) => {
        for (const n of range(50)) {
          const key = `${pods}ns/${(name * 7 + n) % 20}`;
          const result = await cacher.commit({ key, value: utf8(`${name}-${n}`) });
          const read = required(await cacher.get(key), "it was put");
          assert.ok(read.modified >= written(result).revision, "own writes are seen");
          if (n % 10 === 3) watchers.push(watch({ prefix: pods, initial: true }));
        }
      };
      await Promise.all(range(16).map(writer));
      const newest = await store.current();
      assert.equal(newest, 1 + 16 * 50);
      const { entries } = await cacher.range({ prefix: pods });
      assert.deepEqual(
        entries.map(brief),
        (await store.range({ prefix: pods })).entries.map(brief),
      );
      for (const watcher of watchers) {
        await watcher.untilRevision(newest);
        const state = new Map<string, string>();
        for (const event of watcher.events) {
          if (event.type !== "bookmark") state.set(event.key, brief(event.entry));
        }
        assert.deepEqual([...state.values()].toSorted(), entries.map(brief).toSorted());
        const marked = watcher.events.findIndex((event) => event.type === "bookmark");
        const live = watcher.events.slice(marked + 1).map(revisionOf);
        const first = marked < 0 ? 1 : revisionOf(watcher.events[marked]);
        assert.deepEqual(
          live,
          range(live.length).map((n) => first + 1 + n),
        );
      }
    });
  }
});

/** A store whose watches can be broken. */
class FaultyStore implements Store {
  readonly #store: Store;
  #break = Promise.withResolvers<never>();
  watches = 0;

  constructor(store: Store) {
    this.#store = store;
    this.#break.promise.catch(() => undefined);
  }
  breakWatches(error: Error): void {
    this.#break.reject(error);
    this.#break = Promise.withResolvers<never>();
    this.#break.promise.catch(() => undefined);
  }
  async *watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<StoreEvent> {
    this.watches++;
    const broken = this.#break.promise;
    const events = this.#store.watch(query, signal)[Symbol.asyncIterator]();
    for (;;) {
      const result = await Promise.race([events.next(), broken]);
      if (result.done) return;
      yield result.value;
    }
  }
  get: Store["get"] = (key, options) => this.#store.get(key, options);
  range: Store["range"] = (query, signal) => this.#store.range(query, signal);
  commit: Store["commit"] = (commit) => this.#store.commit(commit);
  current: Store["current"] = () => this.#store.current();
  compact: Store["compact"] = (at) => this.#store.compact(at);
  [Symbol.asyncDispose]: Store[typeof Symbol.asyncDispose] = () =>
    this.#store[Symbol.asyncDispose]();
}

async function sqlite(context: TestContext): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-cacher-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return SqliteStore.open({ path: join(folder, "store.db"), clock: systemClock() });
}

const clocks = new WeakMap<Cacher, VirtualClock>();
const cacherClock = (cacher: Cacher) => ({ clock: required(clocks.get(cacher), "set up here") });

async function setUp(context: TestContext, options: Partial<CacherOptions> = {}) {
  const clock = new VirtualClock();
  const store = options.store ?? new MemoryStore({ clock });
  const cacher = new Cacher({ clock, ...options, store });
  clocks.set(cacher, clock);
  const controller = new AbortController();
  context.after(async () => {
    controller.abort();
    await cacher[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
  await cacher.ready;
  const watch = (query: CacheWatchQuery, signal: AbortSignal = controller.signal) =>
    new Seen(cacher.watch(query, signal));
  return { cacher, store, clock, watch, signal: controller.signal };
}

/** What a watch has delivered. */
class Seen {
  readonly events: CacheEvent[] = [];
  readonly ended: Promise<void>;
  failure: unknown;
  #isEnded = false;
  #changed = Promise.withResolvers<void>();

  constructor(events: AsyncIterable<CacheEvent>) {
    this.ended = this.#run(events);
  }
  get lines(): string[] {
    return this.events.map(line);
  }
  async #run(events: AsyncIterable<CacheEvent>): Promise<void> {
    try {
      for await (const event of events) {
        this.events.push(event);
        this.#signal();
      }
    } catch (error) {
      this.failure = error;
    }
    this.#isEnded = true;
    this.#signal();
  }
  until(count: number): Promise<void> {
    return this.#until(() => this.events.length >= count);
  }
  untilRevision(at: Revision): Promise<void> {
    return this.#until(() => revisionOf(this.events.at(-1)) >= at);
  }
  async #until(reached: () => boolean): Promise<void> {
    while (!reached()) {
      assert.ok(!this.#isEnded, `ended early: ${String(this.failure)}`);
      await this.#changed.promise;
    }
  }
  #signal(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    changed.resolve();
  }
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const put = (name: string, value: string) => ({ key: `${pods}${name}`, value: utf8(value) });
const brief = (entry: Entry) =>
  `${entry.key.slice(pods.length)}=${text(entry.value)}@${entry.modified}`;

function line(event: CacheEvent): string {
  if (event.type === "bookmark") return `bookmark ${event.revision}`;
  const { previous } = event;
  const was = previous ? ` was ${text(previous.value)}@${previous.modified}` : "";
  return `${event.type} ${brief(event.entry)}${was}`;
}

const revisionOf = (event: CacheEvent | undefined): number => event?.revision ?? 0;

function written(result: CommitResult): CommitResult & { ok: true } {
  assert.ok(result.ok, "the commit's guard held");
  return result;
}
