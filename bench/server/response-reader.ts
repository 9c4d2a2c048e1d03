/**
 * Finds the ends of HTTP/1.1 responses on a connection, and no more: who makes load shares the
 * machine with the server, and must cost less than it.
 */
export class ResponseReader {
  readonly #onResponse: (status: number, bodyBytes: number) => void;
  #status = 0;
  #bodyBytes = 0;
  /** Of the body or its chunk, still to come. */
  #left = 0;
  #state: "head" | "body" | "chunkSize" | "chunk" | "chunkEnd" | "trailer" = "head";
  /** A head, or the size of a chunk, of which the rest is yet to come. */
  #begun: Buffer | undefined;

  constructor(onResponse: (status: number, bodyBytes: number) => void) {
    this.#onResponse = onResponse;
  }

  push(data: Buffer): void {
    let rest: Buffer | undefined = this.#begun ? Buffer.concat([this.#begun, data]) : data;
    this.#begun = undefined;
    while (rest && rest.length > 0) rest = this.#step(rest);
  }

  /** What is left of the data; undefined where it takes more to go on. */
  #step(data: Buffer): Buffer | undefined {
    switch (this.#state) {
      case "head":
        return this.#upTo("\r\n\r\n", data, (head) => this.#begin(head));
      case "chunkSize":
        return this.#upTo("\r\n", data, (size) => {
          this.#left = Number.parseInt(size, 16);
          this.#state = this.#left === 0 ? "trailer" : "chunk";
        });
      case "chunkEnd":
        return this.#upTo("\r\n", data, () => (this.#state = "chunkSize"));
      case "trailer":
        return this.#upTo("\r\n", data, () => this.#end());
      case "body":
      case "chunk":
        return this.#take(data);
      default:
        return this.#state satisfies never;
    }
  }

  #upTo(end: string, data: Buffer, found: (text: string) => void): Buffer | undefined {
    const at = data.indexOf(end, 0, "latin1");
    if (at < 0) {
      // What the socket lends us is filled anew.
      this.#begun = Buffer.from(data);
      return undefined;
    }
    found(data.toString("latin1", 0, at));
    return data.subarray(at + end.length);
  }

  #begin(head: string): void {
    this.#status = Number(head.slice(9, 12));
    this.#bodyBytes = 0;
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      if (!/\r\ntransfer-encoding: *chunked/i.test(head)) throw new Error(`no length: ${head}`);
      this.#state = "chunkSize";
      return;
    }
    this.#left = Number(length);
    if (this.#left === 0) this.#end();
    else this.#state = "body";
  }

  #take(data: Buffer): Buffer {
    const taken = Math.min(this.#left, data.length);
    this.#left -= taken;
    this.#bodyBytes += taken;
    if (this.#left === 0) {
      if (this.#state === "body") this.#end();
      else this.#state = "chunkEnd";
    }
    return data.subarray(taken);
  }

  #end(): void {
    this.#state = "head";
    this.#onResponse(this.#status, this.#bodyBytes);
  }
}
