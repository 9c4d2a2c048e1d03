import { existsSync, readFileSync } from "node:fs";
import { readdir, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import { readProc } from "./processes.ts";
import type { ProcessIdentity } from "./processes.ts";

/**
 * What belongs to a node in the cgroup trees: `paths` are folders of its containers, `members` the
 * processes in them. Containers whose pod was given no parent are found by their ids.
 */
export async function cgroupsOf(options: {
  readonly processes: readonly ProcessIdentity[];
  readonly parent: string;
  readonly shims: readonly string[];
}): Promise<{ readonly paths: ReadonlySet<string>; readonly members: ReadonlySet<number> }> {
  const paths = new Set<string>();
  const members = new Set<number>();
  for (const { pid } of options.processes) {
    for (const line of readProc(pid, "cgroup").split("\n")) {
      const path = line.split(":").slice(2).join(":");
      const own = path.startsWith(`${options.parent}/`);
      // A pod's containers are named by their own ids, the sandbox by the shim's.
      if (!own && !/\/[0-9a-f]{64}$/.test(path)) continue;
      if (!own && !path.startsWith("/k8s.io/")) continue;
      for (const root of hierarchies()) {
        if (existsSync(join(root, path))) paths.add(join(root, path));
      }
    }
  }
  for (const root of hierarchies()) {
    for (const folder of await foldersBelow(join(root, options.parent))) {
      for (const pid of readMembers(folder)) members.add(pid);
    }
  }
  return { paths, members };
}

/** Removes the folders of `parent` in every tree, and `paths`, once their processes are gone. */
export async function removeCgroups(
  options: { readonly parent: string; readonly paths: readonly string[]; readonly clock: Clock },
  signal?: AbortSignal,
): Promise<void> {
  const folders = [...options.paths];
  for (const root of hierarchies()) folders.push(join(root, options.parent));
  for (const folder of folders) {
    for (const path of (await foldersBelow(folder)).reverse()) {
      await removeFolder(path, options.clock, signal);
    }
  }
  // The profile's own goes with its last node; `/kijabi` stays, as others may be about to use it.
  for (const root of hierarchies()) await removeIfEmpty(dirname(join(root, options.parent)));
}

/** The roots of the cgroup trees: one for v2, one per controller for v1. */
export function hierarchies(): readonly string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .flatMap((line) => {
      const [before = "", after = ""] = line.split(" - ");
      return /^cgroup2? /.test(after) ? [before.split(" ")[4] ?? ""] : [];
    });
}

/** The folder itself, then all below it, parents before children; nothing when it is absent. */
async function foldersBelow(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const found = [folder];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) found.push(...(await foldersBelow(join(folder, entry.name))));
  }
  return found;
}

function readMembers(folder: string): readonly number[] {
  try {
    const content = readFileSync(join(folder, "cgroup.procs"), "utf8");
    return content.split("\n").filter(Boolean).map(Number);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

async function removeIfEmpty(path: string): Promise<void> {
  await rmdir(path).catch((error: NodeJS.ErrnoException) => {
    if (!["ENOENT", "EBUSY", "ENOTEMPTY"].includes(error.code ?? "")) throw error;
  });
}

/** A cgroup is busy for a moment after its last process ended. */
async function removeFolder(path: string, clock: Clock, signal?: AbortSignal): Promise<void> {
  const deadline = clock.monotonic() + 5000;
  for (;;) {
    try {
      return await rmdir(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return;
      if (code !== "EBUSY" || clock.monotonic() > deadline) throw error;
      await sleep(clock, 5, signal);
    }
  }
}
