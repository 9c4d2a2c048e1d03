import { fstatSync, writeSync } from "node:fs";
import { utf8 } from "#base/bytes.ts";
import type { Output } from "../host.ts";

const descriptors = { stdout: 1, stderr: 2 } as const;

/**
 * Writes at once, without Node's stream, which takes 5 ms to set up, until one write finds that the
 * reader is behind: then the stream remembers what is left, and all that follows. A reader that
 * went away is no failure.
 */
export function standardOutput(name: "stdout" | "stderr"): Output {
  const descriptor = descriptors[name];
  const writesToTerminal = isTerminal(descriptor);
  // What draws on a terminal wants to know its width, and when that changes.
  let stream = writesToTerminal ? streamOf(name) : undefined;
  return {
    isTerminal: writesToTerminal,
    get columns() {
      return stream?.columns;
    },
    write(data) {
      let left = typeof data === "string" ? utf8(data) : data;
      while (!stream && left.length > 0) {
        try {
          left = left.subarray(writeSync(descriptor, left));
        } catch (error) {
          switch (error instanceof Error && "code" in error ? error.code : undefined) {
            case "EPIPE":
              return;
            case "EAGAIN":
              stream = streamOf(name);
              break;
            default:
              throw error;
          }
        }
      }
      if (left.length > 0) stream?.write(left);
    },
    async drained() {
      if (!stream?.writableNeedDrain) return;
      await settled(stream);
    },
  };
}

/** Node's own, of which a process has one each. */
const opened = new Set<NodeJS.WriteStream>();

function streamOf(name: "stdout" | "stderr"): NodeJS.WriteStream {
  const stream = process[name];
  opened.add(stream);
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  return stream;
}

/** Only where it may be one is the module loaded that can tell. */
export function isTerminal(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false;
  } catch {
    // It is closed.
    return false;
  }
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}

/**
 * Ends the program with what it wrote on its way out. Left to itself, Node would tidy up its memory
 * first, which takes 2 ms.
 */
export async function leave(exitCode: number): Promise<void> {
  for (const stream of opened) {
    if (stream.writableLength > 0 && !stream.destroyed) await settled(stream);
  }
  process.exit(exitCode);
}

function settled(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once("drain", resolve);
    stream.once("close", resolve);
  });
}
