import { constants } from "node:fs";
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { equalBytes } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import type { VolumeFiles } from "../payload.ts";
import { VolumeError } from "../volume-error.ts";

const dataLink = "..data";
const newDataLink = "..data_tmp";

/**
 * Brings a folder to hold exactly `files`, all at once: they are written into a new folder, and one
 * rename of the link `..data` makes it the current one. Who reads through the links of the folder
 * never sees a mixture. Returns whether anything changed. `finish` is given the new folder before
 * it becomes visible, to set owners.
 */
export async function writeAtomically(
  options: {
    readonly folder: string;
    readonly files: VolumeFiles;
    readonly clock: Clock;
    readonly finish?: (folder: string) => Promise<void>;
  },
  signal: AbortSignal,
): Promise<boolean> {
  const { folder, files } = options;
  for (const path of files.keys()) checkPath(path);
  const before = await currentFolder(folder);
  if (before && (await holds(join(folder, before), files))) {
    await linkNames(folder, files);
    return false;
  }
  signal.throwIfAborted();
  const fresh = await writeFiles(options);
  const link = join(folder, newDataLink);
  await rm(link, { force: true });
  await symlink(fresh, link);
  await rename(link, join(folder, dataLink));
  await linkNames(folder, files);
  await removeOthers(folder, fresh, files);
  return true;
}

/** The file system's rules, and upstream's: nothing may get out of the volume or into its links. */
function checkPath(path: string): void {
  const parts = path.split("/");
  if (path === "" || path.startsWith("/"))
    throw new VolumeError(`invalid path: must be relative path: ${path}`);
  if (parts.includes("..")) throw new VolumeError(`invalid path: must not contain '..': ${path}`);
  if (parts[0]?.startsWith("..")) {
    throw new VolumeError(`invalid path: must not start with '..': ${path}`);
  }
  if (path.length > 4096 || parts.some((part) => part.length > 255)) {
    throw new VolumeError(`invalid path: too long: ${path}`);
  }
}

async function currentFolder(folder: string): Promise<string | undefined> {
  try {
    return await readlink(join(folder, dataLink));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether a folder has these files, with these contents and no others. */
async function holds(folder: string, files: VolumeFiles): Promise<boolean> {
  try {
    const present = await filesBelow(folder, "");
    if (present.length !== files.size) return false;
    for (const [path, { content, mode }] of files) {
      const target = join(folder, path);
      const [current, { mode: bits }] = await Promise.all([readFile(target), lstat(target)]);
      // Ownership for a group only adds permissions.
      if (!equalBytes(current, content) || (bits & mode) !== mode) return false;
    }
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function filesBelow(root: string, below: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (entry.isDirectory()) found.push(...(await filesBelow(root, path)));
    else found.push(path);
  }
  return found;
}

/** Returns the name of the new folder. */
async function writeFiles(options: {
  readonly folder: string;
  readonly files: VolumeFiles;
  readonly clock: Clock;
  readonly finish?: (folder: string) => Promise<void>;
}): Promise<string> {
  const { folder, files, clock } = options;
  const stamp = new Date(clock.now())
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replace(/[-T:]/g, "_");
  const path = await mkdtemp(join(folder, `..${stamp}.`));
  // mkdtemp takes no mode, and others than root must get in.
  await chmod(path, 0o755);
  for (const [name, { content, mode, user }] of files) {
    const target = join(path, name);
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = await open(target, flags, 0o600);
    try {
      await file.writeFile(content);
      await file.chmod(mode); // the process's umask must not count
    } finally {
      await file.close();
    }
    if (user !== undefined) await chown(target, user, -1);
  }
  await options.finish?.(path);
  return path.slice(folder.length + 1);
}

/** The names that a reader sees: links through `..data`, one for each first part of a path. */
async function linkNames(folder: string, files: VolumeFiles): Promise<void> {
  for (const name of topNames(files)) {
    await symlink(join(dataLink, name), join(folder, name)).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
  }
}

async function removeOthers(folder: string, fresh: string, files: VolumeFiles): Promise<void> {
  const keep = new Set([dataLink, fresh, ...topNames(files)]);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const ours = entry.name.startsWith("..") || entry.isSymbolicLink();
    if (ours && !keep.has(entry.name)) await rm(join(folder, entry.name), { recursive: true });
  }
}

function topNames(files: VolumeFiles): ReadonlySet<string> {
  return new Set([...files.keys()].map((path) => path.split("/")[0] ?? path));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
