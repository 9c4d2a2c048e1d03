import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Scope } from "../scope.ts";
import { followFile } from "./follow-file.ts";
import { systemClock } from "./system-clock.ts";

test("a file's new contents are taken over, and bad ones reported once", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-follow-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "file");
  await writeFile(path, "one");
  const heard: string[] = [];
  const scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  const until = async (count: number) => {
    for (let left = 1000; heard.length < count && left > 0; left--) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  scope.run("follow", (signal) =>
    followFile(
      {
        path,
        known: "one",
        clock: systemClock(),
        everyMs: 5,
        apply(content) {
          if (content === "bad") throw new Error("it is bad");
          heard.push(content);
        },
        failed: (error) => heard.push((error as Error).message),
      },
      signal,
    ),
  );
  // Whole at once: half of a file would be one more content.
  const replace = async (content: string) => {
    await writeFile(`${path}.new`, content);
    await rename(`${path}.new`, path);
  };
  await replace("two");
  await until(1);
  await replace("bad");
  await until(2);
  await new Promise((resolve) => setTimeout(resolve, 40));
  await replace("three");
  await until(3);
  await scope.close();
  assert.deepEqual(heard, ["two", "it is bad", "three"]);
});
