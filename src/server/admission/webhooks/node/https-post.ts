import { Agent, request } from "node:https";
import type { RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { reasonOf } from "../../../node/network-reason.ts";
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
