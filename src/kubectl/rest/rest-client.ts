import { text, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { readLines } from "#client/lines.ts";
import type { ApiRequest, ApiResponse, RequestBody, Transport } from "#client/transport.ts";
import { exactJsonText, parseExactJson } from "#machinery/codec/exact-json.ts";
import { isRow } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import type { KubeObject, ObjectList } from "../objects.ts";
import { genericStatus, isStatus } from "./failure.ts";
import type { RequestTrace } from "./trace.ts";
import { warningsOf } from "./warnings.ts";

export interface RestRequest {
  /** GET when missing. */
  readonly method?: ApiRequest["method"];
  readonly path: string;
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly accept?: string;
  readonly contentType?: string;
  /** An object goes as JSON. */
  readonly body?: object | string | Bytes;
}

export type QueryValue = string | number | boolean | readonly string[] | undefined;

export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly text: string;
}

export interface WatchedEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: KubeObject;
}

export interface RestClientOptions {
  readonly transport: Transport;
  /** Told once for each different text. */
  readonly warn: (warning: string) => void;
  readonly trace?: RequestTrace;
  readonly monotonic: () => number;
}

/** Objects as JSON, over whatever transport. Every call throws `StatusError` for a refusal. */
export class RestClient {
  readonly transport: Transport;
  readonly #options: RestClientOptions;
  readonly #warned = new Set<string>();

  constructor(options: RestClientOptions) {
    this.transport = options.transport;
    this.#options = options;
  }

  /** The answer as it came, of success. */
  async send(request: RestRequest, signal?: AbortSignal): Promise<RestAnswer> {
    const response = await this.#exchange(request, signal);
    const { body } = response;
    if (body.kind === "stream" || body.kind === "events") {
      throw new Error(`${request.path} streams, where one answer was expected`);
    }
    const content =
      body.kind === "bytes"
        ? text(body.bytes)
        : body.kind === "object"
          ? JSON.stringify(body.object)
          : "";
    return {
      status: response.status,
      headers: response.headers,
      contentType: body.kind === "bytes" ? body.contentType : "application/json",
      text: content,
    };
  }

  /** The answer's JSON. */
  async json<T = KubeObject>(request: RestRequest, signal?: AbortSignal): Promise<T> {
    const answer = await this.send(request, signal);
    return parseExactJson(answer.text) as T;
  }

  /** Whole events, until the server ends the watch or the signal aborts. */
  async *watch(
    request: RestRequest,
    signal?: AbortSignal,
  ): AsyncGenerator<WatchedEvent, void, undefined> {
    const query = { ...request.query, watch: true };
    const response = await this.#exchange({ ...request, query }, signal);
    const { body } = response;
    if (body.kind === "events") {
      yield* body.events as AsyncIterable<WatchedEvent>;
      return;
    }
    if (body.kind !== "stream") return;
    for await (const line of readLines(body.chunks)) yield parseExactJson(line) as WatchedEvent;
  }

  /** Bytes as they come: a log that is followed, or a large answer. */
  async *stream(request: RestRequest, signal?: AbortSignal): AsyncGenerator<Bytes> {
    const { body } = await this.#exchange(request, signal);
    if (body.kind === "stream") yield* body.chunks;
    else if (body.kind === "bytes") yield body.bytes;
    else if (body.kind === "object") yield utf8(JSON.stringify(body.object));
  }

  /** All items, in chunks of `limit` where that is not 0. */
  async list(request: RestRequest, limit: number, signal?: AbortSignal): Promise<ObjectList> {
    let whole: ObjectList | undefined;
    let next: string | undefined;
    do {
      const page: ObjectList = await this.json<ObjectList>(
        {
          ...request,
          query: { ...request.query, ...(limit > 0 && { limit }), ...(next && { continue: next }) },
        },
        signal,
      );
      page.items ??= [];
      if (whole) whole.items.push(...page.items);
      else whole = page;
      next = page.metadata.continue;
      whole.metadata = { ...page.metadata };
      delete whole.metadata.continue;
      delete whole.metadata.remainingItemCount;
    } while (next);
    return whole;
  }

  async #exchange(request: RestRequest, signal: AbortSignal | undefined): Promise<ApiResponse> {
    const apiRequest: ApiRequest = {
      method: request.method ?? "GET",
      path: request.path,
      query: queryOf(request.query ?? {}),
      headers: {
        accept: request.accept ?? "application/json",
        ...(request.body !== undefined && {
          "content-type": request.contentType ?? "application/json",
        }),
      },
      body: bodyOf(request),
    };
    const { monotonic, trace } = this.#options;
    // Asking for the time takes Node a millisecond, the first time.
    await trace?.sends(apiRequest);
    const start = trace ? monotonic() : 0;
    const response = await this.transport.send(apiRequest, signal);
    trace?.got(apiRequest, response, monotonic() - start);
    for (const warning of warningsOf(response.headers.warning ?? "")) {
      if (this.#warned.has(warning)) continue;
      this.#warned.add(warning);
      this.#options.warn(warning);
    }
    if (response.status >= 400) throw await failureOf(apiRequest, response);
    return response;
  }
}

function queryOf(query: NonNullable<RestRequest["query"]>): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (typeof value === "object") for (const item of value) params.append(name, item);
    else params.append(name, String(value));
  }
  return params;
}

function bodyOf({ body, contentType = "application/json" }: RestRequest): RequestBody {
  if (body === undefined) return { kind: "none" };
  const bytes =
    typeof body === "string"
      ? utf8(body)
      : body instanceof Uint8Array
        ? body
        : utf8(exactJsonText(body));
  return { kind: "bytes", contentType, read: () => Promise.resolve(bytes) };
}

async function failureOf(request: ApiRequest, response: ApiResponse): Promise<StatusError> {
  const { body } = response;
  let content = "";
  if (body.kind === "bytes") content = text(body.bytes);
  else if (body.kind === "object") {
    if (isStatus(body.object)) return new StatusError(body.object);
  } else if (body.kind === "stream") {
    for await (const chunk of body.chunks) content += text(chunk);
  }
  try {
    const parsed: unknown = JSON.parse(content);
    if (isRow(parsed) && isStatus(parsed)) return new StatusError(parsed);
  } catch {
    // A proxy on the way, or a kubelet, answers in plain text: its status code tells what it was.
  }
  return new StatusError(genericStatus(request, response.status, content));
}
