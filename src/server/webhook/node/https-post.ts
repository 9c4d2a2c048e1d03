import { Agent } from "node:https";
import type { RequestOptions } from "node:https";
import { isIP } from "node:net";
import { text } from "#base/bytes.ts";
import { exchange, readAll } from "#client/node/exchange.ts";
import { reasonOf } from "../../node/network-reason.ts";
import type { WebhookPost, WebhookTarget } from "../caller.ts";

/** Conversions answer with whole lists. */
const answerBytesMax = 64 * 1024 * 1024;
const socketsPerHostMax = 64;

/** Connections are kept per webhook; `close` ends them. */
export function httpsWebhooks(): { readonly post: WebhookPost; close(): void } {
  // The authorities and names are part of what a kept connection is found by.
  const agent = new Agent({ keepAlive: true, maxSockets: socketsPerHostMax, maxFreeSockets: 4 });
  return {
    post: (target, body, signal) => post({ ...optionsOf(target, body), agent, signal }, body),
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

async function post(options: RequestOptions, body: Uint8Array) {
  try {
    const response = await exchange("https", options, body);
    const answer = await readAll(response, answerBytesMax);
    return { status: response.statusCode ?? 0, text: text(answer) };
  } catch (error) {
    throw new Error(reasonOf(error, `${options.host}:${options.port}`), { cause: error });
  }
}
