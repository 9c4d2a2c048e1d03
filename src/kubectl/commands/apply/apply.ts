import { CommandError, throwAll } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject, ObjectList } from "../../objects.ts";
import { printerOf } from "../../printers/print-flags.ts";
import { isFailure } from "../../resources/find.ts";
import type { ResourceQuery } from "../../resources/find.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { operationText } from "../../writes/dry-run.ts";
import type { ApplySet } from "./apply-set.ts";
import { applyFromClient } from "./client-side.ts";
import type { ApplyOptions } from "./options.ts";
import { applyOnServer } from "./server-side.ts";

/** What became of one object. */
export interface Applied {
  readonly object: KubeObject;
  readonly operation: "created" | "configured" | "unchanged" | "serverside-applied";
}

/** Applies each object of the files, tells what was done, and then prunes. */
export async function apply(
  kubectl: Kubectl,
  options: ApplyOptions & { readonly record: (object: KubeObject) => void },
  query: ResourceQuery,
): Promise<void> {
  const applySet = await openApplySet(kubectl, options);
  const { infos, errors } = await objectsOf(kubectl, query, applySet);
  if (infos.length === 0 && errors.length === 0) {
    throw new CommandError("no objects passed to apply");
  }
  await applySet?.begin(infos);
  const tellsOperation = options.print.output === "" && options.print.template === "";
  const applied: KubeObject[] = [];
  for (const info of infos) {
    try {
      if (info.object) options.record(info.object);
      const { object, operation } = options.serverSide
        ? await applyOnServer(kubectl, info, options)
        : await applyFromClient(kubectl, info, options);
      applied.push(object);
      if (!tellsOperation) continue;
      const text = operationText(operation, options.dryRun);
      const printer = await printerOf(kubectl, options.print, text);
      kubectl.print(printer.print(object));
    } catch (error) {
      errors.push(error);
    }
  }
  throwAll(errors);
  if (!tellsOperation) await printAll(kubectl, options, applied);
  await applySet?.prune(applied);
  if (options.prune) {
    const { prune } = await import("./prune.ts");
    await prune(kubectl, options, options.prune, { infos, applied });
  }
}

async function openApplySet(
  kubectl: Kubectl,
  options: ApplyOptions,
): Promise<ApplySet | undefined> {
  if (options.applySet === undefined) return undefined;
  const { ApplySet } = await import("./apply-set.ts");
  return await ApplySet.open(kubectl, options, options.applySet);
}

/** All objects, and what could not be read: what can be applied is. */
async function objectsOf(
  kubectl: Kubectl,
  query: ResourceQuery,
  applySet: ApplySet | undefined,
): Promise<{ infos: ResourceInfo[]; errors: unknown[] }> {
  const infos: ResourceInfo[] = [];
  const errors: unknown[] = [];
  for await (const found of kubectl.find(query)) {
    if (isFailure(found)) errors.push(found.error);
    else infos.push(found);
  }
  try {
    for (const { object } of infos) if (object) applySet?.label(object);
  } catch (error) {
    return { infos: [], errors: [...errors, error] };
  }
  return { infos, errors };
}

/** One object as it is, several as a list. */
async function printAll(
  kubectl: Kubectl,
  { print }: ApplyOptions,
  applied: readonly KubeObject[],
): Promise<void> {
  const printer = await printerOf(kubectl, print, "");
  const [only] = applied;
  if (only && applied.length === 1) {
    kubectl.print(printer.print(only));
    return;
  }
  const list: ObjectList = {
    apiVersion: "v1",
    items: [...applied],
    kind: "List",
    metadata: { resourceVersion: "" },
  };
  kubectl.print(printer.print(list));
}
