import { link, mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import { identify, readPidFile, writePidFile } from "./processes.ts";

export interface StartLockOptions {
  readonly file: string;
  readonly clock: Clock;
  /** Called once, with the pid of who has the lock, before it is waited for. */
  readonly waiting?: (pid: number) => void;
}

const pollMs = 50;

/**
 * One start at a time on a machine: two that make clusters in the same moment would choose the same
 * networks, and two of one profile the same port. The lock of a process that has died is nobody's.
 */
export async function takeStartLock(
  { file, clock, waiting }: StartLockOptions,
  signal?: AbortSignal,
): Promise<AsyncDisposable> {
  const own = identify(process.pid);
  if (!own) throw new Error("this process does not find itself in /proc");
  await mkdir(dirname(file), { recursive: true, mode: 0o711 });
  const draft = `${file}.${process.pid}.${crypto.randomUUID()}`;
  // Linked when it is complete: nobody ever reads half of it.
  await writePidFile(draft, own);
  let told = false;
  try {
    while (!(await linked(draft, file))) {
      const holder = await readPidFile(file);
      if (holder) {
        if (!told) waiting?.(holder.pid);
        told = true;
        await sleep(clock, pollMs, signal);
      } else await clearAway(file, draft);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Moved before it is looked at once more: of two who clear away, one may meet the other's lock. */
async function clearAway(file: string, draft: string): Promise<void> {
  const aside = `${draft}.old`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  if (await readPidFile(aside)) await linked(aside, file);
  await rm(aside, { force: true });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
