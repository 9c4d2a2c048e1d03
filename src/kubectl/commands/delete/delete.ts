import { text } from "#base/bytes.ts";
import { StatusError } from "#machinery/status.ts";
import { singularName } from "../../discovery/api-resource.ts";
import { CommandError, during, throwAll } from "../../errors.ts";
import { interruptible } from "../../interruption.ts";
import type { Kubectl } from "../../kubectl.ts";
import { isFailure } from "../../resources/find.ts";
import type { ResourceQuery } from "../../resources/find.ts";
import { shownName } from "../../resources/resource-info.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { requestDeletion, waitForDeletion } from "../../writes/deletion.ts";
import type { Deletion } from "../../writes/deletion.ts";
import { dryRunQuery, operationText } from "../../writes/dry-run.ts";
import type { DryRun } from "../../writes/dry-run.ts";

export interface DeleteOptions extends Deletion {
  readonly query: ResourceQuery;
  readonly dryRun: DryRun;
  readonly ignoreNotFound: boolean;
  readonly interactive: boolean;
  /** Print "pod/web" and nothing else. */
  readonly namesOnly: boolean;
  /** Print nothing of what is deleted. */
  readonly quiet?: boolean;
}

/** Deletes everything that is found, tells what, and waits until it is gone. */
export async function deleteResources(kubectl: Kubectl, options: DeleteOptions): Promise<void> {
  const infos = await found(kubectl, options);
  if (options.force) {
    kubectl.warn(
      "Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.",
    );
  }
  if (options.interactive && !(await confirmed(kubectl, infos))) {
    kubectl.printLine("deletion is cancelled");
    return;
  }
  const errors: unknown[] = [];
  const gone: { info: ResourceInfo; uid: string | undefined }[] = [];
  for (const info of infos) {
    try {
      const uid = await deleteOne(kubectl, info, options);
      if (!options.quiet) tell(kubectl, info, options);
      gone.push({ info, uid });
    } catch (error) {
      if (!(options.ignoreNotFound && isNotFound(error))) errors.push(error);
    }
  }
  throwAll(errors);
  if (infos.length === 0) kubectl.printLine("No resources found");
  if (!options.wait || options.dryRun !== "none") return;
  await interruptible(kubectl, async () => {
    for (const { info, uid } of gone) {
      await waitForDeletion(kubectl, info, uid, options.timeoutMs);
    }
  });
}

async function found(kubectl: Kubectl, options: DeleteOptions): Promise<ResourceInfo[]> {
  const infos: ResourceInfo[] = [];
  const errors: unknown[] = [];
  for await (const one of kubectl.find(options.query)) {
    if (!isFailure(one)) infos.push(one);
    else if (!(options.ignoreNotFound && isNotFound(one.error))) errors.push(one.error);
  }
  throwAll(errors);
  return infos;
}

function isNotFound(error: unknown): boolean {
  return error instanceof StatusError && error.reason === "NotFound";
}

async function deleteOne(
  kubectl: Kubectl,
  info: ResourceInfo,
  options: DeleteOptions,
): Promise<string | undefined> {
  if (options.dryRun === "client") return undefined;
  try {
    return await requestDeletion(kubectl, info, options, dryRunQuery(options.dryRun));
  } catch (error) {
    throw info.source === undefined ? error : during(`error when deleting "${info.source}"`, error);
  }
}

function tell(kubectl: Kubectl, info: ResourceInfo, options: DeleteOptions): void {
  if (options.namesOnly) {
    kubectl.printLine(shownName(info));
    return;
  }
  const operation = options.force ? "force deleted" : "deleted";
  const kind = singularName(info.resource);
  kubectl.printLine(`${kind} "${info.name}" ${operationText(operation, options.dryRun)}`);
}

async function confirmed(kubectl: Kubectl, infos: readonly ResourceInfo[]): Promise<boolean> {
  kubectl.printLine(`You are about to delete the following ${infos.length} resource(s):`);
  for (const info of infos) kubectl.printLine(shownName(info));
  kubectl.print("Do you want to continue? (y/N): ");
  let answer = "";
  for await (const chunk of kubectl.host.stdin.chunks(kubectl.signal)) {
    answer += text(chunk);
    if (answer.includes("\n")) break;
  }
  const word = answer.trim().toLowerCase();
  if (word === "" && answer === "") throw new CommandError("unexpected end of input");
  return word === "y" || word === "yes";
}
