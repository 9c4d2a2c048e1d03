import { fromBase64, text, toBase64, type Bytes } from "#base/bytes.ts";
import { ByteQueue } from "./byte-queue.ts";
import type { Duplex } from "./duplex.ts";

/** A WebSocket that is open, as the subprotocols here need it. */
export interface MessageSocket {
  /** For one reader. Ends at a normal close, throws at any other. Not reading stops the peer. */
  readonly messages: AsyncIterable<Bytes>;
  /** A string goes as a text message. Resolves when more may be sent. */
  send(message: Bytes | string): Promise<void>;
  /** Starts the closing handshake; what was sent before arrives before. */
  close(code: number, reason: string): void;
  /** Aborts when the socket is closed, with the reason. */
  readonly ended: AbortSignal;
}

export const closeCode = { normal: 1000, badData: 1007, internalError: 1011 } as const;

/** The bytes of all messages as one stream, for SPDY in a WebSocket. It has no half-close. */
export function messageDuplex(socket: MessageSocket): Duplex {
  let closed = false;
  const close = (code: number, reason: string) => {
    closed = true;
    socket.close(code, reason);
  };
  return {
    readable: socket.messages,
    write: (bytes) => socket.send(bytes),
    async closeWrite() {
      if (!closed) close(closeCode.normal, "");
    },
    close(reason) {
      if (closed) return;
      if (reason === undefined) close(closeCode.normal, "");
      else close(closeCode.internalError, "the stream was broken off");
    },
    ended: socket.ended,
  };
}

const channelCapacity = 64 * 1024;
/** The message [255, n] of v5 says that no more will be sent on channel n. */
const closeSignal = 255;

/**
 * The channel.k8s.io subprotocols: each message begins with the number of its channel, as a byte,
 * or as a digit before base64. A channel that is not read holds up the others, as upstream.
 */
export class ChannelSocket {
  readonly #socket: MessageSocket;
  readonly #base64: boolean;
  readonly #closeSignals: boolean;
  readonly #readable = new Map<number, ByteQueue>();
  /** Ends when the socket does. */
  readonly finished: Promise<void>;

  constructor(socket: MessageSocket, options: { protocol: string; readable: readonly number[] }) {
    this.#socket = socket;
    this.#base64 = options.protocol.includes("base64.");
    this.#closeSignals = options.protocol.startsWith("v5.");
    for (const channel of options.readable) {
      this.#readable.set(channel, new ByteQueue({ capacity: channelCapacity }));
    }
    this.finished = this.#read();
  }

  get ended(): AbortSignal {
    return this.#socket.ended;
  }

  /** What the peer sends on a channel; nothing on one that was not named as readable. */
  read(channel: number): AsyncIterable<Bytes> {
    const queue = this.#readable.get(channel);
    return queue ?? { async *[Symbol.asyncIterator]() {} };
  }

  /** Drops what the peer sends from now on. */
  ignoreReads(): void {
    for (const queue of this.#readable.values()) queue.discard();
  }

  write(channel: number, bytes: Bytes): Promise<void> {
    if (this.#base64) return this.#socket.send(`${channel}${toBase64(bytes)}`);
    const message = new Uint8Array(bytes.length + 1);
    message[0] = channel;
    message.set(bytes, 1);
    return this.#socket.send(message);
  }

  /** Ends a channel for the peer, which only v5 can say. */
  async closeChannel(channel: number, protocol: string): Promise<void> {
    if (!this.#closeSignals) throw new Error(`${protocol} cannot tell the end of a stream`);
    await this.#socket.send(new Uint8Array([closeSignal, channel]));
  }

  /** Drops what the peer sends on one channel from now on. */
  ignore(channel: number): void {
    this.#readable.get(channel)?.discard();
  }

  close(reason?: unknown): void {
    this.ignoreReads();
    if (reason === undefined) this.#socket.close(closeCode.normal, "");
    else this.#socket.close(closeCode.internalError, "the stream was broken off");
  }

  async #read(): Promise<void> {
    try {
      for await (const message of this.#socket.messages) {
        if (message.length > 0) await this.#dispatch(message);
      }
      for (const queue of this.#readable.values()) queue.end();
    } catch (error) {
      for (const queue of this.#readable.values()) queue.end(error);
      if (!this.ended.aborted) this.#socket.close(closeCode.badData, "malformed message");
    }
  }

  async #dispatch(message: Bytes): Promise<void> {
    let channel = message[0] ?? 0;
    let data = message.subarray(1);
    if (this.#base64) {
      channel -= 0x30;
      data = fromBase64(text(data));
    } else if (this.#closeSignals && channel === closeSignal) {
      for (const closed of data) this.#readable.get(closed)?.end();
      return;
    }
    const queue = this.#readable.get(channel);
    if (!queue) return;
    queue.push(data);
    if (queue.full) await queue.room();
  }
}
