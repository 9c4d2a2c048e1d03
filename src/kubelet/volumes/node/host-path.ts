import type { Stats } from "node:fs";
import { mkdir, open, stat } from "node:fs/promises";
import { VolumeError } from "../volume-error.ts";

/** Checks that the path is what the pod expects, and makes it where the type says so. */
export async function checkHostPath(path: string, type: string): Promise<void> {
  if (path.split("/").includes("..")) {
    throw new VolumeError(`hostPath "${path}" must not contain '..'`);
  }
  switch (type) {
    case "":
      return;
    case "DirectoryOrCreate":
      if (!(await statOf(path))) await mkdir(path, { recursive: true, mode: 0o755 });
      break;
    case "FileOrCreate":
      if (!(await statOf(path))) await (await open(path, "a", 0o644)).close();
      break;
    default:
      break;
  }
  const expected = expectations[type];
  if (!expected) throw new VolumeError(`${type} is an invalid volume type`);
  const stats = await statOf(path);
  if (!stats || !expected.test(stats)) {
    throw new VolumeError(`hostPath type check failed: ${path} is not ${expected.what}`);
  }
}

const directory = { what: "a directory", test: (stats: Stats) => stats.isDirectory() };
const file = { what: "a file", test: (stats: Stats) => stats.isFile() };
const expectations: Readonly<
  Record<string, { readonly what: string; test(stats: Stats): boolean }>
> = {
  DirectoryOrCreate: directory,
  Directory: directory,
  FileOrCreate: file,
  File: file,
  Socket: { what: "a socket file", test: (stats) => stats.isSocket() },
  CharDevice: { what: "a character device", test: (stats) => stats.isCharacterDevice() },
  BlockDevice: { what: "a block device", test: (stats) => stats.isBlockDevice() },
};

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
