import { Agent as HttpAgent } from "#base/node/http.ts";
import type { Agent, IncomingMessage } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import type { Bytes } from "#base/bytes.ts";
import type { ApiRequest, ResponseBody, Transport } from "../transport.ts";
import { exchange, readAll } from "./exchange.ts";
import { bodyBytes, headersOf, requestTarget, streams, tlsOf } from "./requests.ts";
import type { ServerTls } from "./requests.ts";

/** A token, or a file that holds one and changes (projected service account tokens do). */
export type BearerToken = string | { readonly file: string };

export interface HttpsTransportOptions {
  /** "https://127.0.0.1:8443", with a path prefix where the server has one. */
  readonly server: string;
  /** PEM. The system's authorities when missing. */
  readonly certificateAuthority?: string;
  /** PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
  readonly bearerToken?: BearerToken;
  readonly insecureSkipTlsVerify?: boolean;
  /** The name that the server's certificate must carry, where it is not the host of the URL. */
  readonly tlsServerName?: string;
  readonly userAgent?: string;
  /** Connections kept for requests; watches come on top of that. */
  readonly maxFreeSockets?: number;
  /** Sent with every request; several values of one name go as lines of their own. */
  readonly headers?: HeaderValues;
  /** Opens what HTTP or TLS is spoken over, where that is not a connection to the server itself. */
  readonly dial?: Dial;
}

export type HeaderValues = Readonly<Record<string, string | string[]>>;

export type Dial = (signal?: AbortSignal) => Promise<Socket>;

/** Who the client is, and how it knows the server. */
export type TransportCredentials = Pick<
  HttpsTransportOptions,
  "certificateAuthority" | "clientCertificate"
>;

/** What else opens connections to the server (exec, port-forward) needs the same of. */
export interface HttpsTransport extends Transport {
  readonly server: URL;
  readonly tls: ServerTls;
  /** Connections that are kept, for who sends requests itself. */
  readonly agent: Agent;
  /** Those of every request, Authorization and User-Agent as of now among them. */
  headers(): Promise<Record<string, string | string[]>>;
  /** For new connections; what is under way ends on the old ones. */
  renew(credentials: TransportCredentials): void;
  close(): void;
}

/** Requests over HTTPS (or plain HTTP, for `kubectl proxy`), on connections that are kept. */
export function httpsTransport(options: HttpsTransportOptions): HttpsTransport {
  const server = new URL(options.server);
  let tls = tlsOf(options);
  const secure = server.protocol === "https:";
  const agent = keptConnections({ ...options, secure });
  const headers = headersOf(options);
  return {
    server,
    get tls() {
      return tls;
    },
    agent,
    headers,
    renew(credentials) {
      tls = tlsOf({ ...options, ...credentials });
    },
    close: () => agent.destroy(),
    async send(request, signal) {
      const body = await bodyBytes(request);
      const prepared = {
        ...tls,
        agent,
        method: request.method,
        host: server.hostname.replace(/^\[|\]$/g, ""),
        port: server.port || (secure ? 443 : 80),
        path: requestTarget(server, request),
        headers: {
          ...(await headers()),
          ...request.headers,
          ...(body && { "content-length": String(body.length) }),
        },
        ...(signal && { signal }),
      };
      const response = await exchange(secure ? "https" : "http", prepared, body);
      return {
        status: response.statusCode ?? 0,
        headers: flat(response),
        body: await bodyOf(request, response, signal),
      };
    },
  };
}

/** What TLS is given is part of what a kept connection is found by. */
export function keptConnections(
  options: Pick<HttpsTransportOptions, "maxFreeSockets" | "dial"> & { readonly secure: boolean },
): Agent {
  const kept = {
    keepAlive: true,
    keepAliveMsecs: 30_000,
    maxFreeSockets: options.maxFreeSockets ?? 16,
  };
  const agent = options.secure ? new HttpsAgent(kept) : new HttpAgent(kept);
  if (options.dial) dialWith(agent, options.dial);
  return agent;
}

/** Connections come from elsewhere; TLS is still the agent's. */
function dialWith(agent: InstanceType<typeof HttpAgent>, dial: Dial): void {
  const isSecure = agent instanceof HttpsAgent;
  agent.createConnection = (options, callback) => {
    dial().then(
      (socket) => {
        const over = { ...options, socket } as ConnectionOptions;
        callback?.(null, isSecure ? connectTls(over) : socket);
      },
      (error: unknown) => callback?.(error as Error, undefined as never),
    );
    return undefined;
  };
}

/** Watches and logs stream; everything else is read to its end. */
async function bodyOf(
  request: ApiRequest,
  response: IncomingMessage,
  signal: AbortSignal | undefined,
): Promise<ResponseBody> {
  const contentType = response.headers["content-type"] ?? "application/octet-stream";
  if (streams(request) && response.statusCode === 200) {
    return { kind: "stream", contentType, chunks: chunksOf(response, signal) };
  }
  const bytes = await readAll(response, Infinity);
  return bytes.length === 0 ? { kind: "none" } : { kind: "bytes", contentType, bytes };
}

/** Ends, rather than fails, when the request is aborted. */
async function* chunksOf(response: IncomingMessage, signal: AbortSignal | undefined) {
  try {
    yield* response as AsyncIterable<Bytes>;
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

function flat(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}
