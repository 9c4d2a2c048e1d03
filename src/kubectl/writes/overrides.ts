import { parseExactJson } from "#machinery/codec/exact-json.ts";
import type { FlagSpecs } from "#base/flags.ts";
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
  const { overrides } = values;
  if (overrides === "") return object;
  const type = values["override-type"] || "merge";
  if (type !== "json" && type !== "merge" && type !== "strategic") {
    throw new CommandError(`invalid override type: ${type}`);
  }
  const { patchedLocally } = await import("./local-patch.ts");
  return await patchedLocally(object, patchOf(overrides), type);
}

function patchOf(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch (error) {
    throw new CommandError("Invalid JSON Patch", { cause: error });
  }
}
