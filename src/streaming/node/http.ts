import { STATUS_CODES } from "#base/node/http.ts";
import type { Duplex as NodeDuplex } from "node:stream";

/** A request to upgrade was answered with an HTTP response instead; nothing is left to do. */
export class UpgradeRefusedError extends Error {
  override name = "UpgradeRefusedError";
  readonly statusCode: number;
  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

export type HeaderLines = readonly (readonly [name: string, value: string])[];

/** Answers on the bare socket, closes it, and throws `UpgradeRefusedError`. */
export function refuse(
  socket: NodeDuplex,
  statusCode: number,
  message: string,
  headers: HeaderLines = [],
): never {
  // As Go's http.Error, whose texts clients show.
  const body = `${message}\n`;
  answer(socket, statusCode, body, [
    ["Content-Type", "text/plain; charset=utf-8"],
    ["X-Content-Type-Options", "nosniff"],
    ...headers,
  ]);
  throw new UpgradeRefusedError(statusCode, message);
}

/** A whole response on the bare socket, which is closed behind it. */
export function answer(
  socket: NodeDuplex,
  statusCode: number,
  body: string,
  headers: HeaderLines,
): void {
  socket.on("error", () => {}); // The client may be gone; then there is nobody to tell.
  const length = String(Buffer.byteLength(body));
  const all: HeaderLines = [...headers, ["Content-Length", length], ["Connection", "close"]];
  socket.end(responseHead(statusCode, STATUS_CODES[statusCode], all) + body);
  // What else the client sends must be read, or the kernel resets the connection under the answer.
  socket.resume();
  socket.once("finish", () => socket.destroy());
}

export function responseHead(
  statusCode: number,
  reason: string | undefined,
  headers: HeaderLines,
): string {
  let head = `HTTP/1.1 ${statusCode} ${reason ?? ""}\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  return `${head}\r\n`;
}

/** The values of a header that may be repeated, and may name several with commas. */
export function listHeader(value: string | readonly string[] | undefined): string[] {
  const lines = value === undefined ? [] : typeof value === "string" ? [value] : value;
  return lines
    .flatMap((line) => line.split(","))
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
