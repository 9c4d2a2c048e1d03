import type { Status } from "#api/meta/v1.ts";
import { builtInKinds } from "#api/registry.ts";
import type { Awaitable } from "#base/awaitable.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { ApiRequest, ApiResponse } from "#client/transport.ts";
import {
  PathNotFoundError,
  StatusError,
  methodNotAllowed,
  pathNotFound,
  toStatus,
  unauthorized,
  internalError,
} from "#machinery/status.ts";
import { auditIdOf } from "../audit/auditor.ts";
import type { Auditor } from "../audit/auditor.ts";
import type { AuditRecord } from "../audit/record.ts";
import type { Authenticator } from "../authn/authenticator.ts";
import { wantedUser } from "../authn/impersonation/headers.ts";
import type { WantedUser } from "../authn/impersonation/headers.ts";
import type { Impersonate } from "../authn/impersonation/impersonate.ts";
import type { Authorizer } from "../authz/authorizer.ts";
import { attributesOf, requireAccess } from "../authz/denial.ts";
import type { FlowControl, Passport } from "../flowcontrol/flow-control.ts";
import { plain } from "../health/health.ts";
import type { RequestMetrics } from "../health/request-metrics.ts";
import { answerValue } from "../registry/answers.ts";
import type { Registry } from "../registry/registry.ts";
import { storageFailure } from "./storage-failure.ts";
import type { Connection, RequestContext, RequestInfo, UserInfo } from "./request.ts";
import { requestInfoOf } from "./request-info.ts";

/** Answers paths that are no resource's: health, version, discovery, OpenAPI. */
export interface PathHandler {
  /** Undefined where the path is not this handler's. */
  handle(
    path: string,
    headers: Readonly<Record<string, string>>,
    request: ApiRequest,
  ): Promise<ApiResponse | undefined> | ApiResponse | undefined;
}

