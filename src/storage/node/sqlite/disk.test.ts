import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { VirtualClock } from "#base/clock.ts";
import { text, utf8 } from "#base/bytes.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { CompactedError, StorageFault, revision } from "../../store.ts";
import type { Store, StoreEvent } from "../../store.ts";
import { SqliteStore } from "./sqlite-store.ts";

const fixture = fileURLToPath(new URL("./writer.fixture.ts", import.meta.url));
const clock = systemClock();

async function pathIn(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-disk-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "store.db");
}

async function openStore(context: TestContext, path: string): Promise<SqliteStore> {
  const store = await SqliteStore.open({ path, clock });
  context.after(() => store[Symbol.asyncDispose]());
  return store;
}

const fault = (code: StorageFault["code"], words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof StorageFault, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, words);
  return true;
};

describe("kill -9", () => {
  test("loses nothing that was acknowledged", async (context) => {
    const path = await pathIn(context);
    /** What the history must say at each acknowledged revision. */
    const acknowledged = new Map<number, string>();
    for (const [round, acks] of [40, 300, 1_000, 5, 700].entries()) {
      const child = spawn(process.execPath, [fixture, "forever", path]);
      context.after(() => child.kill("SIGKILL"));
      let heard = 0;
      for await (const line of linesOf(child)) {
        const [word, at, key, value] = line.split(" ");
        assert.ok(word === "open" || word === "ack", line);
        if (word === "open") continue;
        acknowledged.set(Number(at), `${key} ${value}`);
        if (++heard === acks) child.kill("SIGKILL");
      }
      assert.ok(heard >= acks, `round ${round} heard ${heard} acknowledgements`);
      const store = await SqliteStore.open({ path, clock });
      const history = await historyOf(store);
      const newest = await store.current();
      assert.deepEqual([...history.keys()], range(2, newest), "the history has no gap");
      for (const [at, line] of acknowledged) assert.equal(history.get(at), line, `revision ${at}`);
      await store[Symbol.asyncDispose]();
    }
  });
});

