import type { ApiRequest, ApiResponse, Transport, WatchEvent } from "#client/transport.ts";
import { conflict, internalError, timeout } from "#machinery/status.ts";
import type { StatusError } from "#machinery/status.ts";
import type { Dice } from "../world.ts";

/** Changes what a request asks for, or an event says: a bug of somebody who talks to the server. */
export interface Tamper {
  readonly request?: (request: ApiRequest) => ApiRequest;
  readonly event?: (path: string, event: WatchEvent<unknown>) => WatchEvent<unknown>;
  /** Sent a second time. */
  readonly repeats?: (request: ApiRequest) => boolean;
}

/** Between the controllers and the server: requests fail, answers are lost, watches end. */
export class Weather implements Transport {
  /** Of 1, for each request that writes. */
  failure = 0;
  /** Pods whose creation succeeded although who asked was told otherwise, with the time of each. */
  readonly lostCreations: number[] = [];
  readonly #server: Transport;
  readonly #dice: Dice;
  readonly #now: () => number;
  readonly #tamper: Tamper;
  /** What is served does not change here, and is known by digests that take real time. */
  readonly #discovered = new Map<string, Promise<ApiResponse>>();

  constructor(server: Transport, options: { dice: Dice; now: () => number; tamper?: Tamper }) {
    this.#server = server;
    this.#dice = options.dice;
    this.#now = options.now;
    this.#tamper = options.tamper ?? {};
  }

  async send(given: ApiRequest, signal?: AbortSignal): Promise<ApiResponse> {
    const request = this.#tamper.request?.(given) ?? given;
    if (request.method === "GET") return this.#read(request, signal);
    const isUnlucky = this.failure > 0 && this.#dice.chance(this.failure);
    const kind = isUnlucky ? this.#dice.pick(["conflict", "error", "lost"] as const) : "none";
    const [resource = "", name = ""] = request.path.split("/").slice(-2);
    if (kind === "error") return answer(internalError("the weather is bad"));
    if (kind === "conflict" && request.method !== "POST") {
      return answer(conflict({ group: "", resource }, name, "the weather is bad"));
    }
    const response = await this.#server.send(request, signal);
    if (this.#tamper.repeats?.(request)) await this.#server.send(request, signal);
    if (kind !== "lost" || response.status >= 400) return response;
    if (request.method === "POST" && request.path.endsWith("/pods")) {
      this.lostCreations.push(this.#now());
    }
    return answer(timeout("the answer is lost"));
  }

  #read(request: ApiRequest, signal?: AbortSignal): Promise<ApiResponse> {
    const depth = request.path.split("/").length;
    const isDiscovery =
      request.path === "/api/v1" || (request.path.startsWith("/apis") && depth < 5);
    if (isDiscovery) {
      let known = this.#discovered.get(request.path);
      if (!known) {
        this.#discovered.set(request.path, (known = this.#server.send(request)));
      }
      return known;
    }
    return this.#watch(request, signal);
  }

  async #watch(request: ApiRequest, signal?: AbortSignal): Promise<ApiResponse> {
    const response = await this.#server.send(request, signal);
    if (response.body.kind !== "events") return response;
    const events = this.#events(request.path, response.body.events);
    return { ...response, body: { kind: "events", events } };
  }

  async *#events(
    path: string,
    events: AsyncIterable<WatchEvent<unknown>>,
  ): AsyncIterable<WatchEvent<unknown>> {
    for await (const event of events) {
      yield this.#tamper.event?.(path, event) ?? event;
      if (this.failure > 0 && this.#dice.chance(this.failure / 20)) return;
    }
  }
}

function answer({ status }: StatusError): ApiResponse {
  return { status: status.code ?? 500, headers: {}, body: { kind: "object", object: status } };
}
