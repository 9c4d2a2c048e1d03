import { request } from "node:https";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { Service } from "#api/core/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import type { Client } from "#client/client.ts";
import { isRecord } from "#schema/decode.ts";
import type { ConversionCaller } from "../conversion.ts";

type ClientConfig = Parameters<ConversionCaller>[0];

const timeoutMs = 30_000;
const answerBytesMax = 64 * 1024 * 1024;

/** Calls webhooks over HTTPS. Services are reached by their cluster address. */
export function createConversionCaller(client: Client): ConversionCaller {
  return async (clientConfig, review) => {
    const url = urlOf(clientConfig);
    const body = JSON.stringify(review);
    try {
      const { status, answer } = await post(url, body, {
        host: await hostOf(client, clientConfig, url),
        certificateAuthority: clientConfig.caBundle && text(fromBase64(clientConfig.caBundle)),
      });
      return readAnswer(status, answer);
    } catch (error) {
      if (error instanceof AnswerError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`Post ${JSON.stringify(url.href)}: ${why}`, { cause: error });
    }
  };
}

/** An answer came, but none to the review. */
class AnswerError extends Error {}

function urlOf({ service, url }: ClientConfig): URL {
  const given = service
    ? `https://${service.name}.${service.namespace}.svc:${service.port}${service.path || "/"}`
    : (url ?? "");
  const target = new URL(given);
  target.searchParams.set("timeout", `${timeoutMs / 1000}s`);
  return target;
}

async function hostOf(client: Client, { service }: ClientConfig, url: URL): Promise<string> {
  if (!service) return url.hostname.replace(/^\[|\]$/g, "");
  const { namespace, name, port } = service;
  const { spec } = await client.get(Service, { namespace, name });
  if (spec.type === "ExternalName") return spec.externalName ?? "";
  if (!spec.clusterIP || spec.clusterIP === "None") {
    throw new Error(`cannot route to service with ClusterIP ${JSON.stringify(spec.clusterIP)}`);
  }
  if (!spec.ports?.some((one) => one.port === port)) {
    throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
  }
  return spec.clusterIP;
}

async function post(
  url: URL,
  body: string,
  to: { readonly host: string; readonly certificateAuthority: string | undefined },
): Promise<{ status: number; answer: string }> {
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request({
      method: "POST",
      host: to.host,
      port: url.port || 443,
      path: url.pathname + url.search,
      ...(to.certificateAuthority && { ca: to.certificateAuthority }),
      ...(isIP(hostname) === 0 && { servername: hostname }),
      headers: {
        host: url.host,
        accept: "application/json",
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
    outgoing.once("response", resolve);
    outgoing.once("error", reject);
    outgoing.end(body);
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > answerBytesMax) throw new Error(`the answer has more than ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, answer: Buffer.concat(chunks).toString("utf8") };
}

function readAnswer(status: number, answer: string): Record<string, unknown> {
  if (status < 200 || status > 206) {
    throw new AnswerError(`the webhook answered with status ${status}: ${answer.slice(0, 200)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(answer);
  } catch {
    throw new AnswerError("the webhook answered with something that is no JSON");
  }
  if (!isRecord(value)) throw new AnswerError("the webhook answered with no JSON object");
  return value;
}
