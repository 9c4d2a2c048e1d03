import { writeFile } from "node:fs/promises";
import { describeMachine, median } from "../measure.ts";
import { cases, sized } from "./cases.ts";
import type { SchedulerCase } from "./cases.ts";
import { measureDecisions } from "./decisions.ts";
import { measureEndToEnd } from "./end-to-end.ts";
import type { EndToEnd } from "./end-to-end.ts";

export interface SchedulerBenchOptions {
  readonly runs: number;
  readonly jsonFile: string | undefined;
  /** Fewer nodes and pods than upstream has, for a quick look. */
  readonly nodes: number | undefined;
  readonly pods: number | undefined;
  /** Part of a case's name; all cases when empty. */
  readonly only: string;
  readonly decisionsOnly: boolean;
}

interface Row {
  readonly name: string;
  readonly nodes: number;
  readonly pods: number;
  readonly decisionMicros: readonly number[];
  readonly endToEnd: readonly EndToEnd[];
  readonly target: number;
  readonly floor: string;
}

/** Upstream's scheduler_perf cases: decisions alone, and through an API server in this process. */
export async function benchScheduler(options: SchedulerBenchOptions): Promise<void> {
  const chosen = cases.filter(({ name }) => name.includes(options.only));
  const rows: Row[] = [];
  await warmUp(chosen, options);
  process.stdout.write(`${tableHead.join("\n")}\n`);
  for (const each of chosen) {
    const row = await measure(sized(each, options), options);
    rows.push(row);
    process.stdout.write(`${line(row)}\n`);
  }
  if (options.jsonFile) {
    const machine = await describeMachine();
    await writeFile(options.jsonFile, JSON.stringify({ machine, rows }, null, 2));
  }
}

const warmNodes = 200;
const warmDecisions = 3_000;

/** A few hundred pods are placed before the code is compiled: it would be all that is measured. */
async function warmUp(
  chosen: readonly SchedulerCase[],
  { decisionsOnly }: SchedulerBenchOptions,
): Promise<void> {
  for (const each of chosen) {
    const small = sized(each, { nodes: warmNodes });
    const rounds = Math.ceil(warmDecisions / small.measured.count);
    for (let round = 0; round < rounds; round++) measureDecisions(small);
  }
  const [first] = chosen;
  if (first && !decisionsOnly) await measureEndToEnd(sized(first, { nodes: 5 * warmNodes }));
}

async function measure(given: SchedulerCase, options: SchedulerBenchOptions): Promise<Row> {
  const decisionMicros: number[] = [];
  const endToEnd: EndToEnd[] = [];
  for (let run = 0; run < options.runs; run++) {
    decisionMicros.push(measureDecisions(given));
    if (!options.decisionsOnly) endToEnd.push(await measureEndToEnd(given));
  }
  const { name, nodes, measured, target, floor } = given;
  return { name, nodes, pods: measured.count, decisionMicros, endToEnd, target, floor };
}

const tableHead = [
  "| case | nodes | pods | decisions/s | target | upstream's floor | µs per decision | end to end/s | µs end to end |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
];

/** Rates of CPU time, which a busy machine disturbs least; end to end also by the clock. */
function line(row: Row): string {
  const micros = median(row.decisionMicros);
  const rate = 1e6 / micros;
  const cells = [
    row.name,
    count(row.nodes),
    count(row.pods),
    `${count(rate)}${rate < row.target ? " (missed)" : ""}`,
    count(row.target),
    row.floor,
    micros.toFixed(micros < 10 ? 1 : 0),
  ];
  if (row.endToEnd.length > 0) {
    cells.push(count(median(row.endToEnd.map(({ podsPerSecond }) => podsPerSecond))));
    cells.push(median(row.endToEnd.map(({ cpuMicros }) => cpuMicros)).toFixed(0));
  } else cells.push("", "");
  return `| ${cells.join(" | ")} |`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
