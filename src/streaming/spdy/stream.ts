import type { Bytes } from "#base/bytes.ts";
import { ClosedError } from "#base/scope.ts";
import { ByteQueue } from "../byte-queue.ts";
import type { Duplex } from "../duplex.ts";
import { resetStatus, type SpdyHeaders } from "./frames.ts";

/** What a stream asks of its connection. */
export interface StreamHost {
  /** How many of `want` bytes may be sent now; waits until at least one may. */
  reserve(stream: SpdyStream, want: number): Promise<number>;
  sendData(id: number, bytes: Bytes, fin: boolean): Promise<void>;
  sendReset(id: number, status: number): void;
  sendWindowUpdate(id: number, delta: number): void;
  /** Both directions are over. */
  forget(stream: SpdyStream): void;
}

const dataLengthMax = 32 * 1024;

/** One stream of a SPDY connection. Its frames are handed in by `SpdyConnection`. */
export class SpdyStream implements Duplex {
  readonly id: number;
  /** Those that opened the stream. */
  readonly headers: SpdyHeaders;
  /** How many bytes the peer's window still takes; only the connection changes it. */
  sendWindow: number;
  readonly #host: StreamHost;
  readonly #queue: ByteQueue;
  readonly #window: number;
  readonly #ended = new AbortController();
  readonly #replied = Promise.withResolvers<void>();
  #unacknowledged = 0;
  #localFinished = false;
  #remoteFinished = false;
  #closedBy: unknown;
  /** Writes run one after another, because one may have to wait in its middle for the window. */
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(options: {
    id: number;
    headers: SpdyHeaders;
    host: StreamHost;
    receiveWindow: number;
    sendWindow: number;
  }) {
    this.id = options.id;
    this.headers = options.headers;
    this.sendWindow = options.sendWindow;
    this.#host = options.host;
    this.#window = options.receiveWindow;
    this.#queue = new ByteQueue({
      // A peer that heeds the window never fills the queue, and so never stops the read loop.
      capacity: options.receiveWindow + 1,
      onRead: (byteCount) => this.#acknowledge(byteCount),
    });
    // A stream may be reset before anyone waits for its reply.
    this.#replied.promise.catch(() => {});
  }

  get readable(): AsyncIterable<Bytes> {
    return this.#queue;
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Resolves at the peer's SYN_REPLY; Go's implementation drops data that is sent before it. */
  replied(): Promise<void> {
    return this.#replied.promise;
  }

  write(bytes: Bytes): Promise<void> {
    return this.#enqueue(async () => {
      for (let offset = 0; offset < bytes.length;) {
        this.#assertWritable();
        const want = Math.min(dataLengthMax, bytes.length - offset);
        const length = await this.#host.reserve(this, want);
        this.#assertWritable();
        await this.#host.sendData(this.id, bytes.subarray(offset, offset + length), false);
        offset += length;
      }
    });
  }

  closeWrite(): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#localFinished) return;
      this.#localFinished = true;
      await this.#host.sendData(this.id, new Uint8Array(0), true);
      this.#settle();
    });
  }

  close(reason?: unknown): void {
    if (this.#localFinished && this.#remoteFinished) return this.#queue.discard();
    this.#host.sendReset(this.id, resetStatus.cancel);
    this.#queue.discard();
    this.#finishBoth(reason ?? new ClosedError(`stream ${this.id} was closed`));
  }

  /** Whether a write can still succeed. */
  get writable(): boolean {
    return !this.#localFinished && this.#closedBy === undefined;
  }

  /** Drops what is unread and what is to come. */
  ignoreReads(): void {
    this.#queue.discard();
  }

  onReply(): void {
    this.#replied.resolve();
  }

  onData(bytes: Bytes, fin: boolean): void {
    if (this.#remoteFinished) return;
    this.#queue.push(bytes);
    if (fin) this.onFinish();
  }

  onFinish(): void {
    this.#remoteFinished = true;
    this.#queue.end();
    this.#settle();
  }

  /** Local data is finished before it began: the peer opened the stream as unidirectional. */
  onUnidirectional(): void {
    this.#localFinished = true;
    this.#settle();
  }

  /** Go's server ends a stream by resetting it with CANCEL: what was received is whole. */
  onReset(status: number): void {
    const error = new ClosedError(`the peer reset stream ${this.id} with status ${status}`);
    this.#queue.end(status === resetStatus.cancel ? undefined : error);
    this.#finishBoth(error);
  }

  onConnectionEnd(reason: unknown): void {
    this.#queue.end(reason);
    this.#finishBoth(reason);
  }

  /** The read loop waits here, so that a peer that knows no windows is slowed by TCP. */
  room(): Promise<void> {
    return this.#queue.room();
  }

  get full(): boolean {
    return this.#queue.full;
  }

  #enqueue(write: () => Promise<void>): Promise<void> {
    const result = this.#lastWrite.then(write);
    this.#lastWrite = result.catch(() => {});
    return result;
  }

  #assertWritable(): void {
    if (this.#closedBy !== undefined) throw this.#closedBy;
    if (this.#localFinished) throw new ClosedError(`stream ${this.id} is finished for writing`);
  }

  #acknowledge(byteCount: number): void {
    this.#unacknowledged += byteCount;
    if (this.#remoteFinished || this.#unacknowledged < this.#window / 2) return;
    this.#host.sendWindowUpdate(this.id, this.#unacknowledged);
    this.#unacknowledged = 0;
  }

  #finishBoth(reason: unknown): void {
    this.#closedBy ??= reason;
    this.#localFinished = true;
    this.#remoteFinished = true;
    this.#replied.reject(reason);
    this.#settle();
  }

  #settle(): void {
    if (!this.#localFinished || !this.#remoteFinished || this.#ended.signal.aborted) return;
    this.#ended.abort(this.#closedBy);
    this.#host.forget(this);
  }
}
