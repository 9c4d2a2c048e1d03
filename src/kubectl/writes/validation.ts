import type { FlagSpecs } from "#base/flags.ts";
import { CommandError } from "../errors.ts";
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
  throw new CommandError(
    `error validating "${source}": error validating data: ${problems}; ` +
      "if you choose to ignore these errors, turn validation off with --validate=false",
  );
}
