import { Agent, request } from "node:https";
import type { RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { WebhookPost, WebhookTarget } from "../caller.ts";

const answerBytesMax = 8 * 1024 * 1024;
const socketsPerHostMax = 64;

/** Connections are kept per webhook; `close` ends them. */
export function httpsWebhooks(): { readonly post: WebhookPost; close(): void } {
  // The authorities and names are part of what a kept connection is found by.
  const agent = new Agent({ keepAlive: true, maxSockets: socketsPerHostMax, maxFreeSockets: 4 });
  return {
    post: (target, body, signal) => exchange({ ...optionsOf(target, body), agent, signal }, body),
    close: () => agent.destroy(),
  };
}

function optionsOf({ url, address, certificateAuthority }: WebhookTarget, body: Uint8Array) {
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  return {
    method: "POST",
    host: address?.host ?? hostname,
    port: address?.port ?? (url.port || 443),
    path: url.pathname + url.search,
    ...(certificateAuthority && { ca: certificateAuthority }),
    ...(isIP(hostname) === 0 && { servername: hostname }),
    headers: {
      host: url.host,
      accept: "application/json, */*",
      "content-type": "application/json",
      "content-length": body.length,
      "user-agent": "kube-apiserver-admission",
    },
  };
}

async function exchange(options: RequestOptions, body: Uint8Array) {
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = request(options);
      outgoing.once("response", resolve);
      outgoing.once("error", reject);
      outgoing.end(body);
    });
    return { status: response.statusCode ?? 0, text: await textOf(response) };
  } catch (error) {
    throw new Error(reasonOf(error, `${options.host}:${options.port}`), { cause: error });
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > answerBytesMax) {
      response.destroy();
      throw new Error(`the answer has more than ${answerBytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const tlsFailed = "tls: failed to verify certificate: x509:";

/** In the words that users of Kubernetes search for. */
const reasons: Readonly<Record<string, (address: string) => string>> = {
  ECONNREFUSED: (address) => `dial tcp ${address}: connect: connection refused`,
  EHOSTUNREACH: (address) => `dial tcp ${address}: connect: no route to host`,
  ENETUNREACH: (address) => `dial tcp ${address}: connect: network is unreachable`,
  ETIMEDOUT: (address) => `dial tcp ${address}: connect: connection timed out`,
  ENOTFOUND: (address) => `dial tcp: lookup ${hostOf(address)}: no such host`,
  EAI_AGAIN: (address) => `dial tcp: lookup ${hostOf(address)}: server misbehaving`,
  ECONNRESET: () => "EOF",
  CERT_HAS_EXPIRED: () => `${tlsFailed} certificate has expired or is not yet valid`,
  CERT_NOT_YET_VALID: () => `${tlsFailed} certificate has expired or is not yet valid`,
  DEPTH_ZERO_SELF_SIGNED_CERT: () => `${tlsFailed} certificate signed by unknown authority`,
  SELF_SIGNED_CERT_IN_CHAIN: () => `${tlsFailed} certificate signed by unknown authority`,
  UNABLE_TO_GET_ISSUER_CERT: () => `${tlsFailed} certificate signed by unknown authority`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: () => `${tlsFailed} certificate signed by unknown authority`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => `${tlsFailed} certificate signed by unknown authority`,
};

function reasonOf(error: unknown, address: string): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const known = reasons[code];
  if (known) return known(address);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `${tlsFailed} ${error.message}`;
  return error.message;
}

const hostOf = (address: string) => address.slice(0, address.lastIndexOf(":"));
