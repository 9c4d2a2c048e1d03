import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { breakages } from "./broken.ts";
import { simulate } from "./simulation.ts";

/** The same in every run; `npm run simulate` looks at others. */
const seeds = 250;
/** How many a broken system may survive. */
const seedsToNotice = 1_000;

/** A run in which nothing goes wrong proves nothing. */
const expectedTroubles = [
  "a crash undid",
  "a list has expired",
  "a server dies",
  "a watch falls behind",
  "a watch has expired",
  "a watch of etcd breaks",
  "an answer is cut",
  "an answer is lost",
  "etcd is asked late",
  "etcd's answer is lost",
  "history is compacted",
  "nobody answers",
  "the disk refuses",
  "the power goes",
  "the wall clock jumps",
];

const replay = (seed: number) => `replay it with npm run simulate -- --seed ${seed}`;

test("stores, caches, watches and informers keep their promises", async () => {
  let revisions = 0;
  const troubles = new Map<string, number>();
  for (let seed = 1; seed <= seeds; seed++) {
    const report = await simulate(seed);
    assert.equal(report.violation, undefined, replay(seed));
    revisions += report.revisions;
    for (const [name, times] of report.troubles) {
      troubles.set(name, (troubles.get(name) ?? 0) + times);
    }
  }
  assert.ok(revisions > seeds * 10, "hardly anything was written");
  const missing = expectedTroubles.filter((name) => (troubles.get(name) ?? 0) < 3);
  assert.deepEqual(missing, [], "nothing of that went wrong");
});

/** Of other seeds, those that found something once: what, stands in the history of this line. */
const seedsThatFound = [3586, 6767];

test("what was found once does not come back", async () => {
  for (const seed of seedsThatFound) {
    assert.equal((await simulate(seed)).violation, undefined, replay(seed));
  }
});

test("a seed says everything about a run", async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const [first, again] = [
      await simulate(seed, { keepsLines: true }),
      await simulate(seed, { keepsLines: true }),
    ];
    assert.ok(first.lines.length > 50);
    assert.deepEqual(again.lines, first.lines, replay(seed));
  }
});

describe("the simulation notices", () => {
  for (const [name, breakage] of Object.entries(breakages)) {
    test(name, async (context) => {
      for (let seed = 1; seed <= seedsToNotice; seed++) {
        const { violation } = await simulate(seed, { breakage });
        if (violation === undefined) continue;
        context.diagnostic(`seed ${seed} ${violation.split("\n")[0]}`);
        return;
      }
      assert.fail(`${seedsToNotice} seeds noticed nothing`);
    });
  }
});