export interface PipelineParts {
  readonly authenticators: readonly Authenticator[];
  readonly impersonate: Impersonate;
  readonly authorizer: Authorizer;
  readonly registry: () => Registry;
  /** The answer of another server, whose request this is; undefined where it is for this one. */
  readonly elsewhere?: (context: RequestContext) => Promise<ApiResponse> | undefined;
  readonly paths: readonly PathHandler[];
  /** Shares out what is done at once; missing where everything may be. */
  readonly flowControl?: FlowControl | undefined;
  /** Writes down who asks for what; missing where nobody wants to know. */
  readonly auditor?: Auditor | undefined;
  readonly metrics: RequestMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A request on its way: each step reads what those before it have found out. */
interface Passage {
  readonly request: ApiRequest;
  readonly connection: Connection;
  readonly signal: AbortSignal;
  readonly info: RequestInfo;
  user: UserInfo;
  readonly warnings: string[];
  response: ApiResponse | undefined;
  /** What is written down of it; undefined for most. */
  record: AuditRecord | undefined;
  /** Its seat among the requests at work; undefined where nobody counts. */
  passport: Passport | undefined;
}

/** A step that waits for nothing is not waited for: every request would pay for it. */
type Step = (passage: Passage, parts: PipelineParts) => Awaitable<void>;

/**
 * The way of a request, after its path is parsed. What follows the route for writes (decode
 * strict, default, mutate, validate, admit, store) is in `registry/{create,update,delete}.ts`.
 */
const steps: readonly Step[] = [
  authenticateStep,
  auditStep,
  impersonateStep,
  flowControlStep,
  authorizeStep,
  routeStep,
];

/** Never throws: every failure is answered with a Status. */
export async function passThrough(
  parts: PipelineParts,
  request: ApiRequest,
  connection: Connection,
  signal: AbortSignal,
): Promise<ApiResponse> {
  const passage: Passage = {
    request,
    connection,
    signal,
    info: requestInfoOf(request),
    user: nobody,
    warnings: [],
    response: undefined,
    record: undefined,
    passport: undefined,
  };
  const started = parts.clock.monotonic();
  const end = parts.metrics.begin(passage.info);
  let response: ApiResponse;
  try {
    for (const step of steps) {
      const going = step(passage, parts);
      if (going) await going;
      if (passage.response) break;
    }
    response = encoded(passage, passage.response ?? pageNotFound);
  } catch (thrown) {
    const error = storageFailure(thrown);
    if (!(error instanceof StatusError) && !signal.aborted) {
      const { method, path } = request;
      parts.logger.error("a request failed", { method, path, error });
    }
    response = errorAnswer(passage, error);
  } finally {
    // A watch goes on, but what it began with has been found: the work is done.
    passage.passport?.leave?.();
    end();
  }
  response = withWarnings(withPassport(response, passage.passport), passage.warnings);
  response = audited(passage, parts, response);
  // What is done is done: whether it is written down is for the log to say.
  if (passage.record?.written) await passage.record.written.catch(() => {});
  const { info } = passage;
  const served = !info.isResource || parts.registry().serves(info);
  parts.metrics.observe(info, served, response.status, parts.clock.monotonic() - started);
  return response;
}

const builtInGroups = new Set(builtInKinds.kinds.map(({ info }) => info.group));

/** Of their groups, upstream's server knows that a resource is missing; of others, not even that. */
function isOfBuiltInGroup({ info, connection }: Passage): boolean {
  return connection.user !== undefined || (info.isResource && builtInGroups.has(info.group));
}

/** Of a path that is nobody's: upstream answers it without a Status. */
const pageNotFound: ApiResponse = plain(404, "404 page not found\n");

const nobody: UserInfo = { name: "", groups: [] };

async function authenticateStep(passage: Passage, parts: PipelineParts): Promise<void> {
  const { request, connection } = passage;
  const warn = (message: string) => addWarning(passage, message);
  for (const authenticator of parts.authenticators) {
    const user = await authenticator.authenticate(request, connection, warn);
    if (!user) continue;
    passage.user = user;
    return;
  }
  if (!connection.user) throw unauthorized();
  passage.user = connection.user;
}

function auditStep(passage: Passage, { auditor }: PipelineParts): Awaitable<void> {
  if (!auditor) return;
  const { request, connection, info, user } = passage;
  passage.record = auditor.begin(request, connection, info, attributesOf(user, info, request));
  if (passage.record?.written) return isWritten(passage, auditor, passage.record.written);
}

async function isWritten(
  passage: Passage,
  auditor: Auditor,
  written: Promise<unknown>,
): Promise<void> {
  try {
    await written;
  } catch (error) {
    auditor.rejected();
    passage.record = undefined;
    throw internalError(error instanceof Error ? error.message : String(error));
  }
}

/** Ends what is written down of a request, or tells of one from somebody unknown. */
function audited(passage: Passage, { auditor }: PipelineParts, response: ApiResponse): ApiResponse {
  const { request, connection, info, record } = passage;
  const auditId = record?.auditId ?? auditIdOf(request);
  const named = auditId
    ? { ...response, headers: { ...response.headers, "audit-id": auditId } }
    : response;
  if (record) return record.complete(named);
  if (response.status === 401) {
    const attributes = attributesOf(nobody, info, request);
    passage.record = auditor?.begin(request, connection, info, attributes);
    passage.record?.refused(named);
  }
  return named;
}

function impersonateStep(passage: Passage, { impersonate }: PipelineParts): Awaitable<void> {
  const wanted = wantedUser(passage.request.headers);
  if (wanted) return becomeWanted(passage, wanted, impersonate);
}

async function becomeWanted(
  passage: Passage,
  wanted: WantedUser,
  impersonate: Impersonate,
): Promise<void> {
  const { user: sender, info, request } = passage;
  passage.user = await impersonate(wanted, attributesOf(sender, info, request));
  passage.record?.impersonates(passage.user);
}

/** Turned away: upstream answers it without a Status, and clients try again after a second. */
const tooManyRequests: ApiResponse = {
  ...plain(429, "Too many requests, please try again later.\n"),
};

/** What lasts as long as its client likes; a watch only until it has found its beginning. */
const longLasting = new Set(["attach", "exec", "log", "portforward", "proxy"]);

function flowControlStep(passage: Passage, { flowControl }: PipelineParts): Awaitable<void> {
  const { request, connection, info, user, signal } = passage;
  // Components of this process are the server's own work.
  if (!flowControl || connection.user || longLasting.has(info.subresource)) return;
  const entering = flowControl.enter(attributesOf(user, info, request), request.query, signal);
  if (entering instanceof Promise) return entering.then((passport) => seat(passage, passport));
  seat(passage, entering);
}

function seat(passage: Passage, passport: Passport): void {
  passage.passport = passport;
  if (passport.leave) return;
  const headers = { ...tooManyRequests.headers, "retry-after": "1" };
  passage.response = { ...tooManyRequests, headers };
}

function withPassport(response: ApiResponse, passport: Passport | undefined): ApiResponse {
  if (!passport) return response;
  return { ...response, headers: { ...passport.headers, ...response.headers } };
}

async function authorizeStep(passage: Passage, { authorizer }: PipelineParts): Promise<void> {
  const { user, info, request, record } = passage;
  await requireAccess(authorizer, attributesOf(user, info, request), ({ decision, reason }) => {
    record?.annotate(
      `${authorizationAnnotation}decision`,
      decision === "allow" ? decision : "forbid",
    );
    record?.annotate(`${authorizationAnnotation}reason`, reason);
  });
}

const authorizationAnnotation = "authorization.k8s.io/";

async function routeStep(passage: Passage, parts: PipelineParts): Promise<void> {
  const { request, info } = passage;
  const context = contextOf(passage);
  const passedOn = parts.elsewhere?.(context);
  if (passedOn) {
    passage.response = await passedOn;
    return;
  }
  // What this verb did is a subresource now.
  if (info.verb === "proxy") throw pathNotFound();
  if (info.isResource) {
    passage.response = await parts.registry().handle(context);
    return;
  }
  for (const handler of parts.paths) {
    const response = await handler.handle(request.path, request.headers, request);
    if (!response) continue;
    if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed();
    passage.response = response;
    return;
  }
  passage.response = pageNotFound;
}

/** Objects that a handler gives leave as bytes, except within the process. */
function encoded(passage: Passage, response: ApiResponse): ApiResponse {
  if (response.body.kind !== "object" || passage.connection.user) return response;
  const context = contextOf(passage);
  const answer = answerValue(context, response.body.object, response.status);
  return { ...answer, headers: { ...response.headers, ...answer.headers } };
}

function contextOf(passage: Passage): RequestContext {
  const { request, connection, info, user, signal, record } = passage;
  const warn = (message: string) => addWarning(passage, message);
  const context = { request, connection, info, user, signal, warn };
  if (!record) return context;
  return {
    ...context,
    annotate: (key, value, level) => record.annotate(key, value, level),
    recordObject: (object) => record.setRequestObject(object),
  };
}

function addWarning({ warnings }: Passage, message: string): void {
  if (!warnings.includes(message)) warnings.push(message);
}

function errorAnswer(passage: Passage, error: unknown): ApiResponse {
  const status = toStatus(error);
  const code = status.code ?? 500;
  const headers: Record<string, string> = {};
  if (status.details?.retryAfterSeconds) {
    headers["retry-after"] = String(status.details.retryAfterSeconds);
  }
  if (error instanceof PathNotFoundError && !isOfBuiltInGroup(passage)) return pageNotFound;
  return { ...readableAnswer(contextOf(passage), status, code), headers };
}

/** An error must be readable also for a client that accepts no format that we have. */
function readableAnswer(context: RequestContext, status: Status, code: number): ApiResponse {
  try {
    return answerValue(context, status, code);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const request = { ...context.request, headers: {} };
    return answerValue({ ...context, request }, status, code);
  }
}

/** Upstream cuts what would make the headers too long. */
const warningsBytesMax = 4096;

function withWarnings(response: ApiResponse, warnings: readonly string[]): ApiResponse {
  if (warnings.length === 0) return response;
  const texts: string[] = [];
  let size = 0;
  for (const warning of warnings) {
    const text = `299 - ${quoted(warning)}`;
    size += text.length + 2;
    if (size > warningsBytesMax) break;
    texts.push(text);
  }
  return { ...response, headers: { ...response.headers, warning: texts.join(", ") } };
}

/** A quoted string of a header: printable ASCII only. */
function quoted(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]+/g, " ");
  return `"${printable.replace(/[\\"]/g, "\\$&")}"`;
}
