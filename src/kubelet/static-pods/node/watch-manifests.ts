import { watch } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Manifest } from "../manifest.ts";

/** Files are looked at anew this often, whether or not the system told of a change. */
const lookMs = 20_000;
/** A file that is being written is left in peace for so long. */
const settleMs = 100;

export interface WatchManifestsOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called with every file, at the start and when something may have changed. */
  readonly apply: (manifests: readonly Manifest[]) => void;
}

/** Follows a folder of manifests until the signal aborts. One that is missing is empty. */
export async function watchManifests(
  { directory, clock, logger, apply }: WatchManifestsOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const round = new AbortController();
    const either = AbortSignal.any([signal, round.signal]);
    try {
      const changed = nextChange(directory, either);
      apply(await readManifests(directory));
      await Promise.race([changed, sleep(clock, lookMs, either)]);
      await sleep(clock, settleMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      logger.error("the folder of manifests cannot be read", { directory, error });
      await sleep(clock, lookMs, signal).catch(() => {});
    } finally {
      round.abort();
    }
  }
}

/** Every file that is not hidden, by name. */
export async function readManifests(directory: string): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  for (const entry of await entriesOf(directory)) {
    if (entry.name.startsWith(".") || entry.isDirectory()) continue;
    const path = join(directory, entry.name);
    try {
      manifests.push({ path, text: await readFile(path, "utf8") });
    } catch (error) {
      // Gone since the folder was listed.
      if (!isMissing(error)) throw error;
    }
  }
  return manifests.sort((left, right) => (left.path < right.path ? -1 : 1));
}

async function entriesOf(directory: string) {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Settles at the next change; never where the folder is missing or cannot be watched. */
function nextChange(directory: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    try {
      const watcher = watch(directory, { signal, persistent: false }, () => resolve());
      watcher.on("error", () => watcher.close());
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
