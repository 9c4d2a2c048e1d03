import type { FlagSpecs } from "#base/flags.ts";
import { isRow } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import { CommandError } from "../errors.ts";
import type { KubeObject } from "../objects.ts";

/** What a person has to say about an object that a command makes. */
export const overrideFlags = {
  "override-type": {
    type: "string",
    default: "merge",
    usage: "How --overrides changes the object: json, merge, or strategic.",
  },
  overrides: {
    type: "string",
    default: "",
    usage: "JSON that changes the object before it is created. It needs a valid apiVersion.",
  },
} as const satisfies FlagSpecs;

export async function overridden(
  object: KubeObject,
  values: { readonly overrides: string; readonly "override-type": string },
): Promise<KubeObject> {
  const { overrides, "override-type": type } = values;
  if (overrides === "") return object;
  if (!["json", "merge", "strategic", ""].includes(type)) {
    throw new CommandError(`invalid override type: ${type}`);
  }
  const patch = patchOf(overrides, type);
  try {
    const changed = await changedBy(object, patch, type);
    if (isRow(changed) && isRow(changed.metadata)) return changed as KubeObject;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new CommandError(error.status.message ?? "", { cause: error });
  }
  throw new CommandError(`the overrides leave no object: ${overrides}`);
}

function patchOf(text: string, type: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const what = type === "json" ? "invalid character in JSON patch" : "Invalid JSON Patch";
    throw new CommandError(what, { cause: error });
  }
}

async function changedBy(object: KubeObject, patch: unknown, type: string): Promise<unknown> {
  switch (type) {
    case "json": {
      const { applyJsonPatch } = await import("#machinery/patch/json-patch.ts");
      return applyJsonPatch(object, patch);
    }
    case "strategic": {
      const { applyStrategicMergePatch } = await import("#machinery/patch/strategic-merge.ts");
      const { builtInKinds } = await import("#api/registry.ts");
      const kind = builtInKinds.byKind(object.apiVersion, object.kind);
      if (!kind) throw new Error(`${object.kind} is no built-in kind`);
      return applyStrategicMergePatch(object, patch, kind);
    }
    default: {
      const { applyMergePatch } = await import("#machinery/patch/merge-patch.ts");
      return applyMergePatch(object, patch);
    }
  }
}
