import { readFileSync } from "node:fs";
import { arch, cpus, release, totalmem } from "node:os";
import { run } from "../src/cluster/providers/node/run.ts";

/** The middle of the values; of an even number, the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error("no value was measured");
  return middle;
}

export interface ProcessCost {
  readonly cpuPercent: number;
  readonly rssMegabytes: number;
}

/** The clock of `/proc/<pid>/stat`, the same on every Linux. */
const ticksPerSecond = 100;

/** What a process took of one core between two looks, and its memory at the second. */
export async function costOf(
  pids: readonly number[],
  wait: () => Promise<void>,
): Promise<ReadonlyMap<number, ProcessCost>> {
  const before = pids.map(ticksOf);
  const from = performance.now();
  await wait();
  const seconds = (performance.now() - from) / 1000;
  return new Map(
    pids.map((pid, index) => {
      const ticks = ticksOf(pid) - (before[index] ?? 0);
      const cpuPercent = (ticks / ticksPerSecond / seconds) * 100;
      return [pid, { cpuPercent, rssMegabytes: rssOf(pid) }];
    }),
  );
}

function ticksOf(pid: number): number {
  const fields = statOf(`${pid}`);
  return Number(fields[11]) + Number(fields[12]); // utime and stime
}

/** CPU time of all programs that this one has run to their end. */
export function childrenCpuMs(): number {
  const fields = statOf("self");
  return ((Number(fields[13]) + Number(fields[14])) / ticksPerSecond) * 1000; // cutime and cstime
}

function statOf(process: string): string[] {
  const stat = readFileSync(`/proc/${process}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function rssOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** What the numbers were measured on. */
export async function describeMachine(): Promise<Readonly<Record<string, string>>> {
  const model = cpus()[0]?.model.trim() ?? "unknown";
  const containerd = await run("containerd", ["--version"]);
  return {
    processor: `${cpus().length} × ${model} (${arch()})`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: release(),
    node: process.version,
    containerd: containerd.split(" ")[2] ?? containerd.trim(),
    date: new Date().toISOString().slice(0, 10),
  };
}
