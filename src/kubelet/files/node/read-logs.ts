import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { Bytes } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import { LogLines } from "../log-lines.ts";
import type { LogOptions } from "../log-lines.ts";

const pieceBytes = 64 * 1024;
/** Where the kernel's word on a change is missed, a look now and then finds it. */
const pollMs = 1000;
/** How long a container that was just made may take to open its log. */
const fileWaitMs = 10_000;

export interface ReadLogsRequest {
  /** The runtime's file; it may be rotated away while it is read. */
  readonly path: string;
  readonly options: LogOptions;
  /** Whether the container writes no more. */
  readonly ended: () => boolean;
  readonly clock: Clock;
}

/**
 * What a container wrote, as it was. With `follow`, goes on until the container has ended and all
 * is read, through rotations. Ends without an error when the signal aborts.
 */
export async function* readLogs(
  request: ReadLogsRequest,
  signal: AbortSignal,
): AsyncGenerator<Bytes, void, undefined> {
  const { path, options, clock } = request;
  const lines = new LogLines(options, clock.now());
  if (options.limitBytes === 0) return;
  using changes = new Changes(path, clock, signal);
  let file = await openLog(request, changes, signal);
  if (!file) return;
  try {
    const { tailLines } = options;
    let offset = tailLines === undefined ? 0 : await tailOffset(file, tailLines);
    const buffer = new Uint8Array(pieceBytes);
    while (!signal.aborted) {
      // Asked before the read: what is written after it belongs to a container that lives.
      const wasOver = !options.follow || request.ended();
      const wasReplaced = options.follow === true && (await isReplaced(file, path));
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
        if (bytesRead === 0) break;
        offset += bytesRead;
        const output = lines.push(buffer.subarray(0, bytesRead));
        if (output.length > 0) yield output;
        if (lines.isFull || signal.aborted) return;
      }
      if (wasReplaced) {
        const next = await openIfPresent(path);
        if (next) {
          await file.close();
          file = next;
          offset = 0;
          continue;
        }
      }
      if (wasOver) break;
      await changes.next();
    }
    const rest = lines.finish();
    if (rest.length > 0 && !signal.aborted) yield rest;
  } finally {
    await file.close();
  }
}

/** Undefined when it never came to be, or the signal aborted. */
async function openLog(
  { path, options, ended, clock }: ReadLogsRequest,
  changes: Changes,
  signal: AbortSignal,
): Promise<FileHandle | undefined> {
  const deadlineMs = clock.monotonic() + fileWaitMs;
  for (;;) {
    const wasOver = !options.follow || ended() || clock.monotonic() > deadlineMs;
    const file = await openIfPresent(path);
    if (file) return file;
    if (signal.aborted) return undefined;
    if (wasOver) throw new Error(`the container's log ${path} does not exist`);
    await changes.next();
  }
}

async function openIfPresent(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether the name stands for another file by now. Not while it stands for none. */
async function isReplaced(file: FileHandle, path: string): Promise<boolean> {
  try {
    const [own, named] = await Promise.all([file.stat(), stat(path)]);
    return own.ino !== named.ino;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

/** Where the last lines of a file begin. */
export async function tailOffset(file: FileHandle, lines: number): Promise<number> {
  const { size } = await file.stat();
  if (lines <= 0) return size;
  const buffer = new Uint8Array(pieceBytes);
  let left = lines;
  // A line's end at the file's end is not the start of another one.
  for (let end = size - 1; end > 0;) {
    const start = Math.max(0, end - pieceBytes);
    const { bytesRead } = await file.read(buffer, 0, end - start, start);
    let position = bytesRead;
    for (;;) {
      position = position <= 0 ? -1 : buffer.lastIndexOf(10, position - 1);
      if (position < 0) break;
      left--;
      if (left === 0) return start + position + 1;
    }
    end = start;
  }
  return 0;
}

/** Waits until something happened to a file, or a while has passed. */
class Changes {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #watcher: FSWatcher | undefined;
  readonly #onAbort = () => this.#happened();
  #pending = false;
  #wake: (() => void) | undefined;

  constructor(path: string, clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort, { once: true });
    try {
      // The folder, because the file is replaced when the log rotates.
      this.#watcher = watch(dirname(path), { persistent: false }, () => this.#happened());
      this.#watcher.on("error", () => this.#watcher?.close());
    } catch {
      // No watches left, or no folder yet: the regular look has to do.
      this.#watcher = undefined;
    }
  }

  async next(): Promise<void> {
    if (!this.#pending && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(pollMs, () => this.#happened());
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#pending = false;
  }

  #happened(): void {
    this.#pending = true;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#watcher?.close();
  }
}
