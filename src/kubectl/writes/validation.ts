import type { FlagSpecs } from "#base/flags.ts";
import { CommandError, ConnectionError } from "../errors.ts";
import type { KubeObject } from "../objects.ts";

export type FieldValidation = "Strict" | "Warn" | "Ignore";

export const validateFlag = {
  validate: {
    type: "string",
    default: "strict",
    bare: "strict",
    usage:
      'Must be one of: strict (or true), warn, ignore (or false). With "strict", the server ' +
      'refuses what it does not know; with "warn", it tells of it; with "ignore", it drops it ' +
      "silently.",
  },
} as const satisfies FlagSpecs;

export function fieldValidationOf(value: string): FieldValidation {
  switch (value) {
    case "strict":
    case "true":
      return "Strict";
    case "warn":
      return "Warn";
    case "ignore":
    case "false":
      return "Ignore";
    default:
      throw new CommandError(
        `invalid - validate option ${JSON.stringify(value)}; must be one of: strict (or true), warn, ignore (or false)`,
      );
  }
}

/** What would be no object to any server is told before one is asked. */
export function checkObject(
  value: Partial<KubeObject>,
  source: string,
  validation: FieldValidation,
): void {
  if (validation === "Ignore") return;
  const missing = (["apiVersion", "kind"] as const)
    .filter((name) => typeof value[name] !== "string" || value[name] === "")
    .map((name) => `${name} not set`);
  if (missing.length === 0) return;
  const [only = ""] = missing;
  const problems = missing.length === 1 ? only : `[${missing.join(", ")}]`;
  throw validationError(source, problems);
}

/**
 * Nobody knows what an object is whose server is not reached. Who wants to know that it is right is
 * told of the schema, which upstream asks for first.
 */
export function unrecognizedError(error: ConnectionError, source: string, validate = ""): Error {
  if (validate === "" || fieldValidationOf(validate) === "Ignore") {
    return new CommandError(`unable to recognize "${source}": ${error.message}`, { cause: error });
  }
  const { code, server, request, reason } = error;
  const url = request && new URL("/openapi/v2?timeout=32s", request.url).href;
  const asked = url === undefined ? undefined : { method: "GET", url };
  const { message } = new ConnectionError(reason, { code, server, request: asked });
  return validationError(source, `failed to download openapi: ${message}`, error);
}

function validationError(source: string, problems: string, cause?: unknown): CommandError {
  return new CommandError(
    `error validating "${source}": error validating data: ${problems}; ` +
      "if you choose to ignore these errors, turn validation off with --validate=false",
    { cause },
  );
}
