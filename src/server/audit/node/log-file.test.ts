import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LogFile } from "./log-file.ts";

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "kijabi-audit-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("lines are in the file at once, and go on after a restart", async () => {
  await using place = await folder();
  const path = join(place.path, "logs", "audit.log");
  const options = { path, bytesMax: 1000, backupsMax: 0, daysMax: 0, now: () => 0 };
  const first = new LogFile(options);
  first.write("one");
  assert.equal(await readFile(path, "utf8"), "one\n");
  first.close();
  const second = new LogFile(options);
  second.write("two");
  second.close();
  assert.equal(await readFile(path, "utf8"), "one\ntwo\n");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("full files are set aside, and the oldest go", async () => {
  await using place = await folder();
  const path = join(place.path, "audit.log");
  let now = Date.parse("2026-01-01T00:00:00Z");
  const log = new LogFile({ path, bytesMax: 10, backupsMax: 2, daysMax: 0, now: () => now });
  for (let index = 0; index < 5; index++) {
    log.write(`line ${index}`);
    now += 1000;
  }
  log.close();
  assert.deepEqual((await readdir(place.path)).sort(), [
    "audit-2026-01-01T00-00-03.000.log",
    "audit-2026-01-01T00-00-04.000.log",
    "audit.log",
  ]);
  assert.equal(await readFile(path, "utf8"), "line 4\n");
});
