import { connect as connectTcp, isIP } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls, createSecureContext } from "node:tls";
import type { SecureContext } from "node:tls";
import { concatBytes } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ApiRequest, ResponseBody } from "../../transport.ts";
import type { HttpsTransport, HttpsTransportOptions } from "../https-transport.ts";
import { bodyBytes, headersOf, requestTarget, streams, tlsOf } from "../requests.ts";
import { HttpClient } from "./http-client.ts";
import type { HttpResponse } from "./http-client.ts";

export type Http1Transport = Omit<HttpsTransport, "agent">;

/** `httpsTransport` for programs that live for one command: it loads and connects in less time. */
export function http1Transport(options: HttpsTransportOptions): Http1Transport {
  const server = new URL(options.server);
  const isSecure = server.protocol === "https:";
  const host = server.hostname.replace(/^\[|\]$/g, "");
  const endpoint = { host, port: Number(server.port || (isSecure ? 443 : 80)) };
  let tls = tlsOf(options);
  let context: SecureContext | undefined;
  const open = async (signal?: AbortSignal): Promise<Socket> => {
    const dialed = options.dial && (await options.dial(signal));
    if (!isSecure) return dialed ?? connectTcp(endpoint);
    const { rejectUnauthorized, servername, ...certificates } = tls;
    context ??= createSecureContext(certificates);
    const name = servername ?? (isIP(host) === 0 ? host : undefined);
    return connectTls({
      ...endpoint,
      ...(dialed && { socket: dialed }),
      ...(name !== undefined && { servername: name }),
      rejectUnauthorized,
      secureContext: context,
      ALPNProtocols: ["http/1.1"],
    });
  };
  const client = new HttpClient({
    host: server.host,
    open,
    ...(options.maxFreeSockets && { idleMax: options.maxFreeSockets }),
  });
  const headers = headersOf(options);
  return {
    server,
    get tls() {
      return tls;
    },
    headers,
    renew(credentials) {
      tls = tlsOf({ ...options, ...credentials });
      context = undefined;
      client.forget();
    },
    close: () => client.close(),
    async send(request, signal) {
      const body = await bodyBytes(request);
      const prepared = {
        method: request.method,
        target: requestTarget(server, request),
        headers: { ...(await headers()), ...request.headers },
        body,
      };
      const response = await client.send(prepared, signal);
      const { status } = response;
      return { status, headers: response.headers, body: await bodyOf(request, response, signal) };
    },
  };
}

/** Watches and logs stream; everything else is read to its end. */
async function bodyOf(
  request: ApiRequest,
  { status, headers, chunks }: HttpResponse,
  signal: AbortSignal | undefined,
): Promise<ResponseBody> {
  const contentType = headers["content-type"] ?? "application/octet-stream";
  if (streams(request) && status === 200) {
    return { kind: "stream", contentType, chunks: untilAborted(chunks, signal) };
  }
  const parts: Bytes[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const [only] = parts;
  if (only === undefined) return { kind: "none" };
  return { kind: "bytes", contentType, bytes: parts.length === 1 ? only : concatBytes(parts) };
}

/** Ends, rather than fails, when the request is aborted. */
async function* untilAborted(chunks: AsyncIterable<Bytes>, signal: AbortSignal | undefined) {
  try {
    yield* chunks;
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