describe("the disk", () => {
  test("a second process is refused while the first is there", async (context) => {
    const path = await pathIn(context);
    const store = await openStore(context, path);
    await store.commit({ key: "/a", value: new Uint8Array(1) });
    assert.match(await runFixture("open", path), /^error locked .* is in use by another process/);
    await assert.rejects(SqliteStore.open({ path, clock }), fault("locked", /in use/));
    assert.ok((await store.commit({ key: "/b", value: new Uint8Array(1) })).ok);
    await store[Symbol.asyncDispose]();
    assert.equal(await runFixture("open", path), "open\n");
  });

  test("when it refuses, writes fail, nothing of them shows, and they go on later", async (context) => {
    const path = await pathIn(context);
    const command = `ulimit -S -f 4096; exec "$0" "$@"`;
    const child = spawn("sh", ["-c", command, process.execPath, fixture, "fill", path]);
    context.after(() => child.kill("SIGKILL"));
    const lines: string[] = [];
    for await (const line of linesOf(child)) {
      lines.push(line);
      if (!line.startsWith("fault")) continue;
      await promisify(execFile)("prlimit", ["--pid", String(child.pid), "--fsize=unlimited"]);
      child.stdin.end("\n");
    }
    const [opened, refused = "", well] = lines;
    assert.equal(opened, "open");
    const [, first = "", second = "", written, held, current] = refused.split(" ");
    assert.match(first, /^(io|full)$/, refused);
    assert.match(second, /^(io|full)$/, refused);
    const count = Number(written);
    assert.ok(count > 10, refused);
    assert.equal(Number(held), count, "only what was acknowledged is there");
    assert.equal(Number(current), count + 1, "failed writes take no revision");
    assert.equal(well, `well ${count + 2} ${count + 1} ${count + 2}`);
    const store = await openStore(context, path);
    assert.equal(await store.current(), count + 2);
    assert.equal((await store.range({ prefix: "/fill/" })).entries.length, count + 1);
  });

  test("a file that is no store is refused", async (context) => {
    const path = await pathIn(context);
    await writeFile(path, "this is not a database, however long it may be. ".repeat(100));
    await assert.rejects(SqliteStore.open({ path, clock }), fault("corrupt", /is no database/));
    await rm(path);
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE theirs (x)");
    other.close();
    await assert.rejects(SqliteStore.open({ path, clock }), fault("corrupt", /another program/));
    const none = join(path, "..", "missing", "store.db");
    await assert.rejects(SqliteStore.open({ path: none, clock }), fault("io", /cannot be opened/));
  });

  for (const [name, damage] of Object.entries({ overwritten: overwrite, "cut short": cut })) {
    test(`a store that was ${name} says so`, async (context) => {
      const path = await pathIn(context);
      const store = await SqliteStore.open({ path, clock });
      await Promise.all(
        range(1, 500).map((n) => store.commit({ key: `/d/${n}`, value: new Uint8Array(2_000) })),
      );
      await store[Symbol.asyncDispose]();
      await damage(path, (await stat(path)).size);
      await assert.rejects(
        async () => {
          const damaged = await SqliteStore.open({ path, clock });
          try {
            await damaged.range({ prefix: "/" });
          } finally {
            await damaged[Symbol.asyncDispose]();
          }
        },
        fault("corrupt", /is damaged/),
      );
    });
  }

  test("a value that is not what was written is refused, and others are not", async (context) => {
    const path = await pathIn(context);
    const store = await SqliteStore.open({ path, clock });
    for (const n of range(1, 9)) await store.commit({ key: `/v/${n}`, value: utf8(`value ${n}`) });
    await store[Symbol.asyncDispose]();
    const other = new DatabaseSync(path);
    other.exec("UPDATE change SET value = CAST('value X' AS BLOB) WHERE key = '/v/5'");
    other.close();
    const adviceOnDamage = async () => "call somebody";
    const damaged = await SqliteStore.open({ path, clock, adviceOnDamage });
    context.after(() => damaged[Symbol.asyncDispose]());
    const refused = fault(
      "corrupt",
      /is damaged: revision 6 is not what was written; call somebody/,
    );
    assert.equal(text((await damaged.get("/v/4"))?.value ?? utf8("")), "value 4");
    await assert.rejects(damaged.get("/v/5"), refused);
    await assert.rejects(damaged.range({ prefix: "/v/" }), refused);
    await assert.rejects(damaged.commit({ key: "/v/5", value: utf8("other") }), refused);
    const found: StorageFault | undefined = damaged.fault;
    assert.equal(found?.code, "corrupt");
  });

  test("a file of the first format gets checksums", async (context) => {
    const path = await pathIn(context);
    const first = await SqliteStore.open({ path, clock });
    await first.commit({ key: "/v/1", value: utf8("one") });
    await first.commit({ key: "/v/2", value: utf8("two"), ttlSeconds: 1_000 });
    await first[Symbol.asyncDispose]();
    const old = new DatabaseSync(path);
    old.exec("ALTER TABLE change DROP COLUMN checksum; PRAGMA user_version = 1");
    old.close();
    const store = await SqliteStore.open({ path, clock });
    context.after(() => store[Symbol.asyncDispose]());
    const { entries } = await store.range({ prefix: "/v/" });
    assert.deepEqual(
      entries.map(({ value }) => text(value)),
      ["one", "two"],
    );
    await store.commit({ key: "/v/2", value: utf8("three") });
    assert.equal(text((await store.get("/v/2"))?.value ?? utf8("")), "three");
  });

  test("holds a bounded history", async (context) => {
    const path = await pathIn(context);
    const time = new VirtualClock();
    const store = await SqliteStore.open({ path, clock: time, historyMs: 1_000 });
    context.after(() => store[Symbol.asyncDispose]());
    for (const round of range(1, 20)) {
      const value = new Uint8Array(10_000).fill(round);
      for (const n of range(0, 99)) await store.commit({ key: `/b/${n % 3}`, value });
      const now = await store.current();
      await time.advance(1_000);
      // Two periods of 100 writes are what may be left.
      const old = revision(Math.max(1, now - 200));
      if (round > 2) await untilGone(store, old);
      assert.ok(await isKept(store, revision(now - 99)), "the last period is kept");
    }
    const sizes = await Promise.all([path, `${path}-wal`].map(async (file) => stat(file)));
    const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
    assert.ok(bytes < 10_000_000, `${bytes} bytes on disk after writing 20000000`);
    assert.equal((await store.range({ prefix: "/b/" })).entries.length, 3);
  });

  test("keeps nothing of what was deleted, once compacted", async (context) => {
    const path = await pathIn(context);
    const store = await SqliteStore.open({ path, clock });
    for (const n of range(1, 5)) {
      await store.commit({ key: `/gone/${n}`, value: new Uint8Array(9) });
      await store.commit({ key: `/gone/${n}`, value: new Uint8Array(9), ttlSeconds: 9 });
      await store.commit({ key: `/gone/${n}`, value: undefined });
    }
    await store.commit({ key: "/kept", value: new Uint8Array(9) });
    await store.compact(await store.current());
    await store[Symbol.asyncDispose]();
    const database = new DatabaseSync(path);
    assert.deepEqual(
      database
        .prepare("SELECT key FROM change")
        .all()
        .map(({ key }) => key),
      ["/kept"],
    );
    database.close();
  });

  test("holds no more revisions than asked for, however young", async (context) => {
    const path = await pathIn(context);
    const time = new VirtualClock();
    const store = await SqliteStore.open({ path, clock: time, historyMax: 50 });
    context.after(() => store[Symbol.asyncDispose]());
    for (const n of range(1, 200)) {
      await store.commit({ key: "/b", value: new Uint8Array([n]) });
    }
    assert.ok(await isKept(store, revision(2)));
    await time.advance(10_000);
    await untilGone(store, revision(150));
    assert.ok(await isKept(store, revision(151)));
  });
});

