import type { Clock } from "#base/clock.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { ChannelCommand } from "../channel-command.ts";
import { ChannelPortForwarder } from "../channel-port-forward.ts";
import type { Duplex } from "../duplex.ts";
import { messageDuplex } from "../message-socket.ts";
import {
  portForwardProtocol,
  tunnelledPortForwardProtocol,
  type PortForwarder,
} from "../port-forward.ts";
import {
  spdyCommandProtocols,
  streamProtocols,
  type CommandStreams,
  type RemoteCommand,
} from "../remote-command.ts";
import { SpdyConnection } from "../spdy/connection.ts";
import { SpdyPortForwarder } from "../spdy/port-forward.ts";
import { openSpdyCommand } from "../spdy/remote-command.ts";
import { listHeader } from "./http.ts";
import { socketDuplex } from "./socket.ts";
import { readFailure, requestUpgrade, type UpgradeTarget } from "./target.ts";
import { openWebSocket } from "./websocket.ts";
import { zlibHeaderCodec } from "./zlib.ts";

export interface OpenRemoteCommandOptions {
  readonly target: UpgradeTarget;
  readonly transport: "websocket" | "spdy";
  /** Must agree with the query of the target, which is what the server goes by. */
  readonly streams: CommandStreams;
  /** Offered in this order; all that SPDY has, or v5 alone over WebSocket, as kubectl does. */
  readonly protocols?: readonly string[];
  readonly clock?: Clock;
}

/** Starts or attaches to a command. Throws `UpgradeFailedError` when the server refuses. */
export async function openRemoteCommand(
  options: OpenRemoteCommandOptions,
  signal?: AbortSignal,
): Promise<RemoteCommand> {
  const { target, streams } = options;
  if (options.transport === "websocket") {
    const protocols = options.protocols ?? [streamProtocols.v5];
    const { socket, protocol } = await openWebSocket(target, protocols, signal);
    return new ChannelCommand(socket, protocol, streams);
  }
  const protocols = options.protocols ?? spdyCommandProtocols;
  const { transport, protocol } = await openSpdy(target, protocols, signal);
  const connection = spdyClient(transport, options.clock);
  return openSpdyCommand({ connection, protocol, streams, signal });
}

export interface OpenPortForwardOptions {
  readonly target: UpgradeTarget;
  /** "websocket" is SPDY in a WebSocket; "channels" the older form, whose ports are in the query. */
  readonly transport: "websocket" | "spdy" | "channels";
  /** For "channels": as in the query. */
  readonly ports?: readonly number[];
  readonly protocols?: readonly string[];
  readonly clock?: Clock;
}

/** Opens the way to a pod's ports. Throws `UpgradeFailedError` when the server refuses. */
export async function openPortForward(
  options: OpenPortForwardOptions,
  signal?: AbortSignal,
): Promise<PortForwarder> {
  const { target } = options;
  switch (options.transport) {
    case "channels": {
      const protocols = options.protocols ?? [streamProtocols.v4];
      const { socket, protocol } = await openWebSocket(target, protocols, signal);
      return new ChannelPortForwarder(socket, protocol, options.ports ?? []);
    }
    case "websocket": {
      const protocols = options.protocols ?? [tunnelledPortForwardProtocol];
      const { socket, protocol } = await openWebSocket(target, protocols, signal);
      return new SpdyPortForwarder(spdyClient(messageDuplex(socket), options.clock), protocol);
    }
    case "spdy": {
      const protocols = options.protocols ?? [portForwardProtocol];
      const { transport, protocol } = await openSpdy(target, protocols, signal);
      return new SpdyPortForwarder(spdyClient(transport, options.clock), protocol);
    }
    default:
      return options.transport satisfies never;
  }
}

function spdyClient(transport: Duplex, clock: Clock | undefined): SpdyConnection {
  return new SpdyConnection({
    transport,
    role: "client",
    codec: zlibHeaderCodec(),
    clock: clock ?? systemClock({ unref: true }),
  });
}

async function openSpdy(
  target: UpgradeTarget,
  protocols: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ transport: Duplex; protocol: string }> {
  const request = {
    method: "POST",
    headers: {
      Connection: "Upgrade",
      Upgrade: "SPDY/3.1",
      "Content-Length": "0",
      // One line each: servers of before 1.25 do not split a list.
      "X-Stream-Protocol-Version": [...protocols],
    },
  };
  const refused = async (response: Parameters<typeof readFailure>[0]): Promise<never> => {
    throw await readFailure(response);
  };
  const upgraded = await requestUpgrade(target, request, refused, signal);
  const [protocol = ""] = listHeader(upgraded.response.headers["x-stream-protocol-version"]);
  const upgrade = upgraded.response.headers.upgrade?.toLowerCase();
  if (upgrade !== "spdy/3.1" || !protocols.includes(protocol)) {
    upgraded.socket.destroy();
    const offered = protocols.join(", ");
    throw new Error(`client supports ${offered}, server chose "${protocol}" over ${upgrade}`);
  }
  return { transport: socketDuplex(upgraded.socket, upgraded.head), protocol };
}
