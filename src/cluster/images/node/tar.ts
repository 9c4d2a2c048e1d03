import { utf8, concatBytes } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";

/** One entry of a tar archive. Times are the epoch and owners root unless given: same in, same out. */
export type TarEntry = {
  /** Relative, without a leading slash. */
  readonly path: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
} & (
  | { readonly type: "file"; readonly data: Uint8Array }
  | { readonly type: "directory" }
  | { readonly type: "symlink"; readonly target: string }
  | { readonly type: "hardlink"; readonly target: string }
);

/** A whole archive in memory, in the order given; directories are not made up for their files. */
export function createTar(entries: readonly TarEntry[]): Bytes {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    parts.push(tarHeader(entry));
    if (entry.type === "file") parts.push(entry.data, tarPadding(entry.data.length));
  }
  parts.push(tarEnd);
  return concatBytes(parts);
}

/** Two blocks of zeros end an archive. */
export const tarEnd: Bytes = new Uint8Array(1024);

/** What follows a file's bytes, so that the next header starts on a block. */
export function tarPadding(size: number): Bytes {
  return new Uint8Array((512 - (size % 512)) % 512);
}

/** The header of a file whose bytes are streamed by the caller. */
export function tarFileHeader(path: string, size: number, mode = 0o644): Bytes {
  return header({ path, mode, size, typeFlag: "0", target: "", uid: 0, gid: 0 });
}

function tarHeader(entry: TarEntry): Bytes {
  const { path, uid = 0, gid = 0 } = entry;
  switch (entry.type) {
    case "file":
      return header({
        path,
        uid,
        gid,
        mode: entry.mode ?? 0o644,
        size: entry.data.length,
        typeFlag: "0",
        target: "",
      });
    case "directory":
      return header({
        path: path.endsWith("/") ? path : `${path}/`,
        uid,
        gid,
        mode: entry.mode ?? 0o755,
        size: 0,
        typeFlag: "5",
        target: "",
      });
    case "symlink":
    case "hardlink":
      return header({
        path,
        uid,
        gid,
        mode: entry.mode ?? 0o777,
        size: 0,
        typeFlag: entry.type === "symlink" ? "2" : "1",
        target: entry.target,
      });
    default:
      return entry satisfies never;
  }
}

interface HeaderFields {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly typeFlag: string;
  readonly target: string;
}

/** A ustar header, preceded by a pax record where a name is longer than ustar has room for. */
function header(fields: HeaderFields): Bytes {
  const records: string[] = [];
  if (utf8(fields.path).length > 100) records.push(paxRecord("path", fields.path));
  if (utf8(fields.target).length > 100) records.push(paxRecord("linkpath", fields.target));
  if (records.length === 0) return block(fields);
  const data = utf8(records.join(""));
  const pax = { ...fields, path: "pax", target: "", size: data.length, typeFlag: "x" };
  return concatBytes([block(pax), data, tarPadding(data.length), block(fields)]);
}

/** `length key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = utf8(` ${key}=${value}\n`).length;
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function block(fields: HeaderFields): Bytes {
  const bytes = new Uint8Array(512);
  const put = (offset: number, length: number, value: string) =>
    bytes.set(utf8(value).subarray(0, length), offset);
  const octal = (offset: number, length: number, value: number) =>
    put(offset, length, value.toString(8).padStart(length - 1, "0"));
  put(0, 100, fields.path);
  octal(100, 8, fields.mode);
  octal(108, 8, fields.uid);
  octal(116, 8, fields.gid);
  octal(124, 12, fields.size);
  octal(136, 12, 0);
  put(148, 8, "        ");
  put(156, 1, fields.typeFlag);
  put(157, 100, fields.target);
  put(257, 8, "ustar\u000000");
  octal(
    148,
    7,
    bytes.reduce((sum, byte) => sum + byte, 0),
  );
  return bytes;
}
