import { concatBytes, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { TarEntry } from "./entry.ts";
import { blockBytes, typeFlags } from "./entry.ts";

const octalMax = 0o7777777;
const sizeMax = 0o77777777777;

/** The head of one entry; its content follows, and then `padding`. */
export function tarHeader(entry: TarEntry): Bytes {
  const records: Record<string, string> = {};
  if (utf8(entry.name).length > 100) records.path = entry.name;
  if (utf8(entry.linkTarget ?? "").length > 100) records.linkpath = entry.linkTarget ?? "";
  if (entry.sizeBytes > sizeMax) records.size = String(entry.sizeBytes);
  if (Object.keys(records).length === 0) return block(entry, typeFlags[entry.type]);
  const content = utf8(Object.entries(records).map(paxRecord).join(""));
  const extended: TarEntry = {
    type: "file",
    name: "PaxHeaders/entry",
    mode: 0,
    sizeBytes: content.length,
    modifiedMs: 0,
  };
  return concatBytes([
    block(extended, "x"),
    content,
    padding(content.length),
    block(entry, typeFlags[entry.type]),
  ]);
}

/** What fills the last block of a content. */
export function padding(sizeBytes: number): Bytes {
  return new Uint8Array((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}

export const tarEnd: Bytes = new Uint8Array(2 * blockBytes);

/** "18 path=some/name\n": its own length is part of what it counts. */
function paxRecord([key, value]: readonly [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  const length = utf8(rest).length;
  let digits = String(length).length;
  if (String(length + digits).length > digits) digits++;
  return `${length + digits}${rest}`;
}

function block(entry: TarEntry, type: string): Bytes {
  const bytes = new Uint8Array(blockBytes);
  const write = (offset: number, length: number, value: string) =>
    bytes.set(utf8(value).subarray(0, length), offset);
  const octal = (value: number, length: number, max: number) =>
    (value > max ? 0 : Math.max(0, Math.floor(value))).toString(8).padStart(length - 1, "0");
  write(0, 100, entry.name);
  write(100, 8, octal(entry.mode, 8, octalMax));
  write(108, 8, octal(entry.userId ?? 0, 8, octalMax));
  write(116, 8, octal(entry.groupId ?? 0, 8, octalMax));
  write(124, 12, octal(entry.sizeBytes, 12, sizeMax));
  write(136, 12, octal(entry.modifiedMs / 1000, 12, sizeMax));
  write(148, 8, "        ");
  write(156, 1, type);
  write(157, 100, entry.linkTarget ?? "");
  write(257, 8, "ustar\u000000");
  let sum = 0;
  for (const byte of bytes) sum += byte;
  write(148, 8, `${sum.toString(8).padStart(6, "0")}\u0000 `);
  return bytes;
}
