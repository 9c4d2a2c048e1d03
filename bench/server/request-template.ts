/** A request that many are made of; plain data, for other processes. */
export interface RequestTemplate {
  readonly method: string;
  /** The marks may stand in it and in the body. */
  readonly path: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly body?: string;
}

/** Stands for the request's number, which no other has; ten digits. */
export const requestMark = "%REQUEST%%";
/** Stands for the number of its object, of `objects` that are asked for in turn; ten digits. */
export const objectMark = "%OBJECT%%%";

/**
 * The bytes of one client's requests: made once, then only its numbers change. What it gives is
 * the same memory every time, good until the next request.
 */
export class NumberedBytes {
  readonly #bytes: Buffer;
  readonly #requestAt: readonly number[];
  readonly #objectAt: readonly number[];
  readonly #objects: number;

  constructor(bytes: Buffer, objects: number) {
    this.#bytes = bytes;
    this.#requestAt = placesOf(this.#bytes, requestMark);
    this.#objectAt = placesOf(this.#bytes, objectMark);
    this.#objects = objects;
  }

  ofNumber(number: number): Buffer {
    for (const at of this.#requestAt) writeDigits(this.#bytes, at, number);
    for (const at of this.#objectAt) writeDigits(this.#bytes, at, number % this.#objects);
    return this.#bytes;
  }
}

/** A request of HTTP/1.1. */
export class RequestBytes extends NumberedBytes {
  constructor(template: RequestTemplate, objects: number) {
    super(Buffer.from(textOf(template)), objects);
  }
}

function textOf({ method, path, contentType, accept, body = "" }: RequestTemplate): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "user-agent: bench/v1",
    `accept: ${accept ?? "application/json"}`,
  ];
  if (body) {
    lines.push(`content-type: ${contentType ?? "application/json"}`);
    lines.push(`content-length: ${Buffer.byteLength(body)}`);
  }
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

function placesOf(bytes: Buffer, mark: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) {
    places.push(at);
  }
  return places;
}

function writeDigits(bytes: Buffer, at: number, number: number): void {
  let rest = number;
  for (let place = at + requestMark.length - 1; place >= at; place--) {
    bytes[place] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}
