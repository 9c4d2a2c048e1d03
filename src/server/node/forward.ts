import { request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Bytes } from "#base/bytes.ts";
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
  const start = () => (scheme === "http" ? httpRequest : httpsRequest)(options);
  const isRead = options.method === "GET" || options.method === "HEAD";
  return answerOf(await exchange(start, body, isRead));
}

/** A kept connection may have been closed by the other side just now: reads are sent again. */
async function exchange(
  start: () => ClientRequest,
  body: Bytes | undefined,
  repeatable: boolean,
): Promise<IncomingMessage> {
  for (let attempt = 1; ; attempt++) {
    const outgoing = start();
    try {
      return await new Promise<IncomingMessage>((resolve, reject) => {
        outgoing.once("response", resolve);
        outgoing.once("error", reject);
        outgoing.end(body);
      });
    } catch (error) {
      const isLost = error instanceof Error && "code" in error && error.code === "ECONNRESET";
      if (!(isLost && repeatable && outgoing.reusedSocket && attempt <= 3)) throw error;
    }
  }
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
