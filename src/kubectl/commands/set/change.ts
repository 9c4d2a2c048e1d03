import { cloneJson } from "#machinery/json.ts";
import { CommandError, ManyErrors, messageOf } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { printFlags } from "../../printers/print-flags.ts";
import type { PrintValues } from "../../printers/print-flags.ts";
import { typedPrinter } from "../../printers/typed.ts";
import { fileFlags } from "../../resources/flags.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { dryRunFlag, operationText } from "../../writes/dry-run.ts";
import type { DryRun } from "../../writes/dry-run.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { patchObject, strategicPatch } from "../../writes/patch.ts";

/** Flags of all commands below `set`. */
export const setFlags = {
  ...printFlags,
  ...dryRunFlag,
  ...fieldManagerFlag("kubectl-set"),
  ...fileFlags("File, directory or URL that names the resources"),
  all: { type: "bool", usage: "Choose all resources of the types in the namespace" },
  local: { type: "bool", usage: "If true, work on files alone and do not ask a server." },
} as const;

export interface ChangeOptions {
  readonly values: PrintValues & { readonly local: boolean; readonly "field-manager": string };
  readonly dryRun: DryRun;
  /** "image updated" */
  readonly operation: string;
  /** What a refused patch is told with. */
  readonly failure: string;
  /** Patches that change nothing are sent, too. */
  readonly always?: boolean;
}

/**
 * Changes each object and sends what is different. `change` is given a copy to write into; what it
 * throws is told of the object, and the others are still changed.
 */
export async function changeObjects(
  kubectl: Kubectl,
  infos: readonly ResourceInfo[],
  options: ChangeOptions,
  change: (object: KubeObject) => void | Promise<void>,
): Promise<unknown[]> {
  const { values, dryRun, operation, failure } = options;
  const printer = await typedPrinter(kubectl, values, operationText(operation, dryRun));
  const errors: unknown[] = [];
  for (const info of infos) {
    const before = info.object;
    if (!before) throw new Error("objects that are changed were read before");
    const after = cloneJson(before);
    try {
      await change(after);
    } catch (error) {
      const { resource, name } = info;
      errors.push(new CommandError(`error: ${resource.resource}/${name} ${messageOf(error)}`));
      continue;
    }
    const body = await strategicPatch(before, after);
    if (Object.keys(body).length === 0 && !options.always) continue;
    if (values.local || dryRun === "client") {
      kubectl.print(printer.print(after));
      continue;
    }
    const fieldManager = values["field-manager"];
    try {
      const changed = await patchObject(kubectl, info, {
        type: "strategic",
        body,
        fieldManager,
        dryRun,
      });
      kubectl.print(printer.print(changed));
    } catch (error) {
      errors.push(new CommandError(`${failure} ${messageOf(error)}`, { cause: error }));
    }
  }
  return errors;
}

/** Errors of objects, and of what was looked for in them, one below the other. */
export function throwCollected(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new ManyErrors(errors);
}

export function refuseLocalServer(local: boolean, dryRun: DryRun): void {
  if (local && dryRun === "server") {
    throw new CommandError(
      "cannot specify --local and --dry-run=server - did you mean --dry-run=client?",
    );
  }
}
