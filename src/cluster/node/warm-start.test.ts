import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

test("a program that had to be translated starts once more, as the same process", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-warm-"));
  try {
    const main = join(folder, "main.mts");
    const warm = JSON.stringify(join(import.meta.dirname, "warm-start.ts"));
    await writeFile(
      main,
      `import { startWarm } from ${warm};\n` +
        `console.log(process.pid as number, process.argv[2]);\nstartWarm();\n` +
        `const list = Reflect.get(process, "moduleLoadList") as string[];\n` +
        `console.log("translator", list.some((name) => name.includes("amaro")));\n` +
        `if (process.env.KIJABI_WARM_START) throw new Error("children would inherit the mark");\n`,
    );
    const run = async (extra: Record<string, string>) => {
      const { NODE_COMPILE_CACHE: _, KIJABI_WARM_START: __, ...env } = process.env;
      const options = { env: { ...env, ...extra } };
      const { stdout } = await promisify(execFile)(process.execPath, [main, "word"], options);
      return stdout.trim().split("\n");
    };
    const cache = { NODE_COMPILE_CACHE: join(folder, "cache") };
    const cold = await run(cache);
    assert.equal(cold.length, 3);
    assert.equal(cold[0], cold[1]);
    assert.match(cold[0] ?? "", / word$/);
    assert.equal(cold[2], "translator false");
    assert.equal((await run(cache)).length, 2, "a warm program just goes on");
    assert.equal((await run({})).at(-1), "translator true", "without a cache nothing is gained");
  } finally {
    await rm(folder, { recursive: true });
  }
});
