import { parentPort, workerData } from "node:worker_threads";
import { required } from "#base/invariant.ts";
import { Engine } from "./engine.ts";
import { failureOf } from "./protocol.ts";
import type { Page, Reply, Request } from "./protocol.ts";

/** The thread that owns the database: it waits for the disk so that the main thread need not. */

const port = required(parentPort, "runs as a worker");

function reply<T>(work: () => T): T | undefined {
  try {
    const value = work();
    const { message, transfer } = packed(value);
    port.postMessage({ value: message } satisfies Reply, transfer);
    return value;
  } catch (error) {
    port.postMessage({ failure: failureOf(error) } satisfies Reply);
    return undefined;
  }
}

/** So many bytes lie in memory, or are freed, together. */
const slabBytes = 64 * 1024;

/**
 * The values of a page, put one behind the other into larger buffers, which change threads without
 * being copied. A value in a buffer of its own takes about 200 bytes more; those of a page mostly
 * stay, because they are what a cache begins with.
 */
function packed(value: unknown): { readonly message: unknown; readonly transfer: ArrayBuffer[] } {
  if (!isPage(value)) return { message: value, transfer: [] };
  const transfer: ArrayBuffer[] = [];
  let slab = new Uint8Array(0);
  let used = 0;
  const entries = value.entries.map((entry) => {
    const { length } = entry.value;
    if (length > slab.length - used) {
      slab = new Uint8Array(Math.max(length, slabBytes));
      transfer.push(slab.buffer);
      used = 0;
    }
    slab.set(entry.value, used);
    used += length;
    return { ...entry, value: slab.subarray(used - length, used) };
  });
  return { message: { ...value, entries }, transfer };
}

function isPage(value: unknown): value is Page {
  return typeof value === "object" && value !== null && "more" in value && "entries" in value;
}

let engine: Engine | undefined;
reply(() => {
  engine = new Engine((workerData as { path: string }).path);
  return engine.opened;
});
if (engine) {
  const opened = engine;
  port.on("message", (request: Request) => {
    reply(() => opened.answer(request));
    if (request.type === "close") port.close();
  });
} else {
  port.close();
}
