import type { Http1Transport } from "#client/node/http1/transport.ts";
import type { Dial, HeaderValues } from "#client/node/https-transport.ts";
import { isRow } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import { openPortForward, openRemoteCommand } from "#streaming/node/open.ts";
import { UpgradeFailedError, connected, upgradeTarget } from "#streaming/node/target.ts";
import type { UpgradeTarget } from "#streaming/node/target.ts";
import { connect as connectTls } from "node:tls";
import type { ConnectOptions, Connection } from "../config/connection.ts";
import { isStatus } from "../rest/failure.ts";

export interface StreamOptions extends ConnectOptions {
  readonly transport: Http1Transport;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly dial?: Dial;
  headers(): Promise<HeaderValues>;
  /** What a person is told of a connection that did not come about. */
  readonly failure: (error: unknown) => Error;
}

/** Exec, attach and port-forward with the certificates and headers that other requests have. */
export function createStreams(
  options: StreamOptions,
): Pick<Connection, "openCommand" | "openForwarder"> {
  const { environment } = options;
  const allowed = (name: string) => !["false", "0"].includes(environment[name] ?? "");
  return {
    async openCommand({ path, query, streams }, signal) {
      const all = new URLSearchParams(query);
      for (const [name, wanted] of Object.entries(streams)) if (wanted) all.set(name, "true");
      const target = await targetOf(options, `${path}?${all.toString()}`);
      return await inEitherWay(
        allowed("KUBECTL_REMOTE_COMMAND_WEBSOCKETS"),
        (transport) => openRemoteCommand({ target, transport, streams }, signal),
        { ...options, target, what: "RemoteCommand" },
      );
    },
    async openForwarder(path, signal) {
      const target = await targetOf(options, path);
      return await inEitherWay(
        allowed("KUBECTL_PORT_FORWARD_WEBSOCKETS"),
        (transport) => openPortForward({ target, transport }, signal),
        { ...options, target, what: "PortForward" },
      );
    },
  };
}

/** Where to ask for an upgrade of a path, the server's own in front. */
export async function targetOf(
  options: Pick<StreamOptions, "transport" | "dial" | "headers">,
  path: string,
): Promise<UpgradeTarget> {
  const { transport, dial } = options;
  const { server, tls } = transport;
  const prefix = server.pathname.replace(/\/+$/, "");
  const url = new URL(prefix + path, server);
  const headers = { ...(await options.headers()) };
  const target = upgradeTarget(url.href, { headers, tls });
  if (!dial) return target;
  const isSecure = server.protocol === "https:";
  return {
    ...target,
    async connect(signal) {
      const socket = await dial(signal);
      if (!isSecure) return socket;
      const host = server.hostname.replace(/^\[|\]$/g, "");
      const half = { allowHalfOpen: true };
      const secured = connectTls({ host, ...tls, socket, ...half });
      return await connected(secured, { event: "secureConnect", signal });
    },
  };
}

interface Ways extends StreamOptions {
  readonly target: UpgradeTarget;
  /** What is opened, for messages. */
  readonly what: string;
}

/** Whoever does not take a WebSocket is asked in SPDY, whose refusal is the one that is told. */
async function inEitherWay<T>(
  webSocket: boolean,
  open: (transport: "websocket" | "spdy") => Promise<T>,
  options: Ways,
): Promise<T> {
  try {
    if (webSocket) {
      try {
        return await watched("websocket", open, options);
      } catch (error) {
        if (!(error instanceof UpgradeFailedError)) throw error;
      }
    }
    return await watched("spdy", open, options);
  } catch (error) {
    throw error instanceof UpgradeFailedError ? refusal(error) : options.failure(error);
  }
}

async function watched<T>(
  transport: "websocket" | "spdy",
  open: (transport: "websocket" | "spdy") => Promise<T>,
  { onUpgrade, target, what, transport: { server } }: Ways,
): Promise<T> {
  const ended = onUpgrade?.({
    method: transport === "websocket" ? "GET" : "POST",
    url: `${server.origin}${target.path}`,
    headers: target.headers ?? {},
  });
  try {
    const opened = await open(transport);
    ended?.({ status: 101 });
    return opened;
  } catch (error) {
    const status = error instanceof UpgradeFailedError ? error.statusCode : undefined;
    const failed = error instanceof UpgradeFailedError ? refusal(error) : undefined;
    const problem =
      failed && transport === "websocket" ? `${what} fallback: ${failed.message}` : undefined;
    ended?.({ status, ...(problem && { problem }) });
    throw error;
  }
}

function refusal({ body }: UpgradeFailedError): Error {
  try {
    const answer: unknown = JSON.parse(body);
    if (isRow(answer) && isStatus(answer)) return new StatusError(answer);
  } catch {
    // Kubelets answer in plain text.
  }
  return new Error(`unable to upgrade connection: ${body.trim()}`);
}
