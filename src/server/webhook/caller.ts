import { fromBase64, text, utf8 } from "#base/bytes.ts";
import { TimeoutError, withTimeout } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { WebhookClientConfig } from "#api/admissionregistration/v1.ts";
import { isRecord } from "#schema/decode.ts";

/** Where a webhook is, and how it is known to be it. */
export interface WebhookTarget {
  /** As messages show it: https://svc.ns.svc:443/path?timeout=10s */
  readonly url: URL;
  /** Where to connect to, if not to the URL's host. */
  readonly address?: WebhookAddress;
  /** PEM; the system's authorities when missing. */
  readonly certificateAuthority?: string;
}

export interface WebhookAddress {
  readonly host: string;
  readonly port: number;
}

/** Posts JSON over HTTPS. Rejects where no answer came, with the reason as the message. */
export type WebhookPost = (
  target: WebhookTarget,
  body: Uint8Array,
  signal: AbortSignal,
) => Promise<{ readonly status: number; readonly text: string }>;

/** Finds where a service answers. Rejects with the reason. */
export type ServiceResolver = (service: {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}) => Promise<WebhookAddress>;

export interface WebhookConnections {
  readonly post: WebhookPost;
  readonly resolve: ServiceResolver;
}

export interface CallLimits {
  readonly clock: Clock;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

/** One exchange with a webhook, whatever it is for: the JSON object that it answered. */
export async function callWebhook(
  { post, resolve }: WebhookConnections,
  clientConfig: WebhookClientConfig,
  question: object,
  { clock, timeoutSeconds, signal }: CallLimits,
): Promise<Record<string, unknown>> {
  const url = urlOf(clientConfig);
  const query = new URLSearchParams({ timeout: `${timeoutSeconds}s` });
  url.search = query.toString();
  try {
    const address = await addressOf(clientConfig, resolve);
    const certificateAuthority = clientConfig.caBundle && text(fromBase64(clientConfig.caBundle));
    const target = {
      url,
      ...(address && { address }),
      ...(certificateAuthority && { certificateAuthority }),
    };
    const body = utf8(JSON.stringify(question));
    const answer = await withTimeout(clock, timeoutSeconds * 1000, signal, (linked) =>
      post(target, body, linked),
    );
    return readAnswer(answer);
  } catch (error) {
    if (error instanceof AnswerError) throw error;
    const isLate = signal?.aborted || error instanceof TimeoutError;
    const why = isLate ? "context deadline exceeded" : messageOf(error);
    throw new Error(`Post "${shown(url)}": ${why}`, { cause: error });
  }
}

/** An answer came, but no useful one. */
class AnswerError extends Error {}

/** A URL object drops the port that its scheme implies; upstream shows a service's. */
function shown(url: URL): string {
  if (url.port || !url.hostname.endsWith(".svc")) return url.href;
  return url.href.replace(url.host, `${url.host}:443`);
}

function urlOf({ service, url }: WebhookClientConfig): URL {
  if (service) {
    const { name, namespace, path = "", port } = service;
    return new URL(path || "/", `https://${name}.${namespace}.svc:${port}`);
  }
  if (!url) throw new Error("webhook configuration must have either service or URL");
  return new URL(url);
}

async function addressOf(
  { service }: WebhookClientConfig,
  resolve: ServiceResolver,
): Promise<WebhookAddress | undefined> {
  if (!service) return undefined;
  const { namespace, name, port } = service;
  return resolve({ namespace, name, port });
}

const statusTexts: Readonly<Record<number, string>> = {
  400: "the server rejected our request for an unknown reason",
  401: "the server has asked for the client to provide credentials",
  404: "the server could not find the requested resource",
  405: "the server does not allow this method on the requested resource",
  409: "the server reported a conflict",
  422: "the server rejected our request due to an error in our request",
  429: "the server has received too many requests and has asked us to try again later",
  503: "the server is currently unable to handle the request",
  504:
    "the server was unable to return a response in the time allotted, but may still be " +
    "processing the request",
};

function readAnswer(answer: { readonly status: number; readonly text: string }) {
  const { status } = answer;
  const value = parse(answer.text);
  if (status < 200 || status > 206) throw new AnswerError(failureText(status, answer.text, value));
  if (value instanceof Error) {
    throw new AnswerError(`couldn't get version/kind; json parse error: ${value.message}`);
  }
  if (!isRecord(value)) throw new AnswerError("the answer is no JSON object");
  return value;
}

function failureText(status: number, body: string, value: unknown): string {
  if (isRecord(value) && value["kind"] === "Status" && typeof value["message"] === "string") {
    return value["message"];
  }
  const shownBody = body.trim() || "unknown";
  if (status === 403 || status === 415) return shownBody;
  const known = statusTexts[status];
  if (known) return known;
  return status >= 500
    ? `an error on the server (${JSON.stringify(shownBody)}) has prevented the request from succeeding`
    : `the server responded with the status code ${status} but did not return more information`;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    return error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
