import { createInterface } from "node:readline/promises";
import { utf8 } from "#base/bytes.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { StorageFault, revision } from "../../store.ts";
import type { Store } from "../../store.ts";
import { SqliteStore } from "./sqlite-store.ts";

/**
 * A process that writes to a store, for tests that kill it or take its disk away. It tells on
 * stdout what was acknowledged, after it was.
 */

const [mode = "", path = ""] = process.argv.slice(2);
const tell = (...words: (string | number)[]) => process.stdout.write(`${words.join(" ")}\n`);

/** Writes without end: puts and deletes, many at once. */
async function writeForever(store: Store): Promise<never> {
  let count = 0;
  const writer = async (name: number): Promise<never> => {
    for (;;) {
      const number = count++;
      const key = `/crash/${name}/${number % 5}`;
      const deletes = number % 7 === 6;
      const value = deletes ? undefined : utf8(`${number} ${"x".repeat((number * 37) % 3_000)}`);
      const result = await store.commit({ key, value });
      if (result.ok) tell("ack", result.revision, key, deletes ? "deleted" : number);
    }
  };
  await Promise.all(Array.from({ length: 32 }, (_, name) => writer(name)));
  throw new Error("writes for ever");
}

/** Writes until the disk refuses, tells what is left, and goes on when told that it is well again. */
async function fillDisk(store: Store): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  const put = (n: number) => store.commit({ key: `/fill/${n}`, value: new Uint8Array(20_000) });
  let number = 0;
  const fill = async (together: number): Promise<unknown> => {
    for (;;) {
      const puts = Array.from({ length: together }, (_, index) => put(number + index));
      const results = await Promise.allSettled(puts);
      const failed = results.find((result) => result.status === "rejected");
      if (failed) return failed.reason;
      number += together;
    }
  };
  // Where ten do not fit any more, one still may.
  const fault = await fill(10);
  const again = await fill(1);
  const seen: number[] = [];
  const controller = new AbortController();
  const watching = (async () => {
    const query = { prefix: "/fill/", after: revision(1) };
    for await (const event of store.watch(query, controller.signal)) {
      if (event.type === "put") seen.push(event.entry.modified);
    }
  })();
  const { entries } = await store.range({ prefix: "/fill/" });
  const code = (error: unknown) => (error instanceof StorageFault ? error.code : String(error));
  tell("fault", code(fault), code(again), number, entries.length, await store.current());
  await lines.question("");
  const after = await put(number);
  // The watch hears of it in the same turn.
  await new Promise((resolve) => setImmediate(resolve));
  tell("well", after.revision, seen.length, seen.at(-1) ?? 0);
  controller.abort();
  await watching;
  lines.close();
  await store[Symbol.asyncDispose]();
}

try {
  const store = await SqliteStore.open({ path, clock: systemClock() });
  tell("open");
  if (mode === "forever") await writeForever(store);
  else if (mode === "fill") await fillDisk(store);
  else await store[Symbol.asyncDispose]();
} catch (error) {
  tell("error", error instanceof StorageFault ? error.code : "other", String(error));
}
