import { chmod, lchown, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * Gives a tree to the pod's group: files may be read (and written, unless the volume is read-only)
 * by it, and what is made in a folder belongs to it too.
 */
export async function giveToGroup(
  path: string,
  options: {
    readonly group: number;
    readonly readOnly: boolean;
    /** Leaves a tree alone whose root already has the right owner. */
    readonly unlessRootMatches?: boolean;
  },
): Promise<void> {
  const root = await lstat(path);
  const wanted = groupMode(options.readOnly, true);
  const matches = root.gid === options.group && (root.mode & wanted) === wanted;
  if (options.unlessRootMatches && matches) return;
  await give(path, options);
}

async function give(
  path: string,
  options: { readonly group: number; readonly readOnly: boolean },
): Promise<void> {
  const stats = await lstat(path);
  await lchown(path, stats.uid, options.group);
  if (stats.isSymbolicLink()) return;
  const isFolder = stats.isDirectory();
  await chmod(path, (stats.mode & 0o7777) | groupMode(options.readOnly, isFolder));
  if (!isFolder) return;
  for (const name of await readdir(path)) await give(join(path, name), options);
}

function groupMode(readOnly: boolean, isFolder: boolean): number {
  return (readOnly ? 0o440 : 0o660) | (isFolder ? 0o2110 : 0);
}
