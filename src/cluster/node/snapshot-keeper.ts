import { mkdir, readdir, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { FlagSpecs } from "#base/flags.ts";
import type { Logger } from "#base/log.ts";
import type { ProfilePaths } from "./paths.ts";
import { snapshotOf, verifySnapshot } from "./snapshot.ts";
import type { SnapshotSource } from "./snapshot.ts";
import { partialEnd, syncFolder, writeSnapshot } from "./snapshot-file.ts";

export const snapshotFlags = {
  "snapshot-interval": {
    type: "duration",
    default: 3_600_000,
    usage: "how often the cluster's own store is saved beside it; 0 for never",
  },
  "snapshot-count": {
    type: "int",
    default: 5,
    usage: "how many of these snapshots are kept: the newest",
  },
} as const satisfies FlagSpecs;

export interface SnapshotKeeperOptions extends SnapshotSource {
  readonly paths: Pick<ProfilePaths, "store" | "snapshots">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs: number;
  readonly countMax: number;
}

const lookMs = 60_000;

/** Saves the store whenever the newest snapshot is older than the interval, until the signal aborts. */
export async function keepSnapshots(
  options: SnapshotKeeperOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock, intervalMs, logger, paths } = options;
  for (;;) {
    await sleep(clock, Math.min(intervalMs, lookMs), signal).catch(() => {});
    if (signal.aborted) return;
    try {
      if (await isDue(options)) await save(options);
    } catch (error) {
      // What is there already stays: it may be needed all the sooner.
      const reason = error instanceof Error ? error.message : String(error);
      logger.error("no snapshot could be made", { folder: paths.snapshots, reason });
    }
  }
}

async function isDue({ clock, intervalMs, paths }: SnapshotKeeperOptions): Promise<boolean> {
  const [newest] = await snapshotsIn(paths.snapshots);
  if (newest === undefined) return true;
  const { mtimeMs } = await stat(join(paths.snapshots, newest));
  // One from the future was made before the clock was set back.
  return Math.abs(clock.now() - mtimeMs) >= intervalMs;
}

async function save(options: SnapshotKeeperOptions): Promise<void> {
  const { clock, countMax, logger, paths } = options;
  await mkdir(paths.snapshots, { recursive: true, mode: 0o700 });
  await requireRoom(paths);
  const time = new Date(clock.now()).toISOString().replaceAll(":", "-");
  const file = join(paths.snapshots, `${time}${nameEnd}`);
  const { entries, head } = await writeSnapshot(file, snapshotOf(options));
  logger.info("a snapshot is made", { file, objects: entries, revision: head.revision });
  for (const old of (await snapshotsIn(paths.snapshots)).slice(Math.max(1, countMax))) {
    await rm(join(paths.snapshots, old), { force: true });
  }
  for (const name of await readdir(paths.snapshots)) {
    if (name.endsWith(partialEnd)) await rm(join(paths.snapshots, name), { force: true });
  }
  await syncFolder(paths.snapshots);
}

/** Snapshots must not be what fills the disk: twice of what the store takes stays free. */
async function requireRoom({ store, snapshots }: SnapshotKeeperOptions["paths"]): Promise<void> {
  const [{ size }, { bavail, bsize }] = await Promise.all([stat(store), statfs(snapshots)]);
  if (bavail * bsize > size * 3) return;
  throw new Error(`less than three times the store's size is free in ${dirname(snapshots)}`);
}

const nameEnd = ".snapshot";

/** Their names, the newest first. */
async function snapshotsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.filter((name) => name.endsWith(nameEnd)).toSorted((a, b) => (a < b ? 1 : -1));
}

/** What to do about a store that is damaged. */
export async function restoreAdvice(profile: string, folder: string): Promise<string> {
  for (const name of await snapshotsIn(folder)) {
    const file = join(folder, name);
    const facts = await verifySnapshot(file).catch(() => undefined);
    if (!facts) continue;
    const { createdAt, revision } = facts.head;
    return (
      `the newest good snapshot is of ${createdAt} (revision ${revision}): stop the server and ` +
      `restore it with "kijabi -p ${profile} snapshot restore ${file} --force"`
    );
  }
  return `${folder} has no good snapshot: restore one that you saved elsewhere`;
}
