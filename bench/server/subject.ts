import type { LoadResult } from "./load.ts";
import type { BenchServer, OpenOptions } from "./open.ts";

/** One thing that is measured of the API server; each in a file of its own in `subjects/`. */
export interface Subject<M extends string = string> {
  readonly name: string;
  /** One line for the list of subjects. */
  readonly about: string;
  /** The rows of the table, in their order. */
  readonly measures: Readonly<Record<M, Measure>>;
  /** One run of several, from nothing; what it opens ends with it. */
  run(bench: Bench): Promise<Readonly<Record<M, number>>>;
}

export interface Measure {
  readonly what: string;
  readonly unit: string;
  /** What is to be reached on two cores: at least so much, or at most. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Digits behind the point; none when missing. */
  readonly digits?: number;
}

export interface Bench {
  open(options?: OpenOptions): Promise<BenchServer>;
}

/** Keeps the names of the measures, so that a run must give all of them. */
export function defineSubject<M extends string>(subject: Subject<M>): Subject {
  return subject;
}

/** Rows that every subject with a load has. */
export function loadMeasures(goal: { readonly perSecond?: number; readonly p99Ms?: number }) {
  const { perSecond, p99Ms } = goal;
  return {
    perSecond: {
      what: "answered",
      unit: "/s",
      ...(perSecond !== undefined && { atLeast: perSecond }),
    },
    p50Ms: { what: "p50", unit: "ms", digits: 1 },
    p99Ms: { what: "p99", unit: "ms", digits: 1, ...(p99Ms !== undefined && { atMost: p99Ms }) },
    maxMs: { what: "longest", unit: "ms", digits: 1 },
    serverCpuUs: { what: "server CPU per request", unit: "µs" },
    mainThreadCpuUs: { what: "of it the main thread", unit: "µs" },
    clientCpuUs: { what: "CPU of who asks, per request", unit: "µs" },
  } satisfies Record<string, Measure>;
}

export function loadNumbers(result: LoadResult) {
  const { perSecond, p50Ms, p99Ms, maxMs, serverCpuUs, mainThreadCpuUs, clientCpuUs } = result;
  return { perSecond, p50Ms, p99Ms, maxMs, serverCpuUs, mainThreadCpuUs, clientCpuUs };
}
