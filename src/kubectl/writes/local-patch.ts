import { isRow } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import { CommandError } from "../errors.ts";
import { splitGroupVersion } from "../objects.ts";
import type { KubeObject } from "../objects.ts";
import type { PatchType } from "./patch.ts";

/** What the server would make of it, without one. */
export async function patchedLocally(
  object: KubeObject,
  body: unknown,
  type: PatchType,
): Promise<KubeObject> {
  try {
    const patched = await apply(object, body, type);
    if (isRow(patched) && isRow(patched.metadata)) return patched as KubeObject;
    throw new CommandError("the patch leaves no object");
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new CommandError(error.message, { cause: error });
  }
}

async function apply(object: KubeObject, body: unknown, type: PatchType): Promise<unknown> {
  switch (type) {
    case "json": {
      const { applyJsonPatch } = await import("#machinery/patch/json-patch.ts");
      return applyJsonPatch(object, body);
    }
    case "merge": {
      const { applyMergePatch } = await import("#machinery/patch/merge-patch.ts");
      return applyMergePatch(object, body);
    }
    case "strategic": {
      const { applyStrategicMergePatch } = await import("#machinery/patch/strategic-merge.ts");
      const { builtInKinds } = await import("#api/registry.ts");
      const { apiVersion, kind } = object;
      const known = builtInKinds.byKind(apiVersion, kind);
      if (known) return applyStrategicMergePatch(object, body, known);
      const { group, version } = splitGroupVersion(apiVersion);
      throw new CommandError(
        `strategic merge patch is not supported for ${group}/${version}, Kind=${kind} locally, try --type merge`,
      );
    }
    default:
      return type satisfies never;
  }
}
