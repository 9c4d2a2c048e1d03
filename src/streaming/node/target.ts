import { request as httpRequest } from "#base/node/http.ts";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { text } from "#base/bytes.ts";
import { readAll } from "../byte-queue.ts";
import { bytesOf } from "./socket.ts";

/** Where to send a request to upgrade. */
export interface UpgradeTarget {
  /** A socket ready for HTTP, secured where it must be, that allows half-open. */
  connect(signal?: AbortSignal): Promise<Socket>;
  /** For the Host header. */
  readonly host: string;
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** The target that a URL (http: or https:) names. */
export function upgradeTarget(
  url: string,
  options: { headers?: Record<string, string | string[]>; tls?: ConnectionOptions } = {},
): UpgradeTarget {
  const { protocol, hostname, port, host, pathname, search } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") {
    throw new Error(`${url}: want http: or https:`);
  }
  const secure = protocol === "https:";
  // Node takes an IPv6 address without its brackets.
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  const endpoint = {
    host: address,
    port: Number(port || (secure ? 443 : 80)),
    allowHalfOpen: true,
  };
  return {
    host,
    path: pathname + search,
    headers: options.headers ?? {},
    connect: (signal) =>
      connected(secure ? connectTls({ ...options.tls, ...endpoint }) : connectTcp(endpoint), {
        event: secure ? "secureConnect" : "connect",
        signal,
      }),
  };
}

export function connected(
  socket: Socket,
  options: { event: string; signal: AbortSignal | undefined },
): Promise<Socket> {
  const { event, signal } = options;
  return new Promise((resolve, reject) => {
    const onAbort = () => socket.destroy(signal?.reason as Error);
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    const settle = () => {
      socket.off("error", onError);
      signal?.removeEventListener("abort", onAbort);
    };
    const onError = (error: Error) => {
      settle();
      reject(error);
    };
    socket.on("error", onError);
    socket.once(event, () => {
      settle();
      resolve(socket);
    });
  });
}

/** The server answered a request to upgrade with something else. */
export class UpgradeFailedError extends Error {
  override name = "UpgradeFailedError";
  readonly statusCode: number;
  readonly body: string;
  constructor(statusCode: number, body: string) {
    super(`unable to upgrade connection: ${statusCode}: ${body.trim()}`);
    this.statusCode = statusCode;
    this.body = body;
  }
}

const failureLengthMax = 1024 * 1024;

export async function readFailure(response: IncomingMessage): Promise<UpgradeFailedError> {
  const chunks = (async function* () {
    for await (const chunk of response) yield bytesOf(chunk as Uint8Array);
  })();
  return new UpgradeFailedError(
    response.statusCode ?? 0,
    text(await readAll(chunks, failureLengthMax)),
  );
}

export interface Upgraded {
  readonly response: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}

/** Sends the request; `refused` gets a response other than 101, before its body is read. */
export async function requestUpgrade<T>(
  target: UpgradeTarget,
  request: { method: string; headers: OutgoingHttpHeaders; body?: Uint8Array | undefined },
  refused: (response: IncomingMessage) => Promise<T>,
  signal?: AbortSignal,
): Promise<Upgraded | T> {
  const socket = await target.connect(signal);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      createConnection: () => socket,
      method: request.method,
      path: target.path,
      headers: { Host: target.host, ...target.headers, ...request.headers },
    });
    const onAbort = () => outgoing.destroy(signal?.reason as Error);
    signal?.addEventListener("abort", onAbort, { once: true });
    outgoing.on("upgrade", (response, _socket, head) => {
      signal?.removeEventListener("abort", onAbort);
      resolve({ response, socket, head });
    });
    outgoing.on("response", (response) => {
      signal?.removeEventListener("abort", onAbort);
      refused(response)
        .finally(() => socket.destroy())
        .then(resolve, reject);
    });
    outgoing.on("error", (error) => {
      socket.destroy();
      reject(error);
    });
    outgoing.end(request.body);
  });
}
