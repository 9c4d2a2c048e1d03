import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Status } from "#api/meta/v1.ts";
import type { Client, Resource } from "../client.ts";
import { StatusError, isExpired } from "../client.ts";
import type { ApiObject } from "../object.ts";
import type { WatchEvent } from "../transport.ts";
import { Backoff } from "../workqueue/backoff.ts";

/** What part of a kind is followed. */
export interface ReflectorQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Hears of the state of a kind: the whole of it first, then each change, in the store's order. */
export interface ReflectorSink<T> {
  replace(objects: readonly T[], resourceVersion: string): void;
  changed(type: "ADDED" | "MODIFIED" | "DELETED", object: T): void;
  /** The server has nothing newer up to this version. */
  bookmark(resourceVersion: string): void;
  /** For those who take the whole one by one, where many objects are. `replace` is then not called. */
  readState?(): StateReader<T>;
}

/** Reads a state: of the attempts to read one, only the last comes to its end. */
export interface StateReader<T> {
  add(object: T): void;
  end(resourceVersion: string): void;
}

export interface ReflectorOptions<T extends ApiObject> {
  readonly client: Client;
  readonly resource: Resource<T>;
  readonly query?: ReflectorQuery;
  readonly sink: ReflectorSink<T>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const initialEventsEnd = "k8s.io/initial-events-end";
const pageSize = 500;

/**
 * Follows a kind until its signal aborts: lists, watches, resumes a watch that ended where it
 * ended, and lists again when the server has forgotten that version.
 */
export class Reflector<T extends ApiObject> {
  readonly #options: ReflectorOptions<T>;
  /** The version to go on from; undefined before the first list and after "410 Gone". */
  #version: string | undefined;
  #watchList = true;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger, random, resource } = this.#options;
    const backoff = new Backoff({ firstMs: 800, maxMs: 30_000, random });
    let healthySince = clock.monotonic();
    while (!signal.aborted) {
      const started = clock.monotonic();
      try {
        if (this.#version === undefined && !this.#watchList) await this.#list(signal);
        await this.#watch(signal);
        // A server that closes watches at once would otherwise be asked in a busy loop.
        if (clock.monotonic() - started >= 1000) backoff.reset();
        else await pause(clock, backoff.nextMs(), signal);
      } catch (error) {
        if (signal.aborted) return;
        if (isExpired(error) && this.#version !== undefined) {
          this.#version = undefined;
          logger.debug("the watch expired: listing again", { resource: resource.info.resource });
          continue;
        }
        if (this.#version === undefined && this.#watchList && refusesWatchList(error)) {
          this.#watchList = false;
          continue;
        }
        if (clock.monotonic() - healthySince > 120_000) backoff.reset();
        healthySince = clock.monotonic();
        const delayMs = backoff.nextMs();
        logger.warn("cannot follow a resource", {
          resource: resource.info.resource,
          error: error instanceof Error ? error.message : String(error),
          retryMs: Math.round(delayMs),
        });
        await pause(clock, delayMs, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, query, resource } = this.#options;
    const state = this.#readState();
    let page = await client.list(resource, { ...query, limit: pageSize }, signal);
    for (const object of page.items) state.add(object);
    while (page.continue) {
      page = await client.list(
        resource,
        { ...query, limit: pageSize, continue: page.continue },
        signal,
      );
      for (const object of page.items) state.add(object);
    }
    state.end(page.resourceVersion);
    this.#version = page.resourceVersion;
  }

  /** Returns when the server ends the watch. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { client, query, random, resource } = this.#options;
    const timeoutSeconds = Math.round(300 * (1 + random.float()));
    const from =
      this.#version === undefined
        ? { sendInitialEvents: true }
        : { resourceVersion: this.#version };
    // Objects of the beginning, until the server says that they are complete.
    let initial = this.#version === undefined ? this.#readState() : undefined;
    const events = client.watch(resource, { ...query, ...from, timeoutSeconds }, signal);
    for await (const event of events) {
      if (initial === undefined) this.#apply(event);
      else if (event.type === "ERROR") throw new StatusError(event.object as Status);
      else if (event.type === "BOOKMARK") {
        if (!event.object.metadata.annotations?.[initialEventsEnd]) continue;
        this.#version = event.object.metadata.resourceVersion;
        initial.end(this.#version);
        initial = undefined;
      } else initial.add(event.object);
    }
  }

  #readState(): StateReader<T> {
    const { sink } = this.#options;
    if (sink.readState) return sink.readState();
    const objects: T[] = [];
    return {
      add: (object) => objects.push(object),
      end: (version) => sink.replace(objects, version),
    };
  }

  #apply(event: WatchEvent<T>): void {
    const { sink } = this.#options;
    switch (event.type) {
      case "ERROR":
        throw new StatusError(event.object as Status);
      case "BOOKMARK":
        sink.bookmark(event.object.metadata.resourceVersion);
        break;
      case "ADDED":
      case "MODIFIED":
      case "DELETED":
        sink.changed(event.type, event.object);
        break;
      default:
        event satisfies never;
        return;
    }
    this.#version = event.object.metadata.resourceVersion;
  }
}

/** Servers without streaming lists answer that the parameter is forbidden or malformed. */
function refusesWatchList(error: unknown): boolean {
  return error instanceof StatusError && (error.reason === "Invalid" || error.code === 400);
}

async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(clock, delayMs, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
