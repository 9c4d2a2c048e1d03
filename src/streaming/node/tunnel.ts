import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { Duplex as NodeDuplex } from "node:stream";
import { concatBytes } from "#base/bytes.ts";
import { splice } from "../duplex.ts";
import { answer, responseHead, type HeaderLines } from "./http.ts";
import { bytesOf, socketDuplex } from "./socket.ts";
import { requestUpgrade, type UpgradeTarget } from "./target.ts";

/** Who the client is was settled here; its proofs are not for the next server. */
const credentialHeaders =
  /^(authorization|proxy-authorization|cookie|x-remote-(user|uid|group|extra-.*)|impersonate-.*)$/i;
/** A bearer token that a browser, which can set no header, sends among the subprotocols. */
const bearerProtocol = /^base64url\.bearer\.authorization\.k8s\.io\./;
const bodyLengthMax = 1024 * 1024;

/**
 * Hands a request to upgrade on to another server and, when that agrees, joins the two connections
 * byte by byte. Any other response is passed on as it is. A failure before there is a response is
 * answered with a `Status`. Resolves when the connection is over, however it ended.
 */
export async function tunnelUpgrade(
  request: IncomingMessage,
  socket: NodeDuplex,
  head: Buffer,
  upstream: UpgradeTarget,
): Promise<void> {
  const gone = new AbortController();
  const onClose = () => gone.abort();
  socket.on("error", () => {}); // Its "close" is what counts.
  socket.on("close", onClose);
  let result: Awaited<ReturnType<typeof requestUpgrade<undefined>>>;
  try {
    const outgoing = {
      method: request.method ?? "GET",
      headers: { ...forwardedHeaders(request), ...upstream.headers, Host: upstream.host },
      body: await readBody(request),
    };
    const passOn = (response: IncomingMessage) => passResponse(response, socket);
    result = await requestUpgrade<undefined>(upstream, outgoing, passOn, gone.signal);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return answerStatus(socket, `error dialing backend: ${message}`);
  } finally {
    socket.off("close", onClose);
  }
  if (!result) return;
  const { response } = result;
  socket.write(responseHead(101, response.statusMessage, headerLines(response)));
  try {
    await splice(socketDuplex(socket, head), socketDuplex(result.socket, result.head));
  } catch {
    // A connection that breaks off ends for both sides; `splice` has closed them.
  }
}

function forwardedHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of headerLines(request)) {
    if (credentialHeaders.test(name) || name.toLowerCase() === "host") continue;
    const kept = name.toLowerCase() === "sec-websocket-protocol" ? withoutToken(value) : value;
    if (kept !== "") (headers[name] ??= []).push(kept);
  }
  const outgoing: OutgoingHttpHeaders = {};
  for (const [name, values] of Object.entries(headers)) {
    const [first, ...others] = values;
    outgoing[name] = others.length === 0 ? first : values;
  }
  return outgoing;
}

function withoutToken(protocols: string): string {
  const kept = protocols.split(",").map((protocol) => protocol.trim());
  return kept.filter((protocol) => !bearerProtocol.test(protocol)).join(", ");
}

function headerLines(message: IncomingMessage): HeaderLines {
  const lines: [string, string][] = [];
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2) {
    lines.push([message.rawHeaders[index] ?? "", message.rawHeaders[index + 1] ?? ""]);
  }
  return lines;
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  if (encoding === undefined && (length === undefined || length === "0")) return undefined;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Uint8Array).length;
    if (size > bodyLengthMax) throw new Error(`the body is longer than ${bodyLengthMax} bytes`);
    parts.push(chunk as Uint8Array);
  }
  return concatBytes(parts);
}

/** The response's length is told by the end of the connection, whatever framed it before. */
async function passResponse(response: IncomingMessage, socket: NodeDuplex): Promise<undefined> {
  const headers = headerLines(response).filter(
    ([name]) => !/^(connection|keep-alive|transfer-encoding|upgrade)$/i.test(name),
  );
  const client = socketDuplex(socket);
  const lines: HeaderLines = [...headers, ["Connection", "close"]];
  socket.write(responseHead(response.statusCode ?? 502, response.statusMessage, lines));
  try {
    for await (const chunk of response) await client.write(bytesOf(chunk as Uint8Array));
    await client.closeWrite();
  } finally {
    client.close();
  }
  return undefined;
}

function answerStatus(socket: NodeDuplex, message: string): void {
  const status = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    code: 500,
  };
  answer(socket, 500, `${JSON.stringify(status)}\n`, [["Content-Type", "application/json"]]);
}
