import type { Clock } from "#base/clock.ts";
import { text, utf8 } from "#base/bytes.ts";
import { Channel } from "#base/channel.ts";
import { ClosedError, Scope } from "#base/scope.ts";
import { readAll } from "../byte-queue.ts";
import type { Duplex } from "../duplex.ts";
import type {
  ForwardedConnection,
  PortForward,
  PortForwarder,
  PortForwardSession,
} from "../port-forward.ts";
import type { SpdyConnection } from "./connection.ts";
import type { SpdyHeaders } from "./frames.ts";
import type { SpdyStream } from "./stream.ts";

interface Pair {
  error?: SpdyStream;
  data?: SpdyStream;
  cancelTimeout: () => void;
}

const waitingForwardsMax = 1000;

/** Throws for a stream that is no half of a forwarded connection. */
export function admitPortForwardStream(headers: SpdyHeaders): void {
  const port = headers.get("port") ?? "";
  if (parsePort(port) === undefined) throw new Error(`unable to parse "${port}" as a port`);
  const type = headers.get("streamtype");
  if (type !== "error" && type !== "data") throw new Error(`invalid stream type "${type}"`);
}

/** In 1..65535. */
export function parsePort(digits: string): number | undefined {
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}

/** Joins the streams that a client opens into pairs of data and error, by their request id. */
export function acceptSpdyPortForward(options: {
  connection: SpdyConnection;
  protocol: string;
  clock: Clock;
  streamCreationTimeoutMs: number;
}): PortForwardSession {
  const { connection, clock, protocol } = options;
  const pairs = new Map<string, Pair>();
  const forwards = new Channel<PortForward>({ capacity: waitingForwardsMax, whenFull: "close" });
  const scope = new Scope({ onFailure: (_task, error) => connection.close(error) });

  const add = async (stream: SpdyStream) => {
    const request = requestId(stream);
    const type = stream.headers.get("streamtype") === "error" ? "error" : "data";
    let pair = pairs.get(request);
    if (!pair) {
      const created: Pair = { cancelTimeout: () => {} };
      created.cancelTimeout = clock.after(options.streamCreationTimeoutMs, () => {
        pairs.delete(request);
        scope.run("timeout", () => expire(created, request));
      });
      pairs.set(request, (pair = created));
    }
    if (pair[type]) {
      const message = `error processing stream for request ${request}: ${type} stream already assigned`;
      await pair.error?.write(utf8(message));
      return stream.close(new Error(message));
    }
    pair[type] = stream;
    if (!pair.data || !pair.error) return;
    pair.cancelTimeout();
    pairs.delete(request);
    pair.error.ignoreReads();
    const port = parsePort(pair.data.headers.get("port") ?? "") ?? 0;
    forwards.push(new SpdyPortForward(port, pair.data, pair.error));
  };
  scope.run("pair", async () => {
    for await (const stream of connection.incoming) await add(stream);
    for (const pair of pairs.values()) pair.cancelTimeout();
    forwards.close();
  });
  return {
    protocol,
    ended: connection.ended,
    close: (reason) => connection.close(reason),
    async *[Symbol.asyncIterator]() {
      try {
        yield* forwards;
      } finally {
        connection.close();
      }
    },
  };
}

async function expire(pair: Pair, request: string): Promise<void> {
  await pair.error?.write(utf8(`(request=${request}) timed out waiting for streams`));
  await pair.error?.closeWrite();
  pair.data?.close(new Error("timed out waiting for streams"));
}

/** Clients before 1.2 send no id, but open the error stream and then the data stream. */
function requestId(stream: SpdyStream): string {
  const id = stream.headers.get("requestid");
  if (id) return id;
  const first = stream.headers.get("streamtype") === "error" ? stream.id : stream.id - 2;
  return String(first);
}

class SpdyPortForward implements PortForward {
  readonly port: number;
  readonly data: Duplex;
  readonly #data: SpdyStream;
  readonly #error: SpdyStream;

  constructor(port: number, data: SpdyStream, error: SpdyStream) {
    this.port = port;
    this.#data = data;
    this.#error = error;
    this.data = {
      readable: data.readable,
      write: (bytes) => data.write(bytes),
      closeWrite: async () => {
        await data.closeWrite();
        await error.closeWrite();
      },
      close: (reason) => {
        data.close(reason);
        error.close(reason);
      },
      ended: data.ended,
    };
  }

  async fail(message: string): Promise<void> {
    await this.#error.write(utf8(message));
    await this.#error.closeWrite();
    this.#data.ignoreReads();
    // The client may have hung up over the message.
    if (this.#data.writable) await this.#data.closeWrite().catch(() => {});
  }
}

const failureLengthMax = 64 * 1024;

/** Opens pairs of streams on a connection that asked for port-forward. */
export class SpdyPortForwarder implements PortForwarder {
  readonly protocol: string;
  readonly #connection: SpdyConnection;
  #nextRequest = 0;

  constructor(connection: SpdyConnection, protocol: string) {
    this.#connection = connection;
    this.protocol = protocol;
  }

  get ended(): AbortSignal {
    return this.#connection.ended;
  }

  close(reason?: unknown): void {
    this.#connection.close(reason ?? new ClosedError("port forwarding was closed"));
  }

  async open(port: number, signal?: AbortSignal): Promise<ForwardedConnection> {
    const common = { port: String(port), requestid: String(this.#nextRequest++) };
    const headers = (type: string) => new Map(Object.entries({ streamtype: type, ...common }));
    const error = await this.#connection.open(headers("error"), signal);
    await error.closeWrite();
    let data: SpdyStream;
    try {
      data = await this.#connection.open(headers("data"), signal);
    } catch (failure) {
      error.close(failure);
      throw failure;
    }
    const failure = readAll(error.readable, failureLengthMax).then(
      (message) => (message.length > 0 ? text(message) : undefined),
      (broken: unknown) => (broken instanceof Error ? broken.message : String(broken)),
    );
    return { data, failure: () => failure };
  }
}
