import { createReadStream } from "node:fs";
import { lstat, readdir, stat, unlink } from "node:fs/promises";
import type { Agent, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Duplex } from "node:stream";
import { createServer, request as httpRequest } from "#base/node/http.ts";
import type { Http1Transport } from "#client/node/http1/transport.ts";
import { keptConnections } from "#client/node/https-transport.ts";
import type { Dial, HeaderValues } from "#client/node/https-transport.ts";
import { answer } from "#streaming/node/http.ts";
import type { UpgradeTarget } from "#streaming/node/target.ts";
import { tunnelUpgrade } from "#streaming/node/tunnel.ts";
import type { ProxyOptions, ProxyServer } from "../config/connection.ts";
import { listenError } from "./network.ts";

interface ServedOptions extends ProxyOptions {
  readonly transport: Http1Transport;
  readonly dial: Dial | undefined;
  headers(): Promise<HeaderValues>;
  target(path: string): Promise<UpgradeTarget>;
}

interface Options extends ServedOptions {
  readonly agent: Agent;
}

/** Requests of programs on this machine, sent on with the credentials of whoever runs it. */
export async function serveProxy(served: ServedOptions, signal: AbortSignal): Promise<ProxyServer> {
  const { transport, dial } = served;
  const secure = transport.server.protocol === "https:";
  const agent = keptConnections({ secure, ...(dial && { dial }) });
  const options: Options = { ...served, agent };
  const server = createServer((request, response) => {
    serve(request, response, options).catch((error: unknown) => fail(response, error));
  });
  server.on("upgrade", (request, socket, head) => {
    upgrade(request, socket, head, options).catch(() => socket.destroy());
  });
  if (options.keepAliveMs > 0) {
    server.on("connection", (socket) => socket.setKeepAlive(true, options.keepAliveMs));
  }
  const { listen } = options;
  if ("socketPath" in listen) await removeSocket(listen.socketPath);
  else if (listen.port < 0 || listen.port > 65535) {
    throw new Error(`listen tcp: address ${listen.port}: invalid port`);
  }
  await new Promise<void>((resolve, reject) => {
    if ("socketPath" in listen) {
      server.once("error", reject);
      // For whoever runs it alone.
      const before = process.umask(0o077);
      server.listen(listen.socketPath, resolve);
      process.umask(before);
    } else {
      const { address: host, port } = listen;
      server.once("error", (error) => {
        const told = listenError({ host, port }, error).message;
        reject(new Error(told.replace(/^listen tcp[46]/, "listen tcp")));
      });
      server.listen(port, host, resolve);
    }
  });
  const closed = new Promise<void>((resolve) => {
    const close = () => {
      agent.destroy();
      server.close(() => resolve());
      server.closeAllConnections();
    };
    if (signal.aborted) close();
    else signal.addEventListener("abort", close, { once: true });
  });
  return { address: addressText(server.address()), closed };
}

function addressText(address: string | AddressInfo | null): string {
  if (address === null || typeof address === "string") return address ?? "";
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}

/** One that is left over; other files are none of ours. */
async function removeSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket()) await unlink(path);
}

type Route =
  | { readonly kind: "api"; readonly path: string; readonly pathname: string }
  | { readonly kind: "file"; readonly pathname: string }
  | { readonly kind: "redirect"; readonly to: string }
  | { readonly kind: "nothing" };

function routeOf(request: IncomingMessage, options: Options): Route {
  const { apiPrefix, staticPrefix, staticDirectory } = options;
  const url = new URL(request.url ?? "/", "http://proxy");
  const { pathname, search } = url;
  // Of two prefixes, the longer one knows better.
  const isFile = staticDirectory !== "" && pathname.startsWith(staticPrefix);
  if (isFile && (staticPrefix.length > apiPrefix.length || !pathname.startsWith(apiPrefix))) {
    return { kind: "file", pathname: pathname.slice(staticPrefix.length - 1) };
  }
  if (`${pathname}/` === apiPrefix) return { kind: "redirect", to: apiPrefix + search };
  if (!pathname.startsWith(apiPrefix)) return { kind: "nothing" };
  const kept = apiPrefix.startsWith("/api") ? pathname : pathname.slice(apiPrefix.length - 1);
  return { kind: "api", path: kept + search, pathname: decodeURIComponent(kept) };
}

