import { constants, createDeflate, createInflate, type Deflate, type Inflate } from "node:zlib";
import { concatBytes, type Bytes } from "#base/bytes.ts";
import type { HeaderCodec } from "../spdy/connection.ts";
import { spdyDictionary } from "../spdy/dictionary.ts";
import { SpdyProtocolError } from "../spdy/frames.ts";

const blockLengthMax = 64 * 1024;

/** Both directions of SPDY's header compression, one zlib stream each. */
export function zlibHeaderCodec(): HeaderCodec {
  const dictionary = spdyDictionary();
  const flush = constants.Z_SYNC_FLUSH;
  // A small window and little memory: header blocks here are tens of bytes.
  const deflate = new BlockStream(
    createDeflate({ dictionary, flush, windowBits: 11, memLevel: 1 }),
  );
  const inflate = new BlockStream(createInflate({ dictionary, flush }));
  return {
    compress: (block) => deflate.pass(block),
    decompress: (block) => inflate.pass(block),
    close() {
      deflate.close();
      inflate.close();
    },
  };
}

/** Puts one block after another through a zlib stream that flushes at the end of each. */
class BlockStream {
  readonly #stream: Deflate | Inflate;
  #parts: Uint8Array[] = [];
  #size = 0;
  #failure: Error | undefined;
  #reject: (error: Error) => void = () => {};

  constructor(stream: Deflate | Inflate) {
    this.#stream = stream;
    stream.on("data", (part: Uint8Array) => this.#collect(part));
    stream.on("error", (error) => {
      this.#fail(new SpdyProtocolError(`a header block is broken: ${error.message}`));
    });
    stream.on("close", () => this.#fail(new SpdyProtocolError("the header codec is closed")));
  }

  /** Calls must not overlap. */
  pass(block: Bytes): Promise<Bytes> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#reject = reject;
      this.#stream.write(block, (error) => {
        if (error) return; // The "error" event tells it.
        // What the last step produced may still be in the stream's buffer.
        for (let part = this.#stream.read(); part !== null; part = this.#stream.read());
        const whole = concatBytes(this.#parts);
        this.#parts = [];
        this.#size = 0;
        resolve(whole);
      });
    });
  }

  close(): void {
    this.#stream.destroy();
  }

  #collect(part: Uint8Array): void {
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#size > blockLengthMax) {
      this.#stream.destroy(new Error(`more than ${blockLengthMax} bytes`));
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#reject(error);
  }
}
