import { readFile, realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { FileError } from "../load/files.ts";
import type { Files, ResolvedPath } from "../load/files.ts";

/** The machine's disk. */
export const diskFiles: Files = {
  async resolve(path): Promise<ResolvedPath> {
    const absolute = resolve(path);
    try {
      const real = await realpath(absolute);
      return { path: real, isDirectory: (await stat(real)).isDirectory() };
    } catch (error) {
      throw await fileError("lstat", absolute, error);
    }
  },

  async read(path) {
    try {
      return await readFile(path);
    } catch (error) {
      throw await fileError("open", path, error);
    }
  },
};

async function fileError(operation: string, path: string, error: unknown): Promise<unknown> {
  const code = (error as { code?: string }).code ?? "";
  const reason = reasons[code];
  if (reason === undefined) return error;
  if (code === "EISDIR") return new FileError(`read ${path}: ${reason}`);
  const shown = operation === "lstat" ? await firstMissing(path) : path;
  return new FileError(`${operation} ${shown}: ${reason}`);
}

/** The system tells of the first part of a path that is not there. */
async function firstMissing(path: string): Promise<string> {
  const steps = path.split("/").slice(1);
  for (let at = 1; at <= steps.length; at++) {
    const part = `/${steps.slice(0, at).join("/")}`;
    try {
      await stat(part);
    } catch {
      return part;
    }
  }
  return path;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EACCES: "permission denied",
  EISDIR: "is a directory",
  ELOOP: "too many levels of symbolic links",
};
