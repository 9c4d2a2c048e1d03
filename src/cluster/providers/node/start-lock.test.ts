import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "#base/node/system-clock.ts";
import { takeStartLock } from "./start-lock.ts";

const clock = systemClock();

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "kijabi-lock-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("those who start wait for one another, and leave nothing behind", async () => {
  await using place = await folder();
  const file = join(place.path, "run", "start.lock");
  const seen: string[] = [];
  let inside = 0;
  const one = async (name: string) => {
    await using _lock = await takeStartLock({ file, clock });
    seen.push(name);
    inside++;
    assert.equal(inside, 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    inside--;
  };
  await Promise.all(["a", "b", "c"].map(one));
  assert.deepEqual(seen.sort(), ["a", "b", "c"]);
  assert.deepEqual(await readdir(join(place.path, "run")), []);
});

test("who waits is told for whom", async () => {
  await using place = await folder();
  const file = join(place.path, "start.lock");
  const told: number[] = [];
  const first = await takeStartLock({ file, clock });
  const second = takeStartLock({ file, clock, waiting: (pid) => told.push(pid) });
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
  assert.deepEqual(told, [process.pid]);
});

for (const [what, content] of [
  ["has died", '{"pid":1,"startTicks":-5}\n'],
  ["was cut short by a crash", '{"pid"'],
] as const) {
  test(`a lock whose holder ${what} is nobody's`, async () => {
    await using place = await folder();
    const file = join(place.path, "start.lock");
    await writeFile(file, content);
    const lock = await takeStartLock({ file, clock });
    await lock[Symbol.asyncDispose]();
    assert.deepEqual(await readdir(place.path), []);
  });
}
