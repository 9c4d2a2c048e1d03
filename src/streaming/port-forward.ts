import { ClosedError, Scope } from "#base/scope.ts";
import type { Logger } from "#base/log.ts";
import { splice, type Duplex } from "./duplex.ts";

/** One connection that a client wants to a port of the pod. */
export interface PortForward {
  readonly port: number;
  /** To the client. Finishing it for writing also says that nothing failed. */
  readonly data: Duplex;
  /** Tells the client what went wrong, and closes. Upstream's client then ends all forwarding. */
  fail(message: string): Promise<void>;
}

/** A client that was accepted: its connections, as they come. Leaving the loop closes it. */
export interface PortForwardSession extends AsyncIterable<PortForward> {
  readonly protocol: string;
  readonly ended: AbortSignal;
  close(reason?: unknown): void;
}

/** A pod's ports, seen from the client. */
export interface PortForwarder {
  readonly protocol: string;
  /** Whether the port can be reached is told by `failure`, after the data has ended. */
  open(port: number, signal?: AbortSignal): Promise<ForwardedConnection>;
  readonly ended: AbortSignal;
  close(reason?: unknown): void;
}

export interface ForwardedConnection {
  readonly data: Duplex;
  /** Resolves at the end: what went wrong, or undefined. */
  failure(): Promise<string | undefined>;
}

export const portForwardProtocol = "portforward.k8s.io";
/** SPDY/3.1 in the binary messages of a WebSocket, as kubectl prefers since 1.31. */
export const tunnelledPortForwardProtocol = `SPDY/3.1+${portForwardProtocol}`;

/** Connections of one client at a time, and as many per connection to the runtime. */
const forwardsMax = 1000;

/**
 * Carries every connection of the client over to `upstream`. Resolves when the client has gone;
 * throws when upstream has.
 */
export async function bridgePortForward(
  session: PortForwardSession,
  upstream: PortForwarder,
  logger: Logger,
): Promise<void> {
  const scope = new Scope({
    onFailure: (_task, error) => logger.debug("a forwarded connection broke", { error }),
  });
  const onUpstreamEnd = () => session.close(new ClosedError("lost connection to the pod"));
  if (upstream.ended.aborted) onUpstreamEnd();
  else upstream.ended.addEventListener("abort", onUpstreamEnd, { once: true });
  let open = 0;
  try {
    for await (const forward of session) {
      if (open >= forwardsMax) {
        await forward.fail(`more than ${forwardsMax} connections at a time`);
        continue;
      }
      open++;
      scope.run(`port ${forward.port}`, async (signal) => {
        try {
          await bridgeConnection(forward, upstream, signal);
        } finally {
          open--;
        }
      });
    }
    if (upstream.ended.aborted) throw upstream.ended.reason;
  } finally {
    upstream.ended.removeEventListener("abort", onUpstreamEnd);
    session.close();
    upstream.close();
    await scope.close();
  }
}

async function bridgeConnection(
  forward: PortForward,
  upstream: PortForwarder,
  signal: AbortSignal,
): Promise<void> {
  let connection: ForwardedConnection;
  try {
    connection = await upstream.open(forward.port, signal);
  } catch (error) {
    await forward.fail(error instanceof Error ? error.message : String(error));
    throw error;
  }
  // The data to the client is only finished once it is known that nothing failed: the failure is
  // told beside it, and must not come too late.
  const data: Duplex = {
    readable: forward.data.readable,
    write: (bytes) => forward.data.write(bytes),
    async closeWrite() {
      const message = await connection.failure();
      if (message === undefined) await forward.data.closeWrite();
      else await forward.fail(message);
    },
    close: (reason) => forward.data.close(reason),
    ended: forward.data.ended,
  };
  await splice(data, connection.data);
}
