import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../support/command.ts";
import { controllerBreakages } from "./broken.ts";
import type { Task } from "./child.ts";
import type { ControllerReport } from "./run.ts";

/** The same in every run. These found that a deletion that met a conflict was never repeated. */
const seeds = [6, 10];
/** How many a broken cluster may survive. */
const seedsToNotice = [2, 1, 3, 4];
const breakages = Object.keys(controllerBreakages);

const program = fileURLToPath(new URL("./child.ts", import.meta.url));
const replay = (seed: number) =>
  `replay it with npm run simulate -- --world controllers --seed ${seed}`;

const reports = new Map<string, ControllerReport[]>();

before(async () => {
  const tasks: Task[] = [
    { name: "promises", seeds },
    { name: "again", seeds: [4, 4], keepsLines: true },
    ...breakages.map((breakage) => ({ name: breakage, seeds: seedsToNotice, breakage })),
  ];
  const flags = ["--disable-warning=ExperimentalWarning", program, JSON.stringify(tasks)];
  const { code, stderr, stdout } = await runCommand(process.execPath, flags, {
    timeoutMs: 600_000,
  });
  assert.equal(code, 0, stderr);
  for (const line of stdout.trimEnd().split("\n")) {
    const { task, ...report } = JSON.parse(line) as ControllerReport & { task: string };
    reports.set(task, [...(reports.get(task) ?? []), report]);
  }
});

test("controllers and scheduler keep their promises, whatever happens", () => {
  const ours = reports.get("promises") ?? [];
  assert.equal(ours.length, seeds.length);
  for (const { seed, steps, violation } of ours) {
    assert.equal(violation, undefined, replay(seed));
    assert.ok(steps > 10, "hardly anything happened");
  }
});

test("a seed says everything about a run of controllers", () => {
  const [first, again] = reports.get("again") ?? [];
  assert.ok(first && first.lines.length > 200);
  assert.deepEqual(again?.lines, first.lines, replay(4));
});

describe("the simulation of controllers notices", () => {
  for (const name of breakages) {
    test(name, (context) => {
      const found = reports.get(name)?.find(({ violation }) => violation !== undefined);
      assert.ok(found, `${seedsToNotice.length} seeds noticed nothing`);
      context.diagnostic(`seed ${found.seed} ${found.violation}`);
    });
  }
});
