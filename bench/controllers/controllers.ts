import { writeFile } from "node:fs/promises";
import { describeMachine, median } from "../measure.ts";
import { subjects } from "./subjects.ts";
import type { Subject } from "./subjects.ts";
import { memoryInUse, openWorld } from "./world.ts";

export interface ControllersBenchOptions {
  readonly runs: number;
  readonly jsonFile: string | undefined;
  /** Part of a subject's name; all when empty. */
  readonly only: string;
  /** Of the full size, for a quick look. */
  readonly share: number;
}

interface Reading {
  readonly cpuMicros: number;
  readonly perSecond: number;
  readonly bytesPerObject: number | undefined;
  /** Of the controllers, for each thing done, the most frequent ones first. */
  readonly requests: readonly (readonly [what: string, each: number])[];
}

interface Row {
  readonly name: string;
  readonly about: string;
  readonly count: number;
  readonly readings: readonly Reading[];
}

/** What all controllers together do through an API server of this process. */
export async function benchControllers(options: ControllersBenchOptions): Promise<void> {
  const rows: Row[] = [];
  process.stdout.write(`${tableHead.join("\n")}\n`);
  for (const subject of subjects.filter(({ name }) => name.includes(options.only))) {
    const count = Math.max(1, Math.round(subject.count * options.share));
    const readings: Reading[] = [];
    for (let run = 0; run < options.runs; run++) readings.push(await measure(subject, count));
    const row = { name: subject.name, about: subject.about, count, readings };
    rows.push(row);
    process.stdout.write(`${line(row)}\n`);
  }
  if (options.jsonFile) {
    const machine = await describeMachine();
    await writeFile(options.jsonFile, JSON.stringify({ machine, rows }, null, 2));
  }
}

async function measure(subject: Subject, count: number): Promise<Reading> {
  await using world = await openWorld();
  await subject.prepare?.(world.client, count);
  const memoryBefore = memoryInUse();
  const before = process.cpuUsage();
  const requestsBefore = new Map(world.requests);
  const from = performance.now();
  await subject.run(world.client, count);
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(before);
  const requests = [...world.requests]
    .map(([what, sent]) => [what, (sent - (requestsBefore.get(what) ?? 0)) / count] as const)
    .filter(([, each]) => each >= 0.01)
    .toSorted(([, one], [, other]) => other - one);
  const objects = subject.objects?.(count);
  return {
    cpuMicros: (user + system) / count,
    perSecond: count / seconds,
    bytesPerObject: objects && (memoryInUse() - memoryBefore) / objects,
    requests,
  };
}

const tableHead = [
  "| subject | count | µs of CPU each | each per second | bytes in use per object | requests for each |",
  "| --- | --- | --- | --- | --- | --- |",
];

/** CPU time first: a busy machine disturbs it least. */
function line({ name, count, readings }: Row): string {
  const bytes = readings.flatMap(({ bytesPerObject }) => bytesPerObject ?? []);
  const cells = [
    name,
    count.toLocaleString("en"),
    median(readings.map(({ cpuMicros }) => cpuMicros)).toFixed(0),
    median(readings.map(({ perSecond }) => perSecond)).toFixed(0),
    bytes.length > 0 ? median(bytes).toFixed(0) : "",
    (readings.at(-1)?.requests ?? [])
      .map(([what, each]) => `${what} ${each.toFixed(2)}`)
      .join(", "),
  ];
  return `| ${cells.join(" | ")} |`;
}
