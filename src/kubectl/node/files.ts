import { createReadStream } from "node:fs";
import {
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Bytes } from "#base/bytes.ts";
import { FileError } from "../host.ts";
import type { FileTree, Files } from "../host.ts";

/** The machine's file system. */
export const diskFiles: Files = {
  readText: (path) => tell("open", path, () => readFile(path, "utf8")),
  readBytes: (path) => tell("open", path, async () => (await readFile(path)) as Bytes),
  writeText: (path, text, options = {}) =>
    tell("open", path, async () => {
      const mode = options.mode === undefined ? {} : { mode: options.mode };
      if (options.exclusive) return await writeFile(path, text, { ...mode, flag: "wx" });
      // A reader sees the old text or the new one, never a part; a link stays a link.
      const target = await realpath(path).catch(() => path);
      const kept = await stat(target).catch(() => undefined);
      const temporary = `${target}.${process.pid}.tmp`;
      await writeFile(temporary, text, kept ? { mode: kept.mode & 0o7777 } : mode);
      await rename(temporary, target);
    }),
  async stat(path) {
    try {
      const found = await stat(path);
      return {
        isDirectory: found.isDirectory(),
        sizeBytes: found.size,
        modifiedMs: found.mtimeMs,
        mode: found.mode & 0o7777,
      };
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return undefined;
      throw fileError("stat", path, error);
    }
  },
  list: (path) => tell("open", path, async () => (await readdir(path)).sort()),
  makeDirectory: (path) =>
    tell("mkdir", path, async () => void (await mkdir(path, { recursive: true, mode: 0o750 }))),
  remove: (path) => tell("remove", path, () => rm(path, { recursive: true, force: true })),
  absolute: (path) => resolve(path),
  makeTemporaryDirectory: (prefix) =>
    tell("mkdir", tmpdir(), () => mkdtemp(join(tmpdir(), prefix))),
  makeTemporary: (prefix, suffix) =>
    tell("open", tmpdir(), async () => {
      const directory = await mkdtemp(join(tmpdir(), prefix));
      const path = `${directory}${suffix}`;
      await writeFile(path, "", { flag: "wx", mode: 0o600 });
      await rm(dirname(join(directory, "x")), { recursive: true });
      return path;
    }),
};

/** The same, seen as `cp` copies it. */
export const diskTree: FileTree = {
  status: (path) =>
    tell("lstat", path, async () => {
      const found = await lstat(path);
      const { size, mtimeMs: modifiedMs, uid: userId, gid: groupId } = found;
      const type = found.isDirectory()
        ? "directory"
        : found.isSymbolicLink()
          ? "link"
          : found.isFile()
            ? "file"
            : "other";
      return {
        type,
        mode: found.mode & 0o7777,
        sizeBytes: size,
        modifiedMs,
        userId,
        groupId,
        ...(type === "link" && { linkTarget: await readlink(path) }),
      };
    }),
  async *read(path) {
    for await (const chunk of createReadStream(path)) yield chunk as Bytes;
  },
  write: (path, content) => tell("open", path, () => writeFile(path, content)),
};

async function tell<T>(operation: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(operation, path, error);
  }
}

const meanings: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EISDIR: "is a directory",
  ENOTDIR: "not a directory",
  EEXIST: "file exists",
  ENOSPC: "no space left on device",
  EROFS: "read-only file system",
};

function fileError(operation: string, path: string, error: unknown): Error {
  const code = codeOf(error);
  // A directory opens, and then cannot be read.
  const word = code === "EISDIR" ? "read" : operation;
  const meaning = meanings[code] ?? (error instanceof Error ? error.message : String(error));
  return new FileError(`${word} ${path}: ${meaning}`, code);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
