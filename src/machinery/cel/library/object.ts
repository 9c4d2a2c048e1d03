import { dynType, type StructType } from "../types.ts";
import { StructValue } from "../values.ts";
import { jsonPatchType } from "./json-patch.ts";

/**
 * Finds the types that mutations are built of: `JSONPatch`, and `Object` with `Object.spec` and so
 * on, whose fields may be any. That a part stands where its name says is told by `misplacedPart`,
 * and that its values fit, when the result is decoded.
 */
export function mutationTypes(name: string): StructType | undefined {
  if (name === "JSONPatch") return jsonPatchType;
  if (name !== "Object" && !name.startsWith("Object.")) return undefined;
  return { kind: "struct", name, field: () => dynType };
}

/** What is wrong with an apply configuration whose parts are not named by their place. */
export function misplacedPart(value: unknown, path = "Object"): string | undefined {
  if (Array.isArray(value)) {
    for (const item of value) {
      const mistake = misplacedPart(item, path);
      if (mistake !== undefined) return mistake;
    }
    return undefined;
  }
  if (!(value instanceof StructValue) || value.type.kind !== "struct") return undefined;
  const { name } = value.type;
  if (name !== path) {
    return (
      `unexpected type name "${name}", expected "${path}", ` +
      "which matches field name path from root Object type"
    );
  }
  for (const field of value.fields()) {
    const mistake = misplacedPart(value.get(field), `${path}.${field}`);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}
