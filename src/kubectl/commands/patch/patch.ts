import { parseYamlDocument } from "#machinery/codec/yaml.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { StatusError } from "#machinery/status.ts";
import { CommandError, messageOf } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { printerOf } from "../../printers/print-flags.ts";
import type { PrintValues } from "../../printers/print-flags.ts";
import type { ResourceQuery } from "../../resources/find.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import type { DryRun } from "../../writes/dry-run.ts";
import { patchContentTypes, patchObject } from "../../writes/patch.ts";
import type { PatchType } from "../../writes/patch.ts";
import { patchedLocally } from "../../writes/local-patch.ts";

export interface PatchRequest {
  readonly query: ResourceQuery;
  readonly type: PatchType;
  readonly text: string;
  readonly file: string;
  readonly local: boolean;
  readonly dryRun: DryRun;
  readonly print: PrintValues;
  readonly fieldManager: string;
  readonly subresource?: string;
  readonly record: (object: KubeObject) => void;
}

export function patchTypeOf(text: string): PatchType {
  const type = (text || "strategic").toLowerCase();
  if (type === "json" || type === "merge" || type === "strategic") return type;
  throw new CommandError(
    `--type must be one of [json merge strategic], not ${JSON.stringify(text)}`,
  );
}

/** Changes each of them, and tells whether that made a difference. */
export async function patch(kubectl: Kubectl, request: PatchRequest): Promise<void> {
  const body = await bodyOf(kubectl, request);
  const { local, dryRun } = request;
  const count = await kubectl.visit(request.query, async (info) => {
    const before = info.object;
    if (!before) throw new Error("what is patched was read");
    const after =
      local || dryRun === "client"
        ? await patchedLocally(before, body, request.type)
        : await send(kubectl, info, body, request);
    const operation = deepEqual(before, after) ? "patched (no change)" : "patched";
    const printer = await printerOf(kubectl, request.print, operation);
    kubectl.print(printer.print(after));
  });
  if (count === 0) throw new CommandError("no objects passed to patch");
}

async function bodyOf({ host }: Kubectl, { text, file }: PatchRequest): Promise<object> {
  let content = text;
  if (file) {
    try {
      content = await host.files.readText(file);
    } catch (error) {
      throw new CommandError(`unable to read patch file: ${messageOf(error)}`, { cause: error });
    }
  }
  try {
    return parseYamlDocument(content, { exactIntegers: true })?.value as object;
  } catch (error) {
    throw new CommandError(`unable to parse ${JSON.stringify(text)}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function send(
  kubectl: Kubectl,
  info: ResourceInfo,
  body: object,
  { type, subresource, fieldManager, dryRun, record }: PatchRequest,
): Promise<KubeObject> {
  const how = { ...(subresource && { subresource }), fieldManager, dryRun };
  try {
    const patched = await patchObject(kubectl, info, { type, body, ...how });
    const cause: KubeObject = { ...patched, metadata: {} };
    record(cause);
    const { annotations } = cause.metadata;
    if (!annotations) return patched;
    const recorded = { metadata: { annotations } };
    return await patchObject(kubectl, info, { type: "merge", body: recorded, ...how });
  } catch (error) {
    if (!(error instanceof StatusError && error.code === 415)) throw error;
    const { group, version, kind } = info.resource;
    throw new CommandError(
      `${patchContentTypes[type]} is not supported by ${group}/${version}, Kind=${kind}: ${error.message}`,
      { cause: error },
    );
  }
}
