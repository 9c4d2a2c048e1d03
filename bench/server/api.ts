import { mkdir, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describeMachine, median } from "../measure.ts";
import { openServer } from "./open.ts";
import type { Bench, Measure, Subject } from "./subject.ts";
import { subjects } from "./subjects.ts";

export interface ApiBenchOptions {
  readonly runs: number;
  readonly jsonFile: string | undefined;
  /** Names of subjects; all when empty. */
  readonly only: readonly string[];
  /** A folder for CPU profiles of the servers. */
  readonly profileFolder: string | undefined;
}

type Numbers = Readonly<Record<string, number>>;

/** `npm run bench -- api`: throughput, latency and memory of the API server. */
export async function benchApi(options: ApiBenchOptions): Promise<void> {
  const unknown = options.only.filter((name) => !subjects.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join()}\n${listOfSubjects()}`);
  const chosen = subjects.filter(({ name }) => !options.only.length || options.only.includes(name));
  const bench = await benchWith(options);
  // Whoever interrupts it ends the servers, too.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit(1));
  const machine = await describeMachine();
  process.stdout.write(heading(machine));
  const results: Record<string, readonly Numbers[]> = {};
  for (const subject of chosen) {
    const samples: Numbers[] = [];
    for (let index = 0; index < options.runs; index++) {
      process.stderr.write(`${subject.name}: run ${index + 1} of ${options.runs}\n`);
      samples.push(await subject.run(bench));
    }
    results[subject.name] = samples;
    process.stdout.write(tableOf(subject, samples));
  }
  if (options.jsonFile) {
    const content = { machine, subjects: results };
    await writeFile(options.jsonFile, `${JSON.stringify(content, undefined, 2)}\n`);
  }
}

export function listOfSubjects(): string {
  return subjects.map(({ name, about }) => `  ${name.padEnd(20)} ${about}`).join("\n");
}

async function benchWith({ profileFolder }: ApiBenchOptions): Promise<Bench> {
  if (profileFolder === undefined) return { open: openServer };
  const folder = resolve(profileFolder);
  await mkdir(folder, { recursive: true });
  const profiling = ["--cpu-prof", `--cpu-prof-dir=${folder}`];
  return {
    open: (options = {}) =>
      openServer({ ...options, nodeFlags: [...(options.nodeFlags ?? []), ...profiling] }),
  };
}

function heading(machine: Readonly<Record<string, string>>): string {
  return `${Object.entries(machine)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n")}\n`;
}

/** Medians, what they range over, and what is to be reached. */
function tableOf({ name, about, measures }: Subject, samples: readonly Numbers[]): string {
  const rows = Object.entries(measures).map(([key, measure]) => {
    const values = samples.map((sample) => sample[key] ?? NaN);
    const range = `${shown(Math.min(...values), measure)} – ${shown(Math.max(...values), measure)}`;
    const middle = `${shown(median(values), measure)} ${measure.unit}`;
    return `| ${measure.what} | ${middle} | ${range} | ${goalOf(measure)} |`;
  });
  const head = `\n## ${name}: ${about}\n\n| | median | range | to reach |\n| --- | --- | --- | --- |\n`;
  return `${head}${rows.join("\n")}\n`;
}

function goalOf(measure: Measure): string {
  const { atLeast, atMost, unit } = measure;
  if (atLeast !== undefined) return `≥ ${shown(atLeast, measure)} ${unit}`;
  return atMost === undefined ? "" : `≤ ${shown(atMost, measure)} ${unit}`;
}

function shown(value: number, { digits = 0 }: Measure): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
