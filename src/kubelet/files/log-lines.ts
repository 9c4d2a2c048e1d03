import { concatBytes, text, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";

/** What of a container's log is wanted: the options of `kubectl logs`. */
export interface LogOptions {
  readonly follow?: boolean;
  /** Lines from the end; all when undefined. */
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  /** Puts each line's time before it. */
  readonly timestamps?: boolean;
  readonly limitBytes?: number;
  /** "All" when undefined. */
  readonly stream?: "All" | "Stdout" | "Stderr";
}

const newline = 10;
const space = 32;
const partialTag = 80; // "P"

/**
 * Turns the runtime's log file (`<time> stdout|stderr P|F <text>` a line) into what the container
 * wrote, as far as it is wanted. Takes the file in pieces of any size.
 */
export class LogLines {
  readonly #sinceMs: number;
  readonly #timestamps: boolean;
  readonly #stream: string | undefined;
  #bytesLeft: number;
  #rest: Bytes = new Uint8Array(0);
  /** The next text goes on with the line before, in this stream. */
  readonly #inside = new Set<string>();

  constructor(options: LogOptions, nowMs: number) {
    const { sinceSeconds, sinceTime, stream = "All" } = options;
    this.#sinceMs =
      sinceSeconds !== undefined
        ? nowMs - sinceSeconds * 1000
        : sinceTime !== undefined
          ? Date.parse(sinceTime)
          : -Infinity;
    this.#timestamps = options.timestamps ?? false;
    this.#stream = stream === "All" ? undefined : stream.toLowerCase();
    this.#bytesLeft = options.limitBytes ?? Infinity;
  }

  /** Nothing more will come: the limit is reached. */
  get isFull(): boolean {
    return this.#bytesLeft <= 0;
  }

  push(piece: Uint8Array): Bytes {
    const bytes = this.#rest.length > 0 ? concatBytes([this.#rest, piece]) : piece;
    const parts: Uint8Array[] = [];
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(newline, start);
      if (end < 0 || this.isFull) break;
      this.#add(bytes.subarray(start, end + 1), parts);
      start = end + 1;
    }
    this.#rest = concatBytes([bytes.subarray(start)]);
    return concatBytes(parts);
  }

  /** A last line that has no end yet: its writer is gone, so it will get none. */
  finish(): Bytes {
    const parts: Uint8Array[] = [];
    if (this.#rest.length > 0 && !this.isFull) this.#add(this.#rest, parts);
    this.#rest = new Uint8Array(0);
    return concatBytes(parts);
  }

  #add(line: Uint8Array, parts: Uint8Array[]): void {
    const timeEnd = line.indexOf(space);
    const streamEnd = line.indexOf(space, timeEnd + 1);
    const tagEnd = line.indexOf(space, streamEnd + 1);
    if (timeEnd <= 0 || streamEnd < 0 || tagEnd < 0) return; // not whole: the disk was full
    const stream = text(line.subarray(timeEnd + 1, streamEnd));
    if (this.#stream !== undefined && stream !== this.#stream) return;
    const time = text(line.subarray(0, timeEnd));
    if (this.#sinceMs !== -Infinity && Date.parse(time) < this.#sinceMs) return;
    const isPartial = line[streamEnd + 1] === partialTag;
    const continues = this.#inside.has(stream);
    if (isPartial) this.#inside.add(stream);
    else this.#inside.delete(stream);
    if (this.#timestamps && !continues) this.#write(utf8(`${fixedTime(time)} `), parts);
    const end = isPartial && line.at(-1) === newline ? line.length - 1 : line.length;
    this.#write(line.subarray(tagEnd + 1, end), parts);
  }

  #write(bytes: Uint8Array, parts: Uint8Array[]): void {
    const taken = bytes.length > this.#bytesLeft ? bytes.subarray(0, this.#bytesLeft) : bytes;
    this.#bytesLeft -= taken.length;
    if (taken.length > 0) parts.push(taken);
  }
}

/** Nine digits after the second, so that columns stand below each other. */
function fixedTime(time: string): string {
  const match = /^([^.Z+]+?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(time);
  if (!match) return time;
  return `${match[1]}.${(match[2] ?? "").slice(0, 9).padEnd(9, "0")}${match[3]}`;
}
