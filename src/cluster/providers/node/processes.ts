import { readdirSync, readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";

/** A process, told apart from a later one with the same number by when it started. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since the machine started. */
  readonly startTicks: number;
}

/** Undefined when there is no such process, or it has ended and waits to be reaped. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProc(pid, "stat");
  // The second field, the name, may have spaces and parentheses of its own.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields.length < 20 || fields[0] === "Z" || fields[0] === "X") return undefined;
  return { pid, startTicks: Number(fields[19]) };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTicks === identity.startTicks;
}

export async function writePidFile(file: string, identity: ProcessIdentity): Promise<void> {
  await writeFile(file, `${JSON.stringify(identity)}\n`);
}

/** The process of the file, if it still runs. */
export async function readPidFile(file: string): Promise<ProcessIdentity | undefined> {
  const content = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  let parsed: Partial<ProcessIdentity>;
  try {
    parsed = JSON.parse(content) as Partial<ProcessIdentity>;
  } catch {
    return undefined; // cut short by a crash: the process it names is not known
  }
  const { pid, startTicks } = parsed;
  if (typeof pid !== "number" || typeof startTicks !== "number") return undefined;
  const identity = { pid, startTicks };
  return isAlive(identity) ? identity : undefined;
}

/** Asks the process to end, then makes it; resolves when it is gone. */
export async function endProcess(
  options: {
    readonly identity: ProcessIdentity;
    readonly clock: Clock;
    readonly graceMs: number;
    readonly pidFile?: string;
  },
  signal?: AbortSignal,
): Promise<void> {
  const { identity, clock, graceMs, pidFile } = options;
  send(identity, "SIGTERM");
  const killAt = clock.monotonic() + graceMs;
  const giveUpAt = killAt + 10_000;
  while (isAlive(identity)) {
    if (clock.monotonic() >= giveUpAt) {
      throw new Error(`process ${identity.pid} does not end, not even by SIGKILL`);
    }
    if (clock.monotonic() >= killAt) send(identity, "SIGKILL");
    await sleep(clock, 5, signal);
  }
  if (pidFile) await rm(pidFile, { force: true });
}

/** Nothing happens when it has ended already. */
export function send(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

export interface ProcessEntry extends ProcessIdentity {
  readonly parent: number;
  readonly commandLine: readonly string[];
}

/** All processes that can be seen from here. */
export function listProcesses(): readonly ProcessEntry[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    const identity = Number.isInteger(pid) ? identify(pid) : undefined;
    if (!identity) return [];
    const stat = readProc(pid, "stat");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    return [{ ...identity, parent, commandLine: readProc(pid, "cmdline").split("\0") }];
  });
}

/** `/proc/<pid>/<file>`, or nothing when the process is gone. */
export function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // ENOENT or ESRCH: it ended, which the caller sees by the emptiness
  }
}
