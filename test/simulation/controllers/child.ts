import { controllerBreakages } from "./broken.ts";
import { runControllerSeed } from "./run.ts";

/** Seeds to be run: of a broken cluster up to the first that notices. */
export interface Task {
  readonly name: string;
  readonly seeds: readonly number[];
  readonly breakage?: string;
  readonly keepsLines?: boolean;
}

// Runs tasks, given as JSON, in a process of their own, where promises are not looked at by a test
// runner, which makes them four times as slow. Prints, in JSON, a report for each seed.
const [tasks = "[]"] = process.argv.slice(2);
for (const task of JSON.parse(tasks) as readonly Task[]) {
  const { keepsLines = false, name } = task;
  const breakage = task.breakage === undefined ? undefined : controllerBreakages[task.breakage];
  if (task.breakage !== undefined && !breakage) throw new Error(`no breakage ${task.breakage}`);
  for (const seed of task.seeds) {
    const report = await runControllerSeed(seed, { keepsLines, ...(breakage && { breakage }) });
    process.stdout.write(`${JSON.stringify({ task: name, ...report })}\n`);
    if (breakage && report.violation !== undefined) break;
  }
}
