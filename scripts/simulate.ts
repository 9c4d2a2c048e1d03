import { parseArgs } from "node:util";
import { simulate } from "../test/simulation/simulation.ts";
import type { Report } from "../test/simulation/simulation.ts";

// Runs the system under simulated faults, each seed another run, until one of them finds something.
//   npm run simulate -- --seconds 60      new seeds, for so long
//   npm run simulate -- --seeds 10000 --from 1
//   npm run simulate -- --seed 4711       one seed again, with everything that happens in it
const { values } = parseArgs({
  options: {
    seconds: { type: "string" },
    seeds: { type: "string" },
    from: { type: "string" },
    seed: { type: "string" },
  },
});

function numberOf(name: "seconds" | "seeds" | "from" | "seed"): number | undefined {
  const given = values[name];
  if (given === undefined) return undefined;
  const number = Number(given);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`--${name} ${given} is no number`);
}

let current = 0;
process.on("unhandledRejection", (error) => {
  console.error(`seed ${current}: a promise was rejected, and nobody listened:`, error);
  process.exit(1);
});

async function replay(seed: number): Promise<Report> {
  current = seed;
  const report = await simulate(seed, { keepsLines: true });
  for (const line of report.lines) console.log(line);
  return report;
}

async function explore(from: number, seeds: number, seconds: number): Promise<Report | undefined> {
  const began = performance.now();
  const secondsGone = () => (performance.now() - began) / 1000;
  let [operations, revisions, count] = [0, 0, 0];
  let told = 0;
  const tell = () => {
    const rate = (count / secondsGone()).toFixed(0);
    console.log(
      `${count} seeds (${from} to ${current}), ${rate}/s: ${operations} operations on single ` +
        `objects, ${revisions} revisions, no violation`,
    );
  };
  for (; count < seeds && secondsGone() < seconds; count++) {
    current = (from + count) % 2 ** 32;
    const report = await simulate(current);
    if (report.violation !== undefined) return report;
    operations += report.operations;
    revisions += report.revisions;
    if (secondsGone() - told >= 10) {
      told = secondsGone();
      tell();
    }
  }
  tell();
  return undefined;
}

const seed = numberOf("seed");
const seeds = numberOf("seeds");
const seconds = numberOf("seconds") ?? (seeds === undefined ? 60 : Infinity);
const from = numberOf("from") ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
const report =
  seed === undefined ? await explore(from, seeds ?? Infinity, seconds) : await replay(seed);
if (report?.violation !== undefined) {
  console.error(`seed ${report.seed} ${report.violation}`);
  console.error(`replay it with: npm run simulate -- --seed ${report.seed}`);
  process.exitCode = 1;
}
