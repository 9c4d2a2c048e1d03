import { readFile, statfs } from "node:fs/promises";
import type { Clock } from "#base/clock.ts";
import type { MachineUsage } from "../stats.ts";

/** Ticks of the kernel's clock in a second, as every Linux tells them to programs. */
const ticksPerSecond = 100;

/** What this machine uses now. `root` is the folder whose disk counts. */
export async function readMachineUsage(root: string, clock: Clock): Promise<MachineUsage> {
  const [stat, memory, disk] = await Promise.all([
    readFile("/proc/stat", "utf8"),
    readFile("/proc/meminfo", "utf8"),
    statfs(root),
  ]);
  const kibibytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(memory)?.[1] ?? 0);
  return {
    atMs: clock.now(),
    cpuSeconds: busyTicks(stat) / ticksPerSecond,
    memoryBytes: kibibytes("MemTotal") * 1024,
    memoryAvailableBytes: kibibytes("MemAvailable") * 1024,
    diskBytes: disk.blocks * disk.bsize,
    diskAvailableBytes: disk.bavail * disk.bsize,
    diskUsedBytes: (disk.blocks - disk.bfree) * disk.bsize,
    startedAtMs: Number(/^btime (\d+)/m.exec(stat)?.[1] ?? 0) * 1000,
  };
}

/** Of the line for all processors: user, nice, system, idle, iowait, irq, softirq, steal, … */
export function busyTicks(stat: string): number {
  const fields = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? "").split(" ").map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields;
  return user + nice + system + irq + softirq;
}
