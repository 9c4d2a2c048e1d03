import type { IncomingMessage, RequestOptions } from "node:http";
import type { Bytes } from "#base/bytes.ts";
import { exchange } from "#client/node/exchange.ts";
import type { ApiResponse } from "#client/transport.ts";

/** Headers that are about one hop only. */
const hopHeaders = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Sends a request on to another server and streams what it answers, whatever that is. Rejects
 * where there is no answer.
 */
export async function forward(
  scheme: "http" | "https",
  options: RequestOptions,
  body: Bytes | undefined,
): Promise<ApiResponse> {
  return answerOf(await exchange(scheme, options, body));
}

/** Encoded again as little as the path allows: what was escaped stays one segment. */
export function forwardedPath({
  path,
  query,
}: {
  readonly path: string;
  readonly query: URLSearchParams;
}): string {
  const text = query.toString();
  const encoded = encodeURI(path).replace(/[?#]/g, encodeURIComponent);
  return text ? `${encoded}?${text}` : encoded;
}

function answerOf(response: IncomingMessage): ApiResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value === undefined || hopHeaders.has(name)) continue;
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  const contentType = headers["content-type"] ?? "application/octet-stream";
  return {
    status: response.statusCode ?? 502,
    headers,
    body: { kind: "stream", contentType, chunks: chunksOf(response) },
  };
}

async function* chunksOf(response: IncomingMessage): AsyncGenerator<Bytes, void, undefined> {
  for await (const chunk of response) yield chunk as Bytes;
}
