import { createSecureServer } from "node:http2";
import type { Http2SecureServer, Http2ServerRequest, ServerHttp2Session } from "node:http2";
import { ServerResponse } from "#base/node/http.ts";
import type { IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Duplex } from "node:stream";
import { once } from "node:events";
import type { Logger } from "#base/log.ts";
import type { Scope } from "#base/scope.ts";
import type { ApiServer } from "../server.ts";
import type { Connection } from "../pipeline/request.ts";
import { isTrue } from "../pipeline/request-info.ts";
import { connectionOf, isForeignCertificate } from "./connection.ts";
import type { TrustedAuthorities } from "./connection.ts";
import { registerProcessMetrics } from "./process-metrics.ts";
import { apiRequestOf } from "./request.ts";
import { refuse, respond } from "./respond.ts";
import type { AnyRequest, AnyResponse } from "./respond.ts";

export interface TlsMaterial {
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
  /** PEM of the CAs whose client certificates say who somebody is. */
  readonly clientCertificateAuthority: string;
  /** The same for proxies that say in headers who asks. */
  readonly requestHeaderAuthority?: string;
}

export interface ListenOptions extends TlsMaterial {
  readonly server: Pick<ApiServer, "handle" | "metrics">;
  readonly logger: Logger;
  readonly address: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly limits?: Partial<ConnectionLimits>;
}

/** How long who has connected may take. */
export interface ConnectionLimits {
  /** To agree on TLS, and to send the headers of a request. */
  readonly headersMs: number;
  /** To send a request with all of its body. */
  readonly requestMs: number;
  /** To ask for something more; then a connection is closed. */
  readonly idleMs: number;
  /** To take something of what waits for it. */
  readonly stalledMs: number;
  /** How often is looked after those that are late. */
  readonly checkMs: number;
}

export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** New connections get the new certificate. */
  renew(tls: TlsMaterial): void;
  /** Takes no more requests, ends watches, and cuts off what is not finished after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

/** Upstream's, which knows none for bodies and for clients that take nothing. */
const limitsDefault: ConnectionLimits = {
  headersMs: 32_000,
  requestMs: 120_000,
  idleMs: 90_000,
  stalledMs: 60_000,
  checkMs: 5_000,
};
/** After so long is asked whether a silent client's machine is still there. */
const keepAliveMs = 180_000;
const graceMsDefault = 1000;

/**
 * Serves the API over HTTPS, with HTTP/1.1 and HTTP/2, until the scope closes. Rejects when the
 * port is taken.
 */
