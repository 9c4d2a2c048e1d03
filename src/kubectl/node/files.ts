import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Bytes } from "#base/bytes.ts";
import { FileError } from "../host.ts";
import type { Files } from "../host.ts";

/**
 * The machine's file system. Files are small and there is nothing else to do meanwhile: asking at
 * once takes less time than to start the threads that would.
 */
export const diskFiles: Files = {
  readText: async (path) => (await read(path)).toString(),
  readBytes: async (path) => (await read(path)) as Bytes,
  writeText: (path, text, options = {}) =>
    tell("open", path, () => {
      const mode = options.mode === undefined ? {} : { mode: options.mode };
      if (options.exclusive) return writeFileSync(path, text, { ...mode, flag: "wx" });
      // A reader sees the old text or the new one, never a part; a link stays a link.
      const kept = statSync(path, { throwIfNoEntry: false });
      const target = kept ? realpathSync(path) : path;
      const temporary = `${target}.${process.pid}.tmp`;
      writeFileSync(temporary, text, kept ? { mode: kept.mode & 0o7777 } : mode);
      renameSync(temporary, target);
    }),
  async stat(path) {
    try {
      const found = statSync(path);
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
  list: (path) => tell("open", path, () => readdirSync(path).sort()),
  makeDirectory: (path) =>
    tell("mkdir", path, () => void mkdirSync(path, { recursive: true, mode: 0o750 })),
  remove: (path) => tell("remove", path, () => rmSync(path, { recursive: true, force: true })),
  absolute: (path) => resolve(path),
  makeTemporaryDirectory: (prefix) =>
    tell("mkdir", tmpdir(), () => mkdtempSync(join(tmpdir(), prefix))),
  makeTemporary: (prefix, suffix) =>
    tell("open", tmpdir(), () => {
      const directory = mkdtempSync(join(tmpdir(), prefix));
      const path = `${directory}${suffix}`;
      writeFileSync(path, "", { flag: "wx", mode: 0o600 });
      rmSync(dirname(join(directory, "x")), { recursive: true });
      return path;
    }),
};

/** What a pipe says may take its time, in which a person may want to end the program. */
async function read(path: string): Promise<Buffer> {
  return await tell("open", path, async () => {
    if (statSync(path).isFile()) return readFileSync(path);
    const { readFile } = await import("node:fs/promises");
    return await readFile(path);
  });
}

export async function tell<T>(
  operation: string,
  path: string,
  work: () => T | Promise<T>,
): Promise<T> {
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
