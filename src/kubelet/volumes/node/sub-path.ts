import { constants } from "node:fs";
import { chmod, mkdir, open, readlink, realpath, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { VolumeError } from "../volume-error.ts";
import { bindMount, mountsBelow } from "./mounts.ts";

/** Of <fcntl.h>: a handle to the place only; Node's constants lack it. */
const openPath = 0o10000000;

/**
 * Makes a part of a volume mountable by itself. Containers can write links into their volumes, so
 * the part is opened first, checked to lie within the volume, and mounted from that very handle.
 * Returns the place to give to the container.
 */
export async function prepareSubPath(
  options: {
    readonly volume: string;
    readonly subPath: string;
    /** Where the part appears; of this use alone. */
    readonly target: string;
  },
  signal: AbortSignal,
): Promise<string> {
  const { volume, subPath, target } = options;
  if (subPath.startsWith("/")) throw new VolumeError(`must not be an absolute path: ${subPath}`);
  if (subPath.split("/").includes("..")) throw new VolumeError(`must not contain '..': ${subPath}`);
  if (mountsBelow(target).includes(target)) return target;
  const root = await realpath(volume);
  const wanted = join(root, subPath);
  await makeMissing(root, wanted);
  const handle = await open(await realpath(wanted), openPath | constants.O_NOFOLLOW);
  try {
    const link = `/proc/${process.pid}/fd/${handle.fd}`;
    const opened = await readlink(link);
    if (!isWithin(root, opened))
      throw new VolumeError(`subpath "${wanted}" not within volume path "${root}"`);
    const isFolder = (await handle.stat()).isDirectory();
    await mkdir(isFolder ? target : dirname(target), { recursive: true, mode: 0o750 });
    if (!isFolder) await (await open(target, "a", 0o640)).close();
    await bindMount(link, target, signal);
    return target;
  } finally {
    await handle.close();
  }
}

/** Makes the folders that lack, after a check that those which are there lead nowhere else. */
async function makeMissing(root: string, wanted: string): Promise<void> {
  const missing: string[] = [];
  let existing = wanted;
  while (!(await exists(existing))) {
    missing.unshift(existing);
    existing = dirname(existing);
  }
  if (missing.length === 0) return;
  if (!isWithin(root, await realpath(existing))) {
    throw new VolumeError(`subpath "${wanted}" not within volume path "${root}"`);
  }
  const { mode } = await stat(root);
  for (const folder of missing) {
    await mkdir(folder);
    await chmod(folder, mode & 0o7777);
  }
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (!way.startsWith("../") && way !== ".." && !way.startsWith("/"));
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