export async function listen(options: ListenOptions, scope: Scope): Promise<Listener> {
  const { logger } = options;
  const limits = { ...limitsDefault, ...options.limits };
  const http = createSecureServer({
    ...secureContext(options),
    allowHTTP1: true,
    // Who has no certificate, or one of somebody else's CA, may still have a token.
    requestCert: true,
    rejectUnauthorized: false,
    settings: { maxConcurrentStreams: 250, initialWindowSize: 1024 * 1024 },
    handshakeTimeout: limits.headersMs,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    maxHeaderSize: 64 * 1024,
    keepAliveTimeout: limits.idleMs,
  } as Parameters<typeof createSecureServer>[0]);
  const open = trackConnections(http, limits);
  const service: Service = {
    server: options.server,
    logger,
    trusted: trustedBy(options),
    endless: new Set(),
    bodyMsMax: limits.requestMs,
    stalledMs: limits.stalledMs,
  };

  http.on("request", (request: AnyRequest, response: AnyResponse) => {
    void serve(service, request, response);
  });
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Uint8Array) => {
    void serveUpgrade(service, { request, socket, head });
  });
  http.on("tlsClientError", (error: Error) => {
    logger.debug("a TLS handshake failed", { error: error.message });
  });
  http.on("sessionError", (error: Error) => {
    logger.debug("an HTTP/2 session failed", { error: error.message });
  });
  http.listen({ port: options.port, host: options.address });
  await once(http, "listening");
  registerProcessMetrics(options.server.metrics);

  let closed: Promise<void> | undefined;
  const close = (graceMs = graceMsDefault) => {
    closed ??= shutDown(http, open, graceMs);
    for (const aborter of service.endless) aborter.abort();
    return closed;
  };
  scope.onClose(() => close());
  return {
    port: (http.address() as AddressInfo).port,
    renew(tls) {
      http.setSecureContext(secureContext(tls));
      service.trusted = trustedBy(tls);
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

function secureContext({ key, certificate, ...authorities }: TlsMaterial) {
  const { clientCertificateAuthority, requestHeaderAuthority } = authorities;
  const ca = [
    clientCertificateAuthority,
    ...(requestHeaderAuthority ? [requestHeaderAuthority] : []),
  ];
  return { key, cert: certificate, ca, minVersion: "TLSv1.2" as const };
}

function trustedBy(tls: TlsMaterial): TrustedAuthorities {
  const { clientCertificateAuthority: client, requestHeaderAuthority: requestHeader } = tls;
  return { client, ...(requestHeader && { requestHeader }) };
}

interface Service {
  readonly server: ListenOptions["server"];
  readonly logger: Logger;
  trusted: TrustedAuthorities;
  /** Of watches and followed logs, which would go on for ever. */
  readonly endless: Set<AbortController>;
  readonly bodyMsMax: number;
  readonly stalledMs: number;
}

async function serve(service: Service, request: AnyRequest, response: AnyResponse): Promise<void> {
  const aborter = new AbortController();
  response.on("close", () => aborter.abort(ended));
  // A client that goes away is no failure of ours; "close" follows.
  response.on("error", () => aborter.abort(ended));
  try {
    const connection = connectionOf(tlsSocketOf(request), service.trusted);
    await answer(service, { request, response, connection, aborter });
  } catch (error) {
    if (!aborter.signal.aborted) {
      const { method = "", url = "" } = request;
      service.logger.error("an answer could not be sent", { method, url, error });
    }
    response.destroy();
  }
}

/** Why the signal of every request aborts in the end: made once, because reasons have stacks. */
const ended = new DOMException("the exchange is over", "AbortError");

interface Exchange {
  readonly request: AnyRequest;
  readonly response: AnyResponse;
  readonly connection: Connection;
  /** Aborts when the client goes. */
  readonly aborter: AbortController;
}

async function answer(
  { server, endless, bodyMsMax, stalledMs }: Service,
  { request, response, connection, aborter }: Exchange,
): Promise<void> {
  const problem = isForeignCertificate(tlsSocketOf(request)) && !request.headers["authorization"];
  if (problem) return refuse(response, "unauthorized");
  const apiRequest = apiRequestOf(request, bodyMsMax);
  if (!apiRequest) return refuse(response, "badPath");
  const { query } = apiRequest;
  const isEndless = isTrue(query.get("watch")) || isTrue(query.get("follow"));
  if (isEndless) endless.add(aborter);
  try {
    const answered = await server.handle(apiRequest, connection, aborter.signal);
    if (connection.upgrade && answered.status === 101) return;
    await respond(request, response, answered, { apiRequest, stalledMs });
  } finally {
    endless.delete(aborter);
  }
}

/** A handler that takes the connection over answers by itself; all others as usual. */
async function serveUpgrade(
  service: Service,
  upgrade: { request: IncomingMessage; socket: Duplex; head: Uint8Array },
): Promise<void> {
  const { request, socket } = upgrade;
  const aborter = new AbortController();
  socket.on("close", () => aborter.abort(ended));
  socket.on("error", () => aborter.abort(ended));
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  try {
    const connection = { ...connectionOf(request.socket as TLSSocket, service.trusted), upgrade };
    // Nothing is written to the response, and so to the socket, before the handler has declined.
    const assign = () => {
      response.assignSocket(socket as Socket);
      response.on("finish", () => hangUp(socket as Socket));
    };
    const exchange = { request, response: deferred(response, assign), connection, aborter };
    await answer(service, exchange);
  } catch (error) {
    if (!aborter.signal.aborted) {
      service.logger.error("an upgrade failed", { url: request.url ?? "", error });
    }
    socket.destroy();
  }
}

/** What the client still sends is thrown away, so that its end is heard of; others are cut off. */
function hangUp(socket: Socket): void {
  socket.end();
  socket.resume();
  socket.setTimeout(graceMsDefault, () => socket.destroy());
}

type Response = InstanceType<typeof ServerResponse>;

/** The response gets its socket once somebody writes its head. */
function deferred(response: Response, assign: () => void): Response {
  const writeHead = response.writeHead.bind(response);
  response.writeHead = ((...head: Parameters<typeof writeHead>) => {
    assign();
    return writeHead(...head);
  }) as typeof response.writeHead;
  return response;
}

function tlsSocketOf(request: AnyRequest): TLSSocket {
  const { stream } = request as Http2ServerRequest;
  return (stream?.session?.socket ?? request.socket) as TLSSocket;
}

interface Open {
  readonly sockets: Set<Socket>;
  readonly sessions: Set<ServerHttp2Session>;
}

function trackConnections(server: Http2SecureServer, { idleMs }: ConnectionLimits): Open {
  const open: Open = { sockets: new Set(), sessions: new Set() };
  server.on("connection", (socket: Socket) => {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
    open.sockets.add(socket);
    socket.on("close", () => open.sockets.delete(socket));
  });
  server.on("session", (session: ServerHttp2Session) => {
    open.sessions.add(session);
    session.on("close", () => open.sessions.delete(session));
    closeWhenIdle(session, idleMs);
  });
  return open;
}

/**
 * HTTP/1.1 has a limit of Node's own. A watch may be silent for as long as it likes; but who has
 * asked for nothing does not stay by sending something now and then.
 */
function closeWhenIdle(session: ServerHttp2Session, idleMs: number): void {
  let streams = 0;
  const late = setTimeout(() => {
    if (streams === 0) session.close();
  }, idleMs);
  session.on("stream", (stream) => {
    streams++;
    stream.on("close", () => {
      streams--;
      if (streams === 0 && !session.closed) late.refresh();
    });
  });
  // Streams may end after their session.
  session.on("close", () => clearTimeout(late));
}

async function shutDown(server: Http2SecureServer, open: Open, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const session of open.sessions) session.close();
  const timer = setTimeout(() => {
    for (const session of open.sessions) session.destroy();
    for (const socket of open.sockets) socket.destroy();
  }, graceMs);
  await closed;
  clearTimeout(timer);
}
