import { isIP } from "node:net";
import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { request } from "#base/node/http.ts";
import { CommandError } from "../errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy between here and the server: the cluster's own, or the environment's. */
export function proxyOf(
  server: URL,
  proxyUrl: string | undefined,
  environment: Environment,
): URL | undefined {
  if (proxyUrl) return parseProxy(proxyUrl);
  const scheme = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const named = environment[scheme] || environment[scheme.toLowerCase()];
  if (!named || isDirect(server, environment.NO_PROXY || environment.no_proxy || "")) {
    return undefined;
  }
  return parseProxy(named.includes("://") ? named : `http://${named}`);
}

const schemes = ["http:", "https:", "socks5:", "socks5h:"];

function parseProxy(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && schemes.includes(url.protocol)) return url;
  throw new CommandError(
    `invalid proxy URL ${JSON.stringify(text)}: unsupported scheme "${url?.protocol.slice(0, -1) ?? ""}", must be http, https, or socks5`,
  );
}

/** What the environment says of proxies is never about this machine itself. */
export function isDirect(server: URL, noProxy: string): boolean {
  const host = hostOf(server);
  if (host === "localhost" || host.startsWith("127.") || host === "::1") return true;
  const port = portOf(server);
  return noProxy
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .filter(Boolean)
    .some((entry) => {
      if (entry === "*") return true;
      if (entry.includes("/")) return isWithin(host, entry);
      const [, name = entry, only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (only && Number(only) !== port) return false;
      if (isIP(name) > 0) return name === host;
      const suffix = name.replace(/^\*/, "");
      return suffix.startsWith(".")
        ? host.endsWith(suffix)
        : host === suffix || host.endsWith(`.${suffix}`);
    });
}

/** IPv4 alone: ranges of longer addresses stay unknown. */
function isWithin(host: string, range: string): boolean {
  const [network = "", bits = ""] = range.split("/");
  if (isIP(host) !== 4 || isIP(network) !== 4) return false;
  const number = (address: string) =>
    address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(host) / size) === Math.floor(number(network) / size);
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === "https:" ? 443 : 80));
}

/** A connection to the server, by way of the proxy. */
export async function dialThrough(proxy: URL, server: URL, signal?: AbortSignal): Promise<Socket> {
  const target = { host: hostOf(server), port: portOf(server) };
  if (proxy.protocol.startsWith("socks5")) return await dialSocks(proxy, target, signal);
  return await dialConnect(proxy, target, signal);
}

interface Target {
  readonly host: string;
  readonly port: number;
}

function dialConnect(proxy: URL, target: Target, signal?: AbortSignal): Promise<Socket> {
  const authority = `${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`;
  const { username, password } = proxy;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return new Promise((resolve, reject) => {
    const endpoint = { host: hostOf(proxy), port: portOf(proxy), allowHalfOpen: true };
    const outgoing = request({
      createConnection: () =>
        proxy.protocol === "https:" ? connectTls(endpoint) : connectTcp(endpoint),
      method: "CONNECT",
      path: authority,
      headers: {
        host: authority,
        ...(username && { "proxy-authorization": `Basic ${btoa(credentials)}` }),
      },
      ...(signal && { signal }),
    });
    outgoing.once("error", (error: NodeJS.ErrnoException) => {
      reject(Object.assign(new Error(`proxyconnect tcp: ${error.message}`), { code: "EPROXY" }));
    });
    outgoing.once("connect", (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      const status = `${response.statusCode ?? 0} ${response.statusMessage ?? ""}`.trim();
      reject(Object.assign(new Error(status.replace(/^\d+ /, "")), { code: "EPROXY" }));
    });
    outgoing.end();
  });
}

const socksFailures = [
  "succeeded",
  "general SOCKS server failure",
  "connection not allowed by ruleset",
  "network unreachable",
  "host unreachable",
  "connection refused",
  "TTL expired",
  "command not supported",
  "address type not supported",
];

async function dialSocks(proxy: URL, target: Target, signal?: AbortSignal): Promise<Socket> {
  const port = Number(proxy.port || 1080);
  const socket = connectTcp({ host: hostOf(proxy), port, allowHalfOpen: true });
  const onAbort = () => void socket.destroy(signal?.reason as Error);
  signal?.addEventListener("abort", onAbort, { once: true });
  const failed = (why: string) =>
    Object.assign(
      new Error(`socks connect tcp ${proxy.host}->${target.host}:${target.port}: ${why}`),
      {
        code: "EPROXY",
      },
    );
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", (error) => reject(failed(error.message)));
    });
    const hasPassword = proxy.username !== "";
    socket.write(Buffer.from(hasPassword ? [5, 2, 0, 2] : [5, 1, 0]));
    const [, method] = await readExactly(socket, 2);
    if (method === 2 && hasPassword) {
      const [user, password] = [proxy.username, proxy.password].map((part) =>
        Buffer.from(decodeURIComponent(part)),
      );
      const words = [user ?? Buffer.of(), password ?? Buffer.of()];
      const parts = words.flatMap((word) => [Buffer.of(word.length), word]);
      socket.write(Buffer.concat([Buffer.of(1), ...parts]));
      const [, status] = await readExactly(socket, 2);
      if (status !== 0) throw failed("username/password authentication failed");
    } else if (method !== 0) throw failed("no acceptable authentication methods");
    socket.write(Buffer.concat([Buffer.of(5, 1, 0), socksAddress(target)]));
    const [, status = 1, , kind] = await readExactly(socket, 4);
    if (status !== 0) throw failed(socksFailures[status] ?? `unknown code ${status}`);
    const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await readExactly(socket, 1))[0] ?? 0);
    await readExactly(socket, length + 2);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Names are the proxy's to look up. */
function socksAddress({ host, port }: Target): Buffer {
  const end = Buffer.of(port >> 8, port & 255);
  if (isIP(host) === 4) return Buffer.concat([Buffer.of(1, ...host.split(".").map(Number)), end]);
  const name = Buffer.from(host);
  return Buffer.concat([Buffer.of(3, name.length), name, end]);
}

/** What comes behind stays in the socket. */
async function readExactly(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const bytes: unknown = socket.read(length);
    if (bytes instanceof Buffer && bytes.length === length) return bytes;
    if (socket.readableEnded || socket.destroyed) throw new Error("the proxy hung up");
    await new Promise<void>((resolve) => {
      const settle = () => {
        for (const name of ["readable", "end", "close", "error"]) socket.off(name, settle);
        resolve();
      };
      for (const name of ["readable", "end", "close", "error"]) socket.once(name, settle);
    });
  }
}
