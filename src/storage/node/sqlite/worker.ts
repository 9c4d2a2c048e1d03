import { parentPort, workerData } from "node:worker_threads";
import { required } from "#base/invariant.ts";
import { Engine } from "./engine.ts";
import { failureOf } from "./protocol.ts";
import type { Answers, Reply, Request } from "./protocol.ts";

/** The thread that owns the database: it waits for the disk so that the main thread need not. */

const port = required(parentPort, "runs as a worker");

function answer(engine: Engine, request: Request): Answers[Request["type"]] {
  switch (request.type) {
    case "commit":
      return engine.commit(request.commits, request.now);
    case "expire":
      return engine.expire(request.now, request.limit);
    case "get":
      return engine.get(request.key, request.revision);
    case "range":
      return engine.range(request);
    case "history":
      return engine.history(request);
    case "compact":
      return engine.compact(request.at, request.revisionsMax);
    case "advance":
      return engine.advance(request.to);
    case "close":
      engine.close();
      return undefined;
    default:
      return request satisfies never;
  }
}

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
    reply(() => answer(opened, request));
    if (request.type === "close") port.close();
  });
} else {
  port.close();
}
