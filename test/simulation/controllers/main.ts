import { controllerBreakages } from "./broken.ts";
import { runControllerSeed } from "./run.ts";

// Runs seeds in a process of their own, where promises are not looked at by a test runner, which
// makes them four times as slow: main.ts SEEDS [--lines] [BREAKAGE], as "1,6,9". Prints a report
// in JSON for each; of a broken cluster those up to the first that notices.
const [seeds = "1", ...rest] = process.argv.slice(2);
const keepsLines = rest.includes("--lines");
const [name] = rest.filter((word) => word !== "--lines");
const breakage = name === undefined ? undefined : controllerBreakages[name];
if (name !== undefined && !breakage) throw new Error(`there is no breakage ${name}`);
for (const seed of seeds.split(",").map(Number)) {
  const report = await runControllerSeed(seed, { keepsLines, ...(breakage && { breakage }) });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  if (breakage && report.violation !== undefined) break;
}
