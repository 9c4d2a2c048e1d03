import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "#base/node/system-clock.ts";
import { silentLogger } from "#base/log.ts";
import type { Manifest } from "../manifest.ts";
import { readManifests, watchManifests } from "./watch-manifests.ts";

test("a folder's files are read, and read again when one changes", async () => {
  const directory = await mkdtemp(join(tmpdir(), "manifests-"));
  const stop = new AbortController();
  try {
    await writeFile(join(directory, "a.yaml"), "a");
    await writeFile(join(directory, ".hidden"), "no");
    const seen: (readonly Manifest[])[] = [];
    let heard = () => {};
    const next = () => new Promise<void>((resolve) => (heard = resolve));
    const apply = (manifests: readonly Manifest[]) => {
      seen.push(manifests);
      heard();
    };
    const first = next();
    const clock = systemClock();
    const running = watchManifests({ directory, clock, logger: silentLogger, apply }, stop.signal);
    await first;
    assert.deepEqual(seen, [[{ path: join(directory, "a.yaml"), text: "a" }]]);
    const second = next();
    await writeFile(join(directory, "b.json"), "b");
    await second;
    assert.deepEqual(
      seen.at(-1)?.map(({ path }) => path),
      [join(directory, "a.yaml"), join(directory, "b.json")],
    );
    stop.abort();
    await running;
  } finally {
    stop.abort();
    await rm(directory, { recursive: true });
  }
});

test("a folder that is missing is empty", async () => {
  assert.deepEqual(await readManifests("/nonexistent/manifests"), []);
});
