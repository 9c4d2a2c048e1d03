import { concatBytes, text } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { TarEntry } from "./entry.ts";
import { blockBytes } from "./entry.ts";

export interface ReadEntry extends TarEntry {
  /** To be read, if at all, before the next entry is asked for. */
  readonly content: AsyncIterable<Bytes>;
}

/** The stream ended in the middle of an archive. */
export class TarTruncatedError extends Error {
  override name = "TarTruncatedError";
  constructor() {
    super("unexpected EOF");
  }
}

/** Entries in their order: ustar, with the long names of pax and of GNU's tar. */
export async function* readTar(source: AsyncIterable<Bytes>): AsyncGenerator<ReadEntry> {
  const input = new Input(source);
  let extended: Record<string, string> = {};
  try {
    for (;;) {
      const head = await input.take(blockBytes, "end");
      if (!head || head.every((byte) => byte === 0)) return;
      checkSum(head);
      const type = text(head.subarray(156, 157));
      const sizeBytes = extended.size ? Number(extended.size) : numberIn(head, 124, 12);
      const padded = Math.ceil(sizeBytes / blockBytes) * blockBytes;
      const long = { x: "pax", g: "global", L: "path", K: "linkpath" }[type];
      if (long) {
        const content = (await input.take(padded))?.subarray(0, sizeBytes) ?? new Uint8Array();
        if (long === "pax") extended = { ...extended, ...paxRecords(content) };
        else if (long !== "global") extended[long] = text(content).replace(/\0.*$/s, "");
        continue;
      }
      const body = input.section(sizeBytes, padded);
      yield { ...entryOf(head, type, extended), sizeBytes, content: body.content };
      await body.skip();
      extended = {};
    }
  } finally {
    await input.close();
  }
}

const types: Readonly<Record<string, TarEntry["type"]>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "1": "hardLink",
  "2": "link",
  "5": "directory",
};

function entryOf(
  head: Bytes,
  type: string,
  { path, linkpath }: Readonly<Record<string, string>>,
): Omit<TarEntry, "sizeBytes"> {
  const prefix = stringIn(head, 257, 5) === "ustar" ? stringIn(head, 345, 155) : "";
  const short = stringIn(head, 0, 100);
  const name = path ?? (prefix ? `${prefix}/${short}` : short);
  const isOldDirectory = type !== "5" && name.endsWith("/");
  return {
    type: isOldDirectory ? "directory" : (types[type] ?? "other"),
    name,
    mode: numberIn(head, 100, 8) & 0o7777,
    userId: numberIn(head, 108, 8),
    groupId: numberIn(head, 116, 8),
    modifiedMs: numberIn(head, 136, 12) * 1000,
    linkTarget: linkpath ?? stringIn(head, 157, 100),
  };
}

function stringIn(head: Bytes, offset: number, length: number): string {
  return text(head.subarray(offset, offset + length)).replace(/\0.*$/s, "");
}

/** In octal digits, or binary where the first bit says so. */
function numberIn(head: Bytes, offset: number, length: number): number {
  const first = head[offset] ?? 0;
  if ((first & 0x80) === 0) return Number.parseInt(stringIn(head, offset, length).trim(), 8) || 0;
  let value = first & 0x7f;
  for (const byte of head.subarray(offset + 1, offset + length)) value = value * 256 + byte;
  return value;
}

function checkSum(head: Bytes): void {
  let sum = 0;
  for (const [index, byte] of head.entries()) sum += index >= 148 && index < 156 ? 32 : byte;
  if (sum !== numberIn(head, 148, 8)) throw new Error("archive/tar: invalid tar header");
}

function paxRecords(content: Bytes): Record<string, string> {
  const records: Record<string, string> = {};
  for (let offset = 0; offset < content.length;) {
    const space = content.indexOf(32, offset);
    const length = Number(text(content.subarray(offset, space)));
    if (space < 0 || !(length > 0)) throw new Error("archive/tar: invalid tar header");
    const [key = "", ...value] = text(content.subarray(space + 1, offset + length - 1)).split("=");
    records[key] = value.join("=");
    offset += length;
  }
  return records;
}

/** Bytes of a stream by their number. */
class Input {
  readonly #chunks: AsyncIterator<Bytes>;
  #pending: Bytes = new Uint8Array();

  constructor(source: AsyncIterable<Bytes>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Exactly so many; undefined at the end, where an end may be. */
  async take(length: number, mayBe?: "end"): Promise<Bytes | undefined> {
    const parts: Bytes[] = [];
    let missing = length;
    while (missing > 0) {
      const part = await this.#some(missing);
      if (!part) {
        if (mayBe === "end" && missing === length) return undefined;
        throw new TarTruncatedError();
      }
      parts.push(part);
      missing -= part.length;
    }
    return concatBytes(parts);
  }

  section(sizeBytes: number, paddedBytes: number) {
    let left = paddedBytes;
    let content = sizeBytes;
    const next = async (most: number): Promise<Bytes> => {
      const part = await this.#some(most);
      if (!part) throw new TarTruncatedError();
      left -= part.length;
      return part;
    };
    return {
      content: (async function* () {
        while (content > 0) {
          const part = await next(content);
          content -= part.length;
          yield part;
        }
      })(),
      async skip() {
        content = 0;
        for (;;) {
          if (left === 0) return;
          await next(left);
        }
      },
    };
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #some(most: number): Promise<Bytes | undefined> {
    while (this.#pending.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return undefined;
      this.#pending = next.value;
    }
    const part = this.#pending.subarray(0, most);
    this.#pending = this.#pending.subarray(part.length);
    return part;
  }
}
