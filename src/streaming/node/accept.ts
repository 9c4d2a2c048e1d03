import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex as NodeDuplex } from "node:stream";
import type { Clock } from "#base/clock.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { ChannelCommandSession, webSocketCommandProtocols } from "../channel-command.ts";
import {
  acceptChannelPortForward,
  queryPorts,
  webSocketPortForwardProtocols,
} from "../channel-port-forward.ts";
import type { Duplex } from "../duplex.ts";
import { messageDuplex } from "../message-socket.ts";
import {
  portForwardProtocol,
  tunnelledPortForwardProtocol,
  type PortForwardSession,
} from "../port-forward.ts";
import {
  spdyCommandProtocols,
  type CommandStreams,
  type RemoteCommandSession,
} from "../remote-command.ts";
import { SpdyConnection } from "../spdy/connection.ts";
import type { SpdyHeaders } from "../spdy/frames.ts";
import { acceptSpdyPortForward, admitPortForwardStream } from "../spdy/port-forward.ts";
import { acceptSpdyCommand } from "../spdy/remote-command.ts";
import { listHeader, refuse, responseHead } from "./http.ts";
import { socketDuplex } from "./socket.ts";
import { acceptWebSocket } from "./websocket.ts";
import { zlibHeaderCodec } from "./zlib.ts";

export interface AcceptOptions {
  readonly clock?: Clock;
  /** How long the client may take to open its streams; 30 s as upstream. */
  readonly streamCreationTimeoutMs?: number;
  /** A connection on which nothing moves is closed; 4 h as the kubelet. */
  readonly idleTimeoutMs?: number;
}

const streamCreationTimeoutMs = 30_000;
const idleTimeoutMs = 4 * 60 * 60 * 1000;

/**
 * Upgrades an exec or attach request, whatever protocol its client speaks. Takes the connection
 * over: when it throws, the client has been answered (`UpgradeRefusedError`) or is gone.
 */
export async function acceptRemoteCommand(
  request: IncomingMessage,
  socket: NodeDuplex,
  head: Buffer,
  streams: CommandStreams,
  options: AcceptOptions = {},
): Promise<RemoteCommandSession> {
  socket.on("error", () => {}); // Whoever reads the connection hears of it by its "close".
  if (isWebSocket(request)) {
    const protocol = negotiateWebSocket(request, socket, webSocketCommandProtocols);
    const messages = await acceptWebSocket(request, socket, head, protocol);
    limitIdle(socket, options);
    const session = new ChannelCommandSession(messages, protocol, streams);
    await session.greet(streams);
    return session;
  }
  const protocol = negotiateSpdy(request, socket, spdyCommandProtocols);
  limitIdle(socket, options);
  const clock = options.clock ?? systemClock({ unref: true });
  return acceptSpdyCommand({
    connection: spdyServer(socketDuplex(socket, head), clock),
    protocol,
    streams,
    clock,
    streamCreationTimeoutMs: options.streamCreationTimeoutMs ?? streamCreationTimeoutMs,
  });
}

/** Upgrades a port-forward request, under the same terms. */
export async function acceptPortForward(
  request: IncomingMessage,
  socket: NodeDuplex,
  head: Buffer,
  options: AcceptOptions = {},
): Promise<PortForwardSession> {
  socket.on("error", () => {}); // Whoever reads the connection hears of it by its "close".
  const clock = options.clock ?? systemClock({ unref: true });
  const pairing = {
    clock,
    streamCreationTimeoutMs: options.streamCreationTimeoutMs ?? streamCreationTimeoutMs,
  };
  if (!isWebSocket(request)) {
    const protocol = negotiateSpdy(request, socket, [portForwardProtocol]);
    limitIdle(socket, options);
    const connection = spdyServer(socketDuplex(socket, head), clock, admitPortForwardStream);
    return acceptSpdyPortForward({ connection, protocol, ...pairing });
  }
  const protocol = negotiateWebSocket(request, socket, [
    tunnelledPortForwardProtocol,
    ...webSocketPortForwardProtocols,
  ]);
  if (protocol === tunnelledPortForwardProtocol) {
    const messages = await acceptWebSocket(request, socket, head, protocol);
    limitIdle(socket, options);
    const connection = spdyServer(messageDuplex(messages), clock, admitPortForwardStream);
    return acceptSpdyPortForward({ connection, protocol, ...pairing });
  }
  const ports = portsOf(request, socket);
  const messages = await acceptWebSocket(request, socket, head, protocol);
  limitIdle(socket, options);
  return acceptChannelPortForward(messages, protocol, ports);
}

