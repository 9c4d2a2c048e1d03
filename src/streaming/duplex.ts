import type { Bytes } from "#base/bytes.ts";

/** Where bytes go. */
export interface ByteWriter {
  /**
   * Resolves when more may be written: awaiting it is the back-pressure. Bytes arrive in the order
   * of the calls. Rejects once the other side takes no more.
   */
  write(bytes: Bytes): Promise<void>;
}

/** Two independent streams of bytes: a socket, or one of many that share a connection. */
export interface Duplex extends ByteWriter {
  /** For one reader. Ends when the peer has finished writing, throws when the connection broke. */
  readonly readable: AsyncIterable<Bytes>;
  /** Says that no more will be written; reading goes on. */
  closeWrite(): Promise<void>;
  /** Ends both directions at once; what the peer has not read may be lost. */
  close(reason?: unknown): void;
  /** Aborts when both directions are over. */
  readonly ended: AbortSignal;
}

/** Copies until the source ends. The target stays open. */
export async function pump(source: AsyncIterable<Bytes>, target: ByteWriter): Promise<void> {
  for await (const bytes of source) await target.write(bytes);
}

/**
 * Joins two duplexes, each direction ending by itself. A failure of either direction closes both
 * sides and is thrown.
 */
export async function splice(left: Duplex, right: Duplex): Promise<void> {
  const direction = async (from: Duplex, to: Duplex) => {
    try {
      await pump(from.readable, to);
      await to.closeWrite();
    } catch (error) {
      left.close(error);
      right.close(error);
      throw error;
    }
  };
  const results = await Promise.allSettled([direction(left, right), direction(right, left)]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** Resolves when the signal aborts, at once if it has. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
