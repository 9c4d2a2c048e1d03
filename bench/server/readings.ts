import { readFileSync, writeFileSync } from "node:fs";

/** What Linux says of a process. */
export interface Readings {
  /** Of all its threads, user and system. */
  readonly cpuMs: number;
  readonly mainThreadCpuMs: number;
  readonly memoryBytes: number;
  /** The most since its start, or since `forgetPeak`. */
  readonly memoryPeakBytes: number;
  /** What it has handed to the disk. */
  readonly writtenBytes: number;
}

/** The clock of `/proc/<pid>/stat`, the same on every Linux. */
const tickMs = 10;

export function readingsOf(pid: number): Readings {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const io = readFileSync(`/proc/${pid}/io`, "utf8");
  const kilobytes = (name: string) => numberOf(status, new RegExp(`^${name}:\\s+(\\d+) kB$`, "m"));
  return {
    cpuMs: cpuMsOf(`/proc/${pid}/stat`),
    mainThreadCpuMs: cpuMsOf(`/proc/${pid}/task/${pid}/stat`),
    memoryBytes: kilobytes("VmRSS") * 1024,
    memoryPeakBytes: kilobytes("VmHWM") * 1024,
    writtenBytes: numberOf(io, /^write_bytes: (\d+)$/m),
  };
}

/** From now on the peak is that of what follows. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

function cpuMsOf(file: string): number {
  const stat = readFileSync(file, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickMs; // utime and stime
}

function numberOf(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`${String(pattern)} is not in what the kernel says`);
  return Number(found);
}
