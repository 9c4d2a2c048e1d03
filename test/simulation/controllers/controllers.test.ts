import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../support/command.ts";
import { controllerBreakages } from "./broken.ts";
import type { ControllerReport } from "./run.ts";

/** The same in every run. These found that a deletion that met a conflict was never repeated. */
const seeds = [6, 10];
/** How many a broken cluster may survive. */
const seedsToNotice = [2, 1, 3, 4];

const program = fileURLToPath(new URL("./main.ts", import.meta.url));
const replay = (seed: number) => `node test/simulation/controllers/main.ts ${seed} does it again`;

async function run(...args: readonly string[]): Promise<readonly ControllerReport[]> {
  const flags = ["--disable-warning=ExperimentalWarning", program, ...args];
  const { code, stderr, stdout } = await runCommand(process.execPath, flags, {
    timeoutMs: 300_000,
  });
  assert.equal(code, 0, stderr);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ControllerReport);
}

test("controllers and scheduler keep their promises, whatever happens", async () => {
  const reports = await run(seeds.join());
  assert.equal(reports.length, seeds.length);
  for (const { seed, steps, violation } of reports) {
    assert.equal(violation, undefined, replay(seed));
    assert.ok(steps > 10, "hardly anything happened");
  }
});

test("a seed says everything about a run of controllers", async () => {
  const [first, again] = await run("4,4", "--lines");
  assert.ok(first && first.lines.length > 200);
  assert.deepEqual(again?.lines, first.lines, replay(4));
});

describe("the simulation of controllers notices", () => {
  for (const name of Object.keys(controllerBreakages)) {
    test(name, async (context) => {
      const reports = await run(seedsToNotice.join(), name);
      const found = reports.find(({ violation }) => violation !== undefined);
      assert.ok(found, `${seedsToNotice.length} seeds noticed nothing`);
      context.diagnostic(`seed ${found.seed} ${found.violation}`);
    });
  }
});
