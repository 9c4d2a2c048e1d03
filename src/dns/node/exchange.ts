import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import type { Bytes } from "#base/bytes.ts";
import { concatBytes } from "#base/bytes.ts";
import { udpSizeMax } from "../wire.ts";

export interface Server {
  readonly address: string;
  readonly port: number;
}

/**
 * Sends a query and resolves with the first datagram that `accepts` takes for its answer. A socket
 * of its own per query has a port that nobody can guess, and hears of refusals at once.
 */
export function exchangeUdp(
  query: Bytes,
  server: Server,
  accepts: (answer: Bytes) => boolean,
  signal: AbortSignal,
): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const type = isIPv6(server.address) ? "udp6" : "udp4";
    const socket = createSocket({ type, recvBufferSize: udpSizeMax * 4 });
    const finish = (settle: () => void) => {
      signal.removeEventListener("abort", onAbort);
      socket.removeAllListeners().on("error", () => {}); // a late refusal concerns nobody
      socket.close();
      settle();
    };
    const onAbort = () => finish(() => reject(signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    socket.on("error", (error) => finish(() => reject(error)));
    socket.on("message", (message) => {
      const answer = new Uint8Array(message);
      if (accepts(answer)) finish(() => resolve(answer));
    });
    socket.connect(server.port, server.address, () => socket.send(query));
  });
}

/** One query, one answer, over a connection of their own. */
export function exchangeTcp(
  query: Bytes,
  server: Server,
  accepts: (answer: Bytes) => boolean,
  signal: AbortSignal,
): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = connect({ host: server.address, port: server.port });
    const reader = new FrameReader();
    const finish = (settle: () => void) => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      settle();
    };
    const onAbort = () => finish(() => reject(signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    socket.on("error", (error) => finish(() => reject(error)));
    socket.on("close", () => finish(() => reject(new Error("closed before it answered"))));
    socket.on("data", (chunk: Uint8Array) => {
      const [answer] = reader.push(chunk);
      if (!answer) return;
      if (accepts(answer)) finish(() => resolve(answer));
      else finish(() => reject(new Error("the answer is to another question")));
    });
    socket.write(frame(query));
  });
}

/** Over TCP each message follows its length. */
export function frame(message: Uint8Array): Bytes {
  return concatBytes([Uint8Array.of(message.length >> 8, message.length & 0xff), message]);
}

export class FrameReader {
  #pending: Bytes = new Uint8Array(0);

  /** The messages that are complete with this chunk. */
  push(chunk: Uint8Array): readonly Bytes[] {
    this.#pending =
      this.#pending.length > 0 ? concatBytes([this.#pending, chunk]) : new Uint8Array(chunk);
    const messages: Bytes[] = [];
    for (;;) {
      const [high, low] = this.#pending;
      if (high === undefined || low === undefined) return messages;
      const end = 2 + ((high << 8) | low);
      if (this.#pending.length < end) return messages;
      messages.push(this.#pending.slice(2, end));
      this.#pending = this.#pending.slice(end);
    }
  }
}
