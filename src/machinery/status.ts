import type { Status, StatusCause, StatusDetails } from "#api/meta/v1.ts";
import type { FieldError } from "./validation/field-error.ts";
import { fieldErrorBody, fieldErrorText } from "./validation/field-error.ts";

/** An answer of the API that is no success: servers throw it, clients receive it. */
export class StatusError extends Error {
  override name = "StatusError";
  readonly status: Status;
  constructor(status: Status) {
    super(status.message ?? status.reason ?? `status ${status.code}`);
    this.status = status;
  }
  get code(): number {
    return this.status.code ?? 500;
  }
  get reason(): string {
    return this.status.reason ?? "Unknown";
  }
}

/** What an error is about, by the plural name in paths. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** What an error is about, by the kind in bodies. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** `deployments.apps`; the core group has no suffix. */
export function resourceName({ group, resource }: GroupResource): string {
  return group ? `${resource}.${group}` : resource;
}

/** `Deployment.apps`; the core group has no suffix. */
export function kindName({ group, kind }: GroupKind): string {
  return group ? `${kind}.${group}` : kind;
}

export function notFound(resource: GroupResource, name: string): StatusError {
  return failure(404, "NotFound", `${resourceName(resource)} ${quote(name)} not found`, {
    ...detailsOf(resource, name),
  });
}

/** The path itself is unknown, not the object. */
export class PathNotFoundError extends StatusError {}

export function pathNotFound(): StatusError {
  const message = "the server could not find the requested resource";
  return new PathNotFoundError(failure(404, "NotFound", message, {}).status);
}

export function alreadyExists(resource: GroupResource, name: string): StatusError {
  const message = `${resourceName(resource)} ${quote(name)} already exists`;
  return failure(409, "AlreadyExists", message, detailsOf(resource, name));
}

/** Every generated name was taken: the client should simply try again. */
export function generateNameConflict(
  resource: GroupResource,
  name: string,
  retryAfterSeconds = 1,
): StatusError {
  const message =
    `${resourceName(resource)} ${quote(name)} already exists, ` +
    "the server was not able to generate a unique name for the object";
  return failure(409, "AlreadyExists", message, {
    ...detailsOf(resource, name),
    retryAfterSeconds,
  });
}

export const objectModified =
  "the object has been modified; please apply your changes to the latest version and try again";

export function conflict(
  resource: GroupResource,
  name: string,
  why: string = objectModified,
): StatusError {
  const message = `Operation cannot be fulfilled on ${resourceName(resource)} ${quote(name)}: ${why}`;
  return failure(409, "Conflict", message, detailsOf(resource, name));
}

/** Another manager owns fields that an apply would change. */
export function applyConflict(message: string, causes: readonly StatusCause[]): StatusError {
  return failure(409, "Conflict", message, { causes: [...causes] });
}

export function invalid(kind: GroupKind, name: string, errors: readonly FieldError[]): StatusError {
  // Upstream joins like Go's aggregate errors: equal texts once, brackets around several.
  const texts = [...new Set(errors.map(fieldErrorText))];
  const reasons = texts.length > 1 ? `[${texts.join(", ")}]` : texts[0];
  const subject = `${kindName(kind)} ${quote(name)} is invalid`;
  return failure(422, "Invalid", reasons === undefined ? subject : `${subject}: ${reasons}`, {
    ...(name && { name }),
    ...(kind.group && { group: kind.group }),
    ...(kind.kind && { kind: kind.kind }),
    ...(errors.length > 0 && {
      causes: errors.map((error) => ({
        reason: error.type,
        message: fieldErrorBody(error),
        field: error.path,
      })),
    }),
  });
}

export function badRequest(message: string): StatusError {
  return failure(400, "BadRequest", message);
}

export function unauthorized(message = "Unauthorized"): StatusError {
  return failure(401, "Unauthorized", message);
}

/** `pods "x" is forbidden: …`, by admission or by whoever gives `why`. */
export function forbidden(resource: GroupResource, name: string, why: string): StatusError {
  const subject = resource.resource
    ? `${resourceName(resource)}${name ? ` ${quote(name)}` : ""} is forbidden`
    : "forbidden";
  return failure(403, "Forbidden", `${subject}: ${why}`, detailsOf(resource, name));
}

