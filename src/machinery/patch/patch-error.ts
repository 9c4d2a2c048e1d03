import { badRequest, failure } from "../status.ts";
import type { StatusError } from "../status.ts";

/**
 * The patch is well formed but does not fit the object. Upstream's text does not say why: the
 * reason stands in `cause`, for logs.
 */
export function doesNotApply(why: string): StatusError {
  const error = failure(
    422,
    "Invalid",
    "the server rejected our request due to an error in our request",
    {},
  );
  error.cause = why;
  return error;
}

/** The patch is no patch. */
export const malformed = badRequest;

/** What Go's decoder calls a value of the wrong type. */
export function jsonKind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}
