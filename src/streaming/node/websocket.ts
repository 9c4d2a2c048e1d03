import type { IncomingMessage } from "node:http";
import type { Duplex as NodeDuplex } from "node:stream";
import { WebSocket, WebSocketServer, type RawData } from "ws";
import { concatBytes, utf8 } from "#base/bytes.ts";
import { ClosedError } from "#base/scope.ts";
import { ByteQueue } from "../byte-queue.ts";
import type { MessageSocket } from "../message-socket.ts";
import { refuse } from "./http.ts";
import { bytesOf } from "./socket.ts";
import { readFailure, type UpgradeTarget } from "./target.ts";

/** As golang.org/x/net/websocket, so that no client's message is too long for us alone. */
const messageLengthMax = 32 * 1024 * 1024;
const unreadMax = 256 * 1024;
const unsentMax = 256 * 1024;

/**
 * Completes the handshake with this subprotocol, "" for none. The header is not left to `ws`,
 * which takes the slash in "SPDY/3.1+portforward.k8s.io" for a mistake.
 */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: NodeDuplex,
  head: Buffer,
  protocol: string,
): Promise<MessageSocket> {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: messageLengthMax,
    clientTracking: false,
  });
  delete request.headers["sec-websocket-protocol"];
  server.on("headers", (headers: string[]) => {
    if (protocol !== "") headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
  });
  return new Promise((resolve, reject) => {
    server.on("wsClientError", (error: Error) => {
      try {
        refuse(socket, 400, error.message);
      } catch (refused) {
        reject(refused);
      }
    });
    server.handleUpgrade(request, socket, head, (webSocket) => resolve(messageSocket(webSocket)));
  });
}

/** Opens a WebSocket that offers these subprotocols. Throws `UpgradeFailedError` when refused. */
export async function openWebSocket(
  target: UpgradeTarget,
  protocols: readonly string[],
  signal?: AbortSignal,
): Promise<{ socket: MessageSocket; protocol: string }> {
  const socket = await target.connect(signal);
  const headers: Record<string, string | string[]> = { ...target.headers };
  if (protocols.length > 0) headers["Sec-WebSocket-Protocol"] = protocols.join(", ");
  const webSocket = new WebSocket(`ws://${target.host}${target.path}`, {
    // The connection is made (and secured) already.
    createConnection: () => socket,
    headers,
    perMessageDeflate: false,
    maxPayload: messageLengthMax,
  });
  const onAbort = () => webSocket.terminate();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      let protocol = "";
      const messages = messageSocket(webSocket);
      webSocket.on("upgrade", (response) => {
        protocol = response.headers["sec-websocket-protocol"] ?? "";
        delete response.headers["sec-websocket-protocol"];
      });
      webSocket.on("unexpected-response", (_request, response) => {
        readFailure(response).then(reject, reject);
      });
      webSocket.on("error", reject);
      webSocket.on("open", () => {
        if (protocols.length === 0 || protocols.includes(protocol)) {
          return resolve({ socket: messages, protocol });
        }
        webSocket.terminate();
        reject(new Error(`client supports ${protocols.join(", ")}, server chose "${protocol}"`));
      });
    });
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

const ordinaryCloseCodes: readonly number[] = [1000, 1001, 1005];

function messageSocket(webSocket: WebSocket): MessageSocket {
  const ended = new AbortController();
  const queue = new ByteQueue({
    capacity: unreadMax,
    onRead: () => {
      if (webSocket.isPaused && !queue.full) webSocket.resume();
    },
  });
  let failure: unknown;
  webSocket.on("message", (data: RawData) => {
    queue.push(messageBytes(data));
    if (queue.full && webSocket.readyState !== WebSocket.CLOSED) webSocket.pause();
  });
  webSocket.on("error", (error) => (failure ??= error));
  webSocket.on("close", (code, reason) => {
    const detail = reason.length > 0 ? `${code} ${reason.toString()}` : String(code);
    const closed = failure ?? new ClosedError(`the WebSocket was closed: ${detail}`);
    queue.end(ordinaryCloseCodes.includes(code) ? undefined : closed);
    ended.abort(closed);
  });
  return {
    messages: queue,
    send: (message) => send(webSocket, message),
    close(code, reason) {
      webSocket.close(code, reason);
      // The peer's answer stands behind what was not read.
      if (webSocket.isPaused) webSocket.resume();
    },
    ended: ended.signal,
  };
}

function send(webSocket: WebSocket, message: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (webSocket.readyState !== WebSocket.OPEN) {
      return reject(new ClosedError("the WebSocket is closed"));
    }
    webSocket.send(message, { binary: typeof message !== "string" }, (error) => {
      if (error) reject(error);
      else resolve();
    });
    if (webSocket.bufferedAmount < unsentMax) resolve();
  });
}

function messageBytes(data: RawData) {
  if (typeof data === "string") return utf8(data);
  if (Array.isArray(data)) return concatBytes(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : bytesOf(data);
}
