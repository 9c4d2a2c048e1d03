import { text as textOf } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import type { ApiRequest, ApiResponse, WatchEvent } from "#client/transport.ts";
import { isRecord } from "#schema/decode.ts";
import type { Connection, RequestInfo, UserInfo } from "../pipeline/request.ts";
import type { Level, Stage, Verdict } from "./policy.ts";

/** One line of the log, as audit.k8s.io/v1 has it. */
export type AuditEvent = Readonly<Record<string, unknown>>;

export interface RecordOptions {
  readonly auditId: string;
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly connection: Connection;
  readonly user: UserInfo;
  readonly verdict: Verdict;
  readonly clock: Clock;
  /** As `AuditSink`'s. */
  readonly write: (event: AuditEvent) => void | Promise<void>;
}

interface ObjectReference {
  resource: string;
  namespace?: string;
  name?: string;
  uid?: string;
  apiGroup?: string;
  apiVersion?: string;
  resourceVersion?: string;
  subresource?: string;
}

/** What is written down of one request, stage by stage, while it is answered. */
export class AuditRecord {
  readonly #options: RecordOptions;
  readonly #level: Level;
  readonly #annotations: Record<string, string> = {};
  readonly #reference: ObjectReference | undefined;
  readonly #received: string;
  #impersonated: UserInfo | undefined;
  #requestObject: unknown;
  #responseObject: unknown;
  #ended = false;
  #written: Promise<unknown> | undefined;

  constructor(options: RecordOptions) {
    this.#options = options;
    this.#level = options.verdict.level;
    this.#received = microTime(options.clock.now());
    this.#reference = referenceOf(options.info);
    this.#emit("RequestReceived");
  }

  get auditId(): string {
    return this.#options.auditId;
  }

  /** Settles when all that was said is written down; undefined where nobody needs to wait. */
  get written(): Promise<unknown> | undefined {
    return this.#written;
  }

