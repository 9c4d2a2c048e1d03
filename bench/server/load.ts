import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { EtcdTarget } from "./open-etcd.ts";
import type { Target } from "./open.ts";
import { readingsOf } from "./readings.ts";
import type { Readings } from "./readings.ts";
import type { RequestTemplate } from "./request-template.ts";

export interface LoadPlan {
  readonly request: RequestTemplate;
  /** Each has a connection, and one request under way. */
  readonly clients: number;
  /** Any other answer ends the measurement with an error. */
  readonly expect: number;
  /** How many objects the numbers in place of `objectMark` go around. */
  readonly objects?: number;
  /** The number of the first request. */
  readonly first?: number;
  readonly warmUpMs?: number;
  readonly measureMs?: number;
  /** Measures so many requests, which are all that there are, instead of a time. */
  readonly requests?: number;
}

/** What the process that makes the load has counted. */
export interface LoadCounts {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly bodyBytes: number;
  readonly clientCpuMs: number;
  /** The number that the next request would have had. */
  readonly next: number;
}

export interface LoadResult extends LoadCounts {
  readonly perSecond: number;
  /** CPU time of the server per request: of all its threads, and of the one that runs JavaScript. */
  readonly serverCpuUs: number;
  readonly mainThreadCpuUs: number;
  readonly clientCpuUs: number;
}

export interface LoadOrder {
  readonly target: Target | EtcdTarget;
  readonly plan: Required<LoadPlan>;
}

export type LoadMessage =
  | { readonly type: "measuring" }
  | { readonly type: "measured"; readonly result: LoadCounts }
  | { readonly type: "failed"; readonly why: string };

const planDefaults = {
  objects: 1,
  first: 0,
  warmUpMs: 2_000,
  measureMs: 5_000,
  requests: Infinity,
};

/** Puts load on the server from a process of its own; rejects when it answers anything else. */
export async function putLoad(
  { target, pid }: { readonly target: LoadOrder["target"]; readonly pid: number },
  plan: LoadPlan,
): Promise<LoadResult> {
  const child = fork(join(import.meta.dirname, "load-process.ts"), {
    serialization: "advanced",
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const exited = once(child, "exit");
  let before: Readings | undefined;
  const { promise: measured, resolve, reject } = Promise.withResolvers<LoadResult>();
  child.on("message", (message: LoadMessage) => {
    if (message.type === "failed") return reject(new Error(`load on the server: ${message.why}`));
    const readings = readingsOf(pid);
    if (message.type === "measuring") before = readings;
    else if (before) resolve(resultOf(message.result, before, readings));
  });
  child.on("exit", (code) => reject(new Error(`the process of the load ended with ${code}`)));
  child.send({ target, plan: { ...planDefaults, ...plan } } satisfies LoadOrder);
  try {
    return await measured;
  } finally {
    child.kill();
    await exited;
  }
}

function resultOf(counts: LoadCounts, before: Readings, after: Readings): LoadResult {
  const { requests, seconds, clientCpuMs } = counts;
  const each = (ms: number) => (ms * 1000) / requests;
  return {
    ...counts,
    perSecond: requests / seconds,
    serverCpuUs: each(after.cpuMs - before.cpuMs),
    mainThreadCpuUs: each(after.mainThreadCpuMs - before.mainThreadCpuMs),
    clientCpuUs: each(clientCpuMs),
  };
}
