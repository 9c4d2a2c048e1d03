import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import type { Bytes } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import { failure, serviceUnavailable } from "#machinery/status.ts";
import { upgradeTarget } from "#streaming/node/target.ts";
import { tunnelUpgrade } from "#streaming/node/tunnel.ts";
import type {
  ForwardedRequest,
  KubeletConnector,
  Target,
} from "../../resources/core/pods/kubelet-connector.ts";

export interface KubeletConnectorOptions {
  /** PEM of the CA that signs the kubelets' certificates. */
  readonly certificateAuthority: string;
  /** PEM: how the server proves itself to kubelets. */
  readonly clientCertificate: { readonly certificate: string; readonly key: string };
  /** Where a node's kubelet listens; undefined for a node that nobody knows. */
  addressOf(node: string): Endpoint | undefined | Promise<Endpoint | undefined>;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Headers that are about one hop only. */
const hopHeaders = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Reaches kubelets with the server's certificate, and everything else as an anonymous client. */
export function createKubeletConnector(options: KubeletConnectorOptions): KubeletConnector {
  const { certificate: cert, key } = options.clientCertificate;
  const kubeletTls = { ca: options.certificateAuthority, cert, key };
  // What serves in pods has certificates of its own making, if any; upstream does not check them.
  const podTls = { rejectUnauthorized: false };
  const kubelets = new HttpsAgent({ ...kubeletTls, keepAlive: true });
  const secure = new HttpsAgent({ ...podTls, keepAlive: true });
  const plain = new HttpAgent({ keepAlive: true });

  const locate = async (target: Target): Promise<Endpoint & { scheme: "http" | "https" }> => {
    if (target.kind === "http") return target;
    const endpoint = await options.addressOf(target.node);
    if (!endpoint) {
      throw failure(500, "", `no preferred addresses found; known addresses: []`, {});
    }
    return { ...endpoint, scheme: "https" };
  };
  return {
    async fetch(target, request, signal) {
      const { scheme, host, port } = await locate(target);
      const agent = scheme === "http" ? plain : target.kind === "kubelet" ? kubelets : secure;
      const response = await send(
        scheme === "http" ? httpRequest : httpsRequest,
        { ...requestOptions(request), host, port, agent, signal },
        request.body,
      );
      return answerOf(response);
    },
    async tunnel(upgrade, target, request) {
      const { scheme, host, port } = await locate(target);
      const address = host.includes(":") ? `[${host}]` : host;
      const url = `${scheme}://${address}:${port}${pathOf(request)}`;
      const upstream = upgradeTarget(url, { tls: target.kind === "kubelet" ? kubeletTls : podTls });
      await tunnelUpgrade(
        upgrade.request as IncomingMessage,
        upgrade.socket as Duplex,
        upgrade.head as Buffer,
        upstream,
      );
    },
  };
}

function requestOptions(request: ForwardedRequest): RequestOptions {
  return { method: request.method, path: pathOf(request), headers: { ...request.headers } };
}

/** Encoded again as little as the path allows: what was escaped stays one segment. */
function pathOf({ path, query }: ForwardedRequest): string {
  const text = query.toString();
  const encoded = encodeURI(path).replace(/[?#]/g, encodeURIComponent);
  return text ? `${encoded}?${text}` : encoded;
}

function send(
  request: typeof httpRequest | typeof httpsRequest,
  options: RequestOptions,
  body: Bytes | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(options);
    outgoing.on("response", resolve);
    outgoing.on("error", (error) => {
      reject(serviceUnavailable(`error trying to reach service: ${error.message}`));
    });
    outgoing.end(body);
  });
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
