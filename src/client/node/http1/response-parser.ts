import type { Bytes } from "#base/bytes.ts";

export interface ResponseHead {
  readonly status: number;
  /** Names in lower case; several lines of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What is found, in this order: one head, parts of the body, the end. */
export interface ResponseListener {
  head(head: ResponseHead): void;
  body(bytes: Bytes): void;
  /** `reusable`: the connection can be asked again. */
  end(reusable: boolean): void;
}

/** What came is no HTTP. */
export class MalformedResponseError extends Error {
  override name = "MalformedResponseError";
  readonly code = "EBADRESPONSE";
}

type State = "status" | "headers" | "content" | "size" | "chunk" | "chunk end" | "trailers";

/** Of one head, and of one chunk's size with its extensions. */
const headLengthMax = 1024 * 1024;

const newline = 10;

/** Reads one HTTP/1 response from bytes as they come, wherever they are cut. */
export class ResponseParser {
  readonly #listener: ResponseListener;
  /** The answer to HEAD tells of a body and has none. */
  readonly #hasNoBody: boolean;
  #state: State | "until close" | "done" = "status";
  /** The beginning of a line, whose end has not come yet. */
  #line = "";
  #headLength = 0;
  #status = 0;
  #isVersion0 = false;
  #headers: Record<string, string> = {};
  /** Bytes of the content, or of the chunk, that are still to come. */
  #remaining = 0;

  constructor(method: string, listener: ResponseListener) {
    this.#hasNoBody = method === "HEAD";
    this.#listener = listener;
  }

  get isDone(): boolean {
    return this.#state === "done";
  }

  /** Throws `MalformedResponseError`. What comes behind the end makes the connection useless. */
  push(bytes: Bytes): void {
    let offset = 0;
    while (offset < bytes.length && this.#state !== "done") {
      switch (this.#state) {
        case "until close":
          this.#listener.body(bytes.subarray(offset));
          return;
        case "content":
        case "chunk":
          offset = this.#pass(bytes, offset);
          break;
        default:
          offset = this.#readLine(bytes, offset);
      }
    }
  }

  /** The other side has closed the connection. False where something was still to come. */
  close(): boolean {
    if (this.#state === "until close") this.#finish(false);
    return this.#state === "done";
  }

  #pass(bytes: Bytes, offset: number): number {
    const end = Math.min(bytes.length, offset + this.#remaining);
    this.#remaining -= end - offset;
    this.#listener.body(bytes.subarray(offset, end));
    if (this.#remaining > 0) return end;
    if (this.#state === "chunk") this.#state = "chunk end";
    else this.#finish(end === bytes.length);
    return end;
  }

  #readLine(bytes: Bytes, offset: number): number {
    const at = bytes.indexOf(newline, offset);
    const end = at < 0 ? bytes.length : at;
    this.#headLength += end - offset;
    if (this.#headLength > headLengthMax) {
      throw new MalformedResponseError(
        `net/http: server response headers exceeded ${headLengthMax} bytes; aborted`,
      );
    }
    this.#line += Buffer.from(bytes.buffer, bytes.byteOffset + offset, end - offset).toString(
      "latin1",
    );
    if (at < 0) return end;
    const line = utf8Of(this.#line.endsWith("\r") ? this.#line.slice(0, -1) : this.#line);
    this.#line = "";
    this.#takeLine(line, at + 1 === bytes.length);
    return at + 1;
  }

  #takeLine(line: string, isLast: boolean): void {
    switch (this.#state) {
      case "status":
        return this.#takeStatus(line);
      case "headers":
        return line === "" ? this.#takeHead(isLast) : this.#takeHeader(line);
      case "size":
        return this.#takeSize(line);
      case "chunk end":
        if (line !== "") throw malformed("malformed chunked encoding");
        this.#state = "size";
        return;
      case "trailers":
        if (line === "") this.#finish(isLast);
        return;
      default:
        throw new Error(`no line is read in the state ${this.#state}`);
    }
  }

  #takeStatus(line: string): void {
    const [, minor = "", code = ""] = /^HTTP\/1\.(\d) (\d{3})(?: .*)?$/.exec(line) ?? [];
    if (code === "") throw malformed(`malformed HTTP response ${JSON.stringify(line)}`);
    this.#isVersion0 = minor === "0";
    this.#status = Number(code);
    this.#headers = {};
    this.#state = "headers";
  }

  #takeHeader(line: string): void {
    const [, name = "", value = ""] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === "") throw malformed(`malformed MIME header line: ${line}`);
    const key = name.toLowerCase();
    const before = this.#headers[key];
    // A second length is only no contradiction when it says the same.
    if (key === "content-length" && before === value) return;
    this.#headers[key] = before === undefined ? value : `${before}, ${value}`;
  }

  #takeHead(isLast: boolean): void {
    if (this.#status < 200) {
      if (this.#status === 101) {
        throw malformed("the server switched protocols where an answer was expected");
      }
      // "Continue" and the like come before the answer.
      this.#state = "status";
      return;
    }
    this.#headLength = 0;
    const { "content-length": length, "transfer-encoding": encoding } = this.#headers;
    if (length !== undefined && !/^\d{1,15}$/.test(length)) {
      throw malformed(`bad Content-Length ${JSON.stringify(length)}`);
    }
    this.#listener.head({ status: this.#status, headers: this.#headers });
    if (this.#hasNoBody || this.#status === 204 || this.#status === 304) this.#finish(isLast);
    else if (encoding !== undefined) {
      this.#state = encoding.toLowerCase().endsWith("chunked") ? "size" : "until close";
    } else if (length === undefined) this.#state = "until close";
    else {
      this.#remaining = Number(length);
      this.#state = "content";
      if (this.#remaining === 0) this.#finish(isLast);
    }
  }

  #takeSize(line: string): void {
    const [, size = ""] = /^([\da-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(line) ?? [];
    if (size === "") throw malformed("invalid byte in chunk length");
    this.#headLength = 0;
    this.#remaining = Number.parseInt(size, 16);
    this.#state = this.#remaining === 0 ? "trailers" : "chunk";
  }

  #finish(isLast: boolean): void {
    this.#state = "done";
    const words = (this.#headers.connection ?? "").toLowerCase().split(/[ ,]+/);
    const stays = this.#isVersion0 ? words.includes("keep-alive") : !words.includes("close");
    this.#listener.end(isLast && stays);
  }
}

/** Warnings may be in any language; a character may have been cut where the bytes were. */
function utf8Of(latin1: string): string {
  return /[\x80-\xff]/.test(latin1) ? Buffer.from(latin1, "latin1").toString() : latin1;
}

/** In the words of Go's net/http, which people search for. */
function malformed(why: string): MalformedResponseError {
  return new MalformedResponseError(`net/http: HTTP/1.x transport connection broken: ${why}`);
}