/** What a user wanted to do, as the authorizer sees it. */
export interface DeniedRequest {
  readonly user: string;
  readonly verb: string;
  /** Set for requests that are about no resource: /healthz, /version. */
  readonly path?: string | undefined;
  readonly group?: string | undefined;
  readonly resource?: string | undefined;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** The authorizer said no. `why` is what it gives as the reason, often nothing. */
export function accessDenied(request: DeniedRequest, why = ""): StatusError {
  const message = deniedText(request);
  const resource = { group: request.group ?? "", resource: request.resource ?? "" };
  return forbidden(resource, request.name ?? "", why ? `${message}: ${why}` : message);
}

function deniedText({ user, verb, ...request }: DeniedRequest): string {
  if (!request.resource)
    return `User ${quote(user)} cannot ${verb} path ${quote(request.path ?? "")}`;
  const resource = request.subresource
    ? `${request.resource}/${request.subresource}`
    : request.resource;
  const scope = request.namespace
    ? `in the namespace ${quote(request.namespace)}`
    : "at the cluster scope";
  return (
    `User ${quote(user)} cannot ${verb} resource ${quote(resource)} ` +
    `in API group ${quote(request.group ?? "")} ${scope}`
  );
}

export function methodNotSupported(resource: GroupResource, action: string): StatusError {
  const message = `${action} is not supported on resources of kind ${quote(resourceName(resource))}`;
  return failure(405, "MethodNotAllowed", message, detailsOf(resource, ""));
}

/** A path that knows the HTTP method not at all. */
export function methodNotAllowed(): StatusError {
  return failure(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  );
}

export function notAcceptable(accepted: readonly string[]): StatusError {
  const message = `only the following media types are accepted: ${accepted.join(", ")}`;
  return failure(406, "NotAcceptable", message);
}

/** 410: what the client wants to continue from is compacted away. It must list again. */
export function expired(message: string): StatusError {
  return failure(410, "Expired", message);
}

export function gone(message: string): StatusError {
  return failure(410, "Gone", message);
}

/** A watch or list from a revision that is compacted. */
export function resourceVersionTooOld(requested: number, oldest: number): StatusError {
  return expired(`too old resource version: ${requested} (${oldest})`);
}

/** A list page beyond compaction; with a fresh token the client may go on inconsistently. */
export function continueExpired(freshToken?: string): StatusError {
  const tooOld = "The provided continue parameter is too old to display a consistent list result. ";
  if (freshToken === undefined) {
    return expired(`${tooOld}You must start a new list without the continue parameter.`);
  }
  const error = expired(
    `${tooOld}You can start a new list without the continue parameter, or use the continue ` +
      "token in this response to retrieve the remainder of the results. Continuing with the " +
      "provided token results in an inconsistent list - objects that were created, modified, or " +
      "deleted between the time the first chunk was returned and now may show up in the list.",
  );
  return new StatusError({ ...error.status, metadata: { continue: freshToken } });
}

/** The client has seen a version that this server has not reached. */
export function resourceVersionTooLarge(
  requested: number,
  current: number,
  mayWait = true,
): StatusError {
  const message = `Timeout: Too large resource version: ${requested}, current: ${current}`;
  return failure(504, "Timeout", message, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    ...(mayWait && { retryAfterSeconds: 1 }),
  });
}

export function requestEntityTooLarge(why: string): StatusError {
  return failure(413, "RequestEntityTooLarge", `Request entity too large: ${why}`);
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return failure(
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media types include: " +
      accepted.join(", "),
  );
}

/** The client asks too often; it should wait. */
export function tooManyRequests(message: string, retryAfterSeconds = 1): StatusError {
  return failure(429, "TooManyRequests", message, { retryAfterSeconds });
}

/** An eviction that a budget does not allow now. */
export function disruptionBudgetBlocks(message: string, why: string): StatusError {
  return failure(429, "TooManyRequests", message, {
    causes: [{ reason: "DisruptionBudget", message: why }],
  });
}

export function internalError(why: string): StatusError {
  return failure(500, "InternalError", `Internal error occurred: ${why}`, {
    causes: [{ message: why }],
  });
}

/** The server was too slow with one operation; the client may repeat it. */
export function serverTimeout(
  resource: GroupResource,
  operation: string,
  retryAfterSeconds = 1,
): StatusError {
  const message =
    `The ${operation} operation against ${resourceName(resource)} ` +
    "could not be completed at this time, please try again.";
  return failure(500, "ServerTimeout", message, {
    ...detailsOf(resource, operation),
    retryAfterSeconds,
  });
}

export function serviceUnavailable(message: string): StatusError {
  return failure(503, "ServiceUnavailable", message);
}

/** The whole request took too long. */
export function timeout(why: string, retryAfterSeconds = 0): StatusError {
  return failure(504, "Timeout", `Timeout: ${why}`, {
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
  });
}

/** What a client gets to see of anything thrown. */
export function toStatus(error: unknown): Status {
  if (error instanceof StatusError) return error.status;
  const why = error instanceof Error ? error.message : String(error);
  return internalError(why).status;
}

/** The answer to a write that has no object to return. */
export function success(details?: StatusDetails): Status {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    ...(details && { details }),
  };
}

/**
 * What upstream answers with 500 and no reason, although it is the client's fault. Clients see the
 * same words here, and nobody takes them for a failure of the server.
 */
export function refused(message: string): StatusError {
  return failure(400, "", message);
}

/** A failure that the catalogue does not name; a webhook may choose its own. */
export function failure(
  code: number,
  reason: string,
  message: string,
  details?: StatusDetails,
): StatusError {
  return new StatusError({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason && { reason }),
    ...(details && { details }),
    code,
  });
}

function detailsOf({ group, resource }: GroupResource, name: string): StatusDetails {
  return { ...(name && { name }), ...(group && { group }), ...(resource && { kind: resource }) };
}

function quote(text: string): string {
  return JSON.stringify(text);
}
