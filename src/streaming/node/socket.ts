import { Socket } from "node:net";
import type { Duplex as NodeDuplex } from "node:stream";
import type { Bytes } from "#base/bytes.ts";
import { ClosedError } from "#base/scope.ts";
import { ByteQueue } from "../byte-queue.ts";
import type { Duplex } from "../duplex.ts";

const unreadMax = 256 * 1024;

/**
 * A TCP or TLS socket, or what an HTTP upgrade hands over, as a `Duplex`. `head` is what was read
 * from it already. The socket must allow half-open, or its end for reading ends its writing too.
 */
export function socketDuplex(socket: NodeDuplex, head?: Uint8Array): Duplex {
  const ended = new AbortController();
  const queue = new ByteQueue({
    capacity: unreadMax,
    onRead: () => {
      if (socket.isPaused() && !queue.full && !socket.readableEnded) socket.resume();
    },
  });
  if (head && head.length > 0) queue.push(bytesOf(head));
  let failure: unknown;
  socket.on("data", (chunk: Uint8Array) => {
    queue.push(bytesOf(chunk));
    if (queue.full) socket.pause();
  });
  socket.on("end", () => queue.end());
  socket.on("error", (error) => (failure ??= error));
  socket.on("close", () => {
    const reason = failure ?? new ClosedError("the connection was closed");
    queue.end(reason);
    ended.abort(reason);
  });
  if (socket instanceof Socket) socket.setNoDelay(true);
  return {
    readable: queue,
    write: (bytes) => write(socket, bytes),
    closeWrite: () => finish(socket),
    close(reason) {
      failure ??= reason;
      queue.end(reason ?? new ClosedError("the connection was closed"));
      socket.destroy();
    },
    ended: ended.signal,
  };
}

/** Node's pooled chunks are views of a larger buffer; nothing here writes into them. */
export function bytesOf(chunk: Uint8Array): Bytes {
  return new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength);
}

/** Resolves when the socket's buffer has room again. */
function write(socket: NodeDuplex, bytes: Bytes): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!socket.writable) {
      return reject(socket.errored ?? new ClosedError("the connection is closed for writing"));
    }
    const hasRoom = socket.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
    if (hasRoom) resolve();
  });
}

function finish(socket: NodeDuplex): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!socket.writable) return resolve();
    socket.once("close", () => resolve());
    socket.end((error?: Error | null) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
