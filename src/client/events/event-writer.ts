import { Channel } from "#base/channel.ts";
import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { Event } from "#api/core/v1.ts";
import type { ObjectReference } from "#api/core/v1.ts";
import type { Client } from "../client.ts";
import { StatusError, isNotFound } from "../client.ts";
import type { ApiObject } from "../object.ts";
import { EventCorrelator } from "./correlator.ts";

export type EventType = "Normal" | "Warning";

/** Says what happened to objects, in the cluster's Events. Never waits, and never fails. */
export interface EventRecorder {
  /** `action` is what was done or tried: "Binding", "Scheduling"; most reporters name none. */
  event(
    object: ApiObject | ObjectReference,
    type: EventType,
    reason: string,
    message: string,
    action?: string,
  ): void;
}

/** Who reports: the component, and the node where it runs if it matters. */
export interface EventSource {
  readonly component: string;
  readonly host?: string;
}

const queueCapacity = 1000;
const triesMax = 12;
const retryMs = 10_000;

interface Pending {
  readonly source: EventSource;
  readonly object: ObjectReference;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
  readonly action: string | undefined;
  readonly at: number;
}

/** Writes the Events of every recorder of a process, one after the other. */
export class EventWriter {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #logger: Logger;
  readonly #correlator: EventCorrelator;
  readonly #queue = new Channel<Pending>({ capacity: queueCapacity, whenFull: "close" });
  /** What the newest event's name ends with. */
  #newest = 0n;

  constructor(options: { client: Client; clock: Clock; random: Random; logger: Logger }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#logger = options.logger;
    this.#correlator = new EventCorrelator(options.clock);
  }

  recorder(source: EventSource): EventRecorder {
    return {
      event: (object, type, reason, message, action) => {
        // Full: the newest goes, as upstream does, and the writer keeps its place.
        if (this.#queue.size >= queueCapacity - 1) {
          this.#logger.warn("an event is dropped: the queue is full", { reason, message });
          return;
        }
        const at = this.#clock.now();
        const about = referenceTo(object);
        this.#queue.push({ source, object: about, type, reason, message, action, at });
      },
    };
  }

  /** Writes until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for await (const pending of this.#queue.iterate(signal)) {
      await this.#writeWithRetries(pending, signal);
    }
  }

  async #writeWithRetries(pending: Pending, signal: AbortSignal): Promise<void> {
    const correlated = this.#correlator.correlate({
      object: identityOf(pending.object),
      source: `${pending.source.component}\0${pending.source.host ?? ""}`,
      type: pending.type,
      reason: pending.reason,
      message: pending.message,
    });
    if (!correlated) return;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await this.#write(pending, correlated.key, correlated.message);
        return;
      } catch (error) {
        const { object, reason } = pending;
        if (error instanceof StatusError) {
          // The server does not want it; asking again would not change that.
          this.#logger.debug("an event was refused", {
            object: object.name,
            reason,
            error: error.message,
          });
          return;
        }
        if (attempt === triesMax) {
          this.#logger.warn("an event could not be written", {
            object: object.name,
            reason,
            error: String(error),
          });
          return;
        }
        const first = attempt === 1 ? this.#random.float() : 1;
        await sleep(this.#clock, retryMs * first, signal).catch(() => {});
      }
    }
  }

  async #write(pending: Pending, key: string, message: string): Promise<void> {
    const namespace = pending.object.namespace ?? "default";
    const now = timestamp(pending.at);
    const known = this.#correlator.known(key);
    if (known) {
      try {
        const count = known.count + 1;
        const patch = { count, lastTimestamp: now, message };
        await this.#client.patch(Event, { namespace, name: known.name }, { type: "merge", patch });
        this.#correlator.remember(key, { ...known, count });
        return;
      } catch (error) {
        // It has expired since: it starts anew.
        if (!isNotFound(error)) throw error;
        this.#correlator.forget(key);
      }
    }
    const name = `${pending.object.name}.${this.#suffix(pending.at)}`;
    const { component, host } = pending.source;
    await this.#client.record(Event, {
      metadata: { name, namespace },
      involvedObject: pending.object,
      reason: pending.reason,
      message,
      source: { component, ...(host && { host }) },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type: pending.type,
      ...(pending.action && { action: pending.action }),
      reportingComponent: component,
      reportingInstance: host ?? "",
    });
    this.#correlator.remember(key, { name, count: 1, firstTimestamp: now });
  }

  /**
   * Nanoseconds in hex, as upstream names events; the clock has only milliseconds of them. Names
   * have the order of what happened, as lists are sorted by name and their times say only seconds.
   */
  #suffix(at: number): string {
    const nanoseconds = BigInt(at) * 1_000_000n;
    const random = Math.floor(this.#random.float() * 1_000_000);
    const chosen = nanoseconds + BigInt(random);
    this.#newest = chosen > this.#newest ? chosen : this.#newest + BigInt(1 + (random % 1000));
    return this.#newest.toString(16);
  }
}

function referenceTo(object: ApiObject | ObjectReference): ObjectReference {
  if (!("metadata" in object)) return object;
  const { name, namespace, uid, resourceVersion } = object.metadata;
  return {
    kind: object.kind,
    ...(namespace && { namespace }),
    name,
    uid,
    apiVersion: object.apiVersion,
    ...(resourceVersion && { resourceVersion }),
  };
}

/** A new version of the object is still the same object. */
function identityOf(object: ObjectReference): string {
  const { apiVersion, fieldPath, kind, name, namespace, uid } = object;
  return [apiVersion, kind, namespace, name, uid, fieldPath].join("\0");
}

function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
