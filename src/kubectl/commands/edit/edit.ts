import { deepEqual } from "#machinery/deep-equal.ts";
import { goJson } from "#machinery/codec/go-json.ts";
import { threeWayPatch } from "#machinery/patch/three-way.ts";
import { StatusError } from "#machinery/status.ts";
import { edit, RefusedEdit } from "../../editing/edit.ts";
import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { printerOf, unknownFormat } from "../../printers/print-flags.ts";
import type { PrintValues } from "../../printers/print-flags.ts";
import type { ResourceQuery } from "../../resources/find.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { withLastApplied } from "../../writes/last-applied.ts";
import { patchObject } from "../../writes/patch.ts";

export interface EditRequest {
  readonly query: ResourceQuery;
  readonly values: PrintValues & {
    readonly "field-manager": string;
    readonly "output-patch": boolean;
    readonly "save-config": boolean;
    readonly subresource: string;
    readonly "windows-line-endings": boolean;
  };
  readonly fieldValidation: string;
  readonly record: (object: KubeObject) => void;
}

/** All objects in one editor, and each that was changed patched. */
export async function editResources(kubectl: Kubectl, request: EditRequest): Promise<void> {
  const infos = await kubectl.findAll(request.query);
  if (infos.length === 0) throw new CommandError("edit cancelled, no objects found");
  await edit(kubectl, infos, {
    what: "object",
    format: editedFormat(request.values.output),
    windowsLineEndings: request.values["windows-line-endings"],
    validate: request.fieldValidation !== "Ignore",
    save: (info, original) => save(kubectl, request, info, original),
  });
}

/** What an editor can show. */
export function editedFormat(output: string): "yaml" | "json" {
  if (output === "" || output === "yaml") return "yaml";
  if (output === "json") return "json";
  throw unknownFormat(output, ["json", "yaml"]);
}

async function save(
  kubectl: Kubectl,
  request: EditRequest,
  info: ResourceInfo,
  original: KubeObject,
): Promise<void> {
  const { values, fieldValidation } = request;
  if (!info.object) throw new Error("what was saved was read");
  const edited = values["save-config"] ? withLastApplied(info.object) : info.object;
  request.record(edited);
  if (deepEqual(original, edited)) {
    kubectl.print((await printerOf(kubectl, values, "skipped")).print(edited));
    return;
  }
  checkIdentity(original, edited);
  const { builtInKinds } = await import("#api/registry.ts");
  const type = builtInKinds.byKind(edited.apiVersion, edited.kind);
  const body = threeWayPatch({ original, modified: edited, current: original }, type);
  if (values["output-patch"]) kubectl.printLine(`Patch: ${goJson(body)}`);
  let patched;
  try {
    patched = await patchObject(kubectl, info, {
      type: type ? "strategic" : "merge",
      body,
      fieldManager: values["field-manager"],
      fieldValidation,
      ...(values.subresource && { subresource: values.subresource }),
    });
  } catch (error) {
    throw error instanceof StatusError ? new RefusedEdit(error) : error;
  }
  kubectl.print((await printerOf(kubectl, values, "edited")).print(patched));
}

/** A changed name would be another object. */
function checkIdentity(original: KubeObject, edited: KubeObject): void {
  const same =
    original.apiVersion === edited.apiVersion &&
    original.kind === edited.kind &&
    original.metadata.name === edited.metadata.name;
  if (!same) throw new CommandError("At least one of apiVersion, kind and name was changed");
}
