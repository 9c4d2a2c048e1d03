import { cloneJson } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import { singularName } from "../../discovery/api-resource.ts";
import { CommandError, during } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { printerOf } from "../../printers/print-flags.ts";
import type { PrintValues } from "../../printers/print-flags.ts";
import type { ResourceQuery } from "../../resources/find.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { shownName } from "../../resources/resource-info.ts";
import { resourcePath } from "../../rest/paths.ts";
import { requestDeletion, waitForDeletion } from "../../writes/deletion.ts";
import type { Deletion } from "../../writes/deletion.ts";
import { dryRunQuery, operationText } from "../../writes/dry-run.ts";
import type { DryRun } from "../../writes/dry-run.ts";
import { withLastApplied } from "../../writes/last-applied.ts";

export interface ReplaceRequest {
  readonly query: ResourceQuery;
  readonly print: PrintValues;
  readonly dryRun: DryRun;
  readonly fieldManager: string;
  readonly fieldValidation: string;
  readonly saveConfig: boolean;
  readonly subresource?: string;
}

/** Puts each object of the files into the place of the one that is there. */
export async function replace(kubectl: Kubectl, request: ReplaceRequest): Promise<void> {
  const { query, print, dryRun } = request;
  const printer = await printerOf(kubectl, print, operationText("replaced", dryRun));
  await kubectl.visit(query, async (info) => {
    const object = objectOf(info, request);
    const replaced = dryRun === "client" ? object : await put(kubectl, info, object, request);
    kubectl.print(printer.print(replaced));
  });
}

function objectOf({ object }: ResourceInfo, request: ReplaceRequest): KubeObject {
  if (!object) throw new Error("a file's object is read with the file");
  return request.saveConfig ? withLastApplied(object) : object;
}

/** What names no version takes the place of whatever is there. */
async function put(
  kubectl: Kubectl,
  info: ResourceInfo,
  object: KubeObject,
  { subresource, fieldManager, fieldValidation, dryRun }: ReplaceRequest,
): Promise<KubeObject> {
  const rest = await kubectl.rest();
  const path = resourcePath(info.resource, { ...info, subresource });
  try {
    const version = object.metadata.resourceVersion ?? (await versionOf(kubectl, path));
    const metadata = { ...object.metadata, ...(version && { resourceVersion: version }) };
    return await rest.json({
      method: "PUT",
      path,
      query: { fieldManager, fieldValidation, ...dryRunQuery(dryRun) },
      body: { ...object, metadata },
    });
  } catch (error) {
    throw during(`error when replacing "${info.source ?? ""}"`, error);
  }
}

/** Undefined where it cannot be read: then the server says what is wrong with the replacement. */
async function versionOf(kubectl: Kubectl, path: string): Promise<string | undefined> {
  const rest = await kubectl.rest();
  try {
    return (await rest.json({ path })).metadata.resourceVersion;
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}

/** Deletes all of them, waits until they are gone, and creates them. */
export async function replaceByForce(
  kubectl: Kubectl,
  request: ReplaceRequest,
  deletion: Deletion,
): Promise<void> {
  const printer = await printerOf(kubectl, request.print, "replaced");
  const infos = await kubectl.findAll(request.query);
  await deleteAll(kubectl, infos, { deletion, output: request.print.output });
  for (const info of infos) {
    const object = objectOf({ ...info, object: cloneJson(info.object) }, request);
    const rest = await kubectl.rest();
    const { fieldManager, fieldValidation } = request;
    const made = await rest.json({
      method: "POST",
      path: resourcePath(info.resource, { namespace: info.namespace }),
      query: { fieldManager, fieldValidation },
      body: object,
    });
    kubectl.print(printer.print(made));
  }
  if (infos.length === 0) throw new CommandError("no objects passed to replace");
}

async function deleteAll(
  kubectl: Kubectl,
  infos: readonly ResourceInfo[],
  { deletion, output }: { readonly deletion: Deletion; readonly output: string },
): Promise<void> {
  const deleted: { info: ResourceInfo; uid: string | undefined }[] = [];
  for (const info of infos) {
    try {
      const uid = await requestDeletion(kubectl, info, deletion);
      deleted.push({ info, uid });
      if (output === "name") kubectl.printLine(shownName(info));
      else kubectl.printLine(`${singularName(info.resource)} "${info.name}" deleted`);
    } catch (error) {
      if (!(error instanceof StatusError && error.reason === "NotFound")) {
        throw during(`error when deleting "${info.source ?? ""}"`, error);
      }
    }
  }
  if (infos.length === 0) kubectl.printLine("No resources found");
  const timeoutMs = deletion.timeoutMs || 300_000;
  for (const { info, uid } of deleted) await waitForDeletion(kubectl, info, uid, timeoutMs);
}
