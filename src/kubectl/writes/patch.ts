import { threeWayPatch } from "#machinery/patch/three-way.ts";
import type { Row } from "#machinery/json.ts";
import type { Kubectl } from "../kubectl.ts";
import type { KubeObject } from "../objects.ts";
import type { ResourceInfo } from "../resources/resource-info.ts";
import { resourcePath } from "../rest/paths.ts";
import { dryRunQuery } from "./dry-run.ts";
import type { DryRun } from "./dry-run.ts";

export type PatchType = "json" | "merge" | "strategic";

export const patchContentTypes: Readonly<Record<PatchType, string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
};

export interface PatchRequest {
  readonly type: PatchType;
  readonly body: object;
  readonly subresource?: string;
  readonly fieldManager?: string;
  readonly fieldValidation?: string;
  readonly dryRun?: DryRun;
}

/** Sends the patch; the object as the server then has it. */
export async function patchObject(
  kubectl: Kubectl,
  target: Pick<ResourceInfo, "resource" | "namespace" | "name">,
  { type, body, subresource, fieldManager, fieldValidation, dryRun = "none" }: PatchRequest,
): Promise<KubeObject> {
  const rest = await kubectl.rest();
  return await rest.json({
    method: "PATCH",
    path: resourcePath(target.resource, { ...target, subresource }),
    query: { fieldManager, fieldValidation, ...dryRunQuery(dryRun) },
    contentType: patchContentTypes[type],
    body,
  });
}

/** What makes the one object out of the other, merged by the lists' keys. Empty when nothing does. */
export async function strategicPatch(before: KubeObject, after: KubeObject): Promise<Row> {
  const { builtInKinds } = await import("#api/registry.ts");
  const type = builtInKinds.byKind(after.apiVersion, after.kind);
  return threeWayPatch({ original: before, modified: after, current: before }, type);
}
