import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { constants, createGzip, gzip } from "node:zlib";
import type { ApiRequest, ApiResponse, ResponseBody } from "#client/transport.ts";
import { badRequest, unauthorized } from "#machinery/status.ts";
import { isTrue } from "../pipeline/request-info.ts";

export type AnyRequest = IncomingMessage | Http2ServerRequest;
export type AnyResponse = ServerResponse | Http2ServerResponse;

const compress = promisify(gzip);
/** Smaller answers are not worth the time. */
const gzipBytesMin = 128 * 1024;
const typeOf = (contentType: string) => contentType.split(";", 1)[0] ?? "";
/** In which lists leave; logs and what is proxied have others, or are of no interest here. */
const listTypes = new Set(["application/json", "application/vnd.kubernetes.protobuf"]);
const gzipOptions = { level: constants.Z_BEST_SPEED };

/** Headers that are about one hop; HTTP/2 forbids them. */
const hopHeaders = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** What it takes to send an answer, besides the answer. */
export interface RespondOptions extends Pick<ApiRequest, "query" | "headers"> {
  /** A client that takes nothing of a list or a watch for so long is cut off. */
  readonly stalledMsMax: number;
}

/** Sends an answer, as fast as the client takes it. Rejects when the client is gone. */
export async function respond(
  request: AnyRequest,
  response: AnyResponse,
  answer: ApiResponse,
  apiRequest: RespondOptions,
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
      return sendBytes(response, answer.status, headers, body, mayCompress);
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
      // A log may be read as slowly as its reader likes.
      const stalledMsMax = isObjects ? apiRequest.stalledMsMax : Infinity;
      if (compressing) return sendStream(response, compressed(body.chunks), { stalledMsMax });
      return sendStream(response, body.chunks, { stalledMsMax, recycle: body.recycle });
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
  mayCompress: boolean,
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
  response.end(content);
}

/** Waits for the client before it asks for more; stops the source when the client goes. */
async function sendStream<Chunk extends Uint8Array>(
  response: AnyResponse,
  chunks: AsyncIterable<Chunk>,
  {
    recycle,
    stalledMsMax,
  }: {
    readonly recycle?: ((chunk: Chunk) => void) | undefined;
    readonly stalledMsMax: number;
  },
): Promise<void> {
  for await (const chunk of chunks) {
    if (response.destroyed || response.closed) return;
    const done = recycle && (() => recycle(chunk));
    if (!write(response, chunk, done)) await drained(response, stalledMsMax);
  }
  response.end();
}

/** Both kinds of response take bytes; their declared types have no call in common. */
function write(response: AnyResponse, chunk: Uint8Array, done?: () => void): boolean {
  return (response as ServerResponse).write(chunk, done);
}

/** Resolves when the client has taken what was written, or is gone, if only because it was slow. */
function drained(response: AnyResponse, stalledMsMax: number): Promise<void> {
  return new Promise((resolve) => {
    const late =
      stalledMsMax === Infinity ? undefined : setTimeout(() => response.destroy(), stalledMsMax);
    const settle = () => {
      clearTimeout(late);
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    response.on("drain", settle);
    response.on("close", settle);
  });
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
