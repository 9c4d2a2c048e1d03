import type { Draft, Value } from "#schema/message.ts";
import type { criCalls } from "./v1.ts";

type Calls = typeof criCalls;
type Unary = { [K in keyof Calls]: Calls[K]["stream"] extends false ? K : never }[keyof Calls];

/**
 * A container runtime, spoken to in the words of CRI v1: one function per call. What a request
 * leaves out has its zero value, what a response lacks is filled with it. Calls throw
 * `RuntimeError` for what the runtime refuses, and the signal's reason when it aborts.
 */
export type Runtime = {
  readonly [K in Exclude<Unary, "getContainerEvents">]: (
    request: Draft<Value<Calls[K]["request"]>>,
    signal?: AbortSignal,
  ) => Promise<Value<Calls[K]["response"]>>;
} & {
  /**
   * What happens to containers and sandboxes, as it happens. Not complete: events are lost while
   * the connection is down, so whoever listens also lists now and then. Ends when the signal aborts.
   */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
};

export interface RuntimeEvent {
  readonly type: "started" | "stopped" | "deleted" | "oom";
  /** Of a container, or of a sandbox's own (pause) container. */
  readonly containerId: string;
}

/** The gRPC status of a refused call, by name: "NOT_FOUND", "UNAVAILABLE", … */
export class RuntimeError extends Error {
  override name = "RuntimeError";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
