import type { APIServiceSpec } from "#api/apiregistration/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import type { ServiceResolver, WebhookAddress } from "../webhook/caller.ts";
import type { Upgrade } from "../pipeline/request.ts";

/** A server behind an APIService, and how it is known to be it. */
export interface RemoteServer {
  readonly address: WebhookAddress;
  /** The name that its certificate must carry: "metrics-server.kube-system.svc". */
  readonly name: string;
  /** PEM; the system's authorities when missing. */
  readonly certificateAuthority?: string;
  readonly insecureSkipTlsVerify: boolean;
}

export interface RemoteRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** With those that say who asks; a list stands for a header that is sent several times. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Bytes;
}

/** The way to servers behind APIServices, which know this one as the front proxy. */
export interface RemoteServers {
  /**
   * Sends one request and streams the answer as it comes, whatever its status. Rejects where there
   * is none, with the reason as the message.
   */
  fetch(server: RemoteServer, request: RemoteRequest, signal: AbortSignal): Promise<ApiResponse>;
  /**
   * Hands the client's raw connection over: the same request there, then bytes both ways until one
   * side ends. The server's refusal is passed on to the client.
   */
  tunnel(
    upgrade: Upgrade,
    server: RemoteServer,
    request: RemoteRequest,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Where the server of an APIService with a Service is now. Rejects with the reason. */
export async function locate(
  { service, caBundle, insecureSkipTLSVerify }: APIServiceSpec,
  resolve: ServiceResolver,
): Promise<RemoteServer> {
  const { namespace = "", name = "", port = 443 } = service ?? {};
  return {
    address: await resolve({ namespace, name, port }),
    name: `${name}.${namespace}.svc`,
    ...(caBundle && { certificateAuthority: text(fromBase64(caBundle)) }),
    insecureSkipTlsVerify: insecureSkipTLSVerify ?? false,
  };
}

/** "10.96.0.7:443" */
export function shownAddress({ address: { host, port } }: RemoteServer): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

const answerBytesMax = 64 * 1024 * 1024;

/** An answer to its end, where it is not passed on but read. */
export async function readBytes({ body }: ApiResponse): Promise<Bytes> {
  if (body.kind === "bytes") return body.bytes;
  if (body.kind !== "stream") return new Uint8Array();
  const chunks: Bytes[] = [];
  let size = 0;
  for await (const chunk of body.chunks) {
    size += chunk.length;
    if (size > answerBytesMax) throw new Error(`the answer has more than ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
