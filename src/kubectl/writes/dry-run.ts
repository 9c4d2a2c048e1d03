import type { FlagSpecs } from "#base/flags.ts";
import { CommandError } from "../errors.ts";
import type { Kubectl } from "../kubectl.ts";

export type DryRun = "none" | "client" | "server";

export const dryRunFlag = {
  "dry-run": {
    type: "string",
    default: "none",
    bare: "unchanged",
    usage:
      'Must be "none", "server", or "client". With client, only print what would be sent; with ' +
      "server, send it to be checked but not kept.",
  },
} as const satisfies FlagSpecs;

/** Reads the flag's value; the forms of old that still work are told to be replaced. */
export function dryRunOf(kubectl: Kubectl, value: string): DryRun {
  switch (value) {
    case "none":
    case "server":
    case "client":
      return value;
    case "unchanged":
      kubectl.tell("--dry-run is deprecated and can be replaced with --dry-run=client.");
      return "client";
    default:
      return booleanOf(kubectl, value);
  }
}

function booleanOf(kubectl: Kubectl, value: string): DryRun {
  const isTrue = ["1", "t", "T", "true", "TRUE", "True"].includes(value);
  const isFalse = ["0", "f", "F", "false", "FALSE", "False"].includes(value);
  if (!isTrue && !isFalse) {
    throw new CommandError(
      `Invalid dry-run value (${value}). Must be "none", "server", or "client".`,
    );
  }
  const replacement = isTrue ? "client" : "none";
  kubectl.tell(
    `--dry-run=${value} is deprecated (boolean value) and can be replaced with --dry-run=${replacement}.`,
  );
  return replacement;
}

/** "created", "created (dry run)", "created (server dry run)". */
export function operationText(operation: string, dryRun: DryRun): string {
  if (dryRun === "none") return operation;
  return `${operation} (${dryRun === "server" ? "server " : ""}dry run)`;
}

/** The API's parameter. */
export function dryRunQuery(dryRun: DryRun): { readonly dryRun?: "All" } {
  return dryRun === "server" ? { dryRun: "All" } : {};
}