  get #hasBodies(): boolean {
    return this.#level === "Request" || this.#level === "RequestResponse";
  }

  /** What a step of the request's way has to say. The first word on a key counts. */
  annotate(key: string, value: string, level: "Metadata" | "Request" = "Metadata"): void {
    if (level === "Request" && !this.#hasBodies) return;
    this.#annotations[key] ??= value;
  }

  impersonates(user: UserInfo): void {
    this.#impersonated = user;
  }

  /** The object, or the patch, that the request brings. */
  setRequestObject(object: unknown): void {
    if (isRecord(object) && isRecord(object["metadata"]) && this.#reference) {
      fillIn(this.#reference, object["metadata"]);
    }
    // A copy: what admission and defaults make of the object is the response's to show.
    if (this.#hasBodies) this.#requestObject = structuredClone(object);
  }

  /** Writes the end down, as soon as the answer has wholly left; returns the answer to send. */
  complete(response: ApiResponse): ApiResponse {
    const { status, body } = response;
    switch (body.kind) {
      case "stream":
        this.#started(status);
        return { ...response, body: { ...body, chunks: this.#tap(body.chunks, status) } };
      case "events":
        this.#started(status);
        return { ...response, body: { ...body, events: this.#followed(body.events, status) } };
      case "bytes":
        if (this.#level === "RequestResponse" || status >= 400) {
          this.#responseObject = parsed(body.bytes);
        }
        break;
      case "object":
        this.#responseObject = body.object;
        break;
      case "none":
        break;
      default:
        body satisfies never;
    }
    this.#end(status);
    return response;
  }

  /** Nobody is known to have asked: that is written down in a stage of its own, as upstream does. */
  refused(response: ApiResponse): void {
    const { body, status } = response;
    if (body.kind === "bytes") this.#responseObject = parsed(body.bytes);
    this.#ended = true;
    this.#emit("ResponseStarted", status);
  }

  /** What is done is done: whether it is written down is for the sink to tell. */
  async #settled(): Promise<void> {
    await this.#written?.catch(() => {});
  }

  #started(status: number): void {
    if (this.#options.info.verb === "watch") this.#emit("ResponseStarted", status);
  }

  async *#tap(chunks: AsyncIterable<Bytes>, status: number): AsyncGenerator<Bytes> {
    const isKept = this.#level === "RequestResponse" && this.#options.info.verb === "list";
    const kept: Bytes[] = [];
    try {
      for await (const chunk of chunks) {
        if (isKept) kept.push(chunk);
        yield chunk;
      }
    } finally {
      if (isKept) this.#responseObject = parsed(joined(kept));
      this.#end(status);
      await this.#settled();
    }
  }

  async *#followed(
    events: AsyncIterable<WatchEvent<unknown>>,
    status: number,
  ): AsyncGenerator<WatchEvent<unknown>> {
    try {
      yield* events;
    } finally {
      this.#end(status);
      await this.#settled();
    }
  }

  #end(status: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#emit("ResponseComplete", status);
  }

  #emit(stage: Stage, code?: number): void {
    const { auditId, request, info, connection, user, verdict, clock, write } = this.#options;
    if (verdict.omitStages.has(stage)) return;
    const withoutManaged = (object: unknown) =>
      verdict.omitManagedFields ? withoutManagedFields(object) : object;
    const isComplete = stage !== "RequestReceived";
    const showsResponse = isComplete && this.#level === "RequestResponse";
    const hasAnnotations = isComplete && Object.keys(this.#annotations).length > 0;
    const query = request.query.toString();
    const writing = write({
      kind: "Event",
      apiVersion: "audit.k8s.io/v1",
      level: this.#level,
      auditID: auditId,
      stage,
      requestURI: query ? `${request.path}?${query}` : request.path,
      verb: info.verb,
      user: userOf(user),
      ...(this.#impersonated && { impersonatedUser: userOf(this.#impersonated) }),
      sourceIPs: sourceAddresses(request, connection),
      ...(request.headers["user-agent"] && { userAgent: userAgentOf(request) }),
      ...(this.#reference && { objectRef: { ...this.#reference } }),
      ...(code !== undefined && { responseStatus: this.#statusOf(code) }),
      ...(this.#requestObject !== undefined && {
        requestObject: withoutManaged(this.#requestObject),
      }),
      ...(showsResponse &&
        this.#responseObject !== undefined && {
          responseObject: withoutManaged(this.#responseObject),
        }),
      requestReceivedTimestamp: this.#received,
      stageTimestamp: microTime(clock.now()),
      ...(hasAnnotations && { annotations: { ...this.#annotations } }),
    });
    if (!writing) return;
    const before = this.#written;
    // Only of what has not begun yet the failure stands in the way; that is asked for before.
    this.#written = before ? Promise.allSettled([before, writing]) : writing;
  }

  #statusOf(code: number): object {
    const object = this.#responseObject;
    if (!isRecord(object) || object["kind"] !== "Status") return { metadata: {}, code };
    const { status, message, reason, details } = object;
    return {
      metadata: {},
      ...(status !== undefined && { status }),
      ...(message !== undefined && { message }),
      ...(reason !== undefined && { reason }),
      ...(details !== undefined && { details }),
      code,
    };
  }
}

function referenceOf(info: RequestInfo): ObjectReference | undefined {
  if (!info.isResource) return undefined;
  const { resource, namespace, name, group, version, subresource } = info;
  return {
    resource,
    ...(namespace && { namespace }),
    ...(name && { name }),
    ...(group && { apiGroup: group }),
    ...(version && { apiVersion: version }),
    ...(subresource && { subresource }),
  };
}

/** What the path does not say: the name of a new object, the version of a changed one. */
function fillIn(reference: ObjectReference, metadata: Readonly<Record<string, unknown>>): void {
  for (const field of ["name", "namespace", "uid", "resourceVersion"] as const) {
    const value = metadata[field];
    if (typeof value === "string" && value) reference[field] ??= value;
  }
}

function userOf({ name, uid, groups, extra }: UserInfo): object {
  return {
    ...(name && { username: name }),
    ...(uid && { uid }),
    ...(groups.length > 0 && { groups }),
    ...(extra && Object.keys(extra).length > 0 && { extra }),
  };
}

/** Whom proxies name, first to last, and then who connected. */
function sourceAddresses({ headers }: ApiRequest, { remoteAddress }: Connection): string[] {
  const forwarded = (headers["x-forwarded-for"] ?? "")
    .split(",")
    .map((address) => address.trim())
    .filter((address) => address !== "");
  const real = headers["x-real-ip"];
  const all = [...forwarded, ...(real ? [real] : []), remoteAddress ?? "::1"];
  return [...new Set(all)];
}

const userAgentLengthMax = 1024;

function userAgentOf({ headers }: ApiRequest): string {
  const agent = headers["user-agent"] ?? "";
  return agent.length > userAgentLengthMax
    ? `${agent.slice(0, userAgentLengthMax)}...TRUNCATED`
    : agent;
}

function parsed(bytes: Bytes): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    return undefined; // a log, metrics, protobuf: what is no JSON is not an object to show
  }
}

function joined(chunks: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(chunks.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function withoutManagedFields(object: unknown): unknown {
  if (!isRecord(object)) return object;
  const { items } = object;
  if (Array.isArray(items)) return { ...object, items: items.map(withoutManagedFields) };
  if (!isRecord(object["metadata"])) return object;
  const { managedFields: _, ...metadata } = object["metadata"];
  return { ...object, metadata };
}

/** Microseconds, as all times of audit events have; the clock knows milliseconds. */
function microTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000Z`;
}
