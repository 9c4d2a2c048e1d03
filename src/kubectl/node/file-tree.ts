import { createReadStream } from "node:fs";
import { lstat, readlink, writeFile } from "node:fs/promises";
import type { Bytes } from "#base/bytes.ts";
import type { FileTree } from "../host.ts";
import { tell } from "./files.ts";

/** The machine's file system, as `cp` copies it. */
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
