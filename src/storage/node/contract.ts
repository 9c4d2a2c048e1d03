import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { text, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { OverflowError } from "#base/channel.ts";
import { VirtualClock } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import { ClosedError } from "#base/scope.ts";
import { CompactedError, FutureRevisionError, revision } from "../store.ts";
import type {
  Commit,
  CommitResult,
  Entry,
  RangeResult,
  RestorableStore,
  Revision,
  Store,
  StoreEvent,
} from "../store.ts";

export interface StoreUnderTest {
  /** Time of TTLs and progress. */
  readonly clock: Clock;
  /** A watcher that is so many events behind is ended. The default of the store when missing. */
  readonly watchBacklog?: number;
}

export interface StoreContract {
  readonly name: string;
  /** An empty store. The suite closes it; `context.after` cleans up what it leaves. */
  open(options: StoreUnderTest, context: TestContext): Promise<RestorableStore>;
  /** The same store again after it was closed, where there is a medium that keeps it. */
  readonly reopen?: (options: StoreUnderTest, context: TestContext) => Promise<RestorableStore>;
  /** Why no test can run on this machine. */
  readonly skipAll?: string | false;
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[];
}

/** What every store must do, as tests. One suite, run by each of them. */
export function storeContract(contract: StoreContract): void {
  const { skipAll: skip = false } = contract;
  describe(`${contract.name} keeps the store's contract`, { skip }, () => {
    for (const [name, body] of Object.entries({
      ...writes,
      ...reads,
      ...advances,
      ...watches,
      ...ends,
    })) {
      const skipped = contract.skip?.find(({ tests }) => tests.includes(name));
      test(name, { skip: skipped?.reason ?? false }, async (context) => {
        await body(new Harness(contract, context));
      });
    }
    for (const [name, body] of Object.entries(contract.reopen ? reopenings : {})) {
      const skipped = contract.skip?.find(({ tests }) => tests.includes(name));
      test(name, { skip: skipped?.reason ?? false }, async (context) => {
        await body(new Harness(contract, context));
      });
    }
  });
}

type Body = (harness: Harness) => Promise<void>;

const writes: Record<string, Body> = {
  async "an empty store stands at 1"(harness) {
    const store = await harness.open();
    assert.equal(await store.current(), 1);
    assert.equal(await store.get("/none"), undefined);
    assert.deepEqual(await store.range({ prefix: "/" }), {
      entries: [],
      revision: 1,
      remaining: 0,
    });
  },

  async "each write takes the next revision"(harness) {
    const store = await harness.open();
    const first = written(await store.commit(put("/a", "1")));
    assert.deepEqual(plain(first.entry), { key: "/a", value: "1", created: 2, modified: 2 });
    assert.equal(first.previous, undefined);
    const second = written(await store.commit(put("/a", "2")));
    assert.equal(second.revision, 3);
    assert.deepEqual(plain(second.entry), { key: "/a", value: "2", created: 2, modified: 3 });
    assert.deepEqual(plain(second.previous), plain(first.entry));
    assert.deepEqual(plain(await store.get("/a")), plain(second.entry));
    assert.equal(await store.current(), 3);
  },

  async "a guard of 0 creates once"(harness) {
    const store = await harness.open();
    const made = written(await store.commit({ ...put("/a", "1"), expected: revision(0) }));
    const again = await store.commit({ ...put("/a", "2"), expected: revision(0) });
    assert.ok(!again.ok);
    assert.deepEqual(plain(again.current), plain(made.entry));
    assert.equal(again.revision, 2);
    assert.equal(text(required(await store.get("/a"), "it exists").value), "1");
  },

  async "a guard holds only at the key's own revision"(harness) {
    const store = await harness.open();
    const { revision: first } = written(await store.commit(put("/a", "1")));
    written(await store.commit(put("/b", "other")));
    const second = written(await store.commit({ ...put("/a", "2"), expected: first }));
    const stale = await store.commit({ ...put("/a", "3"), expected: first });
    assert.ok(!stale.ok);
    assert.equal(stale.current?.modified, second.revision);
    const absent = await store.commit({ ...put("/c", "1"), expected: first });
    assert.deepEqual(absent, { ok: false, current: undefined, revision: second.revision });
    assert.equal(await store.current(), second.revision);
  },

  async "of concurrent guarded writes one wins"(harness) {
    const store = await harness.open();
    const { revision: base } = written(await store.commit(put("/a", "0")));
    const results = await Promise.all(
      range(20).map((n) => store.commit({ ...put("/a", `${n}`), expected: base })),
    );
    const won = results.filter((result) => result.ok);
    assert.equal(won.length, 1);
    for (const result of results) {
      const now = result.ok ? result.entry : result.current;
      assert.equal(now?.modified, base + 1);
    }
  },

  async "a delete leaves nothing, and a later create is new"(harness) {
    const store = await harness.open();
    const made = written(await store.commit(put("/a", "1")));
    const gone = written(await store.commit(remove("/a")));
    assert.equal(gone.revision, 3);
    assert.equal(gone.entry, undefined);
    assert.deepEqual(plain(gone.previous), plain(made.entry));
    assert.equal(await store.get("/a"), undefined);
    const again = await store.commit(remove("/a"));
    assert.deepEqual(again, { ok: false, current: undefined, revision: 3 });
    const remade = written(await store.commit({ ...put("/a", "2"), expected: revision(0) }));
    assert.deepEqual(plain(remade.entry), { key: "/a", value: "2", created: 4, modified: 4 });
    assert.equal(remade.previous, undefined);
  },

  async "a guarded delete holds only at the key's own revision"(harness) {
    const store = await harness.open();
    const { revision: first } = written(await store.commit(put("/a", "1")));
    const { revision: second } = written(await store.commit(put("/a", "2")));
    const stale = await store.commit({ ...remove("/a"), expected: first });
    assert.ok(!stale.ok && stale.current?.modified === second);
    assert.ok((await store.commit({ ...remove("/a"), expected: second })).ok);
  },

  async "values are any bytes, of any size"(harness) {
    const store = await harness.open();
    const values = [
      new Uint8Array(0),
      Uint8Array.from(range(256)),
      new Uint8Array(3_000_000).map((_, index) => index % 251),
      // A view into a larger buffer is only what it shows.
      new Uint8Array(range(64)).subarray(10, 20),
    ];
    for (const [index, value] of values.entries()) {
      const key = `/v/${index}`;
      const result = written(await store.commit({ key, value }));
      assert.deepEqual(new Uint8Array(required(result.entry, "put").value), new Uint8Array(value));
      const stored = required(await store.get(key), "it was put");
      assert.ok(Buffer.from(stored.value).equals(value), `value ${index}`);
    }
    const { entries } = await store.range({ prefix: "/v/" });
    assert.deepEqual(
      entries.map((entry) => entry.value.length),
      [0, 256, 3_000_000, 10],
    );
  },

  async "keys must be well-formed"(harness) {
    const store = await harness.open();
    await assert.rejects(store.commit(put("", "1")), TypeError);
    await assert.rejects(store.commit(put("/\ud800", "1")), TypeError);
    assert.equal(await store.current(), 1);
  },

  async "a key with a TTL goes by itself"(harness) {
    const clock = new VirtualClock();
    const store = await harness.open({ clock });
    const events = harness.collect(store, { prefix: "/", after: revision(1) });
    const made = written(await store.commit({ ...put("/a", "1"), ttlSeconds: 4.2 }));
    written(await store.commit(put("/b", "1")));
    await clock.advance(4_900);
    assert.ok(await store.get("/a"));
    await clock.advance(200);
    await events.until((list) => list.some((event) => event.type === "delete"));
    const gone = events.list.at(-1);
    assert.ok(gone?.type === "delete" && gone.key === "/a");
    assert.equal(gone.revision, 4);
    assert.deepEqual(plain(gone.previous), plain(made.entry));
    assert.equal(await store.get("/a"), undefined);
    assert.ok(await store.get("/b"));
  },

  async "a later write replaces the TTL"(harness) {
    const clock = new VirtualClock();
    const store = await harness.open({ clock });
    const events = harness.collect(store, { prefix: "/", after: revision(1) });
    written(await store.commit({ ...put("/kept", "1"), ttlSeconds: 10 }));
    written(await store.commit(put("/kept", "2")));
    written(await store.commit({ ...put("/renewed", "1"), ttlSeconds: 10 }));
    await clock.advance(8_000);
    written(await store.commit({ ...put("/renewed", "2"), ttlSeconds: 10 }));
    written(await store.commit({ ...put("/marker", "1"), ttlSeconds: 4 }));
    await clock.advance(5_000);
    await events.until((list) => list.some((event) => event.type === "delete"));
    assert.deepEqual(await keysOf(store, "/"), ["/kept", "/renewed"]);
    await clock.advance(6_000);
    await events.until((list) => list.filter((event) => event.type === "delete").length === 2);
    assert.deepEqual(await keysOf(store, "/"), ["/kept"]);
  },
};

const reads: Record<string, Body> = {
  async "a range is in the order of the keys' UTF-8 bytes"(harness) {
    const store = await harness.open();
    const keys = ["/r/\u{1f600}", "/r/b", "/r/\uffee", "/r/a/z", "/r/a", "/r/é", "/r/a-", "/s"];
    for (const key of keys) written(await store.commit(put(key, "1")));
    const ordered = keys
      .filter((key) => key.startsWith("/r/"))
      .toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    assert.deepEqual(await keysOf(store, "/r/"), ordered);
    assert.deepEqual(await keysOf(store, "/r/a"), ["/r/a", "/r/a-", "/r/a/z"]);
    assert.equal((await keysOf(store, "")).length, keys.length);
  },

  async "a limited range tells what it left out, and goes on from a start"(harness) {
    const store = await harness.open();
    await Promise.all(range(10).map((n) => store.commit(put(`/r/${n}`, "1"))));
    written(await store.commit(put("/s/1", "1")));
    const first = await store.range({ prefix: "/r/", limit: 4 });
    assert.deepEqual(keys(first.entries), ["/r/0", "/r/1", "/r/2", "/r/3"]);
    assert.equal(first.remaining, 6);
    const next = await store.range({ prefix: "/r/", start: "/r/3\0", limit: 4 });
    assert.deepEqual(keys(next.entries), ["/r/4", "/r/5", "/r/6", "/r/7"]);
    assert.equal(next.remaining, 2);
    const last = await store.range({ prefix: "/r/", start: "/r/8", limit: 4 });
    assert.deepEqual(keys(last.entries), ["/r/8", "/r/9"]);
    assert.equal(last.remaining, 0);
    const exact = await store.range({ prefix: "/r/", limit: 10 });
    assert.equal(exact.remaining, 0);
    const before = await store.range({ prefix: "/r/", start: "/a" });
    assert.equal(before.entries.length, 10);
  },

  async "a range of many keys comes whole"(harness) {
    const store = await harness.open();
    const names = range(2_500).map((n) => `/many/${String(n).padStart(5, "0")}`);
    await Promise.all(names.map((key) => store.commit(put(key, key))));
    const result = await store.range({ prefix: "/many/" });
    assert.deepEqual(keys(result.entries), names);
    assert.equal(result.remaining, 0);
    const limited = await store.range({ prefix: "/many/", limit: 2_000 });
    assert.deepEqual(keys(limited.entries), names.slice(0, 2_000));
    assert.equal(limited.remaining, 500);
    const parts: RangeResult[] = [];
    for await (const part of store.ranges?.({ prefix: "/many/" }) ?? [result]) {
      parts.push(part);
      // What is written meanwhile belongs to none of them.
      await store.commit(put(`/many/1${parts.length}`, "later"));
    }
    assert.deepEqual(keys(parts.flatMap(({ entries }) => entries)), names);
    assert.equal(new Set(parts.map(({ revision: at }) => at)).size, 1);
  },

  async "the past can be read"(harness) {
    const store = await harness.open();
    written(await store.commit(put("/r/a", "a1"))); // 2
    written(await store.commit(put("/r/c", "c1"))); // 3
    written(await store.commit(put("/r/a", "a2"))); // 4
    written(await store.commit(remove("/r/c"))); // 5
    written(await store.commit(put("/r/b", "b1"))); // 6
    written(await store.commit(put("/r/c", "c2"))); // 7
    const states = {
      1: [],
      2: ["/r/a=a1@2"],
      3: ["/r/a=a1@2", "/r/c=c1@3"],
      4: ["/r/a=a2@4", "/r/c=c1@3"],
      5: ["/r/a=a2@4"],
      6: ["/r/a=a2@4", "/r/b=b1@6"],
      7: ["/r/a=a2@4", "/r/b=b1@6", "/r/c=c2@7"],
    };
    for (const [at, expected] of Object.entries(states)) {
      const then = revision(Number(at));
      const whole = await store.range({ prefix: "/r/", revision: then });
      assert.deepEqual(whole.entries.map(brief), expected, `at ${at}`);
      assert.equal(whole.revision, then);
      // Page by page it is the same, and what remains is counted in the same past.
      for (const [index, line] of expected.entries()) {
        const start = `${line.split("=")[0]}`;
        const page = await store.range({ prefix: "/r/", start, limit: 1, revision: then });
        assert.deepEqual(page.entries.map(brief), [line]);
        assert.equal(page.remaining, expected.length - index - 1);
        assert.equal(brief(required(await store.get(start, { revision: then }), "then")), line);
      }
    }
    assert.equal(await store.get("/r/c", { revision: revision(5) }), undefined);
  },

  async "the future cannot be read"(harness) {
    const store = await harness.open();
    written(await store.commit(put("/a", "1")));
    const ahead = revision(3);
    const expected = (error: unknown) =>
      error instanceof FutureRevisionError && error.current === 2;
    await assert.rejects(store.range({ prefix: "/", revision: ahead }), expected);
    await assert.rejects(store.get("/a", { revision: ahead }), expected);
    await assert.rejects(store.compact(ahead), expected);
  },

  async "compaction forgets what is before it, and only that"(harness) {
    const store = await harness.open();
    written(await store.commit(put("/r/a", "a1"))); // 2
    written(await store.commit(put("/r/b", "b1"))); // 3
    written(await store.commit(put("/r/a", "a2"))); // 4
    written(await store.commit(remove("/r/b"))); // 5
    written(await store.commit(put("/r/a", "a3"))); // 6
    await store.compact(revision(4));
    const expected = (error: unknown) => error instanceof CompactedError && error.oldest === 4;
    await assert.rejects(store.range({ prefix: "/r/", revision: revision(3) }), expected);
    await assert.rejects(store.get("/r/a", { revision: revision(3) }), expected);
    await assert.rejects(firstEvent(store, { prefix: "/r/", after: revision(3) }), expected);

    const at = await store.range({ prefix: "/r/", revision: revision(4) });
    assert.deepEqual(at.entries.map(brief), ["/r/a=a2@4", "/r/b=b1@3"]);
    const events = harness.collect(store, { prefix: "/r/", after: revision(4) });
    await events.until((list) => list.length === 2);
    assert.deepEqual(events.list.map(line), ["delete /r/b@5 was b1@3", "put /r/a=a3@6 was a2@4"]);

    await store.compact(revision(2));
    await store.compact(revision(6));
    assert.equal(await store.current(), 6);
    assert.deepEqual((await store.range({ prefix: "/r/" })).entries.map(brief), ["/r/a=a3@6"]);
  },

  async "compacting a delete that is the newest change loses no revision"(harness) {
    const store = await harness.open();
    written(await store.commit(put("/a", "1")));
    written(await store.commit(remove("/a")));
    await store.compact(revision(3));
    assert.equal(await store.current(), 3);
    assert.equal(written(await store.commit(put("/a", "2"))).revision, 4);
  },
};

const advances: Record<string, Body> = {
  async "revisions that are left out are never given to a change"(harness) {
    const store = await harness.open();
    written(await store.commit(put("/r/a", "a1"))); // 2
    written(await store.commit(put("/r/b", "b1"))); // 3
    written(await store.commit(put("/r/a", "a2"))); // 4
    written(await store.commit(remove("/r/b"))); // 5
    const at = await store.advance(revision(300));
    assert.ok(at >= 300);
    assert.equal(await store.current(), at);
    assert.deepEqual((await store.range({ prefix: "/" })).entries.map(brief), ["/r/a=a2@4"]);
    await assert.rejects(store.range({ prefix: "/", revision: revision(299) }), CompactedError);
    const lost = firstEvent(store, { prefix: "/", after: revision(299) });
    await assert.rejects(lost, CompactedError);
    const events = harness.collect(store, { prefix: "/", after: at });
    assert.equal(written(await store.commit(put("/r/a", "a3"))).revision, at + 1);
    await events.until((list) => list.length === 1);
    assert.deepEqual(events.list.map(line), [`put /r/a=a3@${at + 1} was a2@4`]);
    assert.ok((await store.advance(revision(7))) > at, "it never goes back");
  },
};

const watches: Record<string, Body> = {
  async "a watch delivers history, then what happens"(harness) {
    const store = await harness.open();
    written(await store.commit(put("/w/a", "a1"))); // 2
    written(await store.commit(put("/x/a", "no"))); // 3
    written(await store.commit(put("/w/a", "a2"))); // 4
    written(await store.commit(remove("/w/a"))); // 5
    const events = harness.collect(store, { prefix: "/w/", after: revision(2) });
    await events.until((list) => list.length === 2);
    written(await store.commit(put("/w/a", "a3"))); // 6
    written(await store.commit(put("/x/a", "no"))); // 7
    written(await store.commit(put("/w/b", "b1"))); // 8
    await events.until((list) => list.length === 4);
    assert.deepEqual(events.list.map(line), [
      "put /w/a=a2@4 was a1@2",
      "delete /w/a@5 was a2@4",
      "put /w/a=a3@6",
      "put /w/b=b1@8",
    ]);
  },

  async "a watch from the present sees only what comes"(harness) {
    const store = await harness.open();
    const { revision: now } = written(await store.commit(put("/w/a", "1")));
    const events = harness.collect(store, { prefix: "/w/", after: now });
    written(await store.commit(put("/w/b", "2")));
    await events.until((list) => list.length === 1);
    assert.deepEqual(events.list.map(line), ["put /w/b=2@3"]);
  },

  async "a watch from the future skips what is before it"(harness) {
    const store = await harness.open();
    const events = harness.collect(store, { prefix: "/w/", after: revision(3) });
    for (const n of range(4)) written(await store.commit(put("/w/a", `${n}`)));
    await events.until((list) => list.length === 2);
    assert.deepEqual(events.list.map(line), ["put /w/a=2@4 was 1@3", "put /w/a=3@5 was 2@4"]);
  },

  async "no gap and no repeat under concurrent commits"(harness) {
    const store = await harness.open();
    const total = 600;
    const watchers: ReturnType<Harness["collect"]>[] = [];
    const writer = async (name: number) => {
      for (const n of range(total / 6)) {
        const deletes = n % 10 === 9;
        const key = `/w/${name}/${n % 10 === 9 ? n - 1 : n}`;
        written(await store.commit(deletes ? remove(key) : put(key, `${n}`)));
        // Watchers join in the middle, from somewhere in the past.
        if (n % 20 === 5) {
          const after = revision(Math.max(1, (await store.current()) - 7 * name));
          watchers.push(harness.collect(store, { prefix: "/w/", after }));
        }
      }
    };
    watchers.push(harness.collect(store, { prefix: "/w/", after: revision(1) }));
    await Promise.all(range(6).map(writer));
    const final = await store.current();
    assert.equal(final, total + 1);
    for (const watcher of watchers) {
      await watcher.until((list) => revisionOf(list.at(-1)) === final);
      const seen = watcher.list.map(revisionOf);
      assert.deepEqual(
        seen,
        range(seen.length).map((n) => watcher.after + 1 + n),
      );
    }
  },

  async "watchers of one store hold the same history as its ranges"(harness) {
    const store = await harness.open();
    const events = harness.collect(store, { prefix: "/", after: revision(1) });
    await Promise.all(range(50).map((n) => store.commit(put(`/k/${n % 7}`, `${n}`))));
    await events.until((list) => list.length === 50);
    const state = new Map<string, string>();
    for (const event of events.list) {
      assert.ok(event.type === "put");
      state.set(event.entry.key, brief(event.entry));
      const then = await store.range({ prefix: "/", revision: event.entry.modified });
      assert.deepEqual(then.entries.map(brief), [...state.values()].toSorted());
    }
  },

  async "progress tells of revisions that the prefix does not see"(harness) {
    const clock = new VirtualClock();
    const store = await harness.open({ clock });
    const events = harness.collect(store, { prefix: "/w/", after: revision(1) });
    written(await store.commit(put("/w/a", "1")));
    written(await store.commit(put("/x/a", "1")));
    await events.until((list) => list.length === 1);
    await clock.advance(60_000);
    await events.until((list) => list.length === 2);
    assert.deepEqual(events.list.at(-1), { type: "progress", revision: 3 });
    await clock.advance(60_000);
    assert.equal(events.list.length, 2, "nothing new, nothing to tell");
  },

  async "a slow watcher is ended, the others go on"(harness) {
    const store = await harness.open({ watchBacklog: 16 });
    const good = harness.collect(store, { prefix: "/", after: revision(1) });
    const watch = store.watch({ prefix: "/", after: revision(1) }, harness.signal);
    const slow = watch[Symbol.asyncIterator]();
    const first = slow.next();
    written(await store.commit(put("/a", "0")));
    assert.equal(line((await first).value), "put /a=0@2");
    for (const n of range(60)) {
      written(await store.commit(put("/a", `${n}`)));
      await good.until((list) => list.length === n + 2);
    }
    await assert.rejects(async () => {
      for (let result = await slow.next(); !result.done;) result = await slow.next();
    }, OverflowError);
    assert.equal(good.list.length, 61);
    assert.equal(good.failure, undefined);
  },

  async "an aborted watch ends without an error"(harness) {
    const store = await harness.open();
    const controller = new AbortController();
    const events = harness.collect(store, { prefix: "/", after: revision(1) }, controller.signal);
    written(await store.commit(put("/a", "1")));
    await events.until((list) => list.length === 1);
    controller.abort();
    await events.done;
    assert.equal(events.failure, undefined);
    const late = harness.collect(store, { prefix: "/", after: revision(1) }, controller.signal);
    await late.done;
    assert.equal(late.failure, undefined);
  },
};

const ends: Record<string, Body> = {
  async "closing ends watches, finishes writes and refuses the rest"(harness) {
    const store = await harness.open();
    const events = harness.collect(store, { prefix: "/", after: revision(1) });
    written(await store.commit(put("/a", "1")));
    await events.until((list) => list.length === 1);
    const last = store.commit(put("/b", "1"));
    await store[Symbol.asyncDispose]();
    assert.ok((await last).ok);
    await events.done;
    assert.equal(events.failure, undefined);
    await assert.rejects(store.commit(put("/c", "1")), ClosedError);
    await assert.rejects(store.get("/a"), ClosedError);
    await assert.rejects(store.range({ prefix: "/" }), ClosedError);
    await assert.rejects(store.current(), ClosedError);
    await assert.rejects(store.compact(revision(1)), ClosedError);
    await assert.rejects(firstEvent(store, { prefix: "/", after: revision(1) }), ClosedError);
    await store[Symbol.asyncDispose]();
  },
};

const reopenings: Record<string, Body> = {
  async "a reopened store has all that was acknowledged, and its history"(harness) {
    const store = await harness.open();
    written(await store.commit(put("/a", "1"))); // 2
    written(await store.commit(put("/b", "1"))); // 3
    written(await store.commit(put("/a", "2"))); // 4
    written(await store.commit(remove("/b"))); // 5
    await store.compact(revision(3));
    await store[Symbol.asyncDispose]();
    const again = await harness.reopen();
    assert.equal(await again.current(), 5);
    assert.deepEqual((await again.range({ prefix: "/" })).entries.map(brief), ["/a=2@4"]);
    const past = await again.range({ prefix: "/", revision: revision(3) });
    assert.deepEqual(past.entries.map(brief), ["/a=1@2", "/b=1@3"]);
    await assert.rejects(again.range({ prefix: "/", revision: revision(2) }), CompactedError);
    const events = harness.collect(again, { prefix: "/", after: revision(3) });
    written(await again.commit(put("/c", "1")));
    await events.until((list) => list.length === 3);
    assert.deepEqual(events.list.map(line), [
      "put /a=2@4 was 1@2",
      "delete /b@5 was 1@3",
      "put /c=1@6",
    ]);
  },

  async "a reopened store goes on counting behind a compacted delete"(harness) {
    const store = await harness.open();
    written(await store.commit(put("/a", "1")));
    written(await store.commit(remove("/a")));
    await store.compact(revision(3));
    await store[Symbol.asyncDispose]();
    const again = await harness.reopen();
    assert.equal(await again.current(), 3);
    assert.equal(written(await again.commit(put("/b", "1"))).revision, 4);
  },

  async "a reopened store does not go back before what was left out"(harness) {
    const store = await harness.open();
    written(await store.commit(put("/a", "1")));
    const at = await store.advance(revision(300));
    await store[Symbol.asyncDispose]();
    const again = await harness.reopen();
    assert.equal(await again.current(), at);
    assert.equal(written(await again.commit(put("/a", "2"))).revision, at + 1);
  },

  async "a TTL goes on while the store is closed"(harness) {
    const clock = new VirtualClock();
    const store = await harness.open({ clock });
    written(await store.commit({ ...put("/a", "1"), ttlSeconds: 10 }));
    written(await store.commit({ ...put("/b", "1"), ttlSeconds: 100 }));
    await store[Symbol.asyncDispose]();
    await clock.advance(20_000);
    const again = await harness.reopen({ clock });
    const events = harness.collect(again, { prefix: "/", after: revision(3) });
    await clock.advance(1);
    await events.until((list) => list.length === 1);
    assert.deepEqual(events.list.map(line), ["delete /a@4 was 1@2"]);
    await clock.advance(80_000);
    await events.until((list) => list.length === 2);
    assert.deepEqual(await keysOf(again, "/"), []);
  },
};

/** Opens stores and collects watches for one test, and ends them with it. */
class Harness {
  readonly #contract: StoreContract;
  readonly #context: TestContext;
  readonly #controller = new AbortController();

  constructor(contract: StoreContract, context: TestContext) {
    this.#contract = contract;
    this.#context = context;
    context.after(() => this.#controller.abort());
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async open(options: Partial<StoreUnderTest> = {}): Promise<RestorableStore> {
    return this.#close(
      await this.#contract.open({ clock: new VirtualClock(), ...options }, this.#context),
    );
  }

  async reopen(options: Partial<StoreUnderTest> = {}): Promise<RestorableStore> {
    const reopen = required(this.#contract.reopen, "only called where it is given");
    return this.#close(await reopen({ clock: new VirtualClock(), ...options }, this.#context));
  }

  #close(store: RestorableStore): RestorableStore {
    this.#context.after(() => store[Symbol.asyncDispose]());
    return store;
  }

  /** Watches in the background. */
  collect(
    store: Store,
    query: { prefix: string; after: Revision },
    signal: AbortSignal = this.#controller.signal,
  ) {
    return new Collected(store.watch(query, signal), query.after);
  }
}

class Collected {
  readonly list: StoreEvent[] = [];
  readonly after: Revision;
  readonly done: Promise<void>;
  failure: unknown;
  #ended = false;
  #changed = Promise.withResolvers<void>();

  constructor(events: AsyncIterable<StoreEvent>, after: Revision) {
    this.after = after;
    this.done = this.#run(events);
  }

  async #run(events: AsyncIterable<StoreEvent>): Promise<void> {
    try {
      for await (const event of events) {
        this.list.push(event);
        this.#signal();
      }
    } catch (error) {
      this.failure = error;
    }
    this.#ended = true;
    this.#signal();
  }

  /** Waits for the events to look so. */
  async until(reached: (list: readonly StoreEvent[]) => boolean): Promise<void> {
    while (!reached(this.list)) {
      assert.ok(!this.#ended, `the watch ended early: ${String(this.failure)}`);
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
const put = (key: string, value: string): Commit & { value: Bytes } => ({
  key,
  value: utf8(value),
});
const remove = (key: string): Commit => ({ key, value: undefined });
const keys = (entries: readonly Entry[]) => entries.map((entry) => entry.key);
const keysOf = async (store: Store, prefix: string) =>
  keys((await store.range({ prefix })).entries);
const brief = (entry: Entry) => `${entry.key}=${text(entry.value)}@${entry.modified}`;
function plain(entry: Entry | undefined) {
  if (!entry) return undefined;
  const { key, value, created, modified } = entry;
  return { key, value: text(value), created, modified };
}

function line(event: StoreEvent): string {
  if (event.type === "progress") return `progress ${event.revision}`;
  const { previous } = event;
  const was = previous ? ` was ${text(previous.value)}@${previous.modified}` : "";
  if (event.type === "put") return `put ${brief(event.entry)}${was}`;
  return `delete ${event.key}@${event.revision}${was}`;
}

function revisionOf(event: StoreEvent | undefined): number {
  if (!event) return 0;
  return event.type === "put" ? event.entry.modified : event.revision;
}

function written(result: CommitResult): CommitResult & { ok: true } {
  assert.ok(result.ok, "the commit's guard held");
  return result;
}

async function firstEvent(
  store: Store,
  query: { prefix: string; after: Revision },
): Promise<StoreEvent | undefined> {
  for await (const event of store.watch(query, new AbortController().signal)) return event;
  return undefined;
}
