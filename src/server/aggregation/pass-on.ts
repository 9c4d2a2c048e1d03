import type { Clock } from "#base/clock.ts";
import { TimeoutError, withTimeout } from "#base/clock.ts";
import { utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ApiRequest, ApiResponse } from "#client/transport.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { isTrue } from "../pipeline/request-info.ts";
import { isInProcess } from "../registry/answers.ts";
import { takenOver } from "../resources/common/answers.ts";
import { identityHeaders, passedOnHeaders } from "./identity-headers.ts";
import { readBytes, shownAddress } from "./remote.ts";
import type { RemoteRequest, RemoteServer, RemoteServers } from "./remote.ts";

const discoveryTimeoutMs = 5000;

/** Has another server answer a request, under the name of who sent it. */
export async function passOn(
  context: RequestContext,
  { servers, server, clock }: { servers: RemoteServers; server: RemoteServer; clock: Clock },
): Promise<ApiResponse> {
  const { request, connection, signal } = context;
  const sent = await remoteRequest(context, server);
  if (connection.upgrade) {
    await servers.tunnel(connection.upgrade, server, sent, signal);
    return takenOver;
  }
  try {
    const answer = isDiscovery(context)
      ? await withTimeout(clock, discoveryTimeoutMs, signal, (linked) =>
          servers.fetch(server, sent, linked),
        )
      : await servers.fetch(server, sent, signal);
    const allowed = withoutSiteHeaders(withoutRedirect(answer));
    return isInProcess(context) ? await inProcessAnswer(allowed, request) : allowed;
  } catch (error) {
    const isLate = error instanceof TimeoutError;
    const why = isLate ? "context deadline exceeded" : messageOf(error);
    return plainText(503, `error trying to reach service: ${why}`);
  }
}

/** Of a server that is not there: no Status, as from any proxy. */
export const serviceUnavailable = (): ApiResponse => plainText(503, "service unavailable");

export function plainText(status: number, message: string): ApiResponse {
  const contentType = "text/plain; charset=utf-8";
  return {
    status,
    headers: { "x-content-type-options": "nosniff" },
    body: { kind: "bytes", contentType, bytes: utf8(`${message}\n`) },
  };
}

/** What clients learn resources by must not take long: kubectl asks for all of it at once. */
function isDiscovery({ info: { isResource, path } }: RequestContext): boolean {
  return !isResource && path.split("/").filter(Boolean).length === 3;
}

async function remoteRequest(
  { request, connection, user }: RequestContext,
  server: RemoteServer,
): Promise<RemoteRequest> {
  const { method, path, query } = request;
  const headers = passedOnHeaders(request.headers);
  const proxies = headers["x-forwarded-for"];
  const client = connection.remoteAddress;
  const body = await bodyOf(request);
  return {
    method,
    path,
    query,
    headers: {
      ...headers,
      ...(client && { "x-forwarded-for": proxies ? `${proxies}, ${client}` : client }),
      "x-forwarded-host": shownAddress(server),
      "x-forwarded-proto": "https",
      "x-forwarded-uri": encodeURI(path),
      ...(body && { "content-type": body.contentType }),
      ...identityHeaders(user),
    },
    ...(body && { body: body.bytes }),
  };
}

async function bodyOf({
  body,
}: ApiRequest): Promise<{ contentType: string; bytes: Bytes } | undefined> {
  switch (body.kind) {
    case "none":
      return undefined;
    case "bytes":
      return { contentType: body.contentType, bytes: await body.read() };
    case "object": {
      const { object, contentType = "application/json" } = body;
      return { contentType, bytes: utf8(JSON.stringify(object)) };
    }
    default:
      return body satisfies never;
  }
}

/** A client that follows would send its credentials, and would come to where nobody checks them. */
function withoutRedirect(answer: ApiResponse): ApiResponse {
  if (answer.status < 300 || answer.status > 399 || !answer.headers["location"]) return answer;
  const message = "the backend attempted to redirect this request, which is not permitted";
  const contentType = "text/plain; charset=utf-8";
  return {
    status: 502,
    headers: {},
    body: { kind: "bytes", contentType, bytes: utf8(message) },
  };
}

/** Which web pages may read answers is for this server to say. */
function withoutSiteHeaders(answer: ApiResponse): ApiResponse {
  const entries = Object.entries(answer.headers).filter(
    ([name]) => !/^access-control-allow-(credentials|headers|methods|origin)$/.test(name),
  );
  return { ...answer, headers: Object.fromEntries(entries) };
}

/** Components of this process read lists and objects as a whole, and follow only watches. */
async function inProcessAnswer(answer: ApiResponse, { query }: ApiRequest): Promise<ApiResponse> {
  const { status, headers, body } = answer;
  if (body.kind !== "stream" || (isTrue(query.get("watch")) && status === 200)) return answer;
  const bytes = await readBytes(answer);
  return { status, headers, body: { kind: "bytes", contentType: body.contentType, bytes } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
