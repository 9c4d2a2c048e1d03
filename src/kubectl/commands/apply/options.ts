import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { PrintValues } from "../../printers/print-flags.ts";
import { deletionOf } from "../../writes/deletion.ts";
import type { Deletion, DeletionValues } from "../../writes/deletion.ts";
import { dryRunOf } from "../../writes/dry-run.ts";
import type { DryRun } from "../../writes/dry-run.ts";
import { fieldValidationOf } from "../../writes/validation.ts";
import type { FieldValidation } from "../../writes/validation.ts";

/** What the flags of `apply` say, checked with each other. */
export interface ApplyOptions {
  readonly print: PrintValues;
  readonly dryRun: DryRun;
  readonly serverSide: boolean;
  readonly forceConflicts: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  readonly overwrite: boolean;
  readonly subresource: string | undefined;
  readonly deletion: Deletion;
  readonly prune: PruneOptions | undefined;
  /** The parent of what is applied together; it takes the place of `prune`. */
  readonly applySet: string | undefined;
}

export interface PruneOptions {
  readonly labelSelector: string;
  /** "group/version/Kind"; empty for the usual kinds. */
  readonly allowlist: readonly string[];
  /** A namespace was named on the command line. */
  readonly namespaceGiven: boolean;
}

interface ApplyValues extends PrintValues, DeletionValues {
  readonly all: boolean;
  readonly applyset: string;
  readonly "dry-run": string;
  readonly "field-manager": string;
  readonly "force-conflicts": boolean;
  readonly overwrite: boolean;
  readonly prune: boolean;
  readonly "prune-allowlist": readonly string[];
  readonly selector: string;
  readonly "server-side": boolean;
  readonly subresource: string;
  readonly validate: string;
}

export function applyOptions(
  kubectl: Kubectl,
  values: ApplyValues,
  given: ReadonlySet<string>,
): ApplyOptions {
  const dryRun = dryRunOf(kubectl, values["dry-run"]);
  const serverSide = values["server-side"];
  const forceConflicts = values["force-conflicts"];
  if (forceConflicts && !serverSide) {
    throw new CommandError("--force-conflicts only works with --server-side");
  }
  if (dryRun === "client" && serverSide) {
    throw new CommandError(
      "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
    );
  }
  if (values.subresource && !serverSide) {
    throw new CommandError("--subresource can only be specified for --server-side");
  }
  const deletion = deletionOf(kubectl, values);
  if (deletion.force && serverSide) {
    throw new CommandError("--force cannot be used with --server-side");
  }
  if (dryRun === "server" && deletion.force) {
    throw new CommandError("--dry-run=server cannot be used with --force");
  }
  checkPrune(values, serverSide);
  checkAllowlist(values["prune-allowlist"]);
  // On the server, kubectl is one manager, however the fields got there.
  const manager = serverSide && !given.has("field-manager") ? "kubectl" : values["field-manager"];
  return {
    print: values,
    dryRun,
    serverSide,
    forceConflicts,
    fieldManager: manager,
    fieldValidation: fieldValidationOf(values.validate),
    overwrite: values.overwrite,
    subresource: values.subresource || undefined,
    deletion,
    applySet: values.applyset || undefined,
    prune:
      values.prune && !values.applyset
        ? {
            labelSelector: values.selector,
            allowlist: values["prune-allowlist"],
            namespaceGiven: kubectl.globals.namespace !== "",
          }
        : undefined,
  };
}

/** What may be deleted has to be said without a doubt. */
function checkPrune(values: ApplyValues, serverSide: boolean): void {
  const { all, selector, applyset } = values;
  if (all && selector) {
    throw new CommandError("cannot set --all and --selector at the same time");
  }
  if (applyset && !values.prune) throw new CommandError("--applyset requires --prune");
  if (!values.prune) return;
  if (values.force) throw new CommandError("--force cannot be used with --prune");
  if (applyset) {
    const other = all
      ? "--all"
      : selector
        ? "--selector"
        : values["prune-allowlist"].length > 0
          ? "--prune-allowlist"
          : undefined;
    if (other) throw new CommandError(`${other} is incompatible with --applyset`);
    return;
  }
  if (!all && !selector) {
    throw new CommandError(
      "all resources selected for prune without explicitly passing --all. To prune all resources, " +
        "pass the --all flag. If you did not mean to prune all resources, specify a label selector",
    );
  }
  if (serverSide) {
    throw new CommandError(
      "--prune is in alpha and doesn't currently work on objects created by server-side apply",
    );
  }
}

export function checkAllowlist(entries: readonly string[]): void {
  const wrong = entries.find((entry) => entry.split("/").length !== 3);
  if (wrong === undefined) return;
  throw new CommandError(
    `invalid GroupVersionKind format: ${wrong}, please follow <group/version/kind>`,
  );
}
