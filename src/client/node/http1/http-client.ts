import type { Socket } from "node:net";
import type { Bytes } from "#base/bytes.ts";
import { ResponseParser } from "./response-parser.ts";
import type { ResponseHead } from "./response-parser.ts";

/**
 * HTTP/1.1 for a program that is in a hurry: what commands send and get, on connections that are
 * kept, without what Node's own client takes to load and to set up. Upgrades are not its business.
 */
export interface HttpClientOptions {
  /** Of the Host header. */
  readonly host: string;
  /** A connection that may be written to at once; what fails later is told by the socket. */
  open(signal?: AbortSignal): Promise<Socket>;
  /** Connections that are kept while nobody uses them. */
  readonly idleMax?: number;
}

export interface HttpRequest {
  readonly method: string;
  /** As it is to be sent, with the query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Bytes | undefined;
}

export interface HttpResponse extends ResponseHead {
  /** To be read once; whoever stops before the end ends the connection. */
  readonly chunks: AsyncIterable<Bytes>;
}

const attemptsMax = 4;

/** What a slow reader has before it; the connection waits then. */
const bufferedMax = 1024 * 1024;

export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #idle: Connection[] = [];
  readonly #connections = new Set<Connection>();

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the answer's head. A kept connection may have been closed by the other side just
   * now: reads are sent again.
   */
  async send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> {
    const head = headOf(this.#options.host, request);
    const isRead = request.method === "GET" || request.method === "HEAD";
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const kept = this.#takeIdle();
      const connection = kept ?? (await this.#open(signal));
      try {
        return await connection.exchange(request, head, signal);
      } catch (error) {
        if (!(isLost(error) && isRead && kept && attempt < attemptsMax)) throw error;
      }
    }
  }

  /** Those that are kept; what is under way ends when it ends. */
  forget(): void {
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }

  close(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  #takeIdle(): Connection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (!connection?.isClosed) return connection;
    }
  }

  async #open(signal: AbortSignal | undefined): Promise<Connection> {
    const socket = await this.#options.open(signal);
    const connection: Connection = new Connection(socket, {
      free: () => {
        if (this.#idle.length >= (this.#options.idleMax ?? 16)) connection.destroy();
        else this.#idle.push(connection);
      },
      closed: () => {
        this.#connections.delete(connection);
        const at = this.#idle.indexOf(connection);
        if (at >= 0) this.#idle.splice(at, 1);
      },
    });
    this.#connections.add(connection);
    return connection;
  }
}

function isLost(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ECONNRESET" || code === "EPIPE";
}

/** Throws for what would be read as something else by the other side. */
function headOf(host: string, { method, target, headers, body }: HttpRequest): Buffer {
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`];
  for (const [name, values] of Object.entries(headers)) {
    for (const value of typeof values === "string" ? [values] : values) {
      // oxlint-disable-next-line no-control-regex
      if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) {
        throw new Error(`net/http: invalid header field value for ${JSON.stringify(title(name))}`);
      }
      lines.push(`${name}: ${value}`);
    }
  }
  if (body || ["POST", "PUT", "PATCH"].includes(method)) {
    lines.push(`content-length: ${body?.length ?? 0}`);
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
}

function title(name: string): string {
  return name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

interface ConnectionOwner {
  free(): void;
  closed(): void;
}

/** One connection, and at most one exchange on it. */
class Connection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  #parser: ResponseParser | undefined;
  #current: ResponseBody | undefined;
  #rejectHead: ((error: Error) => void) | undefined;
  #failure: Error | undefined;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on("data", (bytes: Buffer) => this.#take(bytes as Bytes));
    socket.on("error", (error) => void (this.#failure ??= error));
    socket.on("end", () => this.#lost());
    socket.on("close", () => {
      this.#lost();
      owner.closed();
    });
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  destroy(error?: Error): void {
    this.#socket.destroy(error);
  }

  exchange(
    { method, body }: HttpRequest,
    head: Buffer,
    signal: AbortSignal | undefined,
  ): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(this.#failure ?? hungUp());
      const onAbort = () => this.destroy(abortError(signal));
      if (signal?.aborted) onAbort();
      signal?.addEventListener("abort", onAbort, { once: true });
      const settle = () => signal?.removeEventListener("abort", onAbort);
      const received = new ResponseBody(this.#socket, settle);
      this.#current = received;
      this.#rejectHead = (error) => {
        settle();
        reject(error);
      };
      this.#parser = new ResponseParser(method, {
        head: (found) => {
          this.#rejectHead = undefined;
          resolve({ ...found, chunks: received });
        },
        body: (bytes) => received.push(bytes),
        end: (reusable) => {
          this.#parser = undefined;
          this.#current = undefined;
          received.end();
          // What the other side answers before it has read everything is no end of it.
          if (reusable && this.#socket.writableLength === 0) this.#owner.free();
          else this.destroy();
        },
      });
      if (!body) return void this.#socket.write(head);
      this.#socket.cork();
      this.#socket.write(head);
      this.#socket.write(body);
      this.#socket.uncork();
    });
  }

  #take(bytes: Bytes): void {
    // Nobody asked: what is said now is meant for somebody else.
    if (!this.#parser) return this.destroy();
    try {
      this.#parser.push(bytes);
    } catch (error) {
      this.#failure = error as Error;
      this.destroy();
      this.#lost();
    }
  }

  #lost(): void {
    // A body may last until the connection ends, but not until it breaks.
    if (!this.#failure) this.#parser?.close();
    const failure = this.#failure ?? hungUp();
    this.#rejectHead?.(failure);
    this.#rejectHead = undefined;
    this.#current?.fail(failure);
    this.#current = undefined;
    this.#parser = undefined;
    if (!this.#socket.destroyed) this.destroy();
  }
}

function hungUp(): Error {
  return Object.assign(new Error("unexpected EOF"), { code: "ECONNRESET" });
}

function abortError(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException("aborted", "AbortError");
}

/** What has come and was not read yet. */
class ResponseBody implements AsyncIterable<Bytes> {
  readonly #socket: Socket;
  readonly #settle: () => void;
  readonly #chunks: Bytes[] = [];
  #buffered = 0;
  #isEnded = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, settle: () => void) {
    this.#socket = socket;
    this.#settle = settle;
  }

  push(bytes: Bytes): void {
    this.#chunks.push(bytes);
    this.#buffered += bytes.length;
    if (this.#buffered > bufferedMax) this.#socket.pause();
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#settle();
    // Whoever uses the connection next wants to hear of it.
    this.#socket.resume();
    this.#wake?.();
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#settle();
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Bytes, void, undefined> {
    try {
      for (;;) {
        for (const chunk of this.#chunks.splice(0)) yield chunk;
        if (this.#chunks.length > 0) continue;
        if (this.#failure) throw this.#failure;
        if (this.#isEnded) return;
        this.#buffered = 0;
        if (this.#socket.isPaused()) this.#socket.resume();
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      if (!this.#isEnded) this.#socket.destroy();
    }
  }
}
