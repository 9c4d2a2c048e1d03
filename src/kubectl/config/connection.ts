import type { Transport } from "#client/transport.ts";
import type { PortForwarder } from "#streaming/port-forward.ts";
import type { CommandStreams, RemoteCommand } from "#streaming/remote-command.ts";

/** What a server is spoken to through. */
export interface Connection {
  readonly transport: Transport;
  /** What is sent with every request, beside what the request itself says. */
  headers?(): Promise<Readonly<Record<string, string | readonly string[]>>>;
  /**
   * Starts or attaches to a command, over a WebSocket, or over SPDY with servers that know no
   * better. A refusal is thrown as a `StatusError`.
   */
  openCommand(request: CommandRequest, signal?: AbortSignal): Promise<RemoteCommand>;
  /** Opens the way to a pod's ports, likewise. */
  openForwarder(path: string, signal?: AbortSignal): Promise<PortForwarder>;
  /** Serves the API to programs of this machine, where that is possible. */
  serveProxy?(options: ProxyOptions, signal: AbortSignal): Promise<ProxyServer>;
  close(): void;
}

/** One attempt to make a stream of a connection. */
export interface Upgrade {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

export interface UpgradeOutcome {
  /** 101 when it came about; undefined where there was no answer. */
  readonly status: number | undefined;
  /** Why another way is tried. */
  readonly problem?: string;
}

export interface ConnectOptions {
  /** Hears of each attempt when it begins; the function hears of its end. */
  readonly onUpgrade?: (upgrade: Upgrade) => (outcome: UpgradeOutcome) => void;
}

export interface ProxyOptions {
  readonly listen:
    | { readonly address: string; readonly port: number }
    | { readonly socketPath: string };
  /** Both begin and end with a slash. */
  readonly apiPrefix: string;
  readonly staticPrefix: string;
  /** "" serves no files. */
  readonly staticDirectory: string;
  readonly appendServerPath: boolean;
  readonly keepAliveMs: number;
  /** Of a path without the prefix, and a host without its port. */
  accepts(method: string, path: string, host: string): boolean;
}

export interface ProxyServer {
  /** "127.0.0.1:8001", or the socket's path. */
  readonly address: string;
  /** Resolves when the signal has aborted, and all is closed. */
  readonly closed: Promise<void>;
}

export interface CommandRequest {
  /** "/api/v1/namespaces/default/pods/web/exec". */
  readonly path: string;
  /** The words and the container; what the streams ask for is added. */
  readonly query: URLSearchParams;
  readonly streams: CommandStreams;
}
