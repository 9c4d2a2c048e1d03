import type { Transport } from "#client/transport.ts";
import type { PortForwarder } from "#streaming/port-forward.ts";
import type { CommandStreams, RemoteCommand } from "#streaming/remote-command.ts";

/** What a server is spoken to through. */
export interface Connection {
  readonly transport: Transport;
  /**
   * Starts or attaches to a command, over a WebSocket, or over SPDY with servers that know no
   * better. A refusal is thrown as a `StatusError`.
   */
  openCommand(request: CommandRequest, signal?: AbortSignal): Promise<RemoteCommand>;
  /** Opens the way to a pod's ports, likewise. */
  openForwarder(path: string, signal?: AbortSignal): Promise<PortForwarder>;
  close(): void;
}

export interface CommandRequest {
  /** "/api/v1/namespaces/default/pods/web/exec". */
  readonly path: string;
  /** The words and the container; what the streams ask for is added. */
  readonly query: URLSearchParams;
  readonly streams: CommandStreams;
}
