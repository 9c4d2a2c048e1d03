import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Runtime } from "../../cri/runtime.ts";

export interface LogRotatorOptions {
  readonly runtime: Pick<Runtime, "reopenContainerLog">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `containerLogMaxSize`; upstream's default is 10 MiB. */
  readonly bytesMax: number;
  /** `containerLogMaxFiles`, the current one included; upstream's default is 5. */
  readonly filesMax: number;
}

/** A running container and its log. */
export interface LogFile {
  readonly containerId: string;
  readonly path: string;
}

/** Keeps logs from filling the disk. To be called every ten seconds or so. */
export async function rotateLogs(
  logs: Iterable<LogFile>,
  options: LogRotatorOptions,
  signal: AbortSignal,
): Promise<void> {
  for (const log of logs) {
    signal.throwIfAborted();
    try {
      const size = await sizeOf(log.path);
      if (size !== undefined && size >= options.bytesMax) await rotate(log, options, signal);
    } catch (error) {
      signal.throwIfAborted();
      options.logger.warn("a container's log could not be rotated", { ...log, error });
    }
  }
}

async function rotate(
  { path, containerId }: LogFile,
  options: LogRotatorOptions,
  signal: AbortSignal,
): Promise<void> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  const old = (await readdir(folder)).filter((name) => name.startsWith(prefix)).sort();
  for (const name of old.filter((name) => name.endsWith(".tmp"))) await rm(join(folder, name));
  const kept = old.filter((name) => !name.endsWith(".tmp"));
  // Room for the current one, and for the one that it becomes.
  for (const name of kept.splice(0, Math.max(0, kept.length - (options.filesMax - 2)))) {
    await rm(join(folder, name));
  }
  for (const name of kept) if (!name.endsWith(".gz")) await compress(join(folder, name));
  const rotated = `${path}.${stamp(options.clock.now())}`;
  await rename(path, rotated);
  try {
    await options.runtime.reopenContainerLog({ containerId }, signal);
  } catch (error) {
    // The container goes on writing to the old file: it must be found by its name again.
    await rename(rotated, path);
    throw error;
  }
}

/** The newest rotated file stays as it is, because followers may still read it; older ones not. */
async function compress(path: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await pipeline(createReadStream(path), createGzip(), createWriteStream(temporary));
  await rename(temporary, `${path}.gz`);
  await rm(path);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** "20060102-150405". */
function stamp(nowMs: number): string {
  const [date = "", time = ""] = new Date(nowMs).toISOString().slice(0, 19).split("T");
  return `${date.replaceAll("-", "")}-${time.replaceAll(":", "")}`;
}
