import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { constants, createGzip, gzip } from "node:zlib";
import type { ApiRequest, ApiResponse, ResponseBody } from "#client/transport.ts";
import { badRequest, unauthorized } from "#machinery/status.ts";
import { isTrue } from "../pipeline/request-info.ts";
import { drained, endsSoon, isGone } from "./stalled.ts";

export type AnyRequest = IncomingMessage | Http2ServerRequest;
export type AnyResponse = ServerResponse | Http2ServerResponse;

const compress = promisify(gzip);
/** Smaller answers are not worth the time. */
const gzipBytesMin = 128 * 1024;
const typeOf = (contentType: string) => contentType.split(";", 1)[0] ?? "";
/** In which lists leave; logs and what is proxied have others, or are of no interest here. */
const listTypes = new Set(["application/json", "application/vnd.kubernetes.protobuf"]);
/** What a client that is slow, but takes something, is given at once. */
const pieceBytes = 64 * 1024;
const gzipOptions = { level: constants.Z_BEST_SPEED };

/** Headers that are about one hop; HTTP/2 forbids them. */
const hopHeaders = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

export interface RespondOptions {
  /** What of the request decides about the form of the answer. */
  readonly apiRequest: Pick<ApiRequest, "query" | "headers">;
  /** For so long the client may take nothing of what waits for it. */
  readonly stalledMs: number;
}

/** Sends an answer, as fast as the client takes it. Rejects when the client is gone. */
export async function respond(
  request: AnyRequest,
  response: AnyResponse,
  answer: ApiResponse,
  options: RespondOptions,
): Promise<void> {
  // A log may be read as slowly as its reader likes.
  const stalledMs = isLog(answer) ? Infinity : options.stalledMs;
  await send(request, response, answer, { ...options, stalledMs });
  endsSoon(request, response, stalledMs);
}

function isLog({ body }: ApiResponse): boolean {
  return body.kind === "stream" && !listTypes.has(typeOf(body.contentType));
}

async function send(
  request: AnyRequest,
  response: AnyResponse,
  answer: ApiResponse,
  { apiRequest, stalledMs }: RespondOptions,
): Promise<void> {
  const { body } = answer;
  const headers = headersOf(request, answer);
  if (request.method === "HEAD") return endHead(response, answer, headers);
  const mayCompress =
    /\bgzip\b/.test(apiRequest.headers["accept-encoding"] ?? "") && !headers["content-encoding"];
  switch (body.kind) {
    case "none":
      writeHead(response, answer.status, headers);
      response.end();
      return;
    case "bytes":
      return sendBytes(response, answer.status, headers, body, { mayCompress, stalledMs });
    case "stream": {
      // A watch or a log must not wait in a compressor.
      const isObjects = listTypes.has(typeOf(body.contentType));
      const isList = isObjects && !isTrue(apiRequest.query.get("watch"));
      const compressing = mayCompress && isList && !headers["content-length"];
      headers["content-type"] = body.contentType;
      if (compressing) headers["content-encoding"] = "gzip";
      // With a known length nothing has to be written around each chunk.
      else if (body.length !== undefined) headers["content-length"] = String(body.length);
      writeHead(response, answer.status, headers);
      (response as ServerResponse).flushHeaders();
      if (compressing) return sendStream(response, compressed(body.chunks), { stalledMs });
      return sendStream(response, body.chunks, { stalledMs, recycle: body.recycle });
    }
    case "object":
    case "events":
      throw new Error(`a body of kind "${body.kind}" cannot leave the process`);
    default:
      return body satisfies never;
  }
}

function headersOf(request: AnyRequest, { headers }: ApiResponse): Record<string, string> {
  const result: Record<string, string> = {
    "audit-id": crypto.randomUUID(),
    "cache-control": "no-cache, private",
  };
  for (const [name, value] of Object.entries(headers)) {
    if (request.httpVersionMajor >= 2 && hopHeaders.has(name)) continue;
    result[name] = value;
  }
  return result;
}

function endHead(
  response: AnyResponse,
  { status, body }: ApiResponse,
  headers: Record<string, string>,
): void {
  if (body.kind === "bytes") {
    headers["content-type"] = body.contentType;
    headers["content-length"] = String(body.bytes.length);
  } else if (body.kind === "stream") headers["content-type"] = body.contentType;
  writeHead(response, status, headers);
  response.end();
}

async function sendBytes(
  response: AnyResponse,
  status: number,
  headers: Record<string, string>,
  { contentType, bytes }: Extract<ResponseBody, { kind: "bytes" }>,
  { mayCompress, stalledMs }: { mayCompress: boolean; stalledMs: number },
): Promise<void> {
  let content: Uint8Array = bytes;
  headers["content-type"] = contentType;
  if (mayCompress && bytes.length >= gzipBytesMin) {
    content = await compress(bytes, gzipOptions);
    headers["content-encoding"] = "gzip";
    headers["vary"] = "Accept-Encoding";
  }
  headers["content-length"] = String(content.length);
  writeHead(response, status, headers);
  while (content.length > pieceBytes) {
    const piece = content.subarray(0, pieceBytes);
    content = content.subarray(pieceBytes);
    if (!write(response, piece)) await drained(response, stalledMs);
    if (isGone(response)) return;
  }
  response.end(content);
}

/** Waits for the client before it asks for more; stops the source when the client goes. */
async function sendStream<Chunk extends Uint8Array>(
  response: AnyResponse,
  chunks: AsyncIterable<Chunk>,
  { stalledMs, recycle }: { stalledMs: number; recycle?: ((chunk: Chunk) => void) | undefined },
): Promise<void> {
  for await (const chunk of chunks) {
    if (isGone(response)) return;
    const done = recycle && (() => recycle(chunk));
    if (!write(response, chunk, done)) await drained(response, stalledMs);
  }
  response.end();
}

/** Both kinds of response take bytes; their declared types have no call in common. */
function write(response: AnyResponse, chunk: Uint8Array, done?: () => void): boolean {
  return (response as ServerResponse).write(chunk, done);
}

function writeHead(response: AnyResponse, status: number, headers: Record<string, string>): void {
  (response as ServerResponse).writeHead(status, headers);
}

async function* compressed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const compressor = createGzip(gzipOptions);
  // What fails on the way in also ends the way out, where it is heard of.
  const feeding = pipeline(Readable.from(chunks), compressor).catch(() => undefined);
  try {
    for await (const chunk of compressor) yield chunk as Uint8Array;
  } finally {
    compressor.destroy();
    await feeding;
  }
}

/** For requests that do not reach the server's pipeline. */
export function refuse(response: AnyResponse, why: "unauthorized" | "badPath"): void {
  const { status } = why === "unauthorized" ? unauthorized() : badRequest("the path is malformed");
  const content = Buffer.from(JSON.stringify(status));
  writeHead(response, status.code ?? 500, {
    "content-type": "application/json",
    "content-length": String(content.length),
  });
  response.end(content);
}
