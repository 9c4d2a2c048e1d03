import { Channel } from "#base/channel.ts";
import type { Clock } from "#base/clock.ts";
import type { Bytes } from "#base/bytes.ts";
import { ClosedError, Scope } from "#base/scope.ts";
import type { Duplex } from "../duplex.ts";
import {
  decodeHeaders,
  encodeFrame,
  encodeHeaders,
  FrameReader,
  goAwayStatus,
  resetStatus,
  SpdyProtocolError,
  type SpdyFrame,
  type SpdyHeaders,
} from "./frames.ts";
import { SpdyStream, type StreamHost } from "./stream.ts";

/** Compresses header blocks; each direction is one zlib stream over the connection's life. */
export interface HeaderCodec {
  compress(block: Bytes): Promise<Bytes>;
  decompress(block: Bytes): Promise<Bytes>;
  close(): void;
}

export interface SpdyConnectionOptions {
  readonly transport: Duplex;
  readonly role: "client" | "server";
  readonly codec: HeaderCodec;
  readonly clock: Clock;
  /** Throws when a stream with these headers is not welcome: it is reset. */
  readonly admit?: (headers: SpdyHeaders) => void;
}

const window = 64 * 1024;
const streamsMax = 2000;
const unsentControlsMax = 4096;
/** How long a closing connection waits for the peer, so that it can read what is under way. */
const lingerMs = 2000;

/**
 * Many streams over one transport. The peer's windows are heeded once it has shown that it has
 * any: Go's spdystream never sends a WINDOW_UPDATE, and would be waited for without end.
 */
export class SpdyConnection {
  readonly #transport: Duplex;
  readonly #role: "client" | "server";
  readonly #codec: HeaderCodec;
  readonly #clock: Clock;
  readonly #admit: (headers: SpdyHeaders) => void;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #incoming = new Channel<SpdyStream>({ capacity: streamsMax, whenFull: "close" });
  readonly #ended = new AbortController();
  readonly #scope: Scope;
  readonly #host: StreamHost;
  #lastHeaderFrame: Promise<void> = Promise.resolve();
  #nextId: number;
  #lastPeerId = 0;
  #peerHasWindows = false;
  #peerInitialWindow = window;
  #sendWindow = window;
  #unacknowledged = 0;
  #windowWaiters: (() => void)[] = [];
  #unsentControls = 0;
  #goneAway = false;

  constructor(options: SpdyConnectionOptions) {
    this.#transport = options.transport;
    this.#role = options.role;
    this.#codec = options.codec;
    this.#clock = options.clock;
    this.#admit = options.admit ?? (() => {});
    this.#nextId = options.role === "client" ? 1 : 2;
    this.#host = {
      reserve: (stream, want) => this.#reserve(stream, want),
      sendData: (id, bytes, fin) => this.#send({ type: "data", id, fin, bytes }),
      sendReset: (id, status) => this.#control({ type: "rst-stream", id, status }),
      sendWindowUpdate: (id, delta) => {
        if (this.#peerHasWindows) this.#control({ type: "window-update", id, delta });
      },
      forget: (stream) => this.#forget(stream),
    };
    this.#scope = new Scope({ onFailure: (_task, error) => this.#end(error) });
    this.#control({ type: "settings", initialWindow: window });
    this.#scope.run("read", () => this.#read());
  }

  /** Streams that the peer opened, in order, each already replied to. Servers only. */
  get incoming(): AsyncIterable<SpdyStream> {
    return this.#incoming;
  }

  /** Aborts when the connection is over, for whatever reason. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Opens a stream and waits until the peer has accepted it. */
  async open(headers: SpdyHeaders, signal?: AbortSignal): Promise<SpdyStream> {
    signal?.throwIfAborted();
    const stream = await this.#headerFrame(async () => {
      if (this.ended.aborted) throw this.ended.reason;
      if (this.#goneAway) throw new ClosedError("the peer accepts no more streams");
      if (this.#streams.size >= streamsMax) throw new Error(`${streamsMax} streams are open`);
      const opened = this.#createStream(this.#nextId, headers);
      this.#nextId += 2;
      const block = await this.#codec.compress(encodeHeaders(headers));
      const id = opened.id;
      await this.#send({ type: "syn-stream", id, fin: false, unidirectional: false, block });
      return opened;
    });
    const onAbort = () => stream.close(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await stream.replied();
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
    return stream;
  }

  /** Ends all streams, says good-bye, and closes the transport when the peer has heard it. */
  close(reason: unknown = new ClosedError("the connection was closed")): void {
    if (this.ended.aborted) return;
    this.#control({ type: "goaway", lastId: this.#lastPeerId, status: goAwayStatus.ok });
    this.#end(reason);
  }

  #end(reason: unknown): void {
    if (this.ended.aborted) return;
    if (reason instanceof SpdyProtocolError) {
      const status = goAwayStatus.protocolError;
      this.#control({ type: "goaway", lastId: this.#lastPeerId, status });
    }
    this.#ended.abort(reason);
    for (const stream of this.#streams.values()) stream.onConnectionEnd(reason);
    this.#incoming.close();
    this.#wakeWaiters();
    this.#scope.run("linger", () => this.#linger());
  }

  async #linger(): Promise<void> {
    const cancel = this.#clock.after(lingerMs, () => this.#transport.close());
    try {
      await this.#transport.closeWrite();
      await new Promise<void>((resolve) => {
        if (this.#transport.ended.aborted) resolve();
        else this.#transport.ended.addEventListener("abort", () => resolve(), { once: true });
      });
    } finally {
      cancel();
      this.#transport.close();
      this.#codec.close();
    }
  }

  async #read(): Promise<void> {
    const reader = new FrameReader();
    for await (const chunk of this.#transport.readable) {
      if (this.ended.aborted) continue;
      for (const frame of reader.feed(chunk)) await this.#handle(frame);
    }
    this.#end(new ClosedError("the peer closed the connection"));
  }