function isAccepted(request: IncomingMessage, pathname: string, options: Options): boolean {
  const host = (request.headers.host ?? "").replace(/^\[(.*)\](:\d+)$/, "$1").replace(/:\d+$/, "");
  return options.accepts(request.method ?? "GET", pathname, host);
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: Options,
): Promise<void> {
  const route = routeOf(request, options);
  switch (route.kind) {
    case "api":
      if (!isAccepted(request, route.pathname, options)) {
        return plain(response, 403, "Forbidden");
      }
      return await pass(request, response, route.path, options);
    case "file":
      return await sendFile(response, options.staticDirectory, route.pathname);
    case "redirect":
      response.writeHead(301, {
        location: route.to,
        "content-type": "text/html; charset=utf-8",
      });
      response.end(`<a href="${route.to}">Moved Permanently</a>.\n\n`);
      return;
    case "nothing":
      return plain(response, 404, "404 page not found");
    default:
      route satisfies never;
  }
}

const hopHeaders = ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding"];

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  options: Options,
): Promise<void> {
  const { transport, appendServerPath, agent } = options;
  const { server, tls } = transport;
  const headers: OutgoingHttpHeaders = { ...(await options.headers()) };
  // What the program says for itself goes before ours.
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && name !== "host") headers[name] = value;
  }
  for (const name of hopHeaders) delete headers[name];
  const isSecure = server.protocol === "https:";
  const prefix = appendServerPath ? server.pathname.replace(/\/+$/, "") : "";
  const outgoing = (isSecure ? httpsRequest : httpRequest)({
    ...tls,
    agent,
    method: request.method,
    host: server.hostname.replace(/^\[|\]$/g, ""),
    port: server.port || (isSecure ? 443 : 80),
    path: prefix + path,
    headers,
  });
  response.once("close", () => outgoing.destroy());
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.once("error", reject);
  });
  await pipeline(request, outgoing);
  const incoming = await answered;
  const answerHeaders = { ...incoming.headers };
  for (const name of hopHeaders) delete answerHeaders[name];
  response.writeHead(incoming.statusCode ?? 502, answerHeaders);
  response.flushHeaders();
  await pipeline(incoming, response);
}

async function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options: Options,
): Promise<void> {
  const route = routeOf(request, options);
  const text: readonly [string, string] = ["Content-Type", "text/plain; charset=utf-8"];
  if (route.kind !== "api") return answer(socket, 404, "404 page not found\n", [text]);
  if (!isAccepted(request, route.pathname, options)) {
    return answer(socket, 403, "Forbidden\n", [text]);
  }
  await tunnelUpgrade(request, socket, head, await options.target(route.path));
}

function plain(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  response.end(`${message}\n`);
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else plain(response, 500, error instanceof Error ? error.message : String(error));
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".gif": "image/gif",
  ".wasm": "application/wasm",
};

async function sendFile(
  response: ServerResponse,
  directory: string,
  pathname: string,
): Promise<void> {
  // The URL's own parser has taken ".." away already; what was escaped is not to bring it back.
  const parts = pathname.split("/").map(decodeURIComponent);
  if (parts.some((part) => part === ".." || part.includes("/") || part.includes("\0"))) {
    return plain(response, 400, "invalid URL path");
  }
  let path = join(directory, ...parts);
  let found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    if (!pathname.endsWith("/")) {
      response.writeHead(301, { location: `${parts.at(-1) ?? ""}/` });
      response.end();
      return;
    }
    const index = join(path, "index.html");
    const indexStatus = await stat(index).catch(() => undefined);
    if (!indexStatus) return await sendListing(response, path);
    [path, found] = [index, indexStatus];
  }
  if (!found?.isFile()) return plain(response, 404, "404 page not found");
  response.writeHead(200, {
    "content-type": contentTypes[extname(path)] ?? "application/octet-stream",
    "content-length": String(found.size),
    "last-modified": found.mtime.toUTCString(),
  });
  await pipeline(createReadStream(path), response);
}

async function sendListing(response: ServerResponse, path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const lines = entries
    .map((entry) => entry.name + (entry.isDirectory() ? "/" : ""))
    .toSorted()
    .map((name) => `<a href="${encodeURI(name)}">${escape(name)}</a>\n`);
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!doctype html>\n<pre>\n${lines.join("")}</pre>\n`);
}