function portsOf(request: IncomingMessage, socket: NodeDuplex): number[] {
  try {
    return queryPorts(new URL(request.url ?? "/", "http://localhost").searchParams);
  } catch (error) {
    return refuse(socket, 400, error instanceof Error ? error.message : String(error));
  }
}

/** After the upgrade, because `ws` takes a timeout off. */
function limitIdle(socket: NodeDuplex, options: AcceptOptions): void {
  if (!(socket instanceof Socket)) return;
  socket.setTimeout(options.idleTimeoutMs ?? idleTimeoutMs, () => socket.destroy());
}

function spdyServer(
  transport: Duplex,
  clock: Clock,
  admit?: (headers: SpdyHeaders) => void,
): SpdyConnection {
  return new SpdyConnection({
    transport,
    role: "server",
    codec: zlibHeaderCodec(),
    clock,
    ...(admit && { admit }),
  });
}

export function isWebSocket(request: IncomingMessage): boolean {
  return (
    request.headers.upgrade?.toLowerCase() === "websocket" &&
    listHeader(request.headers.connection?.toLowerCase()).includes("upgrade")
  );
}

/** The first of the client's protocols that the server has; "" when the client names none. */
function negotiateWebSocket(
  request: IncomingMessage,
  socket: NodeDuplex,
  supported: readonly string[],
): string {
  const offered = listHeader(request.headers["sec-websocket-protocol"]);
  const wanted = offered.length === 0 ? [""] : offered;
  const chosen = wanted.find((protocol) => supported.includes(protocol));
  if (chosen !== undefined) return chosen;
  const [clients, servers] = [offered.join(" "), supported.join(" ")];
  const message = `requested protocol(s) are not supported: [${clients}]; supports [${servers}]`;
  return refuse(socket, 403, message);
}

/** Answers 101 with the first of the client's protocols that the server has. */
function negotiateSpdy(
  request: IncomingMessage,
  socket: NodeDuplex,
  supported: readonly string[],
): string {
  const upgrade = listHeader(request.headers.upgrade?.toLowerCase());
  const connection = listHeader(request.headers.connection?.toLowerCase());
  if (!upgrade.includes("spdy/3.1") || !connection.includes("upgrade")) {
    refuse(socket, 400, "unable to upgrade: missing upgrade headers in request");
  }
  const offered = listHeader(request.headers["x-stream-protocol-version"]);
  if (offered.length === 0) {
    refuse(socket, 400, "unable to upgrade: X-Stream-Protocol-Version is required");
  }
  const chosen = offered.find((protocol) => supported.includes(protocol));
  if (chosen === undefined) {
    const [clients, servers] = [offered.join(" "), supported.join(" ")];
    const message =
      "unable to upgrade: unable to negotiate protocol: " +
      `client supports [${clients}], server accepts [${servers}]`;
    const accepted = supported.map(
      (protocol) => ["X-Accepted-Stream-Protocol-Versions", protocol] as const,
    );
    return refuse(socket, 403, message, accepted);
  }
  socket.write(
    responseHead(101, "Switching Protocols", [
      ["Connection", "Upgrade"],
      ["Upgrade", "SPDY/3.1"],
      ["X-Stream-Protocol-Version", chosen],
    ]),
  );
  return chosen;
}
