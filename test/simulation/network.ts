import { concatBytes, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ApiRequest, ApiResponse, Transport } from "#client/transport.ts";
import * as status from "#machinery/status.ts";
import type { Dice, World } from "./world.ts";

/** What the network, and what stands in it, can be like. */
export interface NetworkWeather {
  readonly latencyMs: number;
  readonly losesRequestChance: number;
  /** The server has done what it was asked for, and nobody hears of it. */
  readonly losesReplyChance: number;
  /** 429: nothing was done. */
  readonly tooManyChance: number;
  /** 500, before or after it was done. */
  readonly failsChance: number;
  /** At each piece of an answer. */
  readonly cutsChance: number;
  /** Pieces are cut where no line ends. */
  readonly splitsChance: number;
}

/** Who answers, as long as it lives. */
export interface Host {
  readonly name: string;
  /** Aborts when the process dies. */
  readonly gone: AbortSignal;
  handle(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse>;
}

/** Changes what a client gets to see: a broken variant's way into the network. */
export type Tamper = (request: ApiRequest, response: ApiResponse) => ApiResponse;

/** Whoever waits so long hangs up. */
const patienceMs = 60_000;

/**
 * HTTP between clients and servers, as it can be: late, lost, cut in the middle, answered by a proxy
 * in between. Bytes of one answer keep their order; answers of different requests do not.
 */
export class SimulatedNetwork {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #weather: NetworkWeather;
  readonly #hosts: () => readonly Host[];
  readonly #tamper: Tamper;
  /** The weather clears up at the end. */
  isCalm = false;

  constructor(options: {
    readonly world: World;
    readonly weather: NetworkWeather;
    /** Those that accept connections right now. */
    readonly hosts: () => readonly Host[];
    readonly tamper?: Tamper;
  }) {
    this.#world = options.world;
    this.#dice = options.world.dice;
    this.#weather = options.weather;
    this.#hosts = options.hosts;
    this.#tamper = options.tamper ?? ((_request, response) => response);
  }

  /** `slowness`: how many times longer than others this client takes for everything. */
  transport(client: string, options: { readonly slowness?: number } = {}): Transport {
    const { slowness = 1 } = options;
    return {
      send: (request, signal) => this.#send({ client, slowness }, request, signal),
    };
  }

  async #send(
    { client, slowness }: { readonly client: string; readonly slowness: number },
    request: ApiRequest,
    signal: AbortSignal | undefined,
  ): Promise<ApiResponse> {
    const world = this.#world;
    const isWatch = request.query.get("watch") === "true";
    const what = () => `${client}: ${request.method} ${request.path}?${request.query.toString()}`;
    const latency = () => world.sleep(this.#dice.delayMs(this.#weather.latencyMs * slowness));
    const line = new Line(world, signal);
    world.note(what);
    await line.wait(latency());
    this.#roll("losesRequestChance", "connection lost before the request arrived");
    if (this.#happens("tooManyChance")) return answer(status.tooManyRequests("simulated", 1));
    const failure = () => answer(status.internalError("simulated"));
    if (this.#happens("failsChance") && this.#dice.chance(0.5)) return failure();
    const hosts = this.#hosts();
    if (hosts.length === 0) {
      world.trouble("nobody answers");
      throw new Error("connection refused");
    }
    const host = this.#dice.pick(hosts);
    line.endWith(host.gone, "connection reset");
    const cancelPatience = isWatch ? () => {} : line.endAfter(patienceMs);
    const response = await line.wait(host.handle(onTheWire(request), line.signal));
    world.note(() => `${host.name} answers ${response.status} to ${what()}`);
    const isLost = this.#happens("losesReplyChance");
    await line.wait(latency());
    if (isLost) {
      world.trouble("an answer is lost", what);
      line.end(new Error("connection lost before the answer arrived"));
      line.signal.throwIfAborted();
    }
    const tampered = this.#tamper(request, response);
    const { body } = tampered;
    if (body.kind !== "stream") {
      cancelPatience();
      if (!isWatch && this.#happens("failsChance")) return failure();
      return tampered;
    }
    const chunks = this.#pieces(body.chunks, line, latency);
    return { ...tampered, body: { ...body, chunks } };
  }

  /** The stream as it arrives: in pieces, late, and not always to its end. */
  async *#pieces(
    chunks: AsyncIterable<Bytes>,
    line: Line,
    latency: () => Promise<void>,
  ): AsyncGenerator<Bytes, void, undefined> {
    const iterator = chunks[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await line.wait(iterator.next());
        if (done) return;
        await line.wait(latency());
        const isCut = this.#happens("cutsChance");
        if (isCut || this.#happens("splitsChance")) {
          const at = this.#dice.integer(0, value.length);
          yield concatBytes([value.subarray(0, at)]);
          await line.wait(latency());
          if (isCut) {
            this.#world.trouble("an answer is cut");
            throw new Error("connection lost in the middle of the answer");
          }
          yield concatBytes([value.subarray(at)]);
        } else yield value;
      }
    } finally {
      // The server may be dead and never answer.
      line.end(new Error("the client hung up"));
      void iterator.return?.()?.catch(() => undefined);
    }
  }

  #roll(chance: keyof NetworkWeather, message: string): void {
    if (this.#happens(chance)) throw new Error(message);
  }

  #happens(chance: keyof NetworkWeather): boolean {
    return !this.isCalm && this.#dice.chance(this.#weather[chance]);
  }
}

/** One connection: ends when either side does. */
class Line {
  readonly #world: World;
  readonly #controller = new AbortController();
  /** Resolves at the end: whoever waits for the other side is told. */
  readonly #ended: Promise<void>;

  constructor(world: World, client: AbortSignal | undefined) {
    this.#world = world;
    this.#ended = new Promise((resolve) => {
      this.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    if (client?.aborted) this.end(client.reason);
    client?.addEventListener("abort", () => this.end(client.reason), { once: true });
  }

  /** What the server sees of it. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(reason: unknown): void {
    if (!this.signal.aborted) this.#controller.abort(reason);
  }

  endWith(signal: AbortSignal, message: string): void {
    signal.addEventListener("abort", () => this.end(new Error(message)), { once: true });
  }

  endAfter(delayMs: number): () => void {
    return this.#world.after(delayMs, () => this.end(new Error("no answer in time")));
  }

  async wait<T>(promise: Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    promise.catch(() => undefined);
    const first = await Promise.race([promise.then((value) => ({ value })), this.#ended]);
    this.signal.throwIfAborted();
    if (!first) throw new Error("an open line has not ended");
    return first.value;
  }
}

/** Objects become JSON, as over a socket. */
function onTheWire(request: ApiRequest): ApiRequest {
  const { body } = request;
  if (body.kind !== "object") return request;
  const { object, contentType = "application/json" } = body;
  const bytes = utf8(JSON.stringify(object));
  return { ...request, body: { kind: "bytes", contentType, read: async () => bytes } };
}

function answer(error: status.StatusError): ApiResponse {
  const bytes = utf8(JSON.stringify(error.status));
  return {
    status: error.status.code ?? 500,
    headers: {},
    body: { kind: "bytes", contentType: "application/json", bytes },
  };
}