async function isKept(store: Store, at: ReturnType<typeof revision>): Promise<boolean> {
  try {
    await store.range({ prefix: "/none/", revision: at });
    return true;
  } catch (error) {
    if (error instanceof CompactedError) return false;
    throw error;
  }
}

/** Compaction runs by itself: waits for it. */
async function untilGone(store: Store, at: ReturnType<typeof revision>): Promise<void> {
  while (await isKept(store, at)) await new Promise((resolve) => setImmediate(resolve));
}

async function overwrite(path: string, size: number): Promise<void> {
  const file = await open(path, "r+");
  for (let page = 4096 * 2; page < size; page += 4096) {
    await file.write(new Uint8Array(200).fill(0xab), 0, 200, page);
  }
  await file.close();
}

async function cut(path: string, size: number): Promise<void> {
  await truncate(path, (size >> 13) << 12);
}

async function runFixture(mode: string, path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [fixture, mode, path]);
  return stdout;
}

/** Complete lines only: what a killed process had half written was not acknowledged. */
async function* linesOf(child: ChildProcessWithoutNullStreams): AsyncGenerator<string> {
  let errors = "";
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  const exited = once(child, "exit");
  let rest = "";
  for await (const data of child.stdout) {
    const parts = (rest + String(data)).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  await exited;
  assert.equal(errors, "");
}

/** Each revision's change, as the fixture words it. */
async function historyOf(store: Store): Promise<Map<number, string>> {
  const history = new Map<number, string>();
  const newest = await store.current();
  const controller = new AbortController();
  const events = store.watch({ prefix: "/", after: revision(1) }, controller.signal);
  for await (const event of events) {
    const [at, line] = worded(event);
    history.set(at, line);
    if (at === newest) controller.abort();
  }
  return history;
}

function worded(event: StoreEvent): [number, string] {
  if (event.type === "put") {
    const { key, modified, value } = event.entry;
    return [modified, `${key} ${text(value).split(" ")[0]}`];
  }
  assert.ok(event.type === "delete");
  return [event.revision, `${event.key} deleted`];
}

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
