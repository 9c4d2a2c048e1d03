import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Scope } from "#base/scope.ts";
import type { MetricsRegistry } from "#base/metrics.ts";
import { DnsHandler } from "../handler.ts";
import type { Records } from "../records.ts";
import type { ResolveOptions } from "../resolve.ts";
import { FrameReader, frame } from "./exchange.ts";
import { createForwarder } from "./forwarder.ts";
import type { Upstreams } from "./forwarder.ts";

export interface ServeDnsOptions extends ResolveOptions {
  /** IPv4 addresses to listen on, over UDP and TCP. */
  readonly addresses: readonly string[];
  /** 0 lets the system choose one, which is then the same for all. */
  readonly port?: number;
  readonly records: Records;
  readonly upstreams: Upstreams;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics?: MetricsRegistry;
  /** For each upstream server, before the next is asked. */
  readonly upstreamTimeoutMs?: number;
}

export interface DnsServer {
  readonly addresses: readonly string[];
  readonly port: number;
}

/** Listens until the scope closes; resolves when all addresses are bound, and throws if one fails. */
export async function serveDns(options: ServeDnsOptions, scope: Scope): Promise<DnsServer> {
  const { addresses, records, logger, random, clock, upstreamTimeoutMs } = options;
  const forwarder = createForwarder({
    upstreams: options.upstreams,
    clock,
    random,
    logger,
    ...(upstreamTimeoutMs !== undefined && { timeoutMs: upstreamTimeoutMs }),
  });
  const handler = new DnsHandler({ ...options, records, forwarder });
  let port = options.port ?? 53;
  for (const address of addresses) {
    // TCP first: of two ports that the system chooses, this one is rarer to be taken for the other.
    port = await listenTcp({ address, port, handler, logger }, scope);
    await listenUdp({ address, port, handler, logger }, scope);
  }
  logger.info("cluster DNS listens", { addresses, port });
  return { addresses, port };
}

interface Listener {
  readonly address: string;
  readonly port: number;
  readonly handler: DnsHandler;
  readonly logger: Logger;
}

async function listenUdp(
  { address, port, handler, logger }: Listener,
  scope: Scope,
): Promise<void> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
  let pending = 0;
  socket.on("message", (message, from) => {
    // What cannot be taken on is lost, as datagrams may be: the client asks again.
    if (pending >= pendingMax) return;
    pending++;
    scope.run("answer over UDP", async (signal) => {
      try {
        const answer = await handler.handle(new Uint8Array(message), "udp", signal);
        if (answer && !signal.aborted) socket.send(answer, from.port, from.address);
      } finally {
        pending--;
      }
    });
  });
  socket.bind({ address, port, exclusive: true });
  await once(socket, "listening");
  socket.on("error", (error) => logger.warn("DNS over UDP", { address, error }));
  scope.onClose(() => void socket.close());
}

async function listenTcp(
  { address, port, handler, logger }: Listener,
  scope: Scope,
): Promise<number> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    serveConnection(socket, handler, scope);
  });
  server.maxConnections = connectionsMax;
  server.listen({ host: address, port, exclusive: true });
  await once(server, "listening");
  server.on("error", (error) => logger.warn("DNS over TCP", { address, error }));
  scope.onClose(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  const bound = server.address();
  return typeof bound === "object" && bound ? bound.port : port;
}

/** Several queries may be under way on one connection, and are answered as they come. */
function serveConnection(socket: Socket, handler: DnsHandler, scope: Scope): void {
  const reader = new FrameReader();
  let pending = 0;
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Uint8Array) => {
    for (const message of reader.push(chunk)) {
      if (++pending > pipelineMax) {
        socket.destroy();
        return;
      }
      scope.run("answer over TCP", async (signal) => {
        try {
          const answer = await handler.handle(message, "tcp", signal);
          if (answer && socket.writable) socket.write(frame(answer));
        } finally {
          pending--;
        }
      });
    }
  });
}

const pendingMax = 2000;
const pipelineMax = 100;
const connectionsMax = 500;
const idleMs = 10_000;
