import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { BenchServer, Target } from "./open.ts";

export interface WatchPlan {
  /** With its query. */
  readonly path: string;
  readonly accept: string;
  readonly watchers: number;
  /** 1: each has a connection of its own (HTTP/1.1). More: streams of HTTP/2, as client-go has. */
  readonly perConnection: number;
}

/** What all watchers together got since the last time. */
export interface WatchCounts {
  readonly events: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Of some watchers, from when an event's object was written. */
  readonly delaysMs: readonly number[];
  readonly cpuMs: number;
}

export interface WatchOrder {
  readonly target: Target;
  readonly plan: WatchPlan;
}

export type WatchMessage =
  | { readonly type: "open" }
  | { readonly type: "counted"; readonly counts: WatchCounts }
  | { readonly type: "failed"; readonly why: string };

/** Watchers in a process of their own. */
export class Watchers implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when all of them watch. */
  static async open({ target }: Pick<BenchServer, "target">, plan: WatchPlan): Promise<Watchers> {
    const child = fork(join(import.meta.dirname, "watch-process.ts"), {
      serialization: "advanced",
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    const watchers = new Watchers(child);
    child.send({ target, plan } satisfies WatchOrder);
    await watchers.#next("open");
    return watchers;
  }

  /** What they got since they were asked last. */
  async count(): Promise<WatchCounts> {
    this.#child.send({});
    return (await this.#next("counted")).counts;
  }

  async #next<T extends WatchMessage["type"]>(
    type: T,
  ): Promise<Extract<WatchMessage, { type: T }>> {
    const [message] = (await once(this.#child, "message")) as [WatchMessage];
    if (message.type !== type) {
      throw new Error(message.type === "failed" ? message.why : `unexpected: ${message.type}`);
    }
    return message as Extract<WatchMessage, { type: T }>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    await exited;
  }
}
