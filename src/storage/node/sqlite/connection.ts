import { Worker } from "node:worker_threads";
import { concatBytes } from "#base/bytes.ts";
import { ClosedError } from "#base/scope.ts";
import { StorageFault } from "../../store.ts";
import { unpackPage } from "./packed-page.ts";
import type { PackedPage } from "./packed-page.ts";
import { errorOf } from "./protocol.ts";
import type { Answers, Opened, Reply, Request } from "./protocol.ts";
import type { EngineConnection } from "./sqlite-store.ts";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * The values of a batch travel one behind the other in one buffer, which changes threads without
 * being copied: to a message, each buffer is work.
 */
function packed(request: Request): { readonly message: Request; readonly transfer: ArrayBuffer[] } {
  if (request.type !== "commit") return { message: request, transfer: [] };
  const whole = concatBytes(request.commits.flatMap(({ value }) => value ?? []));
  let used = 0;
  const commits = request.commits.map((commit) => {
    if (!commit.value) return commit;
    const from = used;
    used += commit.value.length;
    return { ...commit, value: whole.subarray(from, used) };
  });
  return { message: { ...request, commits }, transfer: [whole.buffer] };
}

/** The main thread's end of the worker that owns the database. */
export class Connection implements EngineConnection {
  readonly #worker: Worker;
  /** Answers come in the order of the requests. */
  readonly #waiting: Waiting[] = [];
  readonly #exited: Promise<void>;
  #ended: Error | undefined;

  /** Hears when the thread dies; everything asked of it is then rejected. */
  onBroken: (fault: StorageFault) => void = () => {};

  private constructor(path: string, opened: Waiting) {
    this.#waiting.push(opened);
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { path },
      name: "kijabi-store",
    });
    this.#worker.on("message", (reply: Reply) => {
      const waiting = this.#waiting.shift();
      if ("failure" in reply) waiting?.reject(errorOf(reply.failure));
      else waiting?.resolve(reply.value);
    });
    const broken = (cause: unknown) => {
      const message = `the thread of ${path} ended unexpectedly: ${String(cause)}`;
      const fault = new StorageFault("broken", message, { cause });
      this.#end(fault);
      this.onBroken(fault);
    };
    this.#worker.on("error", broken);
    this.#exited = new Promise((resolve) => {
      this.#worker.on("exit", (code) => {
        if (!this.#ended) broken(`exit code ${code}`);
        resolve();
      });
    });
  }

  static async open(path: string): Promise<{ connection: Connection; opened: Opened }> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const connection = new Connection(path, { resolve, reject });
    try {
      return { connection, opened: (await promise) as Opened };
    } catch (error) {
      await connection.#exited;
      throw error;
    }
  }

  ask<R extends Request>(request: R): Promise<Answers[R["type"]]> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const answer = (value: unknown) => resolve(value as Answers[R["type"]]);
      this.#waiting.push({
        resolve:
          request.type === "range" ? (page) => answer(unpackPage(page as PackedPage)) : answer,
        reject,
      });
      const { message, transfer } = packed(request);
      this.#worker.postMessage(message, transfer);
    });
  }

  /** Closes the database after everything that was asked before. */
  async close(): Promise<void> {
    if (!this.#ended) {
      const closing = this.ask({ type: "close" });
      this.#ended = new ClosedError("the store is closed");
      await closing;
    }
    await this.#exited;
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}