  async #handle(frame: SpdyFrame): Promise<void> {
    switch (frame.type) {
      case "data":
        return this.#handleData(frame.id, frame.bytes, frame.fin);
      case "syn-stream":
        return this.#handleOpen(frame);
      case "syn-reply":
      case "headers": {
        // Every block must be read, or the decompression of the next would fail.
        decodeHeaders(await this.#codec.decompress(frame.block));
        const stream = this.#streams.get(frame.id);
        if (frame.type === "syn-reply") stream?.onReply();
        if (frame.fin) stream?.onFinish();
        return;
      }
      case "rst-stream":
        this.#streams.get(frame.id)?.onReset(frame.status);
        return;
      case "settings":
        return this.#handleSettings(frame.initialWindow);
      case "window-update":
        return this.#handleWindowUpdate(frame.id, frame.delta);
      case "ping":
        // A ping of our parity would be the answer to one of ours; we send none.
        if (frame.id % 2 !== this.#nextId % 2) this.#control({ type: "ping", id: frame.id });
        return;
      case "goaway":
        this.#goneAway = true;
        return;
      default:
        frame satisfies never;
    }
  }

  async #handleData(id: number, bytes: Bytes, fin: boolean): Promise<void> {
    // The connection's window grows as bytes arrive: each stream's own window bounds the memory.
    this.#unacknowledged += bytes.length;
    if (this.#peerHasWindows && this.#unacknowledged >= window / 2) {
      this.#control({ type: "window-update", id: 0, delta: this.#unacknowledged });
      this.#unacknowledged = 0;
    }
    const stream = this.#streams.get(id);
    if (!stream) return; // It was reset by us; the peer may not know yet.
    stream.onData(bytes, fin);
    if (stream.full) await stream.room();
  }

  async #handleOpen(frame: SpdyFrame & { type: "syn-stream" }): Promise<void> {
    const headers = decodeHeaders(await this.#codec.decompress(frame.block));
    const { id } = frame;
    const refuse = (status: number) => this.#control({ type: "rst-stream", id, status });
    if (id % 2 === this.#nextId % 2 || id <= this.#lastPeerId) {
      return refuse(resetStatus.protocolError);
    }
    this.#lastPeerId = id;
    if (this.#role === "client" || this.#streams.size >= streamsMax || this.#goneAway) {
      return refuse(resetStatus.refusedStream);
    }
    try {
      this.#admit(headers);
    } catch {
      return refuse(resetStatus.cancel);
    }
    const stream = this.#createStream(id, headers);
    if (frame.fin) stream.onFinish();
    if (frame.unidirectional) stream.onUnidirectional();
    this.#scope.run("reply", () =>
      this.#headerFrame(async () => {
        const block = await this.#codec.compress(encodeHeaders(new Map()));
        await this.#send({ type: "syn-reply", id, fin: false, block });
        this.#incoming.push(stream);
      }),
    );
  }

  #handleSettings(initialWindow: number | undefined): void {
    this.#peerHasWindows = true;
    if (initialWindow === undefined) return;
    const delta = initialWindow - this.#peerInitialWindow;
    this.#peerInitialWindow = initialWindow;
    for (const stream of this.#streams.values()) stream.sendWindow += delta;
    this.#wakeWaiters();
  }

  #handleWindowUpdate(id: number, delta: number): void {
    this.#peerHasWindows = true;
    const stream = this.#streams.get(id);
    if (id === 0) this.#sendWindow += delta;
    else if (stream) stream.sendWindow += delta;
    if (Math.max(this.#sendWindow, stream?.sendWindow ?? 0) > 0x7fffffff) {
      throw new SpdyProtocolError(`the window of stream ${id} grew beyond 2^31-1`);
    }
    this.#wakeWaiters();
  }

  async #reserve(stream: SpdyStream, want: number): Promise<number> {
    for (;;) {
      if (this.ended.aborted) throw this.ended.reason;
      if (!this.#peerHasWindows || !stream.writable) return want;
      const length = Math.min(want, this.#sendWindow, stream.sendWindow);
      if (length > 0) {
        this.#sendWindow -= length;
        stream.sendWindow -= length;
        return length;
      }
      await new Promise<void>((resolve) => this.#windowWaiters.push(resolve));
    }
  }

  #wakeWaiters(): void {
    const waiters = this.#windowWaiters;
    this.#windowWaiters = [];
    for (const wake of waiters) wake();
  }

  #createStream(id: number, headers: SpdyHeaders): SpdyStream {
    const sendWindow = this.#peerInitialWindow;
    const stream = new SpdyStream({
      id,
      headers,
      host: this.#host,
      receiveWindow: window,
      sendWindow,
    });
    this.#streams.set(id, stream);
    return stream;
  }

  #forget(stream: SpdyStream): void {
    this.#streams.delete(stream.id);
    this.#wakeWaiters();
  }

  #send(frame: SpdyFrame): Promise<void> {
    return this.#transport.write(encodeFrame(frame));
  }

  /** One header frame after another: their blocks are one compressed stream. */
  #headerFrame<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#lastHeaderFrame.then(task);
    this.#lastHeaderFrame = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  /** For frames that nobody waits for. A peer that makes us send many and reads none is cut off. */
  #control(frame: SpdyFrame): void {
    if (this.ended.aborted) return;
    if (++this.#unsentControls > unsentControlsMax) {
      this.#transport.close();
      return this.#end(new ClosedError("the peer does not read"));
    }
    this.#scope.run("control", async () => {
      try {
        await this.#send(frame);
      } finally {
        this.#unsentControls--;
      }
    });
  }
}
