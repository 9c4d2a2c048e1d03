import type { Status } from "#api/meta/v1.ts";
import type { ApiRequest } from "#client/transport.ts";
import { isRow } from "#machinery/json.ts";

export function isStatus(value: unknown): value is Status {
  return isRow(value) && value.kind === "Status" && value.apiVersion === "v1";
}

/** For an answer that is no Status: what its code means, in the words of Kubernetes' clients. */
export function genericStatus(request: ApiRequest, code: number, content: string): Status {
  const verb = { POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const;
  const { method } = request;
  const action = method in verb ? verb[method as keyof typeof verb] : method.toLowerCase();
  const known = generic[code];
  const reason = known?.reason ?? (code >= 500 ? "InternalError" : "Unknown");
  const message = known
    ? known.message(action, content.trim())
    : `the server responded with the status code ${code} but did not return more information`;
  const cause = content.trim() || "unknown";
  return {
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    code,
    reason,
    message,
    details: { causes: [{ reason: "UnexpectedServerResponse", message: cause }] },
  };
}

interface Generic {
  readonly reason: string;
  message(verb: string, content: string): string;
}

const generic: Readonly<Record<number, Generic>> = {
  400: {
    reason: "BadRequest",
    message: () => "the server rejected our request for an unknown reason",
  },
  401: {
    reason: "Unauthorized",
    message: () => "the server has asked for the client to provide credentials",
  },
  403: { reason: "Forbidden", message: (_verb, content) => content || "forbidden" },
  404: {
    reason: "NotFound",
    message: () => "the server could not find the requested resource",
  },
  405: {
    reason: "MethodNotAllowed",
    message: () => "the server does not allow this method on the requested resource",
  },
  406: {
    reason: "NotAcceptable",
    message: (_verb, content) =>
      content || "the server was unable to respond with a content type that the client supports",
  },
  409: { reason: "Conflict", message: () => "the server reported a conflict" },
  413: {
    reason: "RequestEntityTooLarge",
    message: (_verb, content) => `Request entity too large: ${content || "limit is unknown"}`,
  },
  415: {
    reason: "UnsupportedMediaType",
    message: (_verb, content) =>
      content || "the server was unable to respond with a content type that the client supports",
  },
  422: {
    reason: "Invalid",
    message: () => "the server rejected our request due to an error in our request",
  },
  429: {
    reason: "TooManyRequests",
    message: () => "the server has received too many requests and has asked us to try again later",
  },
  500: {
    reason: "InternalError",
    message: (_verb, content) =>
      `an error on the server (${JSON.stringify(content || "unknown")}) has prevented the request from succeeding`,
  },
  503: {
    reason: "ServiceUnavailable",
    message: () => "the server is currently unable to handle the request",
  },
  504: {
    reason: "Timeout",
    message: () =>
      "the server was unable to return a response in the time allotted, but may still be processing the request",
  },
};
