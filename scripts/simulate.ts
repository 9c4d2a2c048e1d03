import { parseArgs } from "node:util";

// Runs a part of the system under simulated faults, each seed another run, until one of them finds
// something. The world is "storage" (stores, caches, watches, informers) or "controllers" (all of
// them, and the scheduler).
//   npm run simulate -- --seconds 60      new seeds, for so long
//   npm run simulate -- --world controllers --seconds 60
//   npm run simulate -- --seeds 10000 --from 1
//   npm run simulate -- --seed 4711       one seed again, with everything that happens in it
const { values } = parseArgs({
  options: {
    world: { type: "string", default: "storage" },
    seconds: { type: "string" },
    seeds: { type: "string" },
    from: { type: "string" },
    seed: { type: "string" },
  },
});

interface Report {
  readonly seed: number;
  readonly violation: string | undefined;
  readonly lines: readonly string[];
  /** What was done, by what it is called. */
  readonly done: Readonly<Record<string, number>>;
}

type Simulate = (seed: number, options?: { readonly keepsLines?: boolean }) => Promise<Report>;

const worlds: Readonly<Record<string, () => Promise<Simulate>>> = {
  async storage() {
    const { simulate } = await import("../test/simulation/simulation.ts");
    return async (seed, options) => {
      const report = await simulate(seed, options);
      const { operations, revisions } = report;
      return { ...report, done: { "operations on single objects": operations, revisions } };
    };
  },
  async controllers() {
    const { runControllerSeed } = await import("../test/simulation/controllers/run.ts");
    return async (seed, options) => {
      const report = await runControllerSeed(seed, options);
      const { changes, steps } = report;
      return { ...report, done: { disturbances: steps, "changes of objects": changes } };
    };
  },
};

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

async function replay(simulate: Simulate, seed: number): Promise<Report> {
  current = seed;
  const report = await simulate(seed, { keepsLines: true });
  for (const line of report.lines) console.log(line);
  return report;
}

async function explore(
  simulate: Simulate,
  { from, seeds, seconds }: { from: number; seeds: number; seconds: number },
): Promise<Report | undefined> {
  const began = performance.now();
  const secondsGone = () => (performance.now() - began) / 1000;
  const done = new Map<string, number>();
  let [count, told] = [0, 0];
  const tell = () => {
    const rate = (count / secondsGone()).toFixed(count > secondsGone() ? 0 : 2);
    const sums = [...done].map(([what, times]) => `${times} ${what}`).join(", ");
    console.log(`${count} seeds (${from} to ${current}), ${rate}/s: ${sums}, no violation`);
  };
  for (; count < seeds && secondsGone() < seconds; count++) {
    current = (from + count) % 2 ** 32;
    const report = await simulate(current);
    if (report.violation !== undefined) return report;
    for (const [what, times] of Object.entries(report.done)) {
      done.set(what, (done.get(what) ?? 0) + times);
    }
    if (secondsGone() - told >= 10) {
      told = secondsGone();
      tell();
    }
  }
  tell();
  return undefined;
}

const { world } = values;
const open = worlds[world];
if (!open) {
  throw new Error(`there is no world ${world}, but ${Object.keys(worlds).join(" and ")}`);
}
const simulate = await open();
const seed = numberOf("seed");
const seeds = numberOf("seeds");
const seconds = numberOf("seconds") ?? (seeds === undefined ? 60 : Infinity);
const from = numberOf("from") ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
const report =
  seed === undefined
    ? await explore(simulate, { from, seeds: seeds ?? Infinity, seconds })
    : await replay(simulate, seed);
if (report?.violation !== undefined) {
  const which = world === "storage" ? "" : `--world ${world} `;
  console.error(`seed ${report.seed} ${report.violation}`);
  console.error(`replay it with: npm run simulate -- ${which}--seed ${report.seed}`);
  process.exitCode = 1;
}
