import { parentPort, workerData } from "node:worker_threads";
import { required } from "#base/invariant.ts";
import { Engine } from "./engine.ts";
import { failureOf } from "./protocol.ts";
import type { Reply, Request } from "./protocol.ts";

/** The thread that owns the database: it waits for the disk so that the main thread need not. */

const port = required(parentPort, "runs as a worker");

function reply<T>(work: () => T): T | undefined {
  try {
    const value = work();
    port.postMessage({ value } satisfies Reply);
    return value;
  } catch (error) {
    port.postMessage({ failure: failureOf(error) } satisfies Reply);
    return undefined;
  }
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
